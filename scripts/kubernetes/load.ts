// Where is the schema of a kind, for a version of the operator?
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonMap } from '../values/value.ts'
import { byCodeUnit, nearest } from '../values/path.ts'
import { schemasFolder } from '../repository/package.ts'
import { withBackports } from './backports.ts'
import { readStructural, type Structural } from './structural.ts'

/** A kind that the API server serves. */
export interface ServedKind {
  readonly kind: string
  readonly apiVersion: string
  readonly product: string
  /** the release of the operator for which it was requested */
  readonly operator: string
  /** the version of the product whose schema is used */
  readonly version: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly status: boolean
  /** absent: no scale sub-resource */
  readonly scale?: ScalePaths
  readonly schema: Structural
}

/** What the scale sub-resource reads, `['spec', 'instances']`. */
interface ScalePaths {
  readonly specReplicas: readonly string[]
  readonly statusReplicas: readonly string[]
  readonly selector?: readonly string[]
}

/** Which members the operator's Go type always writes, and which strings it parses. */
export interface TypedFields {
  readonly kind: string
  readonly zero: readonly { readonly path: string; readonly value: JsonMap[string] }[]
  readonly typed: readonly { readonly path: string; readonly type: string }[]
}

interface ScaleEntry {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

interface SourceFile {
  readonly kinds: readonly {
    readonly kind: string
    readonly group: string
    readonly version: string
    readonly scope: 'Namespaced' | 'Cluster'
    readonly status: boolean
    readonly scale?: ScaleEntry
  }[]
}

const kinds = new Map<string, ServedKind | undefined>()
const listings = new Map<string, SourceFile>()
const typedFields = new Map<string, readonly TypedFields[]>()
const versionLists = new Map<string, readonly string[]>()

function readJson(...steps: string[]): unknown {
  return JSON.parse(readFileSync(join(schemasFolder(), ...steps), 'utf8'))
}

/** -1, 0 or 1 for dotted numbers such as `1.28.4`. */
export function compareVersions(left: string, right: string): number {
  const a = left.split('.').map(Number)
  const b = right.split('.').map(Number)
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

/** The versions of a product that have schemas, lowest first. */
export function schemaVersions(product: string): readonly string[] {
  const known = versionLists.get(product)
  if (known) return known
  const found = existsSync(join(schemasFolder(), product)) ? readdirSync(join(schemasFolder(), product)) : []
  const versions = found.filter((name) => /^\d/.test(name)).sort(compareVersions)
  versionLists.set(product, versions)
  return versions
}

/** The schemas for a version: its own, else the same minor's, else the nearest lower one's, else the lowest. */
export function chooseSchemaVersion(product: string, version: string): string {
  const versions = schemaVersions(product)
  const minor = version.split('.').slice(0, 2).join('.')
  const chosen =
    versions.find((entry) => entry === version) ??
    versions.findLast((entry) => entry.startsWith(`${minor}.`)) ??
    versions.findLast((entry) => compareVersions(entry, version) < 0) ??
    versions[0]
  if (chosen === undefined) throw new Error(`no schemas of ${product}`)
  return chosen
}

function listing(product: string, version: string): SourceFile {
  const key = `${product}/${version}`
  const known = listings.get(key)
  if (known) return known
  const read = readJson(product, version, 'SOURCE.json') as SourceFile
  listings.set(key, read)
  return read
}

const ownGroups = ['postgresql.cnpg.io', 'barmancloud.cnpg.io'] as const
const productOfGroup = new Map<string, string>([
  [ownGroups[0], 'cloudnative-pg'],
  [ownGroups[1], 'plugin-barman-cloud'],
  ['argoproj.io', 'argo-cd'],
])

/**
 * The kind that an object claims to be; undefined: the API server does not know it.
 * Products other than the operator use their newest schemas.
 */
export function loadKind(apiVersion: string, kind: string, operator: string): ServedKind | undefined {
  const key = `${apiVersion} ${kind} ${operator}`
  if (kinds.has(key)) return kinds.get(key)
  const served = readKind(apiVersion, kind, operator)
  kinds.set(key, served)
  return served
}

function readKind(apiVersion: string, kind: string, operator: string): ServedKind | undefined {
  const [group, version] = apiVersion.split('/')
  const product = productOfGroup.get(group ?? '')
  if (!product) return undefined
  const schemas = product === 'cloudnative-pg' ? chooseSchemaVersion(product, operator) : schemaVersions(product).at(-1)
  if (schemas === undefined) return undefined
  const entry = listing(product, schemas).kinds.find((item) => item.kind === kind && item.group === group && item.version === version)
  if (!entry) return undefined
  return {
    kind,
    apiVersion,
    product,
    operator,
    version: schemas,
    scope: entry.scope,
    status: entry.status,
    ...(entry.scale && { scale: readScale(entry.scale) }),
    schema: readStructural(schemaOf(product, schemas, { kind, operator })),
  }
}

function schemaOf(product: string, version: string, { kind, operator }: { readonly kind: string; readonly operator: string }): JsonMap {
  const schema = readJson(product, version, `${kind}.json`) as JsonMap
  const versions = schemaVersions(product)
  const next = versions[versions.indexOf(version) + 1]
  if (product !== 'cloudnative-pg' || next === undefined || compareVersions(operator, version) <= 0) return schema
  const isReached = (since: string): boolean => compareVersions(version, since) < 0 && compareVersions(since, operator) <= 0
  return withBackports(kind, { schema, later: () => readJson(product, next, `${kind}.json`) as JsonMap }, isReached)
}

function readScale({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScaleEntry): ScalePaths {
  const steps = (path: string): string[] => path.split('.').filter(Boolean)
  return {
    specReplicas: steps(specReplicasPath),
    statusReplicas: steps(statusReplicasPath),
    ...(labelSelectorPath !== undefined && { selector: steps(labelSelectorPath) }),
  }
}

/** Every kind that is served, whatever its group, as `loadKind` takes it. */
export function knownKinds(operator: string): readonly { readonly kind: string; readonly apiVersion: string }[] {
  return [...productOfGroup].flatMap(([group, product]) => {
    const schemas = product === 'cloudnative-pg' ? chooseSchemaVersion(product, operator) : schemaVersions(product).at(-1)
    const entries = schemas === undefined ? [] : listing(product, schemas).kinds
    return entries
      .filter((entry) => entry.group === group)
      .map(({ kind, version }) => ({ kind, apiVersion: `${group}/${version}` }))
      .sort((a, b) => byCodeUnit(a.kind, b.kind))
  })
}

/** Whether a group is the operator's or the plugin's, or a misspelling of one: its objects are only for those two. */
export function isOwnGroup(apiVersion: string): boolean {
  return nearest(apiVersion.split('/')[0] ?? '', ownGroups) !== undefined
}

/** The kinds that a version of the operator serves, sorted. */
export function servedKinds(operator: string): string[] {
  return listing('cloudnative-pg', chooseSchemaVersion('cloudnative-pg', operator))
    .kinds.map((entry) => entry.kind)
    .sort()
}

/** The Go type facts of a kind; undefined: the operator never decodes it at admission. */
export function loadTypedFields(kind: string, operator: string): TypedFields | undefined {
  const version = chooseSchemaVersion('cloudnative-pg', operator)
  let read = typedFields.get(version)
  if (!read) {
    read = readJson('cloudnative-pg', version, 'typed-fields.json') as TypedFields[]
    typedFields.set(version, read)
  }
  return read.find((entry) => entry.kind === kind)
}
