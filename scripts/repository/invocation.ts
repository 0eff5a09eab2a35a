// Which command line of this program works where our advice is read?
import { realpathSync } from 'node:fs'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { readRegular } from './named-file.ts'
import { workTree } from './tree.ts'
import type { Workspace } from './workspace.ts'

/** The commands that update generated files. */
export interface Advice {
  /** the command line of `render` */
  readonly render: string
  /** the command that stages a file, where the work tree has it as it should be and only the index is behind */
  readonly stage: (path: string, isWanted: (text: string | undefined) => boolean) => string | undefined
}

/** Commands that take the releases that run. */
const judging: ReadonlySet<string> = new Set(['check', 'plan', 'fix', 'report', 'list', 'explain'])

/**
 * The command line that runs a command of this program on the same repository: by a script of the repository's own
 * package.json where it has one, else as this process was started (`npx cnpg-values render`, `node bin/cnpg-values.mjs render`).
 */
export function commandLine(workspace: Workspace, command: string): string {
  const { root, cwd = root, databases, hasSetDatabases, charts, checkouts = [], versions = {} } = workspace
  const folder = relative(cwd, root) || '.'
  const releases = judging.has(command) ? Object.entries(versions).flatMap(([name, version]) => [`--${name}`, version]) : []
  const elsewhere = [
    ...(databases === undefined || hasSetDatabases === true ? [] : ['--databases', relative(cwd, databases) || '.']),
    ...checkouts.flatMap(({ url, folder: at }) => ['--checkout', `${url}=${relative(cwd, at) || '.'}`]),
    ...(charts === undefined ? [] : ['--charts', relative(cwd, charts) || '.']),
    ...releases,
  ]
  const script = scriptFor(root, command)
  if (script !== undefined && elsewhere.length === 0)
    return shellLine(['npm', ...(folder === '.' ? [] : ['--prefix', folder]), 'run', script])
  return shellLine([
    ...programWords(process.argv[1], workspace),
    ...command.split(' '),
    ...(folder === '.' ? [] : ['--root', folder]),
    ...elsewhere,
  ])
}

/** How generated files are updated from here. */
export function adviceFor(workspace: Workspace, staged: boolean): Advice {
  const { root, cwd = root } = workspace
  const files = staged ? workTree(root, []) : undefined
  return {
    render: commandLine(workspace, 'render'),
    stage: (path, isWanted) => {
      const read = files?.read(path)
      if (files === undefined || read?.ok === false || !isWanted(read?.text)) return undefined
      return shellLine(['git', 'add', relative(cwd, join(root, path)).split(sep).join('/')])
    },
  }
}

/** Words for a shell, quoted only if necessary. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ')
}

/**
 * The command line that generated files name: the same for everybody who has the repository, so that it hangs on its
 * package.json alone, and not on how this process was started.
 */
export function writtenCommand(root: string, command: string): string {
  const script = scriptFor(root, command)
  if (script !== undefined) return `npm run ${script}`
  const { dependencies, devDependencies } = packageOf(root)
  return [dependencies, devDependencies].some((some) => isMap(some) && Object.hasOwn(some, 'cnpg-values'))
    ? `npx cnpg-values ${command}`
    : `cnpg-values ${command}`
}

/** The script of a package.json that does nothing but run the command. */
function scriptFor(root: string, command: string): string | undefined {
  const { scripts } = packageOf(root)
  const found = Object.entries(isMap(scripts) ? scripts : {}).find(
    ([name, text]) =>
      /^[\w:.-]{1,60}$/.test(name) && typeof text === 'string' && /(?:^|[\s/])cnpg-values(?:\.mjs)? (\S+)\s*$/.exec(text)?.[1] === command,
  )
  return found?.[0]
}

function packageOf(root: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(readRegular(join(root, 'package.json'))?.toString('utf8') ?? '')
    return isMap(read) ? read : {}
  } catch {
    return {}
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** How the program is called in the working directory; `started` is the script that node runs, by its whole path. */
function programWords(started: string | undefined, { root, cwd = root }: Workspace): readonly string[] {
  if (started === undefined || !/^cnpg-values(?:\.mjs|\.cmd)?$/.test(basename(started))) return ['cnpg-values']
  const parts = started.split(sep)
  // what npx fetched is known to it by more than this name, under which anybody could publish another program
  if (parts.includes('_npx')) return ['cnpg-values']
  if (parts.includes('node_modules') && isBelow(cwd, started)) return ['npx', 'cnpg-values']
  // a package that is installed for all, by pre-commit, or by the Action isn't where the advice is read
  if (parts.includes('node_modules') || !started.endsWith('.mjs') || process.env['CI'] !== undefined) return ['cnpg-values']
  return ['node', isBelow(cwd, started) ? relative(real(cwd), real(started)).split(sep).join('/') : started]
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(real(folder), real(path))
  return !isAbsolute(way) && way.split(sep)[0] !== '..'
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
