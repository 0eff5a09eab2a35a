// What stands for the modelled chart where another chart depends on it and its files are not here?
import { isOfficialPlace } from '../charts/pin.ts'
import type { FoundChart, MissingChart } from '../charts/find.ts'
import { withoutDependencies } from '../charts/dependencies.ts'
import { clusterReleases } from '../charts/releases.ts'
import { fitsRange } from '../go-template/sprig/semver.ts'
import type { ChartFiles } from '../helm/chart.ts'
import type { ChartPin } from '../model.ts'
import { once } from '../values/once.ts'
import { toPlain } from '../values/value.ts'
import { chartDefaults } from './model/defaults.ts'
import { chartVersion } from './model/names.ts'
import { valuesShape } from './model/shape.ts'
import type { Shape } from './model/shape-kinds.ts'

/** The one template of the stand-in: it reads what the chart reads, and prints nothing; the model does. */
export const standInTemplate = 'templates/model.yaml'

const known = new WeakMap<FoundChart, FoundChart>()

/** A chart with the model in the place of its dependency `cluster`, where that is the modelled release and is not here. */
export function withStandIn<Found extends FoundChart | MissingChart>(found: Found): Found
export function withStandIn(found: FoundChart | MissingChart): FoundChart | MissingChart {
  if (!found.ok || found.declaring === undefined || found.without === undefined) return found
  const before = known.get(found)
  if (before !== undefined) return before
  const made = standingIn(found, found.declaring, found.without)
  known.set(found, made)
  return made
}

function standingIn(found: FoundChart, declaring: ChartFiles, without: readonly ChartPin[]): FoundChart {
  const modelled = without.filter((pin) => isModelledRelease(pin))
  if (modelled.length === 0 || usesItsTemplates(declaring)) return found
  const others = without.filter((pin) => !modelled.includes(pin))
  const files = others.length === 0 ? declaring : withoutDependencies(declaring, new Set(others.map(({ name }) => name)))
  const { without: _without, declaring: _declaring, ...rest } = found
  return {
    ...rest,
    files: { ...files, ...standIn() },
    modelled,
    ...(others.length > 0 && { without: others, declaring }),
  }
}

/** Of a range it is the newest release that is known here. */
function isModelledRelease({ name, version, repository }: ChartPin): boolean {
  if (name !== 'cluster' || !isOfficialPlace(repository)) return false
  try {
    return clusterReleases.find((one) => fitsRange(version === '' ? '*' : version, one)) === chartVersion
  } catch {
    return false
  }
}

/** Whether templates call one of the chart's own, which the model does not have. */
function usesItsTemplates(files: ChartFiles): boolean {
  return Object.entries(files).some(
    ([path, bytes]) => /(?:^|\/)templates\//.test(path) && /["`]cluster\.\w/.test(Buffer.from(bytes).toString('utf8')),
  )
}

const standIn = once((): ChartFiles => {
  const text = (value: string): Uint8Array => Buffer.from(value)
  return {
    'charts/cluster/Chart.yaml': text(`apiVersion: v2\nname: cluster\nversion: ${chartVersion}\n`),
    'charts/cluster/values.yaml': text(JSON.stringify(toPlain(chartDefaults()))),
    [`charts/cluster/${standInTemplate}`]: text(`{{/* postgresql.cnpg.io/v1 */}}{{ if false }}${reads(valuesShape, '.Values')}{{ end }}`),
  }
})

/** Actions that read what a shape describes. */
function reads(shape: Shape, path: string): string {
  if (shape.kind === 'closed')
    return Object.entries(shape.fields)
      .map(([key, child]) => reads(child, `${path === '.' ? '' : path}.${key}`))
      .join('')
  if (shape.kind === 'items') return `{{ range ${path} }}${reads(shape.item, '.')}{{ end }}`
  return `{{ toYaml ${path} }}`
}
