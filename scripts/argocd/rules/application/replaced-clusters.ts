// Would Argo CD delete and re-create the Cluster of a hand-written Application, or overwrite it, as its options or a hook ask it to?
import { hookAnnotations } from '../../../applicationset/sync-wave.ts'
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import { spotOf } from '../../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { JsonMap, Value } from '../../../values/value.ts'
import { judgeReplacing, overwriting } from '../../../applicationset/replacing.ts'
import type { Replacing } from '../../../applicationset/replacing.ts'
import { valueAt } from '../../../values/value.ts'
import { parseYaml } from '../../../yaml/parse.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { filePath } from '../../../deployed/repository-path.ts'
import { at, indexOfText, isDatabase } from '../../../deployed/manifest-parts.ts'
import { objectsIn } from '../../../deployed/folders/folder-objects.ts'
import { resolveValueFiles, sourcesIn } from '../../../applicationset/sources.ts'

const annotation = 'argocd.argoproj.io/sync-options'

/** The rules of generated databases (`argocd/cluster-is-not-replaced`, `argocd/cluster-is-no-hook`), once for each line. */
export function replacedClusters(manifest: Manifest): LocatedFinding[] {
  const { applications = [], base, plain, settings } = manifest
  const path = [...base, 'spec', 'syncPolicy', 'syncOptions']
  const options = at(plain, ...path)
  const option = indexOfText(options, (text) => text === 'Replace=true')
  const own = applications.filter((application) => isDatabase(application, settings))
  const isOverwriting = option >= 0 && (own.length > 0 || applications.some((application) => hasCluster(application, manifest)))
  const findings = isOverwriting ? [replaced({ deletes: false, ...overwriting }, manifest.spotOf([...path, option]))] : []
  const files = new Map<string, Value | undefined>()
  const reported = new Set<Value>()
  for (const application of own) {
    const paths = resolveValueFiles(application).files.flatMap((file) => filePath(file, manifest) ?? [])
    for (const name of [annotation, ...hookAnnotations]) {
      const found = paths.map((one) => valueAt(rootOf(one, manifest, files), ['cluster', 'annotations', name])).findLast(Boolean)
      if (found?.kind !== 'scalar' || reported.has(found)) continue
      reported.add(found)
      const why = judgeReplacing(printed(found.value), Array.isArray(options) ? options.map(printed) : [])
      const spot = spotOf(found, name === annotation ? 'value' : 'key')
      if (spot === undefined) continue
      if (name !== annotation) findings.push(hooked(name, spot))
      else if (why !== undefined) findings.push(replaced(why, spot))
    }
  }
  return findings
}

function rootOf(path: string, { tree }: Manifest, files: Map<string, Value | undefined>): Value | undefined {
  if (!files.has(path)) {
    const read = tree.read(path)
    const file = { path: tree.shown?.(path) ?? path, text: read?.ok === true ? read.text : '' }
    files.set(path, parseYaml(file, 'service').documents[0])
  }
  return files.get(path)
}

function hasCluster(application: JsonMap, manifest: Manifest): boolean {
  return sourcesIn(at(application, 'spec')).some((source) => objectsIn(source, manifest).some(({ kind }) => kind === 'Cluster'))
}

function replaced({ deletes, message, help }: Replacing, at: Spot): LocatedFinding {
  return deletes
    ? { rule: 'argocd/cluster-is-not-replaced', severity: 'error', message, at, help }
    : { rule: 'argocd/cluster-is-not-overwritten', severity: 'warning', message, at, help }
}

function hooked(name: string, at: Spot): LocatedFinding {
  return {
    rule: 'argocd/cluster-is-no-hook',
    severity: 'error',
    message: phrase`cluster.annotations has ${named(name)}, but a Cluster that is a hook is deleted and re-created at each sync`,
    at,
    help: phrase`remove it: the chart copies these annotations onto the Cluster itself`,
  }
}
