// `new`: which files does a new service need?
import { chartsOf } from '../../discover/charts.ts'
import { visible } from '../../values/untrusted.ts'
import { append } from '../../values/append.ts'
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { diagnose } from '../../report/diagnose.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { formatDiagnostic } from '../../emit/formats/text.ts'
import { writeScalar } from '../../yaml/write.ts'
import { discover } from '../../discover/discover.ts'
import { readFleet } from '../../deployed/fleet.ts'
import type { Repository } from '../../chart/database-objects.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { editorSchemas } from '../../discover/editor-schema.ts'
import { staticFolder } from '../../discover/layout.ts'
import type { Settings } from '../../model.ts'
import { Stopped } from '../../emit/questions.ts'
import { decide } from '../../new/dialogue.ts'
import type { Given, Surroundings } from '../../new/dialogue.ts'
import { newFiles } from '../../new/service.ts'
import type { NewFile, NewService } from '../../new/service.ts'
import type { Terminal } from '../../emit/terminal.ts'
import type { Tree } from '../../repository/tree.ts'
import { placer } from '../../report/places.ts'
import { commandLine } from '../../repository/invocation.ts'
import { openTree } from '../../discover/trees.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { refuse } from './refuse.ts'

export interface NewFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly checkout?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly env?: string | undefined
  readonly size?: string | undefined
  readonly owner?: string | undefined
  readonly database?: string | undefined
  readonly name?: string | undefined
  readonly 'dry-run'?: boolean | undefined
}

interface Target {
  readonly root: string
  readonly path: string
}

/**
 * Writes the files of a new service after judging what they will become. Nothing that exists is overwritten, and nothing is
 * written if `check` would refuse it (exit code 1).
 */
export async function newService(flags: NewFlags, operands: readonly string[], terminal: Terminal): Promise<number> {
  const workspace = openWorkspace(terminal.cwd, flags)
  const fleet = await readFleet(workspace)
  const { settings } = fleet
  if (settings === undefined) return refuse(fleet.findings, workspace, terminal)
  if (operands.length > 1) throw new UsageError(`\`${operands[1]}\` is an unexpected argument; new takes one service`)
  if (!settings.generate)
    throw new UsageError(
      `nothing is generated here, so new has nothing to add to; \`${commandLine(workspace, 'init --generate')}\` sets up generating`,
    )
  const tree = openTree(workspace, settings, false)
  const targetOf = (path: string): Target => targetIn(workspace, settings, path)
  const wanted = await ask(
    { ...flags, service: operands[0] },
    {
      settings,
      databases: fleet.databases,
      hasFile: (path) => tree.paths.includes(path),
      pathProblem: (path) => overwriteProblem(path, targetOf(path)),
      terminal,
    },
  )
  if (typeof wanted === 'number') return wanted
  const here = (schema: string): string | undefined =>
    workspace.databases === undefined && existsSync(join(workspace.root, schema)) ? schema : undefined
  const schema = here(editorSchemas.values(settings.environments[0]?.clusterChart.version ?? ''))
  const files = newFiles(wanted, settings, { schema, serviceSchema: here(editorSchemas.service), quote: writeScalar })
  const places = files.map((file) => ({ file, target: targetOf(file.path) }))
  for (const { file, target } of places) {
    const problem = overwriteProblem(file.path, target)
    if (problem !== undefined) throw new UsageError(problem)
  }
  const mistakes = judge(wanted, { settings, root: workspace.root, charts: chartsOf(workspace, settings) }, withFiles(tree, files))
  if (mistakes.length > 0) {
    for (const mistake of diagnose(mistakes))
      terminal.stderr(
        `${formatDiagnostic(mistake, { color: terminal.color, source: (path) => files.find((file) => file.path === path)?.text })}\n`,
      )
    terminal.stderr('nothing was written\n')
    return 1
  }
  if (flags['dry-run'] === true) {
    terminal.stdout(files.map(({ path, text }) => `# ${path}\n${text}`).join('\n'))
    return 0
  }
  write(places, workspace, terminal)
  return 0
}

