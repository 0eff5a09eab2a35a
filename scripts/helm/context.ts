// What does each chart's template see as `.`?
import type { Chart } from './chart-tree.ts'
import { takes } from '../go-template/go-function.ts'
import type { GoFunction } from '../go-template/go-function.ts'
import { TemplateError, isGoMap, namedValue, nilTextMap, textMap } from '../go-template/go-value.ts'
import type { GoMap, GoStruct, GoValue } from '../go-template/go-value.ts'
import { int } from '../go-template/go-value.ts'
import { writeYaml } from '../go-template/go-yaml.ts'
import type { HelmGeneration } from '../values/merge.ts'
import { fullPath } from './chart.ts'
import { filesObject } from './chart-files.ts'
import type { Metadata } from './metadata.ts'

/** One file of templates. */
export interface TemplateFile {
  /** full path: `probe/charts/sub/templates/a.yaml` */
  readonly name: string
  readonly source: { readonly path: string; readonly text: string }
}

/** The same with the data that it runs on. */
export interface Renderable extends TemplateFile {
  readonly basePath: string
  readonly data: GoMap
  readonly chart: Chart
}

export interface ReleaseFacts {
  readonly helm: HelmGeneration
  readonly release: string
  readonly namespace: string
  readonly isUpgrade: boolean
  readonly capabilities: GoStruct
}

/** `allTemplates`: the templates of a chart and its subcharts. */
export function allTemplates(chart: Chart, values: GoMap, facts: ReleaseFacts): Renderable[] {
  const found: Renderable[] = []
  const release: GoMap = new Map<string, GoValue>([
    ['Name', facts.release],
    ['Namespace', facts.namespace],
    ['IsUpgrade', facts.isUpgrade],
    ['IsInstall', !facts.isUpgrade],
    ['Revision', int(1)],
    ['Service', 'Helm'],
  ])
  addTemplates(chart, asValues(values, facts.helm), { facts, release, found })
  // of two charts with one path, as aliases may share their subcharts, the last one counts
  return [...new Map(found.map((one) => [one.name, one])).values()]
}

/** The templates of a chart and all of its subcharts, enabled or not. */
export function templatesOf(chart: Chart): TemplateFile[] {
  const path = fullPath(chart)
  return [...chart.templates.map((source) => ({ name: `${path}/${source.path}`, source })), ...chart.dependencies.flatMap(templatesOf)]
}

interface Gathering {
  readonly facts: ReleaseFacts
  readonly release: GoMap
  readonly found: Renderable[]
}

/** `recAllTpls`. */
function addTemplates(chart: Chart, values: GoMap, all: Gathering): GoMap {
  const subcharts: GoMap = new Map()
  const data: GoMap = asValues(
    new Map<string, GoValue>([
      ['Chart', chartObject(chart, all.facts.helm)],
      ['Files', filesObject(chart.files)],
      ['Release', all.release],
      ['Capabilities', all.facts.capabilities],
      ['Values', values],
      ['Subcharts', subcharts],
    ]),
    all.facts.helm,
  )
  for (const child of chart.dependencies) {
    // to Helm a name with dots is a path
    const own = child.name.split('.').reduce<GoValue>((table, key) => (isGoMap(table) ? table.get(key) : undefined), values)
    subcharts.set(child.name, addTemplates(child, asValues(isGoMap(own) ? own : new Map(), all.facts.helm), all))
  }
  const path = fullPath(chart)
  for (const source of chart.templates) {
    if (chart.metadata.type === 'library' && !/(?:^|\/)_[^/]*$/.test(source.path)) continue
    all.found.push({ name: `${path}/${source.path}`, basePath: `${path}/templates`, source, data, chart })
  }
  return data
}

const methods: ReadonlyMap<string, (map: GoMap) => GoFunction> = new Map([
  ['AsMap', (map: GoMap) => takes([], () => map)],
  ['YAML', (map: GoMap) => takes([], (budget) => `${writeYaml(map, budget)}\n`)],
  ['Table', (map: GoMap) => takes(['string'], (path) => asValues(tableIn(map, path.split('.'))))],
  ['PathValue', (map: GoMap) => takes(['string'], (path) => pathValue(map, path))],
  [
    'Encode',
    () =>
      takes(['any'], (): GoValue => {
        throw new TemplateError('Encode needs a writer')
      }),
  ],
])

