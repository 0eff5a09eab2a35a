// `completion`: how do shells complete commands, options and databases?
import { lookup } from '../../values/lookup.ts'
import { visible } from '../../values/untrusted.ts'
import { describeOption } from '../command.ts'
import type { Command } from '../command.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { byCodeUnit, listed, nearest } from '../../values/path.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import { ruleIds } from '../../rules/registry.ts'

const shells = ['bash', 'fish', 'zsh'] as const

type Operand = 'databases' | 'files' | 'rules'

/** What the operands of a command are; the folder of `connect --flyway` is handled by each shell's script. */
const operandsOf: Readonly<Record<string, Operand>> = lookup({
  check: 'databases',
  explain: 'databases',
  connect: 'databases',
  upgrade: 'databases',
  admit: 'files',
  rules: 'rules',
})

/**
 * Prints a script for a shell, made from the table of commands. The script asks the program for databases and rules when someone
 * completes, with the hidden words `databases` and `rules`, which print one id per line (no database outside a repository).
 */
export async function completion(operands: readonly string[], commands: readonly Command[], terminal: Terminal): Promise<number> {
  const [shell, ...rest] = operands
  if (shell === 'databases' && rest.length === 0) return printDatabases(terminal)
  if (shell === 'rules' && rest.length === 0) {
    for (const id of ruleIds()) terminal.stdout(`${visible(id)}\n`)
    return 0
  }
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

async function printDatabases(terminal: Terminal): Promise<number> {
  try {
    for (const { id } of (await readFleet(openWorkspace(terminal.cwd, {}))).databases) terminal.stdout(`${visible(id)}\n`)
  } catch (error) {
    // pressing Tab outside a repository must print no message
    if (!(error instanceof UsageError)) throw error
  }
  return 0
}

/** What completes the value of an option; `nothing` is a word that only the user knows, `choices` are those of the usage. */
type Value = 'files' | 'folders' | 'refs' | 'choices' | 'nothing'

interface Option {
  readonly name: string
  readonly does: string
  /** absent: it takes none */
  readonly value?: Value
}

interface Words {
  readonly command: string
  readonly does: string
  /** second word, as in `schemas derive` */
  readonly sub?: string
  readonly options: readonly Option[]
  /** of `--format`, and of `completion` */
  readonly choices: readonly string[]
  readonly operand?: Operand
}

const valuesByWord: Readonly<Record<string, Value>> = lookup({ FILE: 'files', PATH: 'files', DIR: 'folders', REF: 'refs' })

function wordsOf(commands: readonly Command[]): Words[] {
  return commands.map(({ name, does, words = [], options }) => {
    const [command = name, sub] = name.split(' ')
    const operand = operandsOf[command]
    const choices = [...words, ...Object.values(options).flatMap((option) => (option.type === 'choice' ? option.choices : []))]
    const listedOptions = Object.entries(options).map(([flag, option]): Option => ({
      name: flag,
      does: describeOption(option),
      ...(option.type === 'boolean' ? {} : { value: option.type === 'choice' ? 'choices' : (valuesByWord[option.value] ?? 'nothing') }),
    }))
    return {
      command,
      does,
      options: [...listedOptions, { name: 'help', does: 'how it is used' }].sort((a, b) => byCodeUnit(a.name, b.name)),
      choices,
      ...(sub === undefined ? {} : { sub }),
      ...(operand === undefined ? {} : { operand }),
    }
  })
}

function firstWords(words: readonly Words[]): string[] {
  return [...new Set([...words.map(({ command }) => command), 'help'])].sort()
}

function bashScript(words: readonly Words[]): string {
  const cases = words.map((entry) => `  ${entry.command})\n${bashValues(entry)}    ${bashOperands(entry)}\n    ;;`)
  return `# bash completion of cnpg-values. Load it with: source <(cnpg-values completion bash)
_cnpg_values_databases() { "\${COMP_WORDS[0]}" completion databases 2>/dev/null; }
_cnpg_values_rules() { "\${COMP_WORDS[0]}" completion rules 2>/dev/null; }
_cnpg_values_answer() { mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); }
_cnpg_values_paths() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen "$1" -- "$current"); }
# not through compgen -W, which would run code in the name of a branch
_cnpg_values_refs() {
  local ref
  while IFS= read -r ref; do
    case "$ref" in *[!A-Za-z0-9._/@+-]*) ;; "$current"*) COMPREPLY+=("$ref") ;; esac
  done < <(git for-each-ref '--format=%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null)
}
_cnpg_values() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  # --format=json comes as three words
  if [ "$current" = = ]; then current=""; elif [ "$previous" = = ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${firstWords(words).join(' ')} --help --version"
    _cnpg_values_answer
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o bashdefault -F _cnpg_values cnpg-values
`
}

function bashValues({ options, choices }: Words): string {
  const actions: Readonly<Record<Value, string>> = {
    files: '_cnpg_values_paths -f; return',
    folders: '_cnpg_values_paths -d; return',
    refs: '_cnpg_values_refs; return',
    choices: `words="${choices.join(' ')}"; _cnpg_values_answer; return`,
    nothing: 'return',
  }
  const lines = (Object.keys(actions) as Value[]).flatMap((value) => {
    const names = options.filter((option) => option.value === value).map(({ name }) => `--${name}`)
    return names.length === 0 ? [] : [`      ${names.join(' | ')}) ${actions[value]} ;;\n`]
  })
  return lines.length === 0 ? '' : `    case "$previous" in\n${lines.join('')}    esac\n`
}

function bashOperands({ command, sub, options, operand }: Words): string {
  const flags = options.map(({ name }) => `--${name}`).join(' ')
  const plain = command === 'completion' ? shells.join(' ') : sub
  const asked = operand === 'databases' || operand === 'rules' ? `$(_cnpg_values_${operand})` : undefined
  const answer = `words="${[flags, plain, asked].filter((part) => part !== undefined).join(' ')}"; _cnpg_values_answer`
  if (operand === 'files') return `case "$current" in -*) ${answer} ;; *) _cnpg_values_paths -f ;; esac`
  if (command !== 'connect') return answer
  // the word after the database is a folder
  return `${answer}\n    case " \${COMP_WORDS[*]} " in *" --flyway "*) [ "\${#COMPREPLY[@]}" -eq 0 ] && _cnpg_values_paths -d ;; esac`
}

/** Text inside single quotes of zsh's _arguments and _describe, where colons and brackets have a meaning. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:\\]/g, '\\$&')
}

function zshScript(words: readonly Words[]): string {
  const described = words.filter(({ command }, index) => words.findIndex((other) => other.command === command) === index)
  const list = described.map(({ command, does }) => `    '${command}:${zshText(does)}'`)
  const cases = words.map((entry) => {
    const rows = entry.options.map(({ name, does, value }) => `      '--${name}[${zshText(does)}]${zshValue(name, value, entry.choices)}'`)
    return `    ${entry.command}) _arguments ${[...rows, ...zshOperands(entry)].map((row) => `\\\n${row} `).join('')};;`
  })
  return `#compdef cnpg-values
# zsh completion of cnpg-values. Load it with: source <(cnpg-values completion zsh)
_cnpg_values_databases() { local -a ids; ids=(\${(f)"$($program completion databases 2>/dev/null)"}); compadd -a ids }
_cnpg_values_rules() { local -a ids; ids=(\${(f)"$($program completion rules 2>/dev/null)"}); compadd -a ids }
_cnpg_values_refs() { local -a refs; refs=(\${(f)"$(git for-each-ref '--format=%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null)"}); compadd -a refs }
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

function zshValue(name: string, value: Value | undefined, choices: readonly string[]): string {
  if (value === undefined) return ''
  const actions: Readonly<Record<Value, string>> = {
    files: '_files',
    folders: '_files -/',
    refs: '_cnpg_values_refs',
    choices: `(${choices.join(' ')})`,
    nothing: ' ',
  }
  return `:${name}:${actions[value]}`
}

function zshOperands({ command, sub, operand }: Words): string[] {
  const row = (text: string): string => `      '${text}'`
  if (command === 'completion') return [row(`1:shell:(${shells.join(' ')})`)]
  if (command === 'connect') return [row('1:database:_cnpg_values_databases'), row('2:folder:_files -/')]
  if (operand === 'databases') return [row('*:database:_cnpg_values_databases')]
  if (operand === 'rules') return [row('1:rule:_cnpg_values_rules')]
  if (operand === 'files') return [row('*:file:_files')]
  return sub === undefined ? [] : [row(`1:command:(${sub})`)]
}

function fishScript(words: readonly Words[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const described = words.filter(({ command }, index) => words.findIndex((other) => other.command === command) === index)
  const first = described.map(({ command, does }) => `complete -c cnpg-values -n __fish_use_subcommand -f -a ${command} -d ${quote(does)}`)
  const rest = words.flatMap(({ command, sub, options, choices, operand }) => {
    const seen = `__fish_seen_subcommand_from ${command}`
    const when = `complete -c cnpg-values -n '${seen}'`
    const values: Readonly<Record<Value, string>> = {
      files: ' -r -F',
      folders: " -x -a '(__fish_complete_directories)'",
      refs: " -x -a '(__cnpg_values_refs)'",
      choices: ` -x -a '${choices.join(' ')}'`,
      nothing: ' -x',
    }
    const flags = options.map(({ name, does, value }) => `${when} -l ${name}${value === undefined ? '' : values[value]} -d ${quote(does)}`)
    const plain = command === 'completion' ? shells.join(' ') : sub
    const asked = operand === 'databases' || operand === 'rules' ? `(__cnpg_values_${operand})` : undefined
    return [
      ...flags,
      ...(operand === 'files' ? [] : [`${when} -f`]),
      ...[plain, asked].filter((part) => part !== undefined).map((part) => `${when} -f -a '${part}'`),
      ...(command === 'connect'
        ? [`complete -c cnpg-values -n '${seen}; and __fish_contains_opt flyway' -f -a '(__fish_complete_directories)'`]
        : []),
    ]
  })
  return `# fish completion of cnpg-values. Load it with: cnpg-values completion fish | source
function __cnpg_values_databases
  set -l line (commandline -opc)
  command $line[1] completion databases 2>/dev/null
end
function __cnpg_values_rules
  set -l line (commandline -opc)
  command $line[1] completion rules 2>/dev/null
end
function __cnpg_values_refs
  git for-each-ref '--format=%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
end
${[...first, ...rest].join('\n')}
`
}
