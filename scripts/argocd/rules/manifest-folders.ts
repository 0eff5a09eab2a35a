// Which Clusters stand as plain manifests in the folder of this repository that an Application syncs?
import { trimEndOf } from '../../values/trim.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import type { JsonMap } from '../../model.ts'
import { isJsonMap, toPlain, valueAt } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import type { Manifest } from './manifest-files.ts'
import { at, ownPath } from './manifest-parts.ts'

export interface PlainCluster {
  readonly name: string
  readonly namespace: string | undefined
  readonly spot: Spot
}

/** What makes more of a folder than its manifests. */
const tools = /(?:^|\/)(?:Chart\.yaml|kustomization\.ya?ml|Kustomization)$/

/** The Clusters of a source that is a plain folder; none where a tool makes its manifests. */
export function plainClusters(source: JsonMap, { settings, tree }: Manifest): PlainCluster[] {
  const { path, repoURL, targetRevision, chart, plugin } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string' || chart !== undefined || plugin !== undefined) return []
  const revision = typeof targetRevision === 'string' ? { targetRevision } : {}
  const file = { source: 0, entry: path, kind: 'local', repoURL, path: path.replace(/^\.\//, ''), ...revision } as const
  const own = ownPath(file, settings)
  const folder = own === undefined ? undefined : trimEndOf(own, '/')
  if (folder === undefined || folder === '' || folder === '.') return []
  const all = tree.wide?.() ?? tree
  const isDeep = at(source, 'directory', 'recurse') === true
  const inside = all.paths.filter((one) => one.startsWith(`${folder}/`) && (isDeep || !one.slice(folder.length + 1).includes('/')))
  if (inside.some((one) => tools.test(one))) return []
  return inside.flatMap((one) => {
    const read = /\.ya?ml$/.test(one) ? all.read(one) : undefined
    if (read?.ok !== true || !read.text.includes('postgresql.cnpg.io')) return []
    const shown = tree.shown?.(one) ?? one
    const origin = { path: shown, text: read.text, ...(tree.revision === undefined ? {} : { revision: tree.revision }) }
    return parseYaml(origin, 'service').documents.flatMap((document): PlainCluster[] => {
      const plain = toPlain(document)
      if (!isJsonMap(plain) || plain['kind'] !== 'Cluster' || !String(plain['apiVersion']).startsWith('postgresql.cnpg.io/')) return []
      const node = valueAt(document, ['metadata', 'name'])
      const spot = node?.kind === 'scalar' ? spotOf(node, 'value') : undefined
      const namespace = at(plain, 'metadata', 'namespace')
      const name = at(plain, 'metadata', 'name')
      if (spot === undefined || typeof name !== 'string') return []
      return [{ name, namespace: typeof namespace === 'string' ? namespace : undefined, spot }]
    })
  })
}