/** Made when a template names one of them: there is a map for each template. */
class ValuesMethods extends Map<string, GoFunction> {
  readonly #map: GoMap
  constructor(map: GoMap) {
    super()
    this.#map = map
  }
  override get(name: string): GoFunction | undefined {
    return methods.get(name)?.(this.#map)
  }
}

/** `common.Values`: a map with methods, which hide keys of the same name. */
export function asValues(map: GoMap, helm: HelmGeneration = '4.2'): GoMap {
  return namedValue(map, {
    type: helm === '4.2' ? 'common.Values' : 'chartutil.Values',
    methods: new ValuesMethods(map),
  })
}

function tableIn(map: GoMap, path: readonly string[]): GoMap {
  let table = map
  for (const key of path) {
    const next = table.get(key)
    if (!isGoMap(next)) throw new TemplateError(`${JSON.stringify(key)} is not a table`)
    table = next
  }
  return table
}

function pathValue(map: GoMap, path: string): GoValue {
  if (path === '') throw new TemplateError('YAML path cannot be empty')
  const keys = path.split('.')
  const key = keys.at(-1) as string
  const missing = (): never => {
    throw new TemplateError(`${JSON.stringify(key)} is not a value`)
  }
  let table: GoMap = map
  try {
    table = tableIn(map, keys.slice(0, -1))
  } catch (error) {
    if (error instanceof TemplateError) missing()
    throw error
  }
  const value = table.get(key)
  return value === undefined || isGoMap(value) ? missing() : value
}

type Members = [string, GoValue][]

/** `.Chart`: a map in Helm 4, a struct in Helm 3, where unknown keys are errors. */
function chartObject(chart: Chart, helm: HelmGeneration): GoValue {
  const { metadata } = chart
  const isRoot = chart.parent === undefined
  const members = metadataMembers(metadata, chart, helm)
  if (helm === '4.2') return new Map<string, GoValue>([...members, ['IsRoot', isRoot]])
  const fields = new Map<string, GoValue>([...members, ['IsRoot', isRoot]])
  const json = members.filter(([, value]) => !isZero(value)).map(([name, value]): [string, GoValue] => [jsonName(name), value])
  const inside: Members = [
    ['Metadata', null],
    ['IsRoot', isRoot],
  ]
  return {
    go: 'struct',
    type: 'struct { chart.Metadata; IsRoot bool }',
    text: '',
    inside,
    methods: new Map(),
    fields,
    members: [...json, ['IsRoot', isRoot]],
  }
}
const jsonName = (name: string): string => (name === 'APIVersion' ? 'apiVersion' : (name[0] as string).toLowerCase() + name.slice(1))
const isZero = (value: GoValue): boolean =>
  value === '' || value === false || value === null || (Array.isArray(value) && value.length === 0) || (isGoMap(value) && value.size === 0)

function metadataMembers(metadata: Metadata, chart: Chart, helm: HelmGeneration): Members {
  const { annotations } = metadata
  return [
    ['Name', chart.name],
    ['Home', metadata.home],
    ['Sources', [...metadata.sources]],
    ['Version', metadata.version],
    ['Description', metadata.description],
    ['Keywords', [...metadata.keywords]],
    [
      'Maintainers',
      metadata.maintainers.map(({ name, email, url }) =>
        record('*chart.Maintainer', helm, [
          ['Name', name],
          ['Email', email],
          ['URL', url],
        ]),
      ),
    ],
    ['Icon', metadata.icon],
    ['APIVersion', metadata.apiVersion],
    ['Condition', metadata.condition],
    ['Tags', metadata.tags],
    ['AppVersion', metadata.appVersion],
    ['Deprecated', metadata.deprecated],
    ['Annotations', annotations === undefined ? nilTextMap() : textMap(new Map(annotations))],
    ['KubeVersion', metadata.kubeVersion],
    ['Dependencies', (chart.requirements ?? []).map((dependency) => dependencyObject(dependency, helm))],
    ['Type', metadata.type],
  ]
}

/** A map in Helm 4, a struct in Helm 3. */
function record(type: string, helm: HelmGeneration, members: Members): GoValue {
  if (helm === '4.2') return new Map(members)
  const json = members.filter(([, value]) => !isZero(value)).map(([name, value]): [string, GoValue] => [name.toLowerCase(), value])
  return { go: 'struct', type, text: '', inside: members, methods: new Map(), fields: new Map(members), members: json }
}

function dependencyObject(dependency: NonNullable<Chart['requirements']>[number], helm: HelmGeneration): GoValue {
  return record('*chart.Dependency', helm, [
    ['Name', dependency.name],
    ['Version', dependency.version],
    ['Repository', dependency.repository],
    ['Condition', dependency.condition],
    ['Tags', [...dependency.tags]],
    ['Enabled', dependency.enabled],
    ['ImportValues', []],
    ['Alias', dependency.alias],
  ])
}
