// How is a list of one written?
import type { Message } from './finding.ts'
import type { Value } from '../values/value.ts'
import { named, phrase } from './message.ts'

/** Help for a plain word where a list belongs; undefined: for anything else. */
export function listHelp(value: Value | undefined): Message | undefined {
  return value?.kind === 'scalar' ? listOfOne(value.value) : undefined
}

/** The same for what is read. */
export function listOfOne(value: string | number | boolean): Message | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(value) ? phrase`write a list: [${named(value)}]` : undefined
}
