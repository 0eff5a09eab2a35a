// How is it reported that the modelled chart prints nothing?
import { named, phrase } from '../findings/message.ts'
import { helpForCutKey } from '../findings/outside-quotes.ts'
import type { Message } from '../findings/finding.ts'
import { choiceSpot, nearestSpot, spotOf, switchSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database } from '../model.ts'
import type { MapValue } from '../values/value.ts'
import { formatPath } from '../values/path.ts'
import { valueAt } from '../values/value.ts'
import { choiceError, choiceFinding, wordsOf } from './choices.ts'
import type { RenderError } from './model/render.ts'

/** Why the model prints nothing, at the value to blame. */
export function renderFinding(error: RenderError, database: Database, values: MapValue): LocatedFinding {
  const path = error.place?.origin.path ?? []
  const written = path.length === 0 ? undefined : valueAt(values, path)
  const at =
    (written === undefined || written.kind === 'null' ? undefined : spotOf(written)) ??
    choiceSpot(values, path) ??
    nearestSpot(values, path, 'key') ??
    switchSpot(values, path) ??
    serviceSpot(database)
  const words = error.class === 'fail' && error.message.startsWith('Invalid ') ? wordsOf(path) : undefined
  if (words !== undefined) {
    const text = written?.kind === 'scalar' ? String(written.value) : ''
    return { ...choiceFinding(choiceError(path, text, words), values, database), at }
  }
  // Helm takes three characters more than the operator
  const excess = error.class === 'release-name' ? database.cluster.length - clusterNameLimit : 0
  const message =
    excess > 0
      ? phrase`cluster name has ${named(database.cluster.length)} characters, but may have at most ${named(clusterNameLimit)}`
      : phrase`${named(error.message.replace(/\.$/, ''))}`
  return {
    rule: `chart/${ruleNames[error.class]}`,
    severity: 'error',
    message,
    at,
    help: excess > 0 ? phrase`shorten the name of the service by ${excess}, or set postgres.layout.cluster` : renderHelp(error, values),
    database: database.id,
  }
}

/** What the chart requires has a place of its own, also where nobody wrote it. */
function renderHelp({ class: kind, place }: RenderError, values: MapValue): Message | undefined {
  const path = place?.origin.path ?? []
  if (kind === 'rendered-yaml' && place?.kind === 'map') return helpForCutKey(place.origin)
  if (kind === 'nil' && path.some((_, index) => valueAt(values, path.slice(0, index + 1))?.kind === 'null'))
    return phrase`remove the line: null here drops what lower layers set`
  const isEmpty = place?.kind === 'null' || (place?.kind === 'scalar' && place.value === '')
  if (kind !== 'fail' || place === undefined || !isEmpty || place.origin.path.length === 0) return undefined
  return phrase`set ${formatPath(place.origin.path)}`
}

const clusterNameLimit = 50
const ruleNames: Readonly<Record<RenderError['class'], string>> = {
  'release-name': 'release-name',
  'kube-version': 'kube-version',
  fail: 'refuses',
  tpl: 'template',
  nil: 'needs-value',
  type: 'wrong-kind',
  'rendered-yaml': 'printed-yaml',
}
