// Which characters of a text can't be seen, though they make it another one?
import { phrase } from './message.ts'
import type { Message } from './finding.ts'

const names: ReadonlyMap<string, string> = new Map([
  ['\u00a0', 'no-break space'],
  ['\u00ad', 'soft hyphen'],
  ['\u200b', 'zero width space'],
  ['\u200c', 'zero width non-joiner'],
  ['\u200d', 'zero width joiner'],
  ['\u200e', 'left-to-right mark'],
  ['\u200f', 'right-to-left mark'],
  ['\u202f', 'narrow no-break space'],
  ['\u2060', 'word joiner'],
  ['\u3000', 'ideographic space'],
  ['\ufeff', 'byte order mark'],
])

const invisible = /[\u00a0\u00ad\u2000-\u200f\u202f\u2060\u3000\ufeff]/
/** Nobody types these on purpose; joiners are parts of emoji and of words in some languages, and spaces are ones of sentences. */
const neverMeant = /[\u00ad\u200b\u2060\ufeff]|^[\u00a0\u202f\u3000]|[\u00a0\u202f\u3000]$/

/** Whether a text holds a character that nobody sees and nobody meant. */
export function holdsInvisible(text: string): boolean {
  return neverMeant.test(text)
}

/** The first invisible character of a text by its name: `zero width space (U+200B)`. */
export function invisibleIn(text: string): string | undefined {
  const [character] = invisible.exec(text) ?? []
  if (character === undefined) return undefined
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return `${names.get(character) ?? 'space'} (U+${code})`
}

/** What to do about a value or a key with such a character. */
export function invisibleHelp(text: string): Message | undefined {
  const name = invisibleIn(text)
  return name === undefined ? undefined : phrase`type it anew, without the ${name}`
}
