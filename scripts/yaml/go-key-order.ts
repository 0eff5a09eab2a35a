// In which order does go-yaml write the keys of a map?
import { trimEndOf } from '../values/trim.ts'

const isLetter = (character: string): boolean => /\p{L}/u.test(character)

/** go-yaml's order of keys (sorter.go): letters after other characters, runs of digits by their value. */
export function compareNaturally(a: string, b: string): number {
  return compareKeys(a, b, false)
}

/** The same in v3, where letters after digits come first. */
export function compareNaturallyV3(a: string, b: string): number {
  return compareKeys(a, b, true)
}

function compareKeys(a: string, b: string, afterDigits: boolean): number {
  const [first, second] = [[...a], [...b]]
  const index = first.findIndex((character, position) => character !== second[position])
  const [x, y] = [first[index], second[index]]
  if (index < 0 || x === undefined || y === undefined) return first.length - second.length
  const byCode = (x.codePointAt(0) as number) - (y.codePointAt(0) as number)
  if (isLetter(x) && isLetter(y)) return byCode
  if (isLetter(x) || isLetter(y)) return isLetter(y) !== (afterDigits && /\p{Nd}/u.test(first[index - 1] ?? '')) ? -1 : 1
  const digits = (characters: readonly string[]): string => /^\d*/.exec(characters.slice(index).join(''))?.[0] ?? ''
  const ahead = first.slice(0, index).join('')
  const before = ahead.slice(trimEndOf(ahead, '0123456789').length)
  // equal digits before the difference count, unless both runs start with zeros
  const prefix = (x === '0' || y === '0') && /[1-9]/.test(before) ? '1' : ''
  const [left, right] = [prefix + digits(first), prefix + digits(second)]
  const [leftValue, rightValue] = [BigInt.asIntN(64, BigInt(left)), BigInt.asIntN(64, BigInt(right))]
  if (leftValue !== rightValue) return leftValue < rightValue ? -1 : 1
  return left.length === right.length ? byCode : left.length - right.length
}
