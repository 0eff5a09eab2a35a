// Which entries of `helmCharts` does kustomize refuse to read?
import { posix } from 'node:path'
import { officialNameMeant } from '../../charts/pin.ts'
import { named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { describe } from '../../values/describe.ts'
import { lookup } from '../../values/lookup.ts'
import { nearest } from '../../values/path.ts'
import { trimEndOf } from '../../values/trim.ts'
import type { MapValue, Value } from '../../values/value.ts'
import { isMap, valueAt } from '../../values/value.ts'
import { toText } from './patches.ts'
import type { Around } from './patches.ts'

type Shape = 'text' | 'switch' | 'texts' | 'map'

/** `types.HelmChart` of kustomize 5: JSON without unknown fields, and with names in any case. */
const shapes: Readonly<Record<string, Shape>> = lookup({
  name: 'text',
  version: 'text',
  repo: 'text',
  releaseName: 'text',
  namespace: 'text',
  additionalValuesFiles: 'texts',
  valuesFile: 'text',
  valuesInline: 'map',
  valuesMerge: 'text',
  includeCRDs: 'switch',
  skipHooks: 'switch',
  apiVersions: 'texts',
  kubeVersion: 'text',
  nameTemplate: 'text',
  skipTests: 'switch',
  debug: 'switch',
  devel: 'switch',
})
const known = Object.keys(shapes)
const byLowerCase = new Map(known.map((key) => [key.toLowerCase(), key]))

/** Keys of `helmChartInflationGenerator`, of an Application and of Flux, with what they are called here. */
const elsewhere: Readonly<Record<string, string>> = lookup({
  chart: 'name',
  chartName: 'name',
  chartVersion: 'version',
  targetRevision: 'version',
  chartRepoUrl: 'repo',
  repoURL: 'repo',
  repository: 'repo',
  releaseNamespace: 'namespace',
  values: 'valuesFile',
  valueFile: 'valuesFile',
  valueFiles: 'additionalValuesFiles',
  valuesLocal: 'valuesInline',
  valuesObject: 'valuesInline',
})

const wanted: Readonly<Record<Shape, string>> = { text: 'text', switch: 'true or false', texts: 'a list of texts', map: 'a map' }

/** Why kustomize does not read the entries of `helmCharts`; undefined: it does. */
export function refusedChart(root: MapValue, { at, reader, refuse }: Pick<Around, 'at' | 'reader' | 'refuse'>): string | undefined {
  const home = toText(valueAt(root, ['helmGlobals', 'chartHome'])) || 'charts'
  const isHere = (name: string): boolean => reader.isFolder(`${posix.join('/', at, home).slice(1)}/${name}/`)
  const list = root.entries.get('helmCharts')
  if (list !== undefined && list.kind !== 'null' && list.kind !== 'list')
    return refuse(`\`helmCharts\` is ${shown(list)}, but must be a list`, list, { on: 'key', help: phrase`begin each chart with \`- \`` })
  for (const entry of list?.kind === 'list' ? list.items.filter(isMap) : []) {
    const [name, repo] = ['name', 'repo'].map((key) => entry.entries.get(key))
    const official = officialNameMeant(toText(name), trimEndOf(toText(repo), '/'))
    if (official !== undefined && name !== undefined && !isHere(toText(name)))
      return refuse(`its repository has no chart ${toText(name)}`, name, { help: phrase`did you mean \`${named(official)}\`?` })
    for (const [key, node] of entry.entries) {
      const shape = shapes[byLowerCase.get(key.toLowerCase()) ?? '']
      const meant = shape === undefined ? meantBy(key, node) : undefined
      // a newer kustomize may know a key that no other is like
      if (shape === undefined && meant === undefined) return `a chart of it has the unknown key \`${key}\``
      if (meant !== undefined)
        return refuse(`a chart of it has the unknown key \`${key}\``, node, { on: 'key', help: phrase`did you mean \`${named(meant)}\`?` })
      if (shape !== undefined && node.kind !== 'null' && !fits(node, shape))
        return refuse(`\`${key}\` of its chart is ${shown(node)}, but must be ${wanted[shape]}`, node, helpFor(node, shape))
    }
  }
  return undefined
}

const shown = (node: Value): string => (node.kind === 'scalar' && typeof node.value === 'string' ? 'text' : describe(node))

function meantBy(key: string, node: Value): string | undefined {
  const meant = nearest(key, known) ?? elsewhere[key]
  return meant === 'valuesFile' && node.kind === 'map' ? 'valuesInline' : meant
}

function fits(node: Value, shape: Shape): boolean {
  if (shape === 'map') return node.kind === 'map'
  if (shape === 'texts') return node.kind === 'list' && node.items.every((item) => item.kind === 'null' || fits(item, 'text'))
  return node.kind === 'scalar' && typeof node.value === (shape === 'text' ? 'string' : 'boolean')
}

function helpFor(node: Value, shape: Shape): { readonly help: Message } | undefined {
  if (node.kind !== 'scalar') return undefined
  if (shape === 'text') return { help: phrase`put quotes around it` }
  if (shape === 'texts') return { help: phrase`write it as an item of a list: - ${named(String(node.value))}` }
  return shape === 'switch' ? { help: phrase`write true or false, without quotes` } : undefined
}
