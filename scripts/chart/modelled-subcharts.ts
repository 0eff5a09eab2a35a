// Which objects does the model make where it stands for a subchart, and what is wrong with the values below its key?
import type { ChartFiles } from '../helm/chart.ts'
import { helmValues } from '../helm/render.ts'
import type { SeenValues, Subchart } from '../helm/render.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { append } from '../values/append.ts'
import { coalesce } from '../values/merge.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue, Path } from '../values/value.ts'
import { isMap, valueAt } from '../values/value.ts'
import { checkChoices, choiceFinding } from './choices.ts'
import { isMeant } from './consequence.ts'
import { chartDefaults } from './model/defaults.ts'
import { checkHelmSchema } from './helm-schema.ts'
import { below } from './misused-values.ts'
import { findIdleValues, idleFinding, isExplained } from './idle-values.ts'
import { namespaceOf, releaseOf } from './release.ts'
import { renderFinding } from './render-finding.ts'
import { renderCluster } from './model/render.ts'
import type { RenderError } from './model/render.ts'
import { standInTemplate } from './stand-in.ts'
import { without, wrongTypeFinding } from './wrong-values.ts'

export interface Modelled {
  readonly objects: readonly RenderedObject[]
  readonly findings: readonly LocatedFinding[]
  /** values that are reported as wrong */
  readonly wrong: readonly Path[]
}

interface Standing {
  readonly files: ChartFiles
  readonly place: string
  readonly helm: HelmGeneration
  /** keys that nothing reads, which are reported */
  readonly unknownKeys: readonly Path[]
  /** Helm stops at something else: nothing is printed */
  readonly isStopped: boolean
}

/** Each subchart for which the model stands and that is switched on; throws HelmRefusal where values and subcharts don't fit. */
export function renderModelled(database: Database, values: MapValue, standing: Standing): Modelled {
  const { files, place, helm, unknownKeys, isStopped } = standing
  const seen = helmValues({ files, place, helm, layers: [values] })
  const findings: LocatedFinding[] = []
  const wrong: Path[] = []
  const parts = seen.subcharts.filter(({ chart }) => chart.templates.some(({ path }) => path === standInTemplate))
  for (const { path } of parts) {
    const full = mapAt(seen, path)
    if (full === undefined) continue
    const refused = database.written?.helm.skipSchema === true ? [] : checkHelmSchema(full)
    append(
      findings,
      refused.map(({ value, want }) => ({ ...wrongTypeFinding({ value, want: [want] }, values), database: database.id })),
    )
    append(
      wrong,
      refused.map(({ value }) => value.origin.path),
    )
    for (const choice of checkChoices(full)) {
      const own = below(path, choice)
      if (unknownKeys.some((key) => isMeant(key, own.path))) continue
      findings.push(choiceFinding(own, values, database))
      wrong.push(own.path)
    }
    const idle = findIdleValues(full).map((one) => below(path, one))
    append(
      findings,
      idle.filter((one) => !isExplained(one, unknownKeys)).map((one) => idleFinding(one, values, database)),
    )
  }
  if (isStopped) return { objects: [], findings, wrong }
  const objects: RenderedObject[] = []
  for (const { path, chart } of parts) {
    const full = mapAt(seen, path)
    if (full === undefined) continue
    // of what is left out the chart's default takes the place: the chart above may set it, too
    const print = (left: readonly Path[]): ReturnType<typeof renderCluster> => {
      const usable = left.reduce((map, one) => (startsWith(one, path) ? without(map, one.slice(path.length)) : map), full)
      return renderCluster(left.length === 0 ? full : coalesce(chartDefaults(), usable, helm), {
        release: releaseOf(database),
        namespace: namespaceOf(database),
        name: chart.name,
      })
    }
    let rendered = print(wrong)
    // the chart stops at some keys that it knows from older versions: they are reported as unknown keys already
    if (!rendered.ok && rendered.error.class === 'fail' && unknownKeys.length > 0) rendered = print([...wrong, ...unknownKeys])
    if (rendered.ok) append(objects, rendered.objects)
    else if (!findings.some(({ severity }) => severity === 'error') && unknownKeys.length === 0)
      findings.push(renderFinding(placedBelow(path, rendered.error), database, values))
  }
  return { objects, findings, wrong }
}

const startsWith = (path: Path, start: Path): boolean => start.every((step, index) => step === path[index])

function mapAt({ values }: SeenValues, path: Subchart['path']): MapValue | undefined {
  const value = valueAt(values, path)
  return isMap(value) ? value : undefined
}

/** A default of the chart knows its path there alone. */
function placedBelow(base: Path, error: RenderError): RenderError {
  const { place } = error
  if (place?.origin.file.builtin !== true) return error
  return { ...error, place: { ...place, origin: { ...place.origin, path: [...base, ...place.origin.path] } } }
}