/** The answers, or the exit code if the user ended the dialogue: the shell's own for Ctrl-C, else wrong usage. */
async function ask(given: Given, around: Surroundings): Promise<NewService | number> {
  try {
    return await decide(given, around)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    around.terminal.stderr('\nnothing was written\n')
    return error.by === 'interrupt' ? 130 : 2
  }
}

/** Where a file goes on this machine: the databases may be in another checkout, without the static folder of the layout. */
function targetIn(workspace: Workspace, settings: Settings, path: string): Target {
  const folder = staticFolder(settings.layout.databases)
  if (workspace.databases === undefined) return { root: workspace.root, path }
  return { root: workspace.databases, path: folder === '' ? path : path.slice(folder.length + 1) }
}

/** Why a file can't be written, or undefined: it exists, or a link leads it elsewhere. */
function overwriteProblem(path: string, target: Target): string | undefined {
  const full = join(target.root, target.path)
  if (lstatSync(full, { throwIfNoEntry: false }) !== undefined) return `${path} already exists, and new overwrites nothing`
  // on a disk that ignores case `Orders` and `orders` are one folder, on others two services that differ in nothing else
  let folder = dirname(full)
  while (!existsSync(folder)) {
    const parent = dirname(folder)
    const name = folder.slice(parent.length + 1)
    const sameName = existsSync(parent)
      ? readdirSync(parent).find((entry) => entry !== name && entry.toLowerCase() === name.toLowerCase())
      : undefined
    if (sameName !== undefined) return `${path} is new, but \`${sameName}\` differs from it only in case`
    folder = parent
  }
  const inside = relative(realpathSync(target.root), realpathSync(folder))
  return inside.startsWith('..') ? `${path} would be written outside the repository, because a folder on the way is a link` : undefined
}

/** The tree as it will be. */
function withFiles(tree: Tree, files: readonly NewFile[]): Tree {
  const added = new Map(files.map(({ path, text }) => [path, text]))
  return {
    paths: [...new Set([...tree.paths, ...added.keys()])].sort(),
    read: (path) => {
      const text = added.get(path)
      return text === undefined ? tree.read(path) : { ok: true, text }
    },
    ...(tree.shown === undefined ? {} : { shown: (path: string) => (added.has(path) ? path : (tree.shown?.(path) ?? path)) }),
  }
}

/** What the gate would refuse of the new databases; mistakes of others are theirs. */
function judge(wanted: NewService, { settings, root, charts }: Repository, tree: Tree): LocatedFinding[] {
  const { databases, findings } = discover(settings, tree)
  const own = databases.filter(({ service, name }) => service === wanted.service && name === wanted.name)
  const ids = new Set(own.map(({ id }) => id))
  const mistakes = findings.filter(
    ({ database, at }) =>
      (database !== undefined && ids.has(database)) ||
      own.some(({ layers }) => layers.some(({ file, layer }) => layer === 'service' && file.path === at.file.path)),
  )
  const reader = layerReader(settings)
  for (const database of own) {
    const evaluated = evaluate(database, { settings, root, charts, reader })
    append(mistakes, 'unreadable' in evaluated ? evaluated.unreadable : evaluated.findings)
  }
  return mistakes.filter(({ severity }) => severity === 'error')
}

function write(places: readonly { readonly file: NewFile; readonly target: Target }[], workspace: Workspace, terminal: Terminal): void {
  for (const { file, target } of places) {
    const full = join(target.root, target.path)
    writeWhole(full, file.text, { inside: target.root, shown: file.path, isNew: true })
    terminal.stdout(`written  ${visible(placer('person', workspace)(full).file)}\n`)
  }
  terminal.stderr(`next: ${commandLine(workspace, 'render')}, then commit these files together with the generated ones\n`)
}
