// Which mistakes in one scalar have exactly one correction?
import { readingsOf } from '../operator/schedule-text.ts'
import { printed } from '../values/printed.ts'
import type { ScalarValue, Value } from '../values/value.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'
import { resolveScalar } from '../yaml/scalars.ts'
import { isSecretPath } from '../secret/names.ts'
import type { Draft, Edit } from './edit.ts'
import { nodeAt } from './edit.ts'

/** How a scalar must be written; see `Fix`. */
type Writing = 'text' | 'number' | 'boolean' | 'quantity' | 'schedule'

/** The edit of a scalar that must be written differently; undefined: none, or more than one. Secrets are not changed. */
export function fixScalar(writing: Writing, draft: Draft, offset: number): Edit | undefined {
  const node = nodeAt(draft.root, offset, 'value')
  if (node?.kind !== 'scalar' || isSecretPath(node.origin.path)) return undefined
  const raw = rawOf(draft, node)
  switch (writing) {
    case 'text':
      return quoteWritten(node, raw)
    case 'number':
    case 'boolean':
      return unquote(node, raw, writing)
    case 'schedule':
      return completeSchedule(node, raw)
    case 'quantity':
      return joinQuantity(node, raw)
  }
}

export function rawOf(draft: Draft, node: Value): string {
  return draft.file.text.slice(node.origin.value.start, node.origin.value.end)
}

export function replaceValue(node: Value, raw: string, text: string): Edit {
  const { start, end } = node.origin.value
  return { start, end, text, touches: [node.origin.path], what: `${raw} is now ${text}` }
}

/**
 * `16.10` is the number 16.1 to YAML; the quotes keep what was written. `010` is 8, `1_000` is 1000 and `1e3` too: was the
 * number meant, or its spelling?
 */
function quoteWritten(node: ScalarValue, raw: string): Edit | undefined {
  if (typeof node.value === 'string' || !(typeof node.value === 'boolean' ? /^\w+$/ : /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/).test(raw))
    return undefined
  return replaceValue(node, raw, `"${raw}"`)
}

function unquote(node: ScalarValue, raw: string, kind: 'number' | 'boolean'): Edit | undefined {
  const inner = /^(["'])(.*)\1$/.exec(raw)?.[2]
  if (inner === undefined || inner !== node.value || typeof resolveScalar(inner) !== kind) return undefined
  // `010` is 8 without quotes: which of the two was meant?
  if (kind === 'number' && !/^-?(?:0|[1-9]\d{0,14})$/.test(inner)) return undefined
  return replaceValue(node, raw, inner)
}

/**
 * Five fields are the crontab form; the operator reads seconds first. Most then have two meanings: "0 0 2 * *" runs daily
 * at two and looks like the second of each month, and only the author knows which is wanted. Only one is left if the operator
 * refuses its own reading, or where crontab would.
 */
function completeSchedule(node: ScalarValue, raw: string): Edit | undefined {
  const written = printed(node.value)
  const inner = /^(["']?)([^"'\r\n]*)\1$/.exec(raw)
  const { operator, crontab } = readingsOf(written) ?? {}
  const [only, other] = [operator, crontab].filter((reading) => reading !== undefined)
  // a 7 that becomes a 0 is a guess about the cron that was meant
  if (
    only === undefined ||
    only.never ||
    other !== undefined ||
    inner?.[2] !== written ||
    /[=@]/.test(written) ||
    written.trim().endsWith('7')
  )
    return undefined
  return replaceValue(node, raw, `${inner[1]}${only.fields}${inner[1]}`)
}

/** `10 Gi`: with a space it is not a quantity; without it, it is the only one that can be meant. */
function joinQuantity(node: ScalarValue, raw: string): Edit | undefined {
  const parts = /^(["']?)\s*(\d+(?:\.\d+)?)\s*(?:([KMGTPE]i|[mkMGTPE])\s*)?\1$/.exec(raw)
  if (parts === null || typeof node.value !== 'string' || parseQuantity(node.value) !== undefined) return undefined
  const suffix = parts[3] ?? ''
  const joined = `${parts[2]}${suffix}`
  if (raw.includes('\n') || parseQuantity(joined) === undefined) return undefined
  // thousandths are for CPUs: `512 m` of memory was meant to be something else
  if (suffix === 'm' && node.origin.path.at(-1) !== 'cpu') return undefined
  return replaceValue(node, raw, suffix === '' || parts[1] !== '' ? `"${joined}"` : joined)
}
