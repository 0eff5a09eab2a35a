// `new`: what does a person have to write for a new service?
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { examine } from '../admit/examine.ts'
import { diagnose, locateFinding } from '../diagnose.ts'
import type { LocatedFinding } from '../diagnose.ts'
import { formatDiagnostic } from '../emit/report-text.ts'
import { writeScalar } from '../emit/yaml.ts'
import { serviceSpot } from '../generator.ts'
import { findDatabases, inspectDatabase, readFleet } from '../inspect.ts'
import { staticFolder } from '../layout.ts'
import type { Settings } from '../model.ts'
import {
  databaseName,
  databaseProblem,
  nameProblem,
  needsName,
  newFiles,
  ownerProblem,
  readEnvironments,
  sizeProblem,
} from '../new-service.ts'
import type { NewFile, NewService } from '../new-service.ts'
import type { Terminal } from '../terminal.ts'
import type { Tree } from '../tree.ts'
import { openTree, openWorkspace, UsageError } from '../workspace.ts'
import type { Workspace } from '../workspace.ts'
import { refuse } from './refuse.ts'

export interface NewFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly env?: string | undefined
  readonly size?: string | undefined
  readonly owner?: string | undefined
  readonly database?: string | undefined
  readonly name?: string | undefined
  readonly 'dry-run'?: boolean | undefined
}

/**
 * Writes the files of a new service after judging what they will become. Nothing that exists is overwritten, and nothing is
 * written when the gate would refuse it (exit code 1).
 */
