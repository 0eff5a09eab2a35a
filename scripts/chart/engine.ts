// Which objects does a database become with a chart that is rendered from its files?
import type { DatabaseObjects } from './evaluated.ts'
import type { FoundChart } from '../charts/find.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { HelmRefusal, SchemaRefused } from '../helm/error.ts'
import { loadOnce } from '../helm/load.ts'
import { renderedObjects } from '../helm/output.ts'
import { helmValues } from '../helm/render.ts'
import type { HelmInput } from '../helm/render.ts'
import { renderTraced } from '../helm/traced.ts'
import type { Traced } from '../helm/traced.ts'
import type { UnreadKey } from '../helm/unknown-keys.ts'
import { namesOf } from '../helm/static-reads.ts'
import { unreadOf } from '../helm/unread.ts'
import { helmOf } from '../values/merge.ts'
import type { Database, Settings } from '../model.ts'
import type { MapValue, Path } from '../values/value.ts'
import { jsonAt, valueAt } from '../values/value.ts'
import { append, split } from '../values/append.ts'
import { once } from '../values/once.ts'
import { wanted } from './capabilities.ts'
import { choiceFinding } from './choices.ts'
import { comparedWords } from './compared-words.ts'
import { idleFinding, isExplained } from './idle-values.ts'
import { misusedValues } from './misused-values.ts'
import { isNothing, refusalFinding, refusedPath, schemaFindings } from './engine-refusals.ts'
import { historyOf } from './key-history.ts'
import { isMeant, wouldGive } from './consequence.ts'
import { renderModelled } from './modelled-subcharts.ts'
import { namespaceOf, releaseOf } from './release.ts'
import { withStandIn } from './stand-in.ts'
import type { HelmDocument } from '../helm/output.ts'
import { templateFindings } from './own-templates.ts'
import type { Printed } from './own-templates.ts'
import { printedWords } from './printed-words.ts'
import { keySpot } from './template-spots.ts'
import { isPartOf, unknownKeyFindings } from './unknown-key-findings.ts'
import { replaced, without } from './wrong-values.ts'

/** The values of one release: merged, and the content of each file, lowest first. */
export interface Layered {
  readonly values: MapValue
  readonly layers: readonly MapValue[]
}

export interface EngineSetting {
  readonly settings: Settings
  readonly chart: FoundChart
}

/** Values that a schema refuses are left out and it is tried again; so often, since a schema may refuse what is left. */
const mostTries = 3

/**
 * Renders one database from its chart's files. What Helm refuses is reported where it was written, and the rest goes on
 * without it where it can, so that a person sees every mistake at once.
 */
