// Would Argo CD delete and re-create the Cluster of a hand-written Application, as its options or a hook ask it to?
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import { spotOf } from '../../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { Value } from '../../../values/value.ts'
import { splitOptions } from '../../../applicationset/sync-options.ts'
import { valueAt } from '../../../values/value.ts'
import { parseYaml } from '../../../yaml/parse.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { filePath } from '../../../deployed/repository-path.ts'
import { at, indexOfText, isDatabase } from '../../../deployed/manifest-parts.ts'
import { resolveValueFiles } from '../../../applicationset/sources.ts'

const hooks = ['helm.sh/hook', 'argocd.argoproj.io/hook'] as const
const annotation = 'argocd.argoproj.io/sync-options'
const isReplacing = (option: string): boolean => option === 'Replace=true' || option === 'Force=true'

/** The rules of generated databases (`argocd/cluster-is-not-replaced`, `argocd/cluster-is-no-hook`), once for each line. */
export function replacedClusters(manifest: Manifest): LocatedFinding[] {
  const { applications, base, plain, settings } = manifest
  const own = (applications ?? []).filter((application) => isDatabase(application, settings))
  if (own.length === 0) return []
  const path = [...base, 'spec', 'syncPolicy', 'syncOptions']
  const option = indexOfText(at(plain, ...path), (text) => splitOptions(text).some(isReplacing))
  const findings = option < 0 ? [] : [replaced(printed(at(plain, ...path, option)), manifest.spotOf([...path, option]))]
  const files = new Map<string, Value | undefined>()
  const reported = new Set<Value>()
  for (const application of own) {
    const paths = resolveValueFiles(application).files.flatMap((file) => filePath(file, manifest) ?? [])
    for (const name of [annotation, ...hooks]) {
      const found = paths.map((one) => valueAt(rootOf(one, manifest, files), ['cluster', 'annotations', name])).findLast(Boolean)
      if (found?.kind !== 'scalar' || reported.has(found)) continue
      reported.add(found)
      const text = splitOptions(printed(found.value)).find(isReplacing)
      const spot = spotOf(found, name === annotation ? 'value' : 'key')
      if (spot === undefined) continue
      if (name !== annotation) findings.push(hooked(name, spot))
      else if (text !== undefined) findings.push(replaced(text, spot))
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

function replaced(option: string, at: Spot): LocatedFinding {
  return {
    rule: 'argocd/cluster-is-not-replaced',
    severity: 'error',
    message: phrase`sync option is \`${named(option)}\`, but that lets Argo CD delete the Cluster with its volumes and create an empty one`,
    at,
    help: phrase`remove \`${named(option)}\`: an update that can't be applied must fail`,
  }
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
