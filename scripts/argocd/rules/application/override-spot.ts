// Which line of the values decides the name or the namespace of the Cluster that an Application deploys?
import { revisionIn } from '../../../repository/tree.ts'
import type { Spot } from '../../../findings/spot.ts'
import { spotOf } from '../../../findings/spot.ts'
import { officialBelow } from '../../../deployed/values/application-values.ts'
import { isJsonMap, valueAt } from '../../../values/value.ts'
import { printed } from '../../../values/printed.ts'
import { trimEndOf } from '../../../values/trim.ts'
import type { JsonMap } from '../../../values/value.ts'
import { resolveValueFiles } from '../../../applicationset/sources.ts'
import type { ValueFile } from '../../../applicationset/sources.ts'
import { parseYaml } from '../../../yaml/parse.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { filePath } from '../../../deployed/repository-path.ts'
import { at, sourcePath } from '../../../deployed/manifest-parts.ts'

/** Overrides of the chart that win over the values of the Application, the stronger first. */
export const overrides = { cluster: ['fullnameOverride', 'nameOverride'], namespace: ['namespaceOverride'] } as const

/** The highest line with one of the keys: in the Application, or in a value file of this repository. */
export function overrideSpot(manifest: Manifest, application: JsonMap, nth: number, part: keyof typeof overrides): Spot | undefined {
  const { plain, base, tree, settings } = manifest
  const spec = [...base, 'spec']
  const inline = [...spec, ...sourcePath(at(plain, ...spec), nth), 'helm', 'valuesObject']
  const source = at(application, 'spec', ...sourcePath(at(application, 'spec'), nth))
  const inside = isJsonMap(source) ? officialBelow(source, manifest) : undefined
  const below = inside === undefined ? [] : [inside.key]
  const files = resolveValueFiles(application)
    .files.filter((file) => file.source === nth)
    .toReversed()
  const roots = [...files, ...(isJsonMap(source) && inside !== undefined ? [ownFile(source)] : [])].flatMap((file) => {
    const path = filePath(file, { settings, tree })
    const read = path === undefined ? undefined : (tree.read(path) ?? tree.wide?.().read(path))
    if (path === undefined || read?.ok !== true) return []
    return parseYaml({ path: tree.shown?.(path) ?? path, text: read.text, ...revisionIn(tree, path) }, 'service').documents.slice(0, 1)
  })
  for (const key of overrides[part]) {
    if (at(plain, ...inline, ...below, key) !== undefined) return manifest.spotOf([...inline, ...below, key])
    for (const root of roots) {
      const node = valueAt(root, [...below, key])
      const spot = node?.kind === 'scalar' && node.value !== '' ? spotOf(node, 'value') : undefined
      if (spot !== undefined) return spot
    }
  }
  return undefined
}

/** The values.yaml of a chart in the repository. */
function ownFile({ path, repoURL }: JsonMap): ValueFile {
  const entry = `${trimEndOf(printed(path ?? ''), '/')}/values.yaml`
  return { source: 0, entry, kind: 'local', repoURL: printed(repoURL ?? ''), path: entry }
}
