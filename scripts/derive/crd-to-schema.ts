// How do CustomResourceDefinitions become the JSON schemas under schemas/?
import { lookup } from '../values/lookup.ts'
import { printed } from '../values/printed.ts'
import { createHash } from 'node:crypto'
import { JSON_SCHEMA, loadAll } from 'js-yaml'
import type { Json, JsonMap } from '../values/value.ts'
import { formatSchema, shareRepeated, sortKeys, withoutProse } from './compact.ts'
import { isJsonMap } from '../values/value.ts'

/** The products whose CRDs this program knows, by API group: the only table of names. */
const products: Readonly<Record<string, string>> = lookup({
  'postgresql.cnpg.io': 'cloudnative-pg',
  'barmancloud.cnpg.io': 'plugin-barman-cloud',
  'argoproj.io': 'argo-cd',
})

/** A text to derive from, and a text to write; paths are '/'-separated, the latter from the repository root. */
export interface DeriveText {
  readonly path: string
  readonly text: string
}

/** What `schemas derive` reports about the input, one sentence each. */
export interface DeriveResult {
  readonly files: readonly DeriveText[]
  readonly problems: readonly { readonly path: string; readonly message: string; readonly help?: string }[]
}

/** One kind of SOURCE.json. Absent scale: the kind has no scale sub-resource. */
export interface SourceKind {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly scope: 'Namespaced' | 'Cluster'
  /** the served version that the schema belongs to (the storage version where several are served) */
  readonly version: string
  readonly served: readonly string[]
  readonly status: boolean
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string }
}

/** SOURCE.json of one product version. */
export interface SchemaSource {
  readonly product: string
  readonly version: string
  readonly sources: readonly { readonly name: string; readonly sha256: string }[]
  readonly kinds: readonly SourceKind[]
}

interface Derived {
  readonly product: string
  readonly source: SourceKind
  readonly schema: JsonMap
  readonly from: DeriveText
}

function mapAt(value: JsonMap | undefined, key: string): JsonMap | undefined {
  const entry = value?.[key]
  return isJsonMap(entry) ? entry : undefined
}

/** The documents of a text, with the items of `List` objects (kubectl get crd -o yaml) unpacked. */
function* documentsOf(text: string): Generator<JsonMap> {
  for (const document of loadAll(text, { schema: JSON_SCHEMA }) as Json[]) {
    if (!isJsonMap(document)) continue
    if (Array.isArray(document['items'])) yield* document['items'].filter(isJsonMap)
    else yield document
  }
}

/** The version whose schema is kept: the storage version if it is served, else the last served one. */
function chooseVersion(versions: readonly JsonMap[]): JsonMap | undefined {
  const served = versions.filter((version) => version['served'] === true)
  return served.find((version) => version['storage'] === true) ?? served.at(-1)
}

function sourceKind(spec: JsonMap, version: JsonMap, versions: readonly JsonMap[]): SourceKind {
  const subresources = mapAt(version, 'subresources')
  const scale = mapAt(subresources, 'scale')
  return {
    kind: printed(mapAt(spec, 'names')?.['kind']),
    group: printed(spec['group']),
    plural: printed(mapAt(spec, 'names')?.['plural']),
    scope: spec['scope'] === 'Cluster' ? 'Cluster' : 'Namespaced',
    version: printed(version['name']),
    served: versions.filter((entry) => entry['served'] === true).map((entry) => printed(entry['name'])),
    status: mapAt(subresources, 'status') !== undefined,
    ...(scale && {
      scale: {
        specReplicasPath: printed(scale['specReplicasPath'] ?? ''),
        statusReplicasPath: printed(scale['statusReplicasPath'] ?? ''),
        ...(typeof scale['labelSelectorPath'] === 'string' && { labelSelectorPath: scale['labelSelectorPath'] }),
      },
    }),
  }
}

/** The kind becomes a file name, and other programs build paths from the rest: names must be what the API server accepts. */
function wrongName({ kind, plural, version, served }: SourceKind): string | undefined {
  const isLabel = (text: string): boolean => /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
  const shown = (text: string): string => JSON.stringify(text.slice(0, 40))
  if (!isLabel(kind.toLowerCase()) || !/^[-A-Za-z0-9]+$/.test(kind)) return `kind is ${shown(kind)}, but must be letters, digits and \`-\``
  if (kind.toLowerCase() === 'source') return `kind is ${shown(kind)}, but SOURCE.json is another file`
  if (!isLabel(plural)) return `plural is ${shown(plural)}, but must be lower-case letters, digits and \`-\``
  const wrong = [version, ...served].find((name) => !isLabel(name))
  return wrong === undefined ? undefined : `version is ${shown(wrong)}, but must be a version such as v1`
}

