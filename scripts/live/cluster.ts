// Where does a live Cluster differ from what the API server would store for ours?
import { fieldAt, here, named, phrase } from '../findings/message.ts'
import { admit } from '../admit/admit.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import { serviceSpot } from '../merge/generator.ts'
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { spotInLive } from './state.ts'
import type { LiveObject, LiveState } from './state.ts'
import type { Database } from '../model.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { listed } from '../values/path.ts'
import { compareQuantities, readQuantity } from '../kubernetes/quantity.ts'
import { isJsonMap } from '../values/value.ts'

/** A field that differs, as a place in the object that the repository wants. */
interface LiveDifference {
  readonly path: Path
  readonly message: Message
  readonly live: Spot
}

/** Fields of the live Cluster against what the API server would store for ours. */
export function liveFindings(
  live: LiveState,
  { database, merged, objects }: Pick<Evaluated, 'database' | 'merged' | 'objects'>,
): LocatedFinding[] {
  const object = objects.find(({ kind }) => kind === 'Cluster')
  const wanted = object === undefined ? undefined : admit(object.plain, { operator: database.environment.operator.version }).defaulted
  if (object === undefined || wanted === undefined) return []
  return compareCluster(live, database, wanted).map(({ path, message, live: at }) => {
    const finding = {
      rule: 'live/cluster-as-wanted',
      severity: 'warning',
      message,
      places: [{ path }],
      help: phrase`sync it, or write here what was changed by hand`,
    } as const
    const found = locateFinding(finding, { object, values: merged, fallback: serviceSpot(database), database })
    // each Cluster has its own lines in the live file, so no two differences coincide
    return { ...found, at, related: [{ ...found.at, message: phrase`wanted here` }] }
  })
}

/**
 * Our fields that differ in the live Cluster, and parameters of PostgreSQL that only the live one has. Anything else in it
 * belongs to the operator.
 */
function compareCluster(state: LiveState, database: Database, wanted: JsonMap): LiveDifference[] {
  const live = state.clusters.get(`${database.namespace}/${database.cluster}`)
  if (live === undefined) return []
  const found: LiveDifference[] = []
  const report = (path: Path, message: Message): void => {
    found.push({ path, message, live: spotInLive(live, state, path) })
  }
  const compare = (want: Json, have: Json | undefined, path: Path): void => {
    if (isSame(want, have)) return
    if (isJsonMap(want) && isJsonMap(have)) for (const [key, entry] of Object.entries(want)) compare(entry, have[key], [...path, key])
    else if (Array.isArray(want) && Array.isArray(have) && want.length === have.length)
      want.forEach((item, index) => compare(item, have[index], [...path, index]))
    else {
      const [left, right] = shownDifference(want, have)
      report(path, phrase`${fieldAt(path)} is ${named(left)}, but ${named(right)} in the live Cluster`)
    }
  }
  compare(wanted['spec'] ?? {}, live.plain['spec'] ?? {}, ['spec'])
  const parameters: Path = ['spec', 'postgresql', 'parameters']
  const [ours, theirs] = [mapAt(wanted, parameters), mapAt(live.plain, parameters)]
  for (const [name, value] of Object.entries(theirs))
    if (ours[name] === undefined)
      report([...parameters, name], phrase`${here(`parameter ${name}`)} is not set here, but ${named(brief(value))} in the live Cluster`)
  compareMetadata(wanted, live, report)
  return found
}

/** Labels that Helm, the chart or Argo CD's tracking set themselves. */
const foreignLabels = /^(?:helm\.sh\/|app\.kubernetes\.io\/)/

/** Annotations one by one, since one may be a guard; labels together, since they come and go together. */
function compareMetadata(wanted: JsonMap, { plain }: LiveObject, report: (path: Path, message: Message) => void): void {
  const annotations: Path = ['metadata', 'annotations']
  const has = mapAt(plain, annotations)
  for (const [key, value] of Object.entries(mapAt(wanted, annotations)))
    if (has[key] !== value) {
      const [left, right] = shownDifference(value, has[key])
      report([...annotations, key], phrase`${here(`annotation ${key}`)} is ${named(left)}, but ${named(right)} in the live Cluster`)
    }
  const labels: Path = ['metadata', 'labels']
  const live = mapAt(plain, labels)
  const missing = Object.entries(mapAt(wanted, labels)).filter(([key, value]) => !foreignLabels.test(key) && live[key] !== value)
  const [first, ...others] = missing
  if (first === undefined) return
  const isOne = others.length === 0
  const message = phrase`label${isOne ? '' : 's'} ${listed(missing.map(([key]) => key))} ${isOne ? 'is' : 'are'} set here, but missing or different in the live Cluster`
  report(isOne ? [...labels, first[0]] : labels, message)
}

function mapAt(root: JsonMap, path: Path): JsonMap {
  let node: Json | undefined = root
  for (const step of path) node = isJsonMap(node) ? node[String(step)] : undefined
  return isJsonMap(node) ? node : {}
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.values(value).every((entry) => isEmpty(entry))
}

/** Empty is what Go leaves out, and quantities are equal however they are written. */
function isSame(want: Json, have: Json | undefined): boolean {
  if (want === have || (have === undefined && isEmpty(want)) || (isEmpty(want) && isEmpty(have) && typeof want === 'object')) return true
  const [left, right] = [readQuantity(want), readQuantity(have)]
  return left !== undefined && right !== undefined && compareQuantities(left, right) === 0
}

const longest = 30

/** Two values so that the difference shows: long texts with the same beginning are cut at their start. */
function shownDifference(want: Json, have: Json | undefined): readonly [string, string] {
  if (typeof want !== 'string' || typeof have !== 'string' || Math.max(want.length, have.length) <= longest - 2)
    return [brief(want), brief(have)]
  let common = 0
  while (common < want.length && want[common] === have[common]) common++
  const from = Math.max(0, common - 12)
  const cut = (text: string): string => {
    const part = text.slice(from, from + longest - 4)
    return `"${from > 0 ? '…' : ''}${part}${from + part.length < text.length ? '…' : ''}"`
  }
  return [cut(want), cut(have)]
}

function brief(value: Json | undefined): string {
  if (value === undefined || value === null) return 'not set'
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'a map'
  const text = JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest - 2)}…"` : text
}
