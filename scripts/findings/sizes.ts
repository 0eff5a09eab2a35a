// Which size was meant by a number without a unit?
import type { Message } from './finding.ts'
import type { Path } from '../values/value.ts'
import { named, phrase } from './message.ts'

/** Numbers from here on may be bytes that somebody counted out. */
const smallest = 2 ** 20

/** Whether a path is the size of a volume. */
export function isVolumeSize(path: Path): boolean {
  return path.at(-1) === 'size' && ['storage', 'walStorage'].includes(String(path.at(-2)))
}

/** Help for a whole number where the size of a volume belongs, which would count bytes; undefined where that may be meant. */
export function missingUnit(path: Path, text: string): Message | undefined {
  if (!isVolumeSize(path) || !/^\d{1,9}$/.test(text) || Number(text) >= smallest || Number(text) === 0) return undefined
  return phrase`that would be ${named(Number(text))} bytes; write ${named(Number(text))}Gi`
}

/** The quantity that was meant by a size in the words of a shop, such as `4GB` or `512 mb`; undefined: anything else. */
export function meantQuantity(text: string): string | undefined {
  const [number, letter] = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([kmgtp])i?b?\s*$/i.exec(text)?.slice(1) ?? []
  return number === undefined || letter === undefined ? undefined : `${number}${letter.toUpperCase()}i`
}
