// Which actions does a Helm template hold, and which of them are meant for Argo CD?

/** One `{{ … }}` of a template; offsets into it, end behind the braces. */
export interface Action {
  readonly start: number
  readonly end: number
  /** what stands between the braces, trim marks removed */
  readonly text: string
  /** its first word: `if`, `range`, `end` */
  readonly word: string
  readonly trimsBefore: boolean
  readonly trimsAfter: boolean
  /** the whole line, line break included, where nothing else stands on it */
  readonly line: { readonly start: number; readonly end: number } | undefined
}

/** All actions in their order. */
export function readActions(source: string): Action[] {
  const actions: Action[] = []
  for (let at = 0; ;) {
    const start = source.indexOf('{{', at)
    if (start < 0) return actions
    const close = endOfAction(source, start + 2)
    const end = Math.min(close + 2, source.length)
    const inner = source.slice(start + 2, close)
    const text = inner.replace(/^-\s/, ' ').replace(/\s-$/, ' ').trim()
    actions.push({
      start,
      end,
      text,
      word: /^[a-z]+\b/.exec(text)?.[0] ?? '',
      trimsBefore: /^-\s/.test(inner),
      trimsAfter: /\s-$/.test(inner),
      line: wholeLine(source, start, end),
    })
    at = end
  }
}

function wholeLine(source: string, start: number, end: number): Action['line'] {
  const first = source.lastIndexOf('\n', start - 1) + 1
  const next = source.indexOf('\n', end)
  const last = next < 0 ? source.length : next + 1
  return source.slice(first, start).trim() === '' && source.slice(end, last).trim() === '' ? { start: first, end: last } : undefined
}

/** Where `}}` of an action stands; texts and raw strings may hold braces. */
function endOfAction(source: string, start: number): number {
  let at = start
  while (at < source.length) {
    const character = source[at]
    if (source.startsWith('}}', at)) return at
    if (character === '`' || character === '"') {
      const end = character === '`' ? source.indexOf('`', at + 1) : at + (/^"(?:[^"\\\n]|\\.)*/.exec(source.slice(at))?.[0].length ?? 1)
      if (end < 0) return source.length
      at = end
    }
    at++
  }
  return source.length
}

const openers: ReadonlySet<string> = new Set(['if', 'with', 'range', 'define', 'block'])

/** The action that ends the block (or its branch) which begins with `actions[index]`; undefined: none does. */
export function endOfBlock(actions: readonly Action[], index: number): number | undefined {
  let depth = 0
  for (let at = index + 1; at < actions.length; at++) {
    const word = actions[at]?.word ?? ''
    if (openers.has(word)) depth++
    else if (word === 'end' && depth-- === 0) return at
  }
  return undefined
}

const roots = ['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Subcharts']
const rooted = new RegExp(`(?:^|[\\s(])\\$?\\.(?:${roots.join('|')})\\b`)
/** `path.basename`, `service`: parameters of sets without goTemplate. */
const parameter = /^[a-z][\w]*(?:\.[\w[\]]+)*$/
const words = new Set(['end', 'else', 'now', 'list', 'dict', 'uuidv4', 'true', 'false', 'nil', 'break', 'continue'])

/**
 * Whether an action outside of raw strings was written for Argo CD: it reads fields that Helm's root does not have, or
 * calls what only Argo CD knows. In a scope (`range`, `with`, `define`) the dot is Helm's own.
 */
export function isForArgo(action: Action, inScope: boolean): boolean {
  const text = action.text.replace(/^(?:if|with|range|else if)\s+/, '')
  const literals = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`/g)].map((match) => match[1] ?? match[2] ?? '')
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')
  if (/(?:^|[\s(|])(?:normalize|slugify)\b/.test(bare)) return true
  const isHelms = rooted.test(bare) || /\$[A-Za-z_]/.test(bare) || /\b(?:include|tpl|template|lookup)\b/.test(bare)
  if (inScope || isHelms) return false
  if (parameter.test(bare)) return !words.has(bare) && !openers.has(bare)
  if (/(?:^|[\s(])\$?\.[A-Za-z_]/.test(bare)) return true
  const readsRoot = /\b(?:index|get|hasKey|dig)\b/.test(bare) && /(?:^|[\s(])\$?\.(?=$|[\s)])/.test(bare)
  return readsRoot && literals.length > 0 && !literals.some((literal) => roots.includes(literal))
}
