// Which values of the official chart, or of one below another chart, have no effect, or are not one of the words that it knows?
import { baseName } from '../charts/pin.ts'
import type { FoundChart } from '../charts/find.ts'
import type { Message } from '../findings/finding.ts'
import type { Chart } from '../helm/chart-tree.ts'
import { loadOnce } from '../helm/load.ts'
import { helmValues } from '../helm/render.ts'
import type { HelmInput } from '../helm/render.ts'
import { namesOf } from '../helm/static-reads.ts'
import { keysFor, wordsFor } from '../helm/unread.ts'
import type { ChartPin } from '../model.ts'
import { once } from '../values/once.ts'
import { byCodeUnit } from '../values/path.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { isMap, valueAt } from '../values/value.ts'
import { checkChoices, mayChooseWrongly } from './choices.ts'
import type { ChoiceError } from './choices.ts'
import { chartDefaults } from './model/defaults.ts'
import { alertRules, findCommonIdleValues, findIdleValues } from './idle-values.ts'
import type { IdleValue } from './idle-values.ts'
import { chartVersion } from './model/names.ts'

interface Choosing {
  readonly chart: FoundChart
  readonly helm: HelmGeneration
  readonly pin: ChartPin
}

interface Misused {
  /** `usual`: what the chart has there itself */
  readonly choices: readonly (ChoiceError & { readonly usual: Value | undefined })[]
  readonly idle: readonly IdleValue[]
}

/**
 * Values that are none of the words with which the templates of this release compare them, and those without effect as far
 * as the release is the one whose ways are known. Of forks it is not known what they do with any other word. Throws
 * HelmRefusal where the templates can't be parsed.
 */
export function misusedValues(written: MapValue, input: HelmInput, { chart, helm, pin }: Choosing): Misused {
  const loaded = loadOnce(chart.files, { helm, place: chart.place })
  const seen = once(() => helmValues(input).values)
  const found = placesOf(loaded, pin).flatMap(({ path, version }): Misused[] => {
    const own = valueAt(written, path)
    const words = (of: Path): readonly string[] => [...wordsFor(loaded, helm, [...path, ...of])].sort(byCodeUnit)
    if (!isMap(own) || !isOfficial(words)) return []
    const isDescribed = version === chartVersion
    const isRead = ({ needs = [] }: IdleValue): boolean => keysFor(loaded, helm, [...path, ...needs.slice(0, -1)]).has(String(needs.at(-1)))
    const alerts = (): string[] => [...new Set([...alertRules, ...alertsIn(chart.files)])]
    const common = isDescribed ? [] : findCommonIdleValues(own, alerts).filter(isRead)
    const full = isDescribed || mayChooseWrongly(own, words) ? valueAt(seen(), path) : undefined
    const choices = isMap(full) ? [...checkChoices(full, words)] : []
    const idle = isDescribed && isMap(full) ? findIdleValues(full) : common
    const placed = choices.map((one) => ({ ...below(path, one), usual: valueAt(chartDefaults(), one.path) }))
    return [{ choices: placed, idle: idle.map((one) => below(path, one)) }]
  })
  return { choices: found.flatMap(({ choices }) => choices), idle: found.flatMap(({ idle }) => idle) }
}

/** Where the values of charts named `cluster` are: at the root, or below the names that a chart gives to them. */
function placesOf(loaded: Chart, pin: ChartPin): { readonly path: Path; readonly version: string }[] {
  if (baseName(pin) === 'cluster') return [{ path: [], version: pin.version }]
  return loaded.dependencies.flatMap((child) =>
    child.name === 'cluster' ? namesOf(child, loaded).map((name) => ({ path: [name], version: child.metadata.version })) : [],
  )
}

/** Whether templates are those of the official chart, each release of which makes these choices. */
function isOfficial(words: (path: Path) => readonly string[]): boolean {
  const mode = words(['mode'])
  return mode.includes('recovery') && mode.includes('standalone') && words(['backups', 'provider']).join() === 'azure,google,s3'
}

/** The names of alert rules that a copy of the chart adds. */
function alertsIn(files: FoundChart['files']): string[] {
  return Object.entries(files).flatMap(([path, bytes]) =>
    path.includes('prometheus_rules/') ? (/\$alert := "(\w+)"/.exec(Buffer.from(bytes).toString('utf8'))?.[1] ?? []) : [],
  )
}

/** What is wrong with values of a chart whose own are below a key. */
export function below<Wrong extends { readonly path: Path; readonly message: Message; readonly help?: Message; readonly needs?: Path }>(
  path: Path,
  wrong: Wrong,
): Wrong {
  if (path.length === 0) return wrong
  const placed = (message: Message): Message =>
    message.map((part) => (typeof part === 'object' && 'field' in part ? { ...part, field: [...path, ...part.field] } : part))
  return {
    ...wrong,
    path: [...path, ...wrong.path],
    message: placed(wrong.message),
    ...(wrong.help && { help: placed(wrong.help) }),
    ...(wrong.needs && { needs: [...path, ...wrong.needs] }),
  }
}