export async function newService(flags: NewFlags, operands: readonly string[], terminal: Terminal): Promise<number> {
  const workspace = openWorkspace(terminal.cwd, flags)
  const fleet = readFleet(workspace)
  const { settings } = fleet
  if (settings === undefined) return refuse(fleet.findings, terminal)
  if (operands.length > 1) throw new UsageError(`\`${operands[1]}\` is one word too many; new takes one service`)
  const wanted = await decide(flags, operands[0], { settings, terminal })
  const schema = `schemas/values/cluster-${settings.environments[0]?.clusterChart.version}.json`
  const hasSchema = workspace.databases === undefined && existsSync(join(workspace.root, schema))
  const files = newFiles(wanted, settings, { schema: hasSchema ? schema : undefined, quote: writeScalar })
  const places = files.map((file) => ({ file, target: targetOf(file, workspace, settings) }))
  for (const { file, target } of places) refuseOverwrite(file, target)
  const mistakes = judge(wanted, settings, withFiles(openTree(workspace, settings.layout.databases, false), files))
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

type Ask = (question: string) => Promise<string>

/** Flags first; what is missing is asked for on a terminal, else the defaults serve. */
async function decide(
  flags: NewFlags,
  operand: string | undefined,
  context: { readonly settings: Settings; readonly terminal: Terminal },
): Promise<NewService> {
  const { settings, terminal } = context
  const { ask } = terminal
  const service = operand ?? (ask === undefined ? undefined : await ask('name of the service: '))
  if (service === undefined || service === '') throw new UsageError('no service is named (usage: new SERVICE)')
  require(nameProblem('service', service))
  const wantsName = needsName(settings)
  if (flags.name !== undefined && !wantsName) throw new UsageError('--name is set, but postgres.layout.databases has no {name}')
  const name = wantsName ? (flags.name ?? (ask === undefined ? undefined : await ask('name of the cluster: '))) : undefined
  if (wantsName && (name === undefined || name === ''))
    throw new UsageError(`--name is not set, but the layout is ${settings.layout.databases}`)
  if (name !== undefined) require(nameProblem('name', name))
  const all = settings.environments.map((environment) => environment.name)
  const env = flags.env ?? (await asked(ask, `environments [${all.join(',')}]: `))
  const size = flags.size ?? (await asked(ask, 'size of each volume [as the environment says]: '))
  const owner = flags.owner ?? (await asked(ask, 'owner, a team [none]: '))
  const preset = databaseName(name === undefined ? service : `${service}-${name}`)
  const database = flags.database ?? (await asked(ask, `database and role in PostgreSQL [${preset}]: `)) ?? preset
  const environments = env === undefined ? undefined : readEnvironments(env, settings)
  if (environments !== undefined && 'problem' in environments) throw new UsageError(environments.problem)
  if (size !== undefined) require(sizeProblem(size))
  if (owner !== undefined) require(ownerProblem(owner))
  require(databaseProblem(database))
  const some = environments !== undefined && environments.names.length < all.length ? environments.names : undefined
  return {
    service,
    database,
    ...(name === undefined ? {} : { name }),
    ...(some === undefined ? {} : { environments: some }),
    ...(size === undefined ? {} : { size }),
    ...(owner === undefined ? {} : { owner }),
  }
}

async function asked(ask: Ask | undefined, question: string): Promise<string | undefined> {
  const answer = ask === undefined ? '' : (await ask(question)).trim()
  return answer === '' ? undefined : answer
}

function require(problem: string | undefined): void {
  if (problem !== undefined) throw new UsageError(problem)
}

/** Where a file goes on this machine: the databases may live in another checkout, without the static folder of the layout. */
function targetOf({ path }: NewFile, workspace: Workspace, settings: Settings): { readonly root: string; readonly path: string } {
  const folder = staticFolder(settings.layout.databases)
  if (workspace.databases === undefined) return { root: workspace.root, path }
  return { root: workspace.databases, path: folder === '' ? path : path.slice(folder.length + 1) }
}

function refuseOverwrite({ path }: NewFile, target: { readonly root: string; readonly path: string }): void {
  const full = join(target.root, target.path)
  if (lstatSync(full, { throwIfNoEntry: false }) !== undefined) throw new UsageError(`${path} exists already, and new overwrites nothing`)
  // on a disk that ignores case `Orders` and `orders` are one folder, on others two services that differ by nothing else
  let folder = dirname(full)
  while (!existsSync(folder)) {
    const parent = dirname(folder)
    const name = folder.slice(parent.length + 1)
    const twin = existsSync(parent)
      ? readdirSync(parent).find((entry) => entry !== name && entry.toLowerCase() === name.toLowerCase())
      : undefined
    if (twin !== undefined) throw new UsageError(`${path} is new, but \`${twin}\` differs from it by case only`)
    folder = parent
  }
  const inside = relative(realpathSync(target.root), realpathSync(folder))
  if (inside.startsWith('..'))
    throw new UsageError(`${path} would be written outside the repository, because a folder on the way is a link`)
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
function judge(wanted: NewService, settings: Settings, tree: Tree): LocatedFinding[] {
  const { databases, findings } = findDatabases(settings, tree)
  const own = databases.filter(({ service, name }) => service === wanted.service && name === wanted.name)
  const ids = new Set(own.map(({ id }) => id))
  const mistakes = findings.filter(
    ({ database, at }) =>
      (database !== undefined && ids.has(database)) ||
      own.some(({ layers }) => layers.some(({ file, layer }) => layer === 'service' && file.path === at.file.path)),
  )
  for (const database of own) {
    const inspected = inspectDatabase(database, settings)
    if ('broken' in inspected) continue
    mistakes.push(...inspected.findings)
    for (const object of inspected.objects) {
      if (!/^(?:postgresql|barmancloud)\.cnpg\.io\//.test(String(object.plain['apiVersion']))) continue
      for (const finding of examine(object.plain, { operator: database.environment.operator.version }))
        mistakes.push(locateFinding(finding, { object, values: inspected.written, fallback: serviceSpot(database), database }))
    }
  }
  return mistakes.filter(({ severity }) => severity === 'error')
}

function write(
  places: readonly { readonly file: NewFile; readonly target: { readonly root: string; readonly path: string } }[],
  workspace: Workspace,
  terminal: Terminal,
): void {
  for (const { file, target } of places) {
    const full = join(target.root, target.path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, file.text, { flag: 'wx' })
    terminal.stdout(`written  ${workspace.databases === undefined ? file.path : full}\n`)
  }
  terminal.stderr('next: npm run render, then commit these files together with the generated ones\n')
}
