// What does Helm make of a hand-written template, and where does each character come from?
import { lineStart, trimEndOf } from '../values/trim.ts'
import type { Json, Span } from '../values/value.ts'
import { conditionOf, endsOfBlocks, isForArgo, readActions } from './helm-actions.ts'
import type { Action } from './helm-actions.ts'

/** Stands for what only the cluster or the parent's values know; no real text contains it. */
export const unknownText = '\ue000'

export interface HelmText {
  readonly text: string
  /**
   * `whole`: all of the text is printed, unknown texts aside; `optional`: parts of it may not be printed (`if`), or more
   * may be added (`include`); `unclear`: parts are repeated, chosen or defined here, of which the text holds one
   */
  readonly shape: 'whole' | 'optional' | 'unclear'
  /** the first action that makes it unclear, or that decides about a manifest or an element */
  readonly obstacle?: Span
  /** actions such as `{{ .env }}`, meant for Argo CD, that Helm prints as nothing or refuses */
  readonly consumedByHelm: readonly { readonly span: Span; readonly action: string }[]
  /** offset in the text → offset in the file */
  readonly toFile: (offset: number) => number
}

/** A file that Helm never sees. */
export function plainText(text: string): HelmText {
  return { text, shape: 'whole', consumedByHelm: [], toFile: (offset) => offset }
}

interface Piece {
  readonly at: number
  readonly from: number
  /** pieces that were computed point at their action */
  readonly fixed: boolean
}

const printsLines = /\b(?:n?indent|toYaml|include|tpl|template)\b/

/**
 * Reads a template without running it: raw strings and texts are copied, values are unknown, comments vanish. `values` decide
 * an `if` of one of them, or of a literal, that has no other branch.
 */
