// `completion`: how do shells complete commands, options and databases?
import type { Command } from '../cli.ts'
import { readFleet } from '../inspect.ts'
import { byCodeUnit, listed, nearest } from '../path.ts'
import type { Terminal } from '../terminal.ts'
import { openWorkspace, UsageError } from '../workspace.ts'

const shells = ['bash', 'fish', 'zsh'] as const

/** Commands whose words are databases. */
const takesDatabases: ReadonlySet<string> = new Set(['check', 'explain', 'connect'])

/**
 * Prints a script for a shell, made from the table of commands. Databases are asked of the program when a person completes,
 * with the hidden word `databases`, which prints an id a line and nothing at all where there is no repository.
 */
export function completion(operands: readonly string[], commands: readonly Command[], terminal: Terminal): number {
  const [shell, ...rest] = operands
  if (shell === 'databases' && rest.length === 0) return printDatabases(terminal)
  const known = shells.find((name) => name === shell)
  if (known === undefined || rest.length > 0) {
    const guess = shell === undefined ? undefined : nearest(shell, shells)
    throw new UsageError(
      `the shell is ${shell === undefined ? 'not named' : `\`${shell}\``}, but must be one of ${listed(shells)}${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`,
    )
  }
  terminal.stdout({ bash: bashScript, fish: fishScript, zsh: zshScript }[known](wordsOf(commands)))
  return 0
}

function printDatabases(terminal: Terminal): number {
  try {
    for (const { id } of readFleet(openWorkspace(terminal.cwd, {})).databases) terminal.stdout(`${id}\n`)
  } catch (error) {
    // a person who presses Tab outside a repository wants no message
    if (!(error instanceof UsageError)) throw error
  }
  return 0
}

interface Words {
  readonly command: string
  readonly does: string
  /** second word, as in `schemas derive` */
  readonly sub?: string
  readonly options: readonly { readonly name: string; readonly does: string; readonly takesValue: boolean }[]
  readonly choices: readonly string[]
}

function wordsOf(commands: readonly Command[]): Words[] {
  return commands.map(({ name, does, usage, options }) => {
    const [command = name, sub] = name.split(' ')
    const choices = command === 'completion' ? shells : (/--format ([\w|]+)/.exec(usage)?.[1]?.split('|') ?? [])
    const listedOptions = Object.entries(options).map(([option, { type, does: says }]) => ({
      name: option,
      does: says,
      takesValue: type === 'string',
    }))
    return {
      command,
      does,
      options: [...listedOptions, { name: 'help', does: 'how it is used', takesValue: false }].sort((a, b) => byCodeUnit(a.name, b.name)),
      choices,
      ...(sub === undefined ? {} : { sub }),
    }
  })
}

function firstWords(words: readonly Words[]): string[] {
  return [...new Set([...words.map(({ command }) => command), 'help'])].sort()
}

function flagsOf({ options }: Words): string {
  return options.map(({ name }) => `--${name}`).join(' ')
}

function bashScript(words: readonly Words[]): string {
  const cases = words.map((entry) => {
    const { command, sub, choices } = entry
    const format =
      choices.length > 0 && command !== 'completion'
        ? `    [ "$previous" = --format ] && { words="${choices.join(' ')}"; _cnpg_values_answer; return; }\n`
        : ''
    const plain = command === 'completion' ? shells.join(' ') : (sub ?? '')
    const databases = takesDatabases.has(command) ? '$(_cnpg_values_databases)' : ''
    return `  ${command})\n${format}    words="${[flagsOf(entry), plain, databases].filter((part) => part !== '').join(' ')}"\n    ;;`
  })
  return `# bash completion of cnpg-values. Load it with: source <(cnpg-values completion bash)
_cnpg_values_databases() { "\${COMP_WORDS[0]}" completion databases 2>/dev/null; }
_cnpg_values_answer() { mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); }
_cnpg_values() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  case "$previous" in --root | --databases | --from | --out) mapfile -t COMPREPLY < <(compgen -o filenames -f -- "$current"); return ;; esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${firstWords(words).join(' ')} --help --version"
    _cnpg_values_answer
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  _cnpg_values_answer
}
complete -o bashdefault -F _cnpg_values cnpg-values
`
}

/** Text inside single quotes of zsh's _arguments and _describe, where colons and brackets have a meaning. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:\\]/g, '\\$&')
}

function zshScript(words: readonly Words[]): string {
  const described = words.filter(({ command }, index) => words.findIndex((other) => other.command === command) === index)
  const list = described.map(({ command, does }) => `    '${command}:${zshText(does)}'`)
  const cases = words.map((entry) => {
    const { command, options, choices, sub } = entry
    const rows = options.map(({ name, does, takesValue }) => {
      const value = !takesValue
        ? ''
        : name === 'format' && choices.length > 0
          ? `:format:(${choices.join(' ')})`
          : /^(?:root|databases|from|out)$/.test(name)
            ? ':path:_files'
            : `:${name}:`
      return `      '--${name}[${zshText(does)}]${value}'`
    })
    const rest = takesDatabases.has(command)
      ? "'*:database:_cnpg_values_databases'"
      : command === 'completion'
        ? `'1:shell:(${shells.join(' ')})'`
        : sub === undefined
          ? "'*:word:_default'"
          : `'1:command:(${sub})'`
    return `    ${command}) _arguments \\\n${rows.join(' \\\n')} \\\n      ${rest} ;;`
  })
  return `#compdef cnpg-values
# zsh completion of cnpg-values. Load it with: source <(cnpg-values completion zsh)
_cnpg_values_databases() { local -a ids; ids=(\${(f)"$($program completion databases 2>/dev/null)"}); compadd -a ids }
_cnpg_values() {
  local program=$words[1]
  local -a commands=(
${list.join('\n')}
    'help:how a command is used'
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _cnpg_values cnpg-values
`
}

function fishScript(words: readonly Words[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const described = words.filter(({ command }, index) => words.findIndex((other) => other.command === command) === index)
  const first = described.map(({ command, does }) => `complete -c cnpg-values -n __fish_use_subcommand -f -a ${command} -d ${quote(does)}`)
  const rest = words.flatMap(({ command, sub, options, choices }) => {
    const when = `complete -c cnpg-values -n '__fish_seen_subcommand_from ${command}'`
    const flags = options.map(({ name, does, takesValue }) => {
      const value = !takesValue ? '' : name === 'format' && choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : ' -r'
      return `${when} -l ${name}${value} -d ${quote(does)}`
    })
    const plain = command === 'completion' ? shells.join(' ') : sub
    return [
      ...flags,
      ...(plain === undefined ? [] : [`${when} -f -a '${plain}'`]),
      ...(takesDatabases.has(command) ? [`${when} -f -a '(__cnpg_values_databases)'`] : []),
    ]
  })
  return `# fish completion of cnpg-values. Load it with: cnpg-values completion fish | source
function __cnpg_values_databases
  set -l line (commandline -opc)
  command $line[1] completion databases 2>/dev/null
end
${[...first, ...rest].join('\n')}
`
}
