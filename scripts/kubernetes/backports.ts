// Which fields did later patches of a minor get that, of the CRDs here, only those of the next minor have?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

interface Backport {
  /** the first patch that has it */
  readonly since: string
  readonly kinds: readonly string[]
  /** of the field, or of the part that changed with it; `[]`: an item of the list */
  readonly path: readonly string[]
}

const extensions = ['spec', 'postgresql', 'extensions']

/** By comparing the CRDs of the tags 1.27.1 to 1.27.4 of the operator, `status` left out. */
const backports: readonly Backport[] = [
  { since: '1.27.3', kinds: ['Cluster'], path: ['spec', 'backup', 'barmanObjectStore', 'azureCredentials', 'useDefaultAzureCredentials'] },
  {
    since: '1.27.3',
    kinds: ['Cluster'],
    path: ['spec', 'externalClusters', '[]', 'barmanObjectStore', 'azureCredentials', 'useDefaultAzureCredentials'],
  },
  { since: '1.27.3', kinds: ['Cluster'], path: [...extensions, '[]', 'name'] },
  {
    since: '1.27.3',
    kinds: ['Cluster'],
    path: ['spec', 'projectedVolumeTemplate', 'sources', '[]', 'podCertificate', 'userAnnotations'],
  },
  {
    since: '1.27.3',
    kinds: ['Pooler'],
    path: ['spec', 'template', 'spec', 'volumes', '[]', 'projected', 'sources', '[]', 'podCertificate', 'userAnnotations'],
  },
  { since: '1.27.3', kinds: ['Pooler'], path: ['spec', 'template', 'spec', 'workloadRef'] },
  { since: '1.27.4', kinds: ['Cluster'], path: extensions },
  { since: '1.27.4', kinds: ['ImageCatalog', 'ClusterImageCatalog'], path: ['spec', 'images', '[]', 'extensions'] },
]

/** The derived schemas of a kind: of a patch that has CRDs here, and of the next minor. */
interface Schemas {
  readonly schema: JsonMap
  readonly later: () => JsonMap
}

/** The schema of a kind for the patch that is asked for; `isReached`: whether that patch has what another one introduced. */
export function withBackports(kind: string, { schema, later }: Schemas, isReached: (since: string) => boolean): JsonMap {
  const wanted = backports.filter(({ since, kinds }) => kinds.includes(kind) && isReached(since))
  if (wanted.length === 0) return schema
  const copy = structuredClone(schema)
  const from = later()
  for (const { path } of wanted) {
    const name = path.at(-1) ?? ''
    const [holder, newer] = [copy, from].map((root) => propertiesAt(root, path.slice(0, -1)))
    if (holder !== undefined && newer?.[name] !== undefined) holder[name] = newer[name]
  }
  return copy
}

/** The schemas of the members at a path, by name; those in `$defs` are shared by all places that refer to them. */
function propertiesAt(root: JsonMap, path: readonly string[]): Record<string, Json> | undefined {
  const definitions = isJsonMap(root['$defs']) ? root['$defs'] : {}
  const follow = (node: Json | undefined): Json | undefined => {
    const reference = isJsonMap(node) ? node['$ref'] : undefined
    return typeof reference === 'string' ? definitions[reference.slice('#/$defs/'.length)] : node
  }
  const below = (node: Json | undefined, key: string): Json | undefined => {
    const schema = follow(node)
    return isJsonMap(schema) ? schema[key] : undefined
  }
  let node: Json | undefined = root
  for (const step of path) {
    const properties = below(node, 'properties')
    node = step === '[]' ? below(node, 'items') : isJsonMap(properties) ? properties[step] : undefined
  }
  const found = below(node, 'properties')
  return isJsonMap(found) ? found : undefined
}
