// Which commands are there, how is a command line read, and which exit code does it give?
import { printed } from '../values/printed.ts'
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { baseOf, command, describeOption, flagText, usageOf, running, where } from './command.ts'
import type { Command } from './command.ts'
import { interactiveCommands } from './people.ts'
import { listed, nearest } from '../values/path.ts'
import { maskInText } from '../secret/shapes.ts'
import { visible } from '../values/untrusted.ts'
import { guard } from '../emit/terminal.ts'
import type { Terminal } from '../emit/terminal.ts'
import { programVersion } from '../repository/package.ts'
import { UsageError } from '../repository/workspace.ts'
import { reasonFor } from '../repository/write.ts'

export { openQuestions } from '../new/answers.ts'

/** The table of commands, in the order of the help text. */
export const commands: readonly Command[] = [
  command({
    name: 'render',
    does: 'write the merged values and the Argo CD manifests',
    details:
      'Everything is checked first. If there is an error, nothing is written; otherwise files that differ are written and leftover ones removed.',
    options: { check: { type: 'boolean', does: 'write nothing; report files that are stale, missing or left over' }, ...where },
    run: async (flags, _, terminal) => (await import('./commands/render.ts')).render(flags, terminal),
  }),
  command({
    name: 'check',
    does: 'check every database and every generated file; with names, report only those databases',
    details:
      '`--staged` checks the git index, `--base origin/main` also the change; `--baseline FILE` fails on new problems only; `--live FILE` compares with what the Kubernetes cluster has.',
    options: {
      base: { type: 'text', value: 'REF', does: 'also check the change since the merge base with this branch, tag or commit' },
      'base-of': baseOf,
      staged: { type: 'boolean', does: 'check the git index (what a commit would contain), against HEAD or --base' },
      changed: { type: 'boolean', does: 'report only databases that the change touches (with --base, --base-of or --staged)' },
      baseline: { type: 'text', value: 'FILE', does: 'report only problems that this file does not list' },
      live: {
        type: 'text',
        value: 'FILE',
        does: 'compare with the output of `kubectl get applications,clusters -A -o yaml` in this file',
      },
      'cross-check': { type: 'text', value: 'helm', does: 'also run the pinned chart with helm, and report where the model differs' },
      strict: { type: 'boolean', does: 'exit with 1 on warnings, too' },
      today: { type: 'text', value: 'DAY', does: 'also report versions that are out of support on this day (2026-01-31, or `now`)' },
      'write-baseline': { type: 'text', value: 'FILE', does: 'write the present problems to this file' },
      format: { type: 'choice', choices: ['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif'], does: 'the output format' },
      out: { type: 'text', value: 'FILE', does: 'where the report goes (default: standard output)' },
      ...running,
      ...where,
    },
    operands: '[DATABASE…]',
    run: async (flags, names, terminal) => (await import('./commands/check.ts')).check(flags, names, terminal),
  }),
  command({
    name: 'plan',
    does: 'show what merging this branch will do to each database',
    details: 'It shows what changes, what PostgreSQL does, and what you must do, in which order.',
    options: {
      base: { type: 'text', value: 'REF', does: 'the branch that this one is merged into, such as origin/main', isRequired: true },
      'base-of': baseOf,
      format: { type: 'choice', choices: ['pretty', 'markdown', 'json'], does: 'the output format' },
      out: { type: 'text', value: 'FILE', does: 'where the plan goes (default: standard output)' },
      staged: { type: 'boolean', does: 'take the git index, not the work tree' },
      ...running,
      ...where,
    },
    run: async (flags, _, terminal) => (await import('./commands/plan.ts')).plan(flags, terminal),
  }),
  command({
    name: 'fix',
    does: 'apply fixes that are unambiguous; comments and layout stay',
    options: {
      'dry-run': { type: 'boolean', does: 'write nothing; print the edits as a diff, and exit with 1 if there are any' },
      ...running,
      ...where,
    },
    run: async (flags, _, terminal) => (await import('./commands/fix.ts')).fix(flags, terminal),
  }),
  command({
    name: 'report',
    does: 'write the fleet as one self-contained page',
    options: {
      out: { type: 'text', value: 'FILE', does: 'the page, such as fleet.html, or - for standard output', isRequired: true },
      date: { type: 'text', value: 'DAY', does: 'the day as of which the ages of versions are computed (default: when the page is read)' },
      'link-base': {
        type: 'text',
        value: 'URL',
        does: 'where figures link to, such as https://github.com/me/repo/blob/main (default: the files)',
      },
      ...running,
      ...where,
    },
    run: async (flags, _, terminal) => (await import('./commands/report.ts')).report(flags, terminal),
  }),
  command({
    name: 'admit',
    does: 'judge manifests as the API server and the operator would; `-` is standard input',
    details: 'Files hold YAML, JSON or Lists; with `--before`, an object that already existed is judged as an update.',
    options: {
      operator: { type: 'text', value: 'V', does: 'release of the operator (default: the newest known)' },
      before: { type: 'text', value: 'FILE', does: 'the objects as they are now; one with the same kind, namespace and name is updated' },
      policies: { type: 'boolean', does: 'also judge by the house rules that need nothing but the objects' },
      strict: { type: 'boolean', does: 'exit with 1 on warnings, too' },
      format: { type: 'choice', choices: ['pretty', 'json', 'github'], does: 'the output format' },
    },
    operands: 'FILE…',
    run: async (flags, files, terminal) => (await import('./commands/admit.ts')).admitFiles(flags, files, terminal),
  }),
  ...interactiveCommands,
  command({
    name: 'completion',
    does: 'print a script that completes commands, options and databases in a shell',
    options: {},
    operands: 'bash|zsh|fish',
    words: ['bash', 'zsh', 'fish'],
    run: async (_, words, terminal) => (await import('./commands/completion.ts')).completion(words, commands, terminal),
  }),
  command({
    name: 'charts pull',
    does: 'download the pinned charts, or others, and verify them; no other command uses the network',
    options: {
      to: { type: 'text', value: 'DIR', does: 'where the archives go, such as charts (default: the cache of this machine)' },
      lock: { type: 'boolean', does: 'write their digests into charts.lock, which later pulls must match' },
      'dry-run': { type: 'boolean', does: 'download nothing; print what is there and what would be pulled' },
      ...where,
    },
    operands: '[[REPOSITORY/]NAME@VERSION…]',
    run: async (flags, charts, terminal) => (await import('./commands/charts.ts')).chartsPull(flags, charts, terminal),
  }),
  command({
    name: 'schemas derive',
    does: 'derive JSON Schemas from the CRDs of a release',
    options: {
      from: { type: 'text', value: 'PATH', does: 'a CRD file, a release manifest, a kubectl List, or a folder of them', isRequired: true },
      version: { type: 'text', value: 'V', does: 'the release that the CRDs belong to, such as 1.30.0', isRequired: true },
      out: { type: 'text', value: 'DIR', does: 'where to write (default: schemas)' },
    },
    run: async (flags, _, terminal) => (await import('./commands/schemas.ts')).schemasDerive(flags, terminal),
  }),
]

