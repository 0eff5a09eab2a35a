// What do the Kubernetes cluster and Argo CD hold, as kubectl printed it?
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { firstSpot, spotOf } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { JsonMap, MapValue, Path, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { isJsonMap, toPlain, valueAt } from '../values/value.ts'
import { yamlFindings } from '../yaml/findings.ts'

/** One live object. */
export interface LiveObject {
  readonly value: MapValue
  readonly plain: JsonMap
}

/** What `kubectl get applications,clusters -A -o yaml` printed. */
export interface LiveState {
  readonly file: SourceFile
  /** by `<namespace>/<name>` */
  readonly applications: ReadonlyMap<string, LiveObject>
  /** by `<namespace>/<name>` */
  readonly clusters: ReadonlyMap<string, LiveObject>
}

const textIn = (root: MapValue, ...path: Path): string => {
  const node = valueAt(root, path)
  return node?.kind === 'scalar' ? printed(node.value) : ''
}

/** Reads a List, or several documents, in YAML or JSON. Other kinds are ignored. */
export function readLive(file: SourceFile): { state: LiveState; findings: LocatedFinding[] } {
  const { documents, problems } = parseYaml(file, 'service')
  const applications = new Map<string, LiveObject>()
  const clusters = new Map<string, LiveObject>()
  const take = (value: Value): void => {
    if (value.kind !== 'map') return
    const items = value.entries.get('items')
    if (items?.kind === 'list') return items.items.forEach(take)
    const kind = `${textIn(value, 'apiVersion').split('/')[0]} ${textIn(value, 'kind')}`
    const plain = toPlain(value)
    if (!isJsonMap(plain)) return
    const name = textIn(value, 'metadata', 'name')
    const key = `${textIn(value, 'metadata', 'namespace')}/${name}`
    if (kind === 'argoproj.io Application') applications.set(key, { value, plain })
    if (kind === 'postgresql.cnpg.io Cluster') clusters.set(key, { value, plain })
  }
  documents.forEach(take)
  const findings = yamlFindings(file, problems)
  if (findings.length === 0 && applications.size + clusters.size === 0)
    findings.push({
      rule: 'live/any-object',
      severity: 'error',
      message: phrase`${named(file.path)} has no Applications and no Clusters, but must list those of the cluster`,
      at: firstSpot(documents[0], file),
      help: phrase`kubectl get applications,clusters -A -o yaml`,
    })
  return { state: { file, applications, clusters }, findings }
}

/** The nearest part of a live object that is written. */
export function spotInLive(live: LiveObject, { file }: LiveState, path: Path): Spot {
  for (let length = path.length; length > 0; length--) {
    const node = valueAt(live.value, path.slice(0, length))
    const spot = node === undefined ? undefined : spotOf(node)
    if (spot !== undefined) return spot
  }
  return firstSpot(live.value, file)
}
