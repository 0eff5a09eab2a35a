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
  const { documents, refused, hasChance } = attempt(input)
  if (refused !== undefined || hasChance) return watched()
  return { documents, refused, looked: () => watched().looked(), stops: () => watched().stops() }
}

interface Attempt extends Pick<Traced, 'documents' | 'refused'> {
  readonly hasChance: boolean
}

function attempt(input: HelmInput): Attempt {
  try {
    const { documents, hasChance } = renderHelmChart(input)
    return { documents, refused: undefined, hasChance }
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    return { documents: [], refused: error, hasChance: false }
  }
}

function watch(input: HelmInput): Traced {
  const recorder = new Recorder()
  const { documents, refused } = attempt({ ...input, recorder })
  return { documents, refused, looked: () => recorder.looked, stops: () => recorder.stops() }
}