/** Runs one command line. Exit codes: 0 clean, 1 problems found, 2 wrong usage, 3 internal error. */
export async function main(argv: readonly string[], unguarded: Terminal): Promise<number> {
  const terminal = guard(unguarded)
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    if (error instanceof UsageError || (error instanceof Error && error.constructor.name === 'GitFailure')) {
      terminal.stderr(`cnpg-values: ${usageMessage(error)}\n`)
      return 2
    }
    if (isOfFileSystem(error)) {
      terminal.stderr(`cnpg-values: ${escaped(error.path ?? error.syscall ?? '')}: ${reasonFor(error)}\n`)
      return 2
    }
    terminal.stderr(
      `cnpg-values: internal error, not a mistake of yours. Report it with the text below and what you ran: ${escaped(argv.join(' '))}\n`,
    )
    terminal.stderr(
      `cnpg-values ${programVersion()}, node ${process.version}\n${error instanceof Error ? stackOf(error) : escaped(printed(error))}\n`,
    )
    return 3
  }
}

/** What the machine refuses (a full disk, a file that may not be read) is not a bug of the program. */
function isOfFileSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string' && 'code' in error
}

/** Untrusted text in a line of ours: a name, an operand, the output of git. */
function escaped(text: string): string {
  return visible(maskInText(text, { isMessage: true }))
}

const linesOf = (text: string): readonly string[] =>
  text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** The usage of a command goes on a line of its own. */
