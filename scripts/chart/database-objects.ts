// Which objects does one database become, and what do Helm and the chart refuse?
import type { DatabaseObjects, Seen } from './evaluated.ts'
import { officialCharts, repositoryKey } from '../charts/pin.ts'
import type { Charts, MissingChart } from '../charts/find.ts'
import { phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { LayerCheck } from '../merge/layers.ts'
import { coalesce, helmOf } from '../values/merge.ts'
import type { Database, Settings } from '../model.ts'
import type { MapValue, Path } from '../values/value.ts'
import { renderWithHelm } from './helm-binary/objects.ts'
import { checkChoices, choiceFinding } from './choices.ts'
import { isMeant, wouldGive } from './consequence.ts'
import { chartDefaults } from './model/defaults.ts'
import { renderWithEngine } from './engine.ts'
import type { Layered } from './engine.ts'
import { checkHelmSchema } from './helm-schema.ts'
import type { HelmSchemaError } from './helm-schema.ts'
import { findIdleValues, idleFinding, isExplained } from './idle-values.ts'
import { findUnknownKeys } from './known-keys.ts'
import { chartVersion } from './model/names.ts'
import { chartSpot } from './pin-spot.ts'
import { namespaceOf, releaseOf } from './release.ts'
import { renderCluster } from './model/render.ts'
import { renderFinding } from './render-finding.ts'
import { unknownKeyFindings } from './unknown-key-findings.ts'
import { without, wrongTypeFinding } from './wrong-values.ts'

/** What a database is rendered in: its settings, the folder that a chart's folder is relative to, and the charts that there are. */
export interface Repository {
  readonly settings: Settings
  readonly root: string
  readonly charts: Charts
}

type PinnedChart = Database['environment']['clusterChart']

/** Whether the model renders a database: the official chart in the one version that is modelled, and not the helm binary. */
export function isModelled({ environment: { clusterChart } }: Database): boolean {
  return hasModel(clusterChart)
}

/** Whether objects can be had of a chart: by the model, from its files, or by the helm binary. */
export function isRenderable(chart: PinnedChart, charts: Charts): boolean {
  return chart.engine === 'helm' || hasModel(chart) || charts.find(chart).ok
}

function hasModel({ engine, name, version, repository }: PinnedChart): boolean {
  return (
    engine === 'builtin' &&
    name === 'cluster' &&
    version === chartVersion &&
    officialCharts.some((one) => repositoryKey({ repository: one, name, version }) === repositoryKey({ repository, name, version }))
  )
}

/** Findings about a layer's file on its own: the keys that no template reads. */
export function valuesChecks({ ownKeys }: Settings): (database: Database) => readonly LayerCheck[] {
  const withoutSchema = modelChecks(ownKeys)
  const whole = [schemaCheck, ...withoutSchema]
  return (database) => (!isModelled(database) ? [] : skipsSchema(database) ? withoutSchema : whole)
}

/** `skipSchemaValidation` of an Application: Helm asks no schema. */
function skipsSchema({ written }: Database): boolean {
  return written?.helm.skipSchema === true
}

/** A lower layer's mistake that a higher layer happens to cover is still a mistake; a null there only switches something off. */
const schemaCheck: LayerCheck = function* (root) {
  for (const error of checkHelmSchema(root)) if (error.value.kind !== 'null') yield typeFinding(error, root)
}

function modelChecks(ownKeys: readonly string[]): readonly LayerCheck[] {
  return [
    function* (root) {
      const cluster = root.entries.get('cluster')
      const at = cluster?.kind === 'null' ? spotOf(cluster, 'key') : undefined
      const help = phrase`remove the key: null here drops everything that lower layers set`
      if (at !== undefined)
        yield { rule: 'values/chart-schema', severity: 'error', message: phrase`cluster is null, but the chart takes a map`, at, help }
    },
    (root) => unknownKeyFindings(findUnknownKeys(root, ownKeys)),
  ]
}

/**
 * Renders one database with its pinned chart: the model, or with `engine: helm` the helm binary. `values` are the merged
 * layers. Values of the wrong type are refused by Helm; here they are reported, and the rest goes on without them, so
 * that a person sees every mistake at once.
 */
export function renderDatabase(database: Database, { values, layers }: Layered, { settings, root, charts }: Repository): DatabaseObjects {
  const { clusterChart } = database.environment
  // manifests that no chart makes are what they are
  const plain = database.written?.objects
  if (plain !== undefined) return { objects: plain, findings: [], reported: () => [] }
  if (clusterChart.engine === 'helm') return renderWithHelm(database, { values, layers }, { settings, root, charts })
  if (!isModelled(database)) {
    const found = charts.find(clusterChart)
    return found.ok ? renderWithEngine(database, { values, layers }, { settings, chart: found }) : missingChart(database, found, settings)
  }
  const helm = helmOf(settings.argocd.version)
  const full = coalesce(chartDefaults(), values, helm)
  const refused = skipsSchema(database) ? [] : checkHelmSchema(full)
  const unknownKeys = (): readonly Path[] => findUnknownKeys(values, settings.ownKeys).map(({ path }) => path)
  const chosen = [...checkChoices(full)].filter(({ path }) => !unknownKeys().some((key) => isMeant(key, path)))
  const findings: LocatedFinding[] = [
    ...refused.map((error) => ({ ...typeFinding(error, values), database: database.id })),
    ...chosen.map((error) => choiceFinding(error, values, database)),
    ...findIdleValues(full)
      .filter((idle) => !isExplained(idle, unknownKeys()))
      .map((idle) => idleFinding(idle, values, database)),
  ]
  const wrong = [...refused.map((error) => error.value.origin.path), ...chosen.map(({ path }) => path)]
  const reported = (): readonly Path[] => [...wrong, ...unknownKeys()]
  const usable =
    wrong.length === 0
      ? full
      : coalesce(
          chartDefaults(),
          wrong.reduce((map, path) => without(map, path), values),
          helm,
        )
  const release = { release: releaseOf(database), namespace: namespaceOf(database) }
  let rendered = renderCluster(usable, release)
  // the chart stops at some keys that it knows from older versions: they are reported as unknown keys already
  if (!rendered.ok && rendered.error.class === 'fail') {
    const known = findUnknownKeys(values, settings.ownKeys).reduce((map, { path }) => without(map, path), usable)
    const again = known === usable ? rendered : renderCluster(known, release)
    if (again.ok) rendered = again
  }
  const seen = (): Seen => ({ values: full, defaults: chartDefaults() })
  if (rendered.ok) return { objects: rendered.objects, findings, reported, seen }
  // what the chart reports after a value was removed may follow from that, and what it lacks from a misspelt key
  const { path: lacking = [] } = rendered.error.place?.origin ?? {}
  if (unknownKeys().some((key) => wouldGive(key, lacking))) return { objects: [], findings, reported, seen }
  if (!findings.some(({ severity }) => severity === 'error')) findings.push(renderFinding(rendered.error, database, values))
  return { objects: [], findings, reported, seen }
}

function typeFinding({ value, want }: HelmSchemaError, values: MapValue): LocatedFinding {
  return wrongTypeFinding({ value, want: [want] }, values)
}

function missingChart(database: Database, { rule, message, help }: MissingChart, settings: Settings): DatabaseObjects {
  const at = chartSpot(settings, database) ?? serviceSpot(database)
  return {
    objects: [],
    reported: () => [],
    findings: [
      { rule: rule ?? 'chart/available', severity: 'error', message: phrase`${message}`, at, help: phrase`${help}`, database: database.id },
    ],
  }
}