type Outcome = Derived | { readonly problem: DeriveResult['problems'][number] }

/** The largest CRD of CloudNativePG has some 20,000 nodes, 30 levels deep. */
const mostNodes = 500_000
const mostLevels = 200

/** Whether aliases contain themselves, or multiply beyond the size of any schema. */
function isEndless(document: JsonMap): boolean {
  let nodes = 0
  const walk = (value: Json, level: number): boolean => {
    if (++nodes > mostNodes || level > mostLevels) return true
    if (typeof value !== 'object' || value === null) return false
    return Object.values(value).some((entry) => walk(entry, level + 1))
  }
  return walk(document, 0)
}

/** One CRD document to its schema, or what is wrong with it. */
function deriveOne(crd: JsonMap, from: DeriveText, product: string | undefined): Outcome {
  const named = mapAt(crd, 'metadata')?.['name']
  const name = typeof named === 'string' ? named : 'unnamed'
  const fail = (message: string): Outcome => ({ problem: { path: from.path, message } })
  if (isEndless(crd)) return fail('aliases make the schema endless, but it must be a tree')
  if (crd['apiVersion'] !== 'apiextensions.k8s.io/v1')
    return fail(`apiVersion of ${name} is ${printed(crd['apiVersion'])}, but must be apiextensions.k8s.io/v1`)
  const spec = mapAt(crd, 'spec')
  const group = printed(spec?.['group'])
  const known = products[group]
  if (!spec || !known)
    return fail(`group of ${name} is ${printed(spec?.['group'])}, but must be one of ${Object.keys(products).sort().join(', ')}`)
  if (product !== undefined && product !== known) return fail(`product of ${name} is ${known}, but must be ${product}`)
  const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isJsonMap) : []
  const version = chooseVersion(versions)
  const schema = mapAt(mapAt(version, 'schema'), 'openAPIV3Schema')
  if (!version || !schema) return fail(`${name} has no served version with a schema, but must have one`)
  const source = sourceKind(spec, version, versions)
  const wrong = wrongName(source)
  return wrong === undefined ? { product: known, source, schema, from } : fail(`${wrong} (${name})`)
}

/**
 * Derives the files of schemas/<product>/<version>/ from CRD texts: files, multi-document manifests or kubectl lists.
 * Descriptions are left out, sub-schemas that repeat are shared in `$defs`, keys are sorted: equal input gives equal bytes.
 * Documents that are not CRDs are ignored. A text that is not YAML, an unknown group, or no CRD at all is a problem.
 */
export function deriveSchemas(
  inputs: readonly DeriveText[],
  options: { readonly version: string; readonly product?: string },
): DeriveResult {
  const derived = new Map<string, Derived>()
  const problems: DeriveResult['problems'][number][] = []
  for (const input of [...inputs].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    try {
      for (const document of documentsOf(input.text)) {
        if (document['kind'] !== 'CustomResourceDefinition') continue
        const outcome = deriveOne(document, input, options.product)
        if ('problem' in outcome) problems.push(outcome.problem)
        else derived.set(`${outcome.product}/${outcome.source.kind}`, outcome)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : printed(error)
      problems.push({ path: input.path, message: `the file can't be read as YAML: ${reason}` })
    }
  }
  if (derived.size === 0 && problems.length === 0)
    problems.push({
      path: inputs[0]?.path ?? '',
      message: 'the input has no CustomResourceDefinition, but must have at least one',
      help: 'name a CRD file, a release manifest, or the output of kubectl get crd -o yaml',
    })
  return { files: problems.length > 0 ? [] : filesOf([...derived.values()], options.version), problems }
}

function filesOf(derived: readonly Derived[], version: string): DeriveText[] {
  const files: DeriveText[] = []
  for (const product of [...new Set(derived.map((entry) => entry.product))].sort()) {
    const own = derived.filter((entry) => entry.product === product).sort((a, b) => (a.source.kind < b.source.kind ? -1 : 1))
    for (const { source, schema } of own) {
      const shared = shareRepeated(sortKeys(withoutProse(schema)))
      files.push({ path: `schemas/${product}/${version}/${source.kind}.json`, text: formatSchema(shared) })
    }
    const sources = [...new Set(own.map((entry) => entry.from))].map(({ path, text }) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      sha256: createHash('sha256').update(text).digest('hex'),
    }))
    const source: SchemaSource = { product, version, sources, kinds: own.map((entry) => entry.source) }
    files.push({ path: `schemas/${product}/${version}/SOURCE.json`, text: formatSchema(source as unknown as JsonMap) })
  }
  return files
}
