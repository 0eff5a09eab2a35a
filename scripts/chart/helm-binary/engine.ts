// What does the real Helm make of a chart that is not modelled here (`engine: helm`)?
import { namespaceOf, releaseOf } from '../release.ts'
import { maskSentence } from '../../secret/values.ts'
import { printed } from '../../values/printed.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { helm, helmChart } from './chart.ts'
import type { HelmCharts } from './chart.ts'
import { writeYaml } from '../../yaml/write.ts'
import type { Database, RenderedObject } from '../../model.ts'
import type { JsonMap, MapValue, Origin, SourceFile, Value } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { toPlain } from '../../values/value.ts'

export type HelmOutcome =
  | { readonly ok: true; readonly objects: readonly RenderedObject[] }
  | {
      readonly ok: false
      readonly rule: string
      readonly message: string
      readonly help?: string | undefined
      readonly blame: 'pin' | 'values'
    }

/**
 * Runs `helm template` of the pinned chart with the merged values. Origins are coarse: a scalar is born where the values
 * hold the same text, anything else nowhere. Every failure is a finding, not an exception.
 */
export function runHelm(database: Database, values: MapValue, repository: HelmCharts): HelmOutcome {
  const chart = helmChart(database.environment.clusterChart, repository)
  if (!chart.ok) return { rule: 'helm-engine', blame: 'pin', ...chart }
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-'))
  try {
    const file = join(folder, 'values.yaml')
    writeFileSync(file, writeYaml(values))
    const flags = [`--namespace=${namespaceOf(database)}`, `--values=${file}`, '--skip-tests', '--include-crds']
    // whatever follows is a name, also if it begins with a dash
    const run = helm(['template', ...flags, '--', releaseOf(database), chart.path], folder)
    if (run.failure !== undefined)
      return { ok: false, rule: 'helm-engine', blame: 'pin', ...run.failure(database.environment.clusterChart) }
    if (run.status === 0) return { ok: true, objects: readObjects(run.stdout, values) }
    return { ok: false, rule: 'helm-engine', ...helmSays(maskSentence(run.stderr, [values])), blame: 'values' }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The line with the error; what follows it is not cut off. */
function helmSays(text: string): { readonly message: string; readonly help?: string } {
  const lines = text.split('\n').map((line) => line.trim())
  const start = Math.max(
    lines.findIndex((line) => /error/i.test(line)),
    0,
  )
  const whole = lines
    .slice(start)
    .filter((line) => line !== '' && !/^Use --debug flag/.test(line))
    .join(' ')
    .replace(/^Error:\s*/, '')
  const message = `helm reports: ${whole}`
  return message.length <= 120 ? { message } : { message: `${message.slice(0, 119)}…`, help: `the whole message: ${whole.slice(0, 4_000)}` }
}

function readObjects(text: string, values: MapValue): RenderedObject[] {
  const file: SourceFile = { path: 'helm template', text, builtin: true }
  const born = birthplaces(values)
  const objects: RenderedObject[] = []
  for (const document of parseYaml(file, 'chart').documents) {
    if (document.kind !== 'map') continue
    const value = withOrigins(document, born, values.origin) as MapValue
    const plain = toPlain(value) as JsonMap
    const metadata = plain['metadata'] as JsonMap | undefined
    const annotations = metadata?.['annotations'] as JsonMap | null | undefined
    const name = typeof metadata?.['name'] === 'string' ? metadata['name'] : ''
    objects.push({ kind: printed(plain['kind'] ?? ''), name, value, plain, hook: annotations?.['helm.sh/hook'] !== undefined })
  }
  return objects
}

/** Scalars of the values by their last key and text: the best guess at where a printed leaf comes from. */
function birthplaces(values: Value, key = '', found = new Map<string, Origin>()): Map<string, Origin> {
  if (values.kind === 'map') for (const [name, entry] of values.entries) birthplaces(entry, name, found)
  else if (values.kind === 'list') for (const item of values.items) birthplaces(item, key, found)
  else if (values.kind === 'scalar') found.set(`${key}\0${printed(values.value)}`, values.origin)
  return found
}

function withOrigins(value: Value, born: ReadonlyMap<string, Origin>, fallback: Origin, key = ''): Value {
  if (value.kind === 'map') {
    const entries = new Map([...value.entries].map(([name, entry]) => [name, withOrigins(entry, born, fallback, name)]))
    return { ...value, entries, origin: { ...value.origin, path: [] } }
  }
  if (value.kind === 'list')
    return { ...value, items: value.items.map((item) => withOrigins(item, born, fallback, key)), origin: { ...value.origin, path: [] } }
  const origin = value.kind === 'scalar' ? born.get(`${key}\0${printed(value.value)}`) : undefined
  return { ...value, origin: origin ?? { ...value.origin, path: [] } }
}
