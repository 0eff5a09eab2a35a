// Which subcharts are enabled, and what do they export to their parent?
import type { Chart } from './chart-tree.ts'
import { fitsRange } from '../go-template/sprig/semver.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Value } from '../values/value.ts'
import type { Dependency } from './metadata.ts'
import { coalesceChart, coalesceTables, emptyMap, tableAt, valueAtPath, withEntries } from './values.ts'

/** `ProcessDependencies`: changes the tree. */
export function processDependencies(chart: Chart, values: MapValue, helm: HelmGeneration): void {
  keepEnabled(chart, values, { path: '', helm })
  importAll(chart, helm)
}

/** `processDependencyEnabled`. */
function keepEnabled(chart: Chart, values: MapValue, at: { readonly path: string; readonly helm: HelmGeneration }): void {
  const { requirements } = chart
  if (requirements === undefined) return
  const present = chart.dependencies
  const undeclared = present.filter((child) => !requirements.some((wanted) => isWanted(child, wanted)))
  const declared: Chart[] = []
  for (const wanted of requirements) {
    const found = present.find((child) => isWanted(child, wanted))
    if (found !== undefined) declared.push(aliased(found, wanted, at.helm))
    if (wanted.alias !== '') wanted.name = wanted.alias
    wanted.enabled = true
  }
  setDependencies(chart, [...undeclared, ...declared])
  const seen = coalesceChart(chart, values, { helm: at.helm, keepNulls: false })
  applyTags(requirements, seen)
  applyConditions(requirements, seen, at.path)
  const dropped = new Set(requirements.filter((wanted) => !wanted.enabled).map((wanted) => wanted.name))
  const kept = chart.dependencies.filter((child) => !dropped.has(child.name))
  for (const child of kept) keepEnabled(child, seen, { ...at, path: `${at.path}${child.name}.` })
  const remaining = requirements.filter((wanted) => !dropped.has(wanted.name))
  chart.requirements = remaining.length === 0 ? undefined : remaining
  setDependencies(chart, kept)
}

function isWanted(child: Chart, wanted: Dependency): boolean {
  return child.name === wanted.name && fitsRange(wanted.version, child.metadata.version)
}

function setDependencies(chart: Chart, children: Chart[]): void {
  chart.dependencies = children
  for (const child of children) child.parent = chart
}

/** `getAliasDependency`: a copy, because one chart may have several aliases. */
function aliased(found: Chart, wanted: Dependency, helm: HelmGeneration): Chart {
  const copy: Chart = { ...found, requirements: found.requirements?.map((dependency) => ({ ...dependency })) }
  if (wanted.alias !== '') copy.name = wanted.alias
  // Helm 3 lets all aliases share their children, whose parent stays the chart in charts/
  if (helm === '4.2')
    setDependencies(
      copy,
      found.dependencies.map((child) => ({ ...child })),
    )
  return copy
}

/** `processDependencyTags`. */
function applyTags(requirements: readonly Dependency[], values: MapValue): void {
  const tags = values.entries.get('tags')
  if (tags?.kind !== 'map') return
  for (const wanted of requirements) {
    const states = wanted.tags.map((tag) => tags.entries.get(tag)).map((value) => (value?.kind === 'scalar' ? value.value : undefined))
    wanted.enabled = states.includes(true) || !states.includes(false)
  }
}

/** `processDependencyConditions`: the first path that holds a boolean decides. */
function applyConditions(requirements: readonly Dependency[], values: MapValue, path: string): void {
  for (const wanted of requirements) {
    for (const condition of wanted.condition.trim().split(',')) {
      const value = condition === '' ? undefined : valueAtPath(values, path + condition)
      if (value?.kind !== 'scalar' || typeof value.value !== 'boolean') continue
      wanted.enabled = value.value
      break
    }
  }
}

/** `processDependencyImportValues`: children first. */
function importAll(chart: Chart, helm: HelmGeneration): void {
  for (const child of chart.dependencies) importAll(child, helm)
  if (chart.requirements === undefined) return
  // Helm merges in place: a table that was imported first also gets what later imports add to it
  const seen = mutable(coalesceChart(chart, emptyMap(), { helm, keepNulls: true }))
  const imported = mutable(emptyMap())
  for (const wanted of chart.requirements) {
    for (const [child, parent] of wanted.importValues.map(importedPaths)) {
      const table = child === undefined ? undefined : tableAt(seen, `${wanted.name}.${child}`)
      if (table !== undefined) mergeInto(imported, nested(parent, table))
    }
  }
  chart.values = coalesceTables(seen, imported, { helm, keepNulls: true })
}

/** A copy whose maps are its own. */
function mutable(map: MapValue): MapValue {
  return withEntries(map, new Map([...map.entries].map(([key, value]) => [key, value.kind === 'map' ? mutable(value) : value])))
}

/** `MergeTables`: the target wins; its maps are changed, and share maps of the source. */
function mergeInto(target: MapValue, source: MapValue): void {
  const entries = target.entries as Map<string, Value>
  for (const [key, value] of source.entries) {
    const present = entries.get(key)
    if (present === undefined) entries.set(key, value)
    else if (present.kind === 'map' && value.kind === 'map') mergeInto(present, value)
  }
}

/** The child's path and the parent's; `.`: the parent itself. */
function importedPaths(wanted: Value): readonly [string | undefined, string] {
  if (wanted.kind === 'scalar' && typeof wanted.value === 'string') return [`exports.${wanted.value}`, '.']
  if (wanted.kind !== 'map') return [undefined, '.']
  const text = (key: string): string => {
    const value = wanted.entries.get(key)
    return value?.kind === 'scalar' ? String(value.value) : '<nil>'
  }
  return [text('child'), text('parent')]
}

function nested(path: string, table: MapValue): MapValue {
  if (path === '.') return table
  return path.split('.').reduceRight((map, key) => withEntries(emptyMap(), new Map<string, Value>([[key, map]])), table)
}