function usageMessage({ constructor, message: text }: Error): string {
  // git writes some messages on several lines
  const message = constructor.name === 'GitFailure' ? linesOf(text).join('; ') : text
  const usage = commands.map((command) => `\nusage: cnpg-values ${usageOf(command)}`).find((line) => message.endsWith(line))
  return usage === undefined ? escaped(message) : `${escaped(message.slice(0, -usage.length))}${usage}`
}

/** The message may quote a file; the stack that follows it is ours. */
function stackOf({ name, message, stack }: Error): string {
  const at = stack?.lastIndexOf(message) ?? -1
  const calls = stack === undefined ? '' : at < 0 ? stack : stack.slice(at + message.length)
  return `${name}: ${escaped(message)}${calls}`
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first, second] = argv
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const target = first === 'help' ? commands.find((command) => command.name.split(' ')[0] === second) : undefined
    terminal[first === undefined ? 'stderr' : 'stdout'](target === undefined ? overview() : helpOf(target))
    return first === undefined ? 2 : 0
  }
  if (first === '--version') {
    terminal.stdout(`${programVersion()}\n`)
    return 0
  }
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`)
  if (command === undefined) {
    const group = commands.find(({ name }) => name.startsWith(`${first} `))
    if (group !== undefined && (argv.includes('--help') || second === undefined)) {
      terminal[second === undefined ? 'stderr' : 'stdout'](helpOf(group))
      return second === undefined ? 2 : 0
    }
    // in a command of two words the second may be the misspelt one
    const name = group === undefined ? first : `${first} ${second}`
    const guess = nearest(
      name,
      commands.map((one) => (group === undefined ? (one.name.split(' ')[0] as string) : one.name)),
    )
    throw new UsageError(`there is no command \`${name}\`${guess === undefined ? '' : `; did you mean \`${guess}\`?`} (see --help)`)
  }
  const { flags, operands } = readFlags(command, argv.slice(command.name.split(' ').length))
  if (flags['help'] === true) {
    terminal.stdout(helpOf(command))
    return 0
  }
  return command.run(flags, operands, terminal)
}

type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

function readFlags(command: Command, args: readonly string[]): { flags: Flags; operands: readonly string[] } {
  const options: ParseArgsConfig['options'] = { help: { type: 'boolean', short: 'h' } }
  for (const [name, { type }] of Object.entries(command.options))
    options[name] = { type: type === 'boolean' ? 'boolean' : 'string', multiple: type === 'texts' }
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: command.operands !== undefined, strict: true })
    const flags = parsed.values as Flags
    checkChoices(command, flags)
    return { flags, operands: parsed.positionals }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const message =
      error instanceof Error
        ? (error.message.replaceAll(/\s{0,9}\n\s{0,9}/g, ' ').split('. ')[0] as string).replace(/\.$/, '')
        : printed(error)
    const unknown = /'--?([\w-]+)'/.exec(message)?.[1]
    const guess = unknown === undefined ? undefined : nearest(unknown, Object.keys(command.options))
    throw new UsageError(
      `${message.charAt(0).toLowerCase()}${message.slice(1)}${guess === undefined || guess === unknown ? '' : `; did you mean --${guess}?`}\nusage: cnpg-values ${usageOf(command)}`,
    )
  }
}

/** An option with a fixed set of choices accepts no other value. */
function checkChoices({ options }: Command, flags: Flags): void {
  for (const [name, option] of Object.entries(options)) {
    const value = flags[name]
    if (option.type !== 'choice' || value === undefined || option.choices.includes(String(value))) continue
    throw new UsageError(`--${name} is \`${String(value)}\`, but must be one of ${listed([...option.choices].sort())}`)
  }
}

function overview(): string {
  const rows = commands.map(({ name, does }) => `  ${name.padEnd(16)}${does}`)
  return `usage: cnpg-values <command> [options]\n\nChecks and generates the databases of a CloudNativePG repository for Argo CD.\n\n${rows.join('\n')}\n\n  --help          this text, or the options of a command after its name\n  --version       the version of this program\n\nexit codes: 0 clean (warnings allowed), 1 problems found, 2 wrong usage, 3 internal error\n`
}

function helpOf(command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]): [string, string] => [flagText(name, option), describeOption(option)])
  const width = Math.max(0, ...rows.map(([option]) => option.length))
  const list = rows.map(([option, does]) => `  ${option.padEnd(width)}  ${does}\n`)
  const about = command.details === undefined ? command.does : `${command.does}\n\n${command.details}`
  return `usage: cnpg-values ${usageOf(command)}\n\n${about}\n\n${list.join('')}`
}