export function renderWithEngine(
  database: Database,
  { values, layers }: Layered,
  { settings, chart: found }: EngineSetting,
): DatabaseObjects {
  const chart = withStandIn(found)
  const helm = helmOf(settings.argocd.version)
  const own = database.written?.helm.apiVersions ?? []
  const input = (given: MapValue): HelmInput => ({
    files: chart.files,
    place: chart.place,
    release: releaseOf(database),
    namespace: namespaceOf(database),
    layers: [given],
    helm,
    ...(database.environment.kubernetes !== undefined && { kubeVersion: database.environment.kubernetes }),
    ...database.written?.helm,
    // one list for all: what follows from it is known by the list
    apiVersions: own.length === 0 ? wanted : [...wanted, ...own],
  })
  const findings: LocatedFinding[] = []
  const wrong: Path[] = []
  // a word that the templates don't know is left out, so that what it would lead to is not reported, too
  const { clusterChart } = database.environment
  const { choices: chosen, idle } = known(() => misusedValues(values, input(values), { chart, helm, pin: clusterChart }), {
    choices: [],
    idle: [],
  })
  append(
    wrong,
    chosen.map(({ path }) => path),
  )
  // what the chart's own files set stays there, whatever is left out
  const isOfFiles = (path: Path): boolean => valueAt(values, path)?.origin.layer === 'chart'
  let usable = chosen.reduce(
    (left, { path, usual }) => (usual && isOfFiles(path) ? replaced(left, path, usual) : without(left, path)),
    values,
  )
  let run = renderTraced(input(usable))
  for (let tries = 0; run.refused instanceof SchemaRefused && tries < mostTries; tries++) {
    const refused = schemaFindings(run.refused, { database, values, usable })
    append(findings, refused.findings)
    append(wrong, refused.paths)
    const left = refused.paths.reduce(without, usable)
    run = renderTraced({ ...input(left), skipSchema: left === usable })
    usable = left
  }
  const all = unreadIn(chart, { values, layers, settings, looked: run.looked })
  const isBelow = ({ path }: UnreadKey): boolean => wrong.some((other) => other.every((step, at) => step === path[at]))
  const unread = all.map((keys) => keys.filter((key) => !isBelow(key)))
  const unknownKeys = [...new Set(unread.flat().map(({ path }) => path))]
  // a chart may stop at keys that it knows from older versions: they are reported as unknown keys already
  if (run.refused?.class === 'fail' && unknownKeys.length > 0) {
    run = renderTraced(input(unknownKeys.reduce(without, usable)))
  }
  // what a misspelt key was to set is not missing, too
  const missed = chosen.filter(({ path }) => !unknownKeys.some((key) => isMeant(key, path)))
  append(
    findings,
    missed.map((error) => choiceFinding(error, values, database)),
    idle.filter((one) => !isExplained(one, unknownKeys)).map((one) => idleFinding(one, values, database)),
  )
  const history = historyOf(database)
  for (const keys of unread) {
    // what a chart sets beside its subcharts, and nothing is like, is lost, but nobody set it for a database
    const [stray, wrong] = split(
      keys,
      ({ path, value, suggestion, isDefault }) =>
        isDefault === true || (value.origin.layer === 'chart' && path.length === 1 && !suggestion),
    )
    append(
      findings,
      [...unknownKeyFindings(wrong, history)].map((finding) => ({ ...finding, database: database.id })),
      [...unknownKeyFindings(stray, history)].map((finding) => ({ ...finding, severity: 'warning' as const, database: database.id })),
    )
  }
  const words = known(() => [...comparedWords(loadOnce(chart.files, { helm, place: chart.place }), usable, helm)], [])
  append(
    findings,
    words.map((finding) => ({ ...finding, database: database.id })),
  )
  if (database.written?.chartFolder !== undefined) {
    const again = (): readonly HelmDocument[] => renderTraced(input(usable)).documents
    const printed = {
      ...ownOf(database),
      chart,
      helm,
      values: usable,
      looked: run.looked,
      documents: run.documents,
      manifests: run.manifests,
      again,
    }
    const own = known(() => templateFindings(printed), [])
    append(
      findings,
      own.map((finding) => ({ ...finding, database: database.id })),
    )
  }
  if (run.refused !== undefined) {
    const refused = { database, settings, values, chart, stops: run.stops() }
    const finding = refusalFinding(run.refused, refused)
    const path = refusedPath(run.refused, refused)
    // what the chart reports after a value was removed may follow from that, but not that a word is misspelt or that a value stands there
    const isThere = path !== undefined && !isNothing(valueAt(usable, path))
    const isLeftOut = path !== undefined && wrong.some((one) => isMeant(one, path))
    const isElsewhere = path !== undefined && unknownKeys.some((one) => wouldGive(one, path))
    // without its word the chart may have chosen another branch, which needs other values
    const isOfBranch = !isThere && chosen.length > 0
    const isOwn = run.refused.class === 'fail' && (finding.help !== undefined || isThere) && !isLeftOut && !isElsewhere && !isOfBranch
    if (isOwn || !findings.some(({ severity }) => severity === 'error')) {
      findings.push(finding)
      // a null took away what policies would look at
      if (finding.rule === 'chart/needs-value' && path !== undefined) wrong.push(path)
    }
  }
  const modelled =
    chart.modelled === undefined
      ? undefined
      : known(
          () =>
            renderModelled(database, usable, {
              files: chart.files,
              place: chart.place,
              helm,
              unknownKeys,
              isStopped: run.refused !== undefined,
            }),
          undefined,
        )
  append(findings, modelled?.findings ?? [])
  append(wrong, modelled?.wrong ?? [])
  return {
    objects: [...renderedObjects(run.documents), ...(modelled?.objects ?? [])],
    findings,
    ...(database.written?.chartFolder !== undefined && {
      keySpot: (key: string) => keySpot(chart, key),
      inTemplate: printedWords(chart, run.documents),
    }),
    reported: () => [...wrong, ...unknownKeys],
    seen: once(() => known(() => helmValues(input(values)), undefined)),
  }
}

/** What the Application of a database asks Argo CD to ignore, and what Argo CD ignores everywhere. */
const ownOf = ({ written }: Database): Pick<Printed, 'ignored' | 'ignoredKinds'> => ({
  ignored: jsonAt(written?.application, ['spec', 'ignoreDifferences']) ?? null,
  ignoredKinds: () => written?.ignoredKinds?.() ?? new Set(),
})

/** What is known of the chart's templates whatever the values; nothing where they can't be parsed, which is reported. */
function known<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    return otherwise
  }
}

/** A key beside the empty one that it belongs below; a default beside any other empty key hurts nobody. */
function withHome({ below, ...key }: UnreadKey): readonly UnreadKey[] {
  if (below === undefined) return [key]
  if (below.isRead || isPartOf(below.name, key.key))
    return [{ ...key, elsewhere: [[...key.path.slice(0, -1), below.name, key.key].join('.')] }]
  return key.isDefault ? [] : [key]
}

/** The keys of each layer that nothing reads; none where the chart's templates can't be parsed, which is reported. */
function unreadIn(
  chart: FoundChart,
  { values, layers, settings, looked }: Layered & { readonly settings: Settings; readonly looked: Traced['looked'] },
): (readonly UnreadKey[])[] {
  const helm = helmOf(settings.argocd.version)
  const isOwn = ({ path, key }: UnreadKey): boolean => path.length === 1 && settings.ownKeys.includes(key)
  return known(() => {
    const loaded = loadOnce(chart.files, { helm, place: chart.place })
    const known = loaded.dependencies.flatMap((child) => namesOf(child, loaded))
    // a dependency that is not here reads the values below its key, whatever its alias is
    const isMissing = ({ path, suggestion, meant }: UnreadKey): boolean =>
      chart.without !== undefined && (suggestion === undefined || meant === true) && !known.includes(String(path[0]))
    // nobody here can edit what a chart from elsewhere sets
    const isForeign = ({ origin }: MapValue): boolean => origin.layer === 'chart' && origin.file.builtin === true
    return layers.map((layer) =>
      isForeign(layer)
        ? []
        : unreadOf(loaded, layer, { helm, values, looked })
            .filter((key) => !isOwn(key) && !isMissing(key))
            .flatMap(withHome),
    )
  }, [])
}
