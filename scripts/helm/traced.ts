// What does Helm make of a chart, and, once somebody asks, where does each part of it come from?
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
  looked(): Recorder['looked']
  /** what the nodes read that had not ended when the run stopped, innermost first */
  stops(): (readonly Value[])[]
}

/**
 * Most releases are rendered and nobody asks where a value comes from, so the first run is not watched. The same input
 * gives the same texts, so a second run that is watched answers for the first; what depends on chance is watched at once.
 */
export function renderTraced(input: HelmInput): Traced {
  let second: Traced | undefined
  const watched = (): Traced => (second ??= watch(input))
  const first = attempt(input)
  if (first.refused !== undefined || first.hasChance) return watched()
  const documents = first.documents.map((document, at) => ({
    ...document,
    get value() {
      return watched().documents[at]?.value ?? document.value
    },
  }))
  return { documents, refused: undefined, looked: () => watched().looked(), stops: () => watched().stops() }
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
