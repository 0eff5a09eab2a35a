// What does the command line know about one command?
import type { Terminal } from '../emit/terminal.ts'

/** One option. `value` is what its argument is called; of `choices` the first is the default. */
export type Option =
  | { readonly type: 'boolean'; readonly does: string }
  | { readonly type: 'text'; readonly value: string; readonly does: string; readonly isRequired?: true }
  /** may be given several times */
  | { readonly type: 'texts'; readonly value: string; readonly does: string }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly does: string }

export type Options = Readonly<Record<string, Option>>

type FlagOf<One extends Option> = One extends { readonly type: 'boolean' }
  ? boolean
  : One extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : One extends { readonly type: 'texts' }
      ? readonly string[]
      : string

/** What a command is given for its options; undefined if not given. */
export type FlagsOf<Table extends Options> = { readonly [Name in keyof Table]?: FlagOf<Table[Name]> | undefined }

export interface Command<Table extends Options = Options> {
  readonly name: string
  readonly does: string
  /** whole sentences for its own help and the README, which one line has no room for */
  readonly details?: string
  readonly options: Table
  /** how its operands are written in the usage (`DATABASE [PATH]`); absent: it takes none */
  readonly operands?: string
  /** the words that an operand may be, if it is one of a few */
  readonly words?: readonly string[]
  run(flags: FlagsOf<Table>, operands: readonly string[], terminal: Terminal): Promise<number>
}

/** An entry of the table of commands: flags have the types of its options. */
export function command<const Table extends Options>(entry: Command<Table>): Command {
  return entry
}

/** The line behind `usage: cnpg-values`. */
export function usageOf({ name, options, operands }: Command): string {
  const words = Object.entries(options).map(([flag, option]) => {
    const text = option.type === 'boolean' ? `--${flag}` : `--${flag} ${option.type === 'choice' ? option.choices.join('|') : option.value}`
    if (option.type === 'texts') return `[${text}]…`
    return option.type === 'text' && option.isRequired === true ? text : `[${text}]`
  })
  return [name, ...words, ...(operands === undefined ? [] : [operands])].join(' ')
}

/** How an option is written in the help of its command. */
export function flagText(flag: string, option: Option): string {
  if (option.type === 'boolean') return `--${flag}`
  return `--${flag} ${option.type === 'choice' ? flag.toUpperCase() : option.value}`
}

/** What an option does, with its choices. */
export function describeOption(option: Option): string {
  if (option.type !== 'choice') return option.does
  const [first = '', ...others] = option.choices
  const list = others.length < 2 ? others.join('') : `${others.slice(0, -1).join(', ')} or ${others.at(-1)}`
  return `${option.does}: ${first} (default)${others.length === 0 ? '' : others.length === 1 ? ` or ${list}` : `, ${list}`}`
}

/** Options of every command that looks at a repository. */
export const where = {
  root: { type: 'text', value: 'DIR', does: 'the repository to work on (default: where the settings are, or the top of this one)' },
  databases: { type: 'text', value: 'DIR', does: 'take the databases from another checkout' },
  checkout: { type: 'texts', value: 'URL=DIR', does: 'another repository that Applications read, and where it is checked out' },
  apps: { type: 'texts', value: 'DIR', does: 'look for Applications in this folder of the repository alone' },
  charts: { type: 'text', value: 'DIR', does: 'a folder with charts, beside charts/ of the repository' },
} as const satisfies Options

/** The releases that run, where a person knows better than the repository. */
export const running = {
  operator: { type: 'text', value: 'V', does: 'the release of the operator that runs, where nothing is generated' },
  argocd: { type: 'text', value: 'V', does: 'the release of Argo CD that runs, where nothing is generated' },
} as const satisfies Options

/** The option of commands that compare, for the repositories that they are not run in. */
export const baseOf = {
  type: 'texts',
  value: 'URL|DIR=REF',
  does: 'compare another checkout with a base of its own',
} as const satisfies Option

/** The option of commands whose output a program can read, too. */
export const format = { type: 'choice', choices: ['pretty', 'json'], does: 'the output format' } as const satisfies Option
