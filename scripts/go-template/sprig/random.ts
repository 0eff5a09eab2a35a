// Which Sprig functions depend on chance? Their length and alphabet are right, their result differs each time.
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { Budget } from '../budget.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { TemplateError, int } from '../go-value.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

function charged(count: number, budget: Budget): number {
  if (count < 0) throw new TemplateError('the length is out of range')
  budget.draws++
  budget.characters(count)
  budget.steps(count)
  return count
}

const drawn = (alphabet: string): GoFunction =>
  // the error of a negative length is ignored
  takes(['int'], (count, budget) =>
    Array.from({ length: count < 0 ? 0 : charged(count, budget) }, () => alphabet[randomInt(alphabet.length)]).join(''),
  )

function shuffle(text: string, budget: Budget): string {
  charged(text.length, budget)
  const characters = [...text]
  const draws = randomBytes(4 * characters.length)
  for (let left = characters.length - 1; left > 0; left--) {
    const other = draws.readUInt32LE(4 * left) % (left + 1)
    const character = characters[left] as string
    characters[left] = characters[other] as string
    characters[other] = character
  }
  return characters.join('')
}

export const randomFunctions: GoFunctions = {
  randAlphaNum: drawn(letters + digits),
  randAlpha: drawn(letters),
  randNumeric: drawn(digits),
  randAscii: drawn(printable),
  randBytes: takes(['int'], (count, budget) => randomBytes(charged(count, budget)).toString('base64')),
  randInt: takes(['int', 'int'], (from, to, budget) => {
    budget.draws++
    if (from >= to) throw new TemplateError('invalid argument to Intn')
    // the number is unpredictable anyway: any range that the platform supports will do
    return int(from + randomInt(Math.min(to - from, 2 ** 47)))
  }),
  shuffle: takes(['string'], shuffle),
  uuidv4: takes([], (budget) => {
    budget.draws++
    return randomUUID()
  }),
}
