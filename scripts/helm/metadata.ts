// What is in Chart.yaml?
import type { MapValue, Value } from '../values/value.ts'
import { formatGoFloat } from '../yaml/scalars.ts'
import { isVersion } from '../go-template/sprig/semver.ts'
import { HelmRefusal } from './error.ts'

export interface Dependency {
  /** the alias, once dependencies are processed */
  name: string
  readonly version: string
  readonly repository: string
  readonly condition: string
  readonly tags: readonly string[]
  enabled: boolean
  readonly importValues: readonly Value[]
  readonly alias: string
}
export interface Metadata {
  readonly name: string
  readonly home: string
  readonly sources: readonly string[]
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly maintainers: readonly { readonly name: string; readonly email: string; readonly url: string }[]
  readonly icon: string
  readonly apiVersion: string
  readonly condition: string
  readonly tags: string
  readonly appVersion: string
  readonly deprecated: boolean
  readonly annotations: ReadonlyMap<string, string> | undefined
  readonly kubeVersion: string
  readonly dependencies: readonly Dependency[] | undefined
  readonly type: string
}

function refuse(message: string): never {
  throw new HelmRefusal('chart', message)
}

/** encoding/json takes a field's name in any case; of several the last in order counts. */
export function fieldOf(map: MapValue, name: string): Value | undefined {
  const exact = map.entries.get(name)
  let found: Value | undefined
  const lower = name.toLowerCase()
  for (const key of map.entries.size > 0 ? [...map.entries.keys()].sort() : [])
    if (key.toLowerCase() === lower) found = map.entries.get(key)
  return found ?? exact
}

function kindOf(value: Value): string {
  if (value.kind === 'map') return 'object'
  if (value.kind === 'list') return 'array'
  return value.kind === 'null' ? 'null' : typeof value.value === 'boolean' ? 'bool' : typeof value.value
}

/** sigs.k8s.io/yaml turns scalars into texts where a text is wanted; undefined: neither text nor null. */
export function textIn(value: Value | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return ''
  if (value.kind !== 'scalar') return undefined
  if (typeof value.value === 'number')
    return Number.isInteger(value.value) && Math.abs(value.value) < 1e21 ? String(value.value) : formatGoFloat(value.value)
  return String(value.value)
}

interface Reading {
  readonly file: string
  readonly struct: string
}

function textAt(map: MapValue, name: string, at: Reading): string {
  const value = fieldOf(map, name)
  const mismatch = (): never =>
    refuse(
      `cannot load ${at.file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value as Value)} into Go struct field ${at.struct}.${name} of type string`,
    )
  return clean(textIn(value) ?? mismatch())
}

function listAt(map: MapValue, name: string, at: Reading): readonly Value[] {
  const value = fieldOf(map, name)
  if (value === undefined || value.kind === 'null') return []
  if (value.kind === 'list') return value.items
  return refuse(
    `cannot load ${at.file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value)} into Go struct field ${at.struct}.${name} of type []string`,
  )
}

function textsAt(map: MapValue, name: string, at: Reading): string[] {
  return listAt(map, name, at).map((item) => {
    const text = textIn(item)
    return text === undefined ? refuse(`cannot load ${at.file}: error unmarshaling JSON: ${at.struct}.${name}`) : clean(text)
  })
}

function flagAt(map: MapValue, name: string, at: Reading): boolean {
  const value = fieldOf(map, name)
  if (value === undefined || value.kind === 'null') return false
  if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value
  return refuse(
    `cannot load ${at.file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value)} into Go struct field ${at.struct}.${name} of type bool`,
  )
}

/** `sanitizeString`: all blanks become spaces, unprintable characters are dropped. */
function clean(text: string): string {
  return text.replace(/\p{White_Space}/gu, ' ').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
}

const mapAt = (value: Value, at: Reading): MapValue =>
  value.kind === 'map'
    ? value
    : refuse(`cannot load ${at.file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value)} into Go value`)

