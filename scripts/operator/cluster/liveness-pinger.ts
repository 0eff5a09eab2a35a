// Can the operator read a liveness pinger?
import { parseGoInteger } from '../go-text.ts'
import type { Json } from '../../values/value.ts'
import { memberOf, parseWithDigits } from '../go-json.ts'

interface LivenessPinger {
  readonly enabled: boolean
  /** milliseconds; 0: not set */
  readonly requestTimeout: number
  readonly connectionTimeout: number
}

/** The JSON of the annotation `alpha.cnpg.io/livenessPinger`; undefined: not readable. Reproduces `NewLivenessPingerConfigFromAnnotations`. */
export function readPinger(text: string): LivenessPinger | undefined {
  // no annotation: a failing parser is slow
  if (text === '') return undefined
  const document = parseWithDigits(text)
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined
  const enabled = memberOf(document, 'enabled')
  const requestTimeout = milliseconds(memberOf(document, 'requestTimeout'))
  const connectionTimeout = milliseconds(memberOf(document, 'connectionTimeout'))
  if (typeof enabled !== 'boolean' || requestTimeout === undefined || connectionTimeout === undefined) return undefined
  return { enabled, requestTimeout, connectionTimeout }
}

/** Go does not accept 3.0 or 3e2 as an integer, nor anything beyond 64 bits. */
function milliseconds(value: Json): number | undefined {
  if (value === null) return 0
  const digits = typeof value === 'string' && value.startsWith('n') ? parseGoInteger(value.slice(1)) : undefined
  return digits === undefined ? undefined : Number(digits)
}