export function readHelmText(source: string, values: Json = null): HelmText {
  const actions = readActions(source)
  const ends = endsOfBlocks(actions)
  const pieces: Piece[] = []
  const consumedByHelm: { span: Span; action: string }[] = []
  const scopes: number[] = []
  let depth = 0
  let text = ''
  let shape: HelmText['shape'] = 'whole'
  let obstacle: Action | undefined
  let at = 0
  const add = (part: string, from: number, fixed: boolean): void => {
    if (part === '') return
    pieces.push({ at: text.length, from, fixed })
    text += part
  }
  const blur = (action: Action): void => {
    shape = 'unclear'
    obstacle ??= action
  }
  /** the text up to an action that prints nothing; a line of its own vanishes whole, so that indents stay */
  const drop = (action: Action): void => {
    const before = source.slice(at, Math.max(action.line?.start ?? action.start, at))
    add(action.line === undefined && action.trimsBefore ? before.trimEnd() : before, at, false)
    at = action.line?.end ?? afterAction(source, action)
  }
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index] as Action
    const { word } = action
    const isConsumed = !isHarmless(action) && isForArgo(action, depth > 0)
    if (isConsumed) consumedByHelm.push({ span: { start: action.start, end: action.end }, action: action.text })
    if (word === 'if' || word === 'with' || word === 'range') {
      const last = ends.get(index)
      const end = last === undefined ? undefined : actions[last]
      const isChoice = actions.slice(index + 1, last).some((other, below) => other.word === 'else' && ends.get(index + 1 + below) === last)
      const isPrinted = action.line === undefined || end?.line === undefined || isChoice ? undefined : conditionOf(action, values)
      if (isPrinted === true) {
        drop(action)
        scopes.push(0)
        continue
      } else if (isPrinted === false && end?.line !== undefined) {
        drop(action)
        at = end.line.end
        index = last as number
        continue
      } else if (end === undefined) blur(action)
      else if (action.line === undefined && end.end <= action.lineEnd) {
        add(source.slice(at, action.start), at, false)
        add(unknownText, action.start, true)
        at = end.end
        index = last as number
        continue
      } else if (word === 'range' || action.line === undefined) blur(action)
      else if (shape === 'whole') shape = 'optional'
      if (end !== undefined && decidesMuch(source, action, end)) obstacle ??= action
      drop(action)
      scopes.push(word === 'if' ? 0 : 1)
      depth += scopes.at(-1) ?? 0
    } else if (word === 'define' || word === 'block') {
      blur(action)
      drop(action)
      const last = ends.get(index)
      const end = last === undefined ? undefined : (actions[last] as Action)
      at = end === undefined ? source.length : (end.line?.end ?? end.end)
      index = last ?? actions.length
    } else if (word === 'else') {
      // the first branch represents all
      blur(action)
      drop(action)
      const last = ends.get(index)
      if (last === undefined) break
      at = (actions[last] as Action).line?.start ?? (actions[last] as Action).start
      index = last - 1
    } else if (word === 'end') {
      drop(action)
      depth -= scopes.pop() ?? 0
    } else if (action.text.startsWith('/*') || /^\$\w+\s*:?=/.test(action.text)) drop(action)
    else if (action.line !== undefined && printsLines.test(action.text.replaceAll(/`[^`]*(?:`|$)|"(?:[^"\\]|\\[^])*(?:"|$)/g, ''))) {
      if (shape === 'whole') shape = 'optional'
      drop(action)
    } else {
      const before = source.slice(at, action.start)
      add(action.trimsBefore ? before.trimEnd() : before, at, false)
      const raw = /^`([^`]*)`$/.exec(action.text)
      if (raw !== null) add(raw[1] ?? '', source.indexOf('`', action.start) + 1, false)
      else if (/^"(?:[^"\\]|\\.)*"$/.test(action.text)) add(unquote(action.text), action.start, true)
      else add(action.trimsBefore ? ` ${unknownText}` : unknownText, action.start, true)
      at = afterAction(source, action)
    }
  }
  add(source.slice(at), at, false)
  return {
    text,
    shape,
    consumedByHelm,
    ...(obstacle === undefined ? {} : { obstacle: { start: obstacle.start, end: obstacle.end } }),
    toFile: (offset) => fileOffset(pieces, offset),
  }
}

/** No list of an honest file is longer. */
const farthest = 2_000

/** The nearest line above with a key at most `depth` deep. */
function parentOf(source: string, offset: number, depth: number): string | undefined {
  let end = offset
  for (let lines = 0; end >= 0 && lines < farthest; lines++) {
    const start = lineStart(source, end)
    const line = source.slice(start, end)
    if (/^[ \t]*[A-Za-z]\w*:/.test(line) && line.search(/\S/) <= depth) return line
    end = start - 1
  }
  return undefined
}

/** Whether a block holds a manifest, or an element of a set. */
function decidesMuch(source: string, { start, end }: Action, { start: last }: Action): boolean {
  const body = source.slice(end, last)
  if (/^kind:/m.test(body)) return true
  const lead = /^\s*/.exec(body)?.[0] ?? ''
  if (!/^-\s/.test(body.slice(lead.length, lead.length + 2))) return false
  const depth = lead.length - trimEndOf(lead, ' \t').length
  const parent = parentOf(source, start, depth)
  return parent !== undefined && /^\s*elements:\s*$/.test(parent)
}

function afterAction(source: string, action: Action): number {
  return action.end + (action.trimsAfter ? (/^\s*/.exec(source.slice(action.end))?.[0].length ?? 0) : 0)
}

/** In a comment an absent field prints nothing, and nobody misses it; a field of an absent field stops the render there, too. */
function isHarmless(action: Action): boolean {
  return action.isComment && /^\$?\.[A-Za-z_]\w*$/.test(action.text)
}

function fileOffset(pieces: readonly Piece[], offset: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pieces[middle] as Piece).at <= offset) low = middle
    else high = middle - 1
  }
  const piece = pieces[low]
  if (piece === undefined) return 0
  return piece.fixed ? piece.from : piece.from + offset - piece.at
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return unknownText
  }
}