/** `yaml.Unmarshal` into Metadata; `requirements.yaml` of old charts fills the same structure. */
export function readMetadata(map: MapValue, requirements: MapValue | undefined): Metadata {
  const at: Reading = { file: 'Chart.yaml', struct: 'Metadata' }
  const text = (name: string): string => textAt(map, name, at)
  const annotations = fieldOf(map, 'annotations')
  const dependencySource = requirements !== undefined && fieldOf(requirements, 'dependencies') !== undefined ? requirements : map
  const metadata: Metadata = {
    name: text('name'),
    home: text('home'),
    sources: textsAt(map, 'sources', at),
    version: textIn(fieldOf(map, 'version')) ?? text('version'),
    description: text('description'),
    keywords: textsAt(map, 'keywords', at),
    maintainers: listAt(map, 'maintainers', at).map((item) => {
      if (item.kind === 'null') return refuse('validation: maintainers must not contain empty or null nodes')
      const owner = mapAt(item, at)
      const part = (name: string): string => textAt(owner, name, { file: at.file, struct: 'Metadata.maintainers' })
      return { name: part('name'), email: part('email'), url: part('url') }
    }),
    icon: text('icon'),
    apiVersion: text('apiVersion') || 'v1',
    condition: text('condition'),
    tags: text('tags'),
    appVersion: text('appVersion'),
    deprecated: flagAt(map, 'deprecated', at),
    annotations: annotations === undefined || annotations.kind === 'null' ? undefined : annotationsIn(mapAt(annotations, at)),
    kubeVersion: text('kubeVersion'),
    dependencies: dependenciesIn(dependencySource, {
      file: dependencySource === map ? 'Chart.yaml' : 'requirements.yaml',
      struct: 'Metadata',
    }),
    type: textIn(fieldOf(map, 'type')) ?? text('type'),
  }
  validate(metadata)
  return metadata
}

function annotationsIn(map: MapValue): Map<string, string> {
  return new Map(
    [...map.entries].map(([key, value]) => {
      const text = textIn(value)
      return [
        key,
        text ??
          refuse(
            `cannot load Chart.yaml: error unmarshaling JSON: cannot unmarshal ${kindOf(value)} into Go struct field Metadata.annotations of type string`,
          ),
      ]
    }),
  )
}

function dependenciesIn(map: MapValue, at: Reading): Dependency[] | undefined {
  const value = fieldOf(map, 'dependencies')
  if (value === undefined || value.kind === 'null') return undefined
  return listAt(map, 'dependencies', at).map((item) => {
    if (item.kind === 'null') return refuse('validation: dependencies must not contain empty or null nodes')
    const entry = mapAt(item, at)
    const inner = { ...at, struct: 'Metadata.dependencies' }
    return {
      name: textAt(entry, 'name', inner),
      version: textAt(entry, 'version', inner),
      repository: textAt(entry, 'repository', inner),
      condition: textAt(entry, 'condition', inner),
      tags: textsAt(entry, 'tags', inner),
      enabled: flagAt(entry, 'enabled', inner),
      importValues: listAt(entry, 'import-values', inner),
      alias: textIn(fieldOf(entry, 'alias')) ?? textAt(entry, 'alias', inner),
    }
  })
}

/** `Metadata.Validate`. */
function validate(metadata: Metadata): void {
  if (metadata.name === '') refuse('validation: chart.metadata.name is required')
  if (metadata.name === '.' || metadata.name === '..') refuse(`validation: chart.metadata.name "${metadata.name}" is not allowed`)
  if (metadata.name.includes('/')) refuse(`validation: chart.metadata.name "${metadata.name}" is invalid`)
  if (metadata.version === '') refuse('validation: chart.metadata.version is required')
  if (!isVersion(metadata.version)) refuse(`validation: chart.metadata.version "${metadata.version}" is invalid`)
  if (!['', 'application', 'library'].includes(metadata.type)) refuse('validation: chart.metadata.type must be application or library')
  const names = new Set<string>()
  for (const { name, alias } of metadata.dependencies ?? []) {
    if (alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(alias)) refuse(`validation: dependency "${name}" has disallowed characters in the alias`)
    const key = alias === '' ? name : alias
    if (names.has(key)) refuse(`validation: more than one dependency with name or alias "${key}"`)
    names.add(key)
  }
}
