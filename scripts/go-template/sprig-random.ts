// Which Sprig functions depend on chance? Their length and alphabet are right, their answer is new each time.
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { takes } from './go-function.ts'
import type { GoFunction, GoFunctions } from './go-function.ts'
import { TemplateError, int } from './go-value.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

function checked(count: number): number {
  if (count < 0 || count > 100_000) throw new TemplateError('the length is out of range')
  return count
}

const drawn = (alphabet: string): GoFunction =>
  takes(['int'], (count) => Array.from({ length: checked(count) }, () => alphabet[randomInt(alphabet.length)]).join(''))

function shuffle(text: string): string {
  return [...text]
    .map((character) => ({ character, rank: randomInt(2 ** 32) }))
    .sort((a, b) => a.rank - b.rank)
    .map((item) => item.character)
    .join('')
}

export const randomFunctions: GoFunctions = {
  randAlphaNum: drawn(letters + digits),
  randAlpha: drawn(letters),
  randNumeric: drawn(digits),
  randAscii: drawn(printable),
  randBytes: takes(['int'], (count) => randomBytes(checked(count)).toString('base64')),
  randInt: takes(['int', 'int'], (from, to) => {
    if (from >= to) throw new TemplateError('the range is empty')
    return int(randomInt(from, to))
  }),
  shuffle: takes(['string'], shuffle),
  uuidv4: takes([], () => randomUUID()),
}
