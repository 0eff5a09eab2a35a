// What does Helm make of a chart, and what was read on the way, once somebody asks?
import type { Value } from '../values/value.ts'
import { HelmRefusal } from './error.ts'
import type { HelmDocument } from './output.ts'
import { Recorder } from './recorder.ts'
import { renderHelmChart } from './render.ts'
import type { HelmInput } from './render.ts'

/** One rendering, or why there is none. */
export interface Traced {
  readonly documents: readonly HelmDocument[]
  /** what each template printed, by path in the chart; none where it was refused */
  readonly manifests: ReadonlyMap<string, string>
  readonly refused: HelmRefusal | undefined
  /** what templates looked up, by map */
  readonly looked: () => Recorder['looked']
  /** what the nodes read that had not ended when the run stopped, innermost first */
  readonly stops: () => (readonly Value[])[]
}

/** Watched from the start only where it stops, and where another run may print something else. */
export function renderTraced(input: HelmInput): Traced {
  let second: Traced | undefined
  const watched = (): Traced => (second ??= watch(input))
  const { hasChance, ...printed } = attempt(input)
  if (printed.refused !== undefined || hasChance) return watched()
  return { ...printed, looked: () => watched().looked(), stops: () => watched().stops() }
}

interface Attempt extends Pick<Traced, 'documents' | 'manifests' | 'refused'> {
  readonly hasChance: boolean
}

function attempt(input: HelmInput): Attempt {
  try {
    const { documents, manifests, hasChance } = renderHelmChart(input)
    return { documents, manifests, refused: undefined, hasChance }
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    return { documents: [], manifests: new Map(), refused: error, hasChance: false }
  }
}

function watch(input: HelmInput): Traced {
  const recorder = new Recorder()
  const { documents, manifests, refused } = attempt({ ...input, recorder })
  return { documents, manifests, refused, looked: () => recorder.looked, stops: () => recorder.stops() }
}
