// Does the patch of a set empty the spec of its Applications?
import type { Finding } from '../../../findings/finding.ts'
import { phrase } from '../../../findings/message.ts'
import type { GenerateError } from '../../../applicationset/generate.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'

/** A patch of a bare `spec:` replaces the spec of the template with nothing (argo-cd#17040). */
export function isEmptied({ stage }: GenerateError, { plain }: Manifest): boolean {
  const patch = at(plain, 'spec', 'templatePatch')
  const isWritten = ['server', 'name'].some((key) => at(plain, 'spec', 'template', 'spec', 'destination', key) !== undefined)
  return stage === 'destination' && isWritten && typeof patch === 'string' && isBareBehind(patch) && !patch.includes('destination')
}

/** Whether all that is below `spec:` is in conditions, none of which has another branch. */
function isBareBehind(patch: string): boolean {
  const below = /^spec:[ \t]*\r?\n([ \t]*\{\{[\s\S]*)$/m.exec(patch)?.[1]?.split(/^(?=[A-Za-z])/m)[0]
  if (below === undefined) return false
  let depth = 0
  for (let end = 0; end < below.length;) {
    const start = below.indexOf('{{', end)
    if (depth === 0 && below.slice(end, start < 0 ? below.length : start).trim() !== '') return false
    if (start < 0) break
    const close = below.indexOf('}}', start)
    if (close < 0) return false
    const action = /^-?\s*(\w+)/.exec(below.slice(start + 2, close))?.[1] ?? ''
    if (['if', 'with', 'range'].includes(action)) depth++
    else if (action === 'end') depth--
    else if (action === 'else' || depth === 0) return false
    end = close + 2
  }
  return depth === 0
}

/** One for the whole set. */
export const emptied: Finding = {
  message: phrase`templatePatch may be a bare \`spec:\`, which empties the whole spec: the destination and the sources are gone`,
  places: [{ path: ['spec', 'templatePatch'], on: 'key' }],
  help: phrase`put \`spec:\` inside of the condition, too, so that the patch is empty where it does not hold`,
}
