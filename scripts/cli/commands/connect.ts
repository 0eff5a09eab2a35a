// `connect`: how do users and applications reach a database?
import { existsSync, realpathSync } from 'node:fs'
import { visible } from '../../values/untrusted.ts'
import { join, resolve } from 'node:path'
import type { Evaluated } from '../../chart/evaluated.ts'
import { connectionLines } from '../../explain/budgets.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import { connectFacts, serviceFor } from '../../connect/facts.ts'
import type { ConnectFacts } from '../../connect/facts.ts'
import { oneLine, shellWord } from '../../connect/quoting.ts'
import { environmentSnippet, migration, nodeSnippet, pythonSnippet, springSnippet } from '../../connect/snippets.ts'
import type { Route, Snippet } from '../../connect/snippets.ts'
import { connectJson, connectText } from '../../connect/text.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { chooseDatabase } from '../../discover/fleet.ts'
import type { Fleet } from '../../discover/fleet.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { listed, nearest } from '../../values/path.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { commandLine } from '../../repository/invocation.ts'
import { repositoryTop } from '../../repository/place.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { refuse, sayUnknownReleases } from './refuse.ts'

export interface ConnectFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly checkout?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly format?: 'pretty' | 'json' | undefined
  readonly via?: string | undefined
  readonly spring?: boolean | undefined
  readonly flyway?: boolean | undefined
  readonly env?: boolean | undefined
  readonly node?: boolean | undefined
  readonly python?: boolean | undefined
}

const snippets: Readonly<Record<'spring' | 'env' | 'node' | 'python', (route: Route) => Snippet>> = {
  spring: springSnippet,
  env: environmentSnippet,
  node: nodeSnippet,
  python: pythonSnippet,
}

/**
 * Prints what is known of a database's secrets, services and commands, or one snippet. Nothing secret is read or printed.
 * Exit code 1 when a file of the database can't be read, or the chart refuses its values.
 */
export async function connect(flags: ConnectFlags, operands: readonly string[], terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  const [first, second, ...rest] = operands
  const wanted = (['spring', 'env', 'node', 'python', 'flyway'] as const).filter((kind) => flags[kind] === true)
  if (wanted.length > 1) throw new UsageError(`--${wanted.join(' and --')} are several snippets; choose one at a time`)
  if ((second !== undefined && wanted[0] !== 'flyway') || rest.length > 0)
    throw new UsageError(`\`${rest[0] ?? second}\` is an unexpected argument; only --flyway takes a folder`)
  const [kind] = wanted
  if (format === 'json' && kind !== undefined)
    throw new UsageError(`--format is \`json\`, but --${kind} prints a snippet, which has one form; leave one of them out`)
  if (flags.via !== undefined && (kind === undefined || kind === 'flyway'))
    throw new UsageError('--via is set, but only --spring, --env, --node and --python use it')
  const workspace = openWorkspace(terminal.cwd, flags)
  const fleet = await readFleet(workspace)
  if (fleet.settings === undefined) return refuse(fleet.findings, workspace, terminal)
  const { settings } = fleet
  // `--flyway DIR orders/prd` is what the option looks like
  const isTurned = second !== undefined && !isNamed(fleet, first) && isNamed(fleet, second)
  const [name, folder] = isTurned ? [second, first] : [first, second]
  const { charts } = fleet
  const evaluated = evaluate(chooseDatabase(fleet, name), { settings, root: workspace.root, charts, reader: layerReader(settings) })
  if ('unreadable' in evaluated) return refuse(evaluated.unreadable, workspace, terminal)
  sayUnknownReleases(settings, terminal, [evaluated.database.environment.operator.version])
  const facts = connectFacts(evaluated.database, evaluated.objects)
  if (facts === undefined) return refuse(evaluated.refusals, workspace, terminal)
  if (kind === 'flyway') return writeMigration(facts, folder, terminal)
  if (kind !== undefined) {
    const pooler = facts.services.find((service) => service.kind === 'pooler')
    if (flags.via === undefined && pooler !== undefined)
      terminal.stderr(`this goes to the primary; --via ${shellWord(pooler.name)} goes through ${oneLine(pooler.use)}\n`)
    const route = routeOf(facts, flags.via ?? 'rw')
    if (route.service.idle === true)
      terminal.stderr(`warning: ${oneLine(route.service.name)} leads to standbys, but ${facts.database} has 1 instance and so none\n`)
    return printSnippet(snippets[kind](route), terminal)
  }
  terminal.stdout(
    format === 'json'
      ? connectJson(facts)
      : connectText(facts, { color: terminal.color, command: commandLine(workspace, 'connect'), room: roomOf(evaluated) }),
  )
  return 0
}

function roomOf({ objects }: Evaluated): readonly (readonly [string, string])[] {
  const connections = budgetsOf(objects)?.connections
  return connections === undefined ? [] : connectionLines(connections)
}

function isNamed({ databases }: Fleet, name: string | undefined): boolean {
  return databases.some(({ id }) => id === name || id.startsWith(`${name}/`))
}

function routeOf(facts: ConnectFacts, via: string): Route {
  const service = serviceFor(facts, via)
  if (service === undefined) {
    const names = facts.services.map(({ name, kind }) => (kind === 'rw' || kind === 'ro' || kind === 'r' ? kind : name))
    const guess = nearest(via, names)
    throw new UsageError(
      `--via is \`${via}\`, but ${facts.database} has ${listed(names)}${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`,
    )
  }
  const secret = facts.secrets.find(({ use }) => use === 'application')
  if (secret === undefined)
    throw new UsageError(`${facts.database} has no secret for applications: it follows or restores another cluster and has its roles`)
  return { facts, secret, service }
}

function printSnippet({ text, warnings }: Snippet, terminal: Terminal): number {
  terminal.stdout(text)
  for (const warning of warnings) terminal.stderr(`warning: ${oneLine(warning)}\n`)
  return 0
}

/** Without a folder the migration goes to stdout; an existing file is never overwritten. */
function writeMigration(facts: ConnectFacts, folder: string | undefined, terminal: Terminal): number {
  const text = migration({ facts })
  if (folder === undefined) {
    terminal.stdout(text)
    terminal.stderr('add a folder to write it, usually src/main/resources/db/migration\n')
    return 0
  }
  const target = join(resolve(terminal.cwd, folder), 'V1__init.sql')
  if (existsSync(target))
    throw new UsageError(`${join(folder, 'V1__init.sql')} already exists, and Flyway may have run it; add the next version next to it`)
  const inside = repositoryTop(realpathSync(terminal.cwd))
  writeWhole(target, text, { inside, shown: join(folder, 'V1__init.sql'), isNew: true })
  terminal.stdout(`written  ${visible(join(folder, 'V1__init.sql'))}\n`)
  return 0
}
