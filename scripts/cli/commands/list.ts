// `list`: which databases are here, and what deploys each of them?
import { releaseOf } from '../../chart/release.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { reasonOf } from '../../deployed/skipped.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { columns } from '../../explain/table.ts'
import { locate } from '../../findings/spot.ts'
import { plural } from '../../emit/formats/text.ts'
import type { Terminal } from '../../emit/terminal.ts'
import type { Database } from '../../model.ts'
import { placer } from '../../report/places.ts'
import type { Place } from '../../report/places.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { maskInText } from '../../secret/shapes.ts'
import { isJsonMap } from '../../values/value.ts'
import { visible } from '../../values/untrusted.ts'
import { refuse } from './refuse.ts'

export interface ListFlags extends JudgingFlags {
  readonly format?: 'pretty' | 'json' | undefined
}

interface Listed {
  readonly id: string
  readonly application: string
  readonly set?: string
  readonly namespace: string
  readonly release: string
  readonly chart: { readonly repository: string; readonly name: string; readonly version: string }
  readonly operator: string
  readonly layers: readonly (Place & { readonly role: string; readonly line?: number; readonly inline?: true })[]
  readonly objects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[]
}

/** Prints the databases, and what may deploy some and could not be looked at. Exit code 1 when the settings can't be read. */
export async function list(flags: ListFlags, terminal: Terminal): Promise<number> {
  const workspace = openJudged(terminal.cwd, flags)
  const fleet = await readFleet(workspace)
  if (fleet.settings === undefined) return refuse(fleet.findings, workspace, terminal)
  const { settings, charts, skipped } = fleet
  const format = flags.format ?? 'pretty'
  const place = placer(format === 'json' ? 'program' : 'person', workspace)
  const reader = layerReader(settings)
  const databases = fleet.databases.map((database): Listed => {
    const evaluated = evaluate(database, { settings, root: workspace.root, charts, reader })
    const objects = 'unreadable' in evaluated ? [] : evaluated.objects
    return {
      ...headOf(database),
      layers: layersOf(database, place),
      objects: objects.map(({ kind, name, plain }) => {
        const { metadata } = plain
        const namespace = isJsonMap(metadata) ? metadata['namespace'] : undefined
        return { kind, name, ...(typeof namespace === 'string' && { namespace }) }
      }),
    }
  })
  const left = skipped.map((one) => {
    const { file, line } = locate(one.at)
    return { name: one.name, reason: reasonOf(one), ...place(file), line }
  })
  if (format === 'json') terminal.stdout(`${JSON.stringify({ version: 1, databases, skipped: left }, null, 2)}\n`)
  else for (const line of table(databases)) terminal.stdout(`${visible(line)}\n`)
  if (format === 'pretty')
    for (const { name, reason, file, line } of left) terminal.stderr(`${visible(`${file}:${line}: ${name} is not listed: ${reason}`)}\n`)
  terminal.stderr(`${plural(databases.length, 'database')}\n`)
  return 0
}

function headOf(database: Database): Omit<Listed, 'layers' | 'objects'> {
  const { id, application, namespace, environment, written } = database
  const { repository, name, version } = environment.clusterChart
  return {
    id,
    application,
    ...(written?.set === undefined ? {} : { set: written.set }),
    namespace,
    release: releaseOf(database),
    chart: { repository: maskInText(repository), name, version },
    operator: environment.operator.version,
  }
}

function layersOf({ layers }: Database, place: (file: string) => Place): Listed['layers'] {
  return layers.map(({ layer, file, inline }) => {
    const line = inline === undefined ? undefined : locate({ file, span: inline.root.origin.value }).line
    return { role: layer, ...place(file.path), ...(line !== undefined && { line, inline: true as const }) }
  })
}

function table(databases: readonly Listed[]): readonly string[] {
  if (databases.length === 0) return []
  const rows = databases.map(({ id, namespace, release, chart, operator, layers }) => [
    id,
    namespace,
    release,
    chart.name === '' ? 'manifests' : `${chart.name} ${chart.version}`,
    operator,
    layers.map(({ file, line }) => (line === undefined ? file : `${file}:${line}`)).join(', '),
  ])
  return columns([['DATABASE', 'NAMESPACE', 'RELEASE', 'CHART', 'OPERATOR', 'VALUES'], ...rows], Infinity, '')
}
