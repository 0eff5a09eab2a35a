// How does Sprig change the case of words?
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'

const isUpper = (character: string): boolean => /\p{Lu}/u.test(character)
const isSpace = (character: string): boolean => /\p{White_Space}/u.test(character)
const isPunctuation = (character: string): boolean => /\p{P}/u.test(character)
const isNumber = (character: string): boolean => /\p{N}/u.test(character)
const isConnector = (character: string): boolean => /[-_\p{White_Space}]/u.test(character)
/** `xstrings.isAlphabet`: a letter, but not a common Chinese character. */
const isAlphabet = (character: string): boolean =>
  /\p{L}/u.test(character) && !/[\u4e00-\u9fcc\u3400-\u4d85\u{20000}-\u{2b81d}]/u.test(character)

/** Go changes the case of each character alone: `ß` has no single capital and stays. */
export function upper(text: string): string {
  return [...text].map((character) => ([...character.toUpperCase()].length === 1 ? character.toUpperCase() : character)).join('')
}
export function lower(text: string): string {
  return [...text].map((character) => [...character.toLowerCase()][0] ?? '').join('')
}

type WordKind = 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other' | 'none'
interface Word {
  readonly kind: WordKind
  readonly text: string
}

/** `xstrings.nextWord`: the words of a text; capitals before a small letter lose their last one to it. */
function wordsOf(text: string): Word[] {
  const characters = [...text]
  const words: Word[] = []
  let at = 0
  const runOf = (belongs: (character: string) => boolean, from: number): number => {
    let end = from
    while (end < characters.length && belongs(characters[end] as string)) end++
    return end
  }
  const isSmall = (character: string): boolean => isAlphabet(character) && !isUpper(character)
  while (at < characters.length) {
    const first = characters[at] as string
    const following = characters[at + 1]
    let kind: WordKind = 'other'
    let end = runOf((next) => !isConnector(next) && !isAlphabet(next) && !isNumber(next) && !isPunctuation(next), at + 1)
    if (isConnector(first)) [kind, end] = ['connector', runOf(isConnector, at)]
    else if (isPunctuation(first)) [kind, end] = ['punctuation', runOf(isPunctuation, at)]
    else if (isUpper(first)) {
      kind = 'upper'
      end = runOf(isUpper, at)
      if (end - at > 1 && end < characters.length && isAlphabet(characters[end] as string)) end--
      else if (end - at === 1 && following !== undefined) end = runOf(isSmall, at + 1)
    } else if (isAlphabet(first)) [kind, end] = ['alphabet', runOf(isSmall, at + 1)]
    else if (isNumber(first)) [kind, end] = ['number', runOf(isNumber, at)]
    words.push({ kind, text: characters.slice(at, end).join('') })
    at = end
  }
  return words
}

const joins = (kind: WordKind): boolean => kind !== 'connector' && kind !== 'punctuation'
const continues = (kind: WordKind): boolean => kind === 'alphabet' || kind === 'number'

/** `xstrings.camelCaseToLowerCase`: `http2xx` is `http_2xx`, `Bld4Floor` is `bld4_floor`; punctuation needs no connector. */
function splitWords(text: string, connector: string): string {
  const words = wordsOf(text)
  let out = ''
  let at = 0
  const kindAt = (index: number): WordKind => words[index]?.kind ?? 'none'
  const isLast = (index: number): boolean => index >= words.length - 1
  const write = (word: Word | undefined): void => {
    if (word?.kind === 'connector') out += connector.repeat([...word.text].length)
    else if (word !== undefined) out += word.kind === 'upper' ? lowerCapitals(word.text) : word.text
  }
  const writeRun = (): void => {
    for (; continues(kindAt(at)); at++) write(words[at])
  }
  const connect = (): void => {
    if (at < words.length && joins(kindAt(at))) out += connector
  }
  while (!isLast(at)) {
    const word = words[at] as Word
    write(word)
    at++
    if (word.kind === 'connector' || word.kind === 'punctuation') continue
    if (word.kind === 'number') {
      writeRun()
      connect()
    } else if (kindAt(at) !== 'number') connect()
    else if (!isLast(at)) {
      const digits = words[at++]
      // a number belongs to the word before it unless letters follow
      if (kindAt(at) === 'alphabet') {
        out += connector
        write(digits)
        writeRun()
      } else write(digits)
      connect()
    }
  }
  write(words[at])
  return out
}

const lowerCapitals = (text: string): string => [...text].map((character) => (isUpper(character) ? lower(character) : character)).join('')

/** `xstrings.ToPascalCase`: separators are dropped, except leading, trailing and doubled ones. */
function camelCase(text: string): string {
  const characters = [...text]
  const start = characters.findIndex((character) => !isConnector(character))
  // if there are only separators, the last one is written twice
  if (start < 0) return text + (characters.at(-1) ?? '')
  let out = characters.slice(0, start).join('')
  let previous = upper(characters[start] ?? '')
  let capitals = isUpper(characters[start] ?? '')
  for (const character of characters.slice(start + 1)) {
    let now = character
    if (isConnector(previous)) {
      if (isConnector(now)) out += previous
      else {
        capitals = isUpper(now)
        now = upper(now)
      }
    } else {
      out += previous
      if (capitals && isUpper(now)) now = lower(now)
      else if (!isConnector(now)) capitals = false
    }
    previous = now
  }
  return out + previous
}

/** `unicode.ToTitle`: a capital, but for digraph letters only the first half. */
function titleCase(character: string): string {
  if (/[\u10d0-\u10ff]/.test(character)) return character
  const capital = upper(character)
  return doubles.get(capital) ?? capital
}

/** Two letters in one character, of which only the first becomes a capital. */
const doubles: ReadonlyMap<string, string> = new Map(['ǅ', 'ǈ', 'ǋ', 'ǲ'].map((title) => [upper(title), title]))

/** `strings.Title`: a capital after a separator, which is any ASCII sign but letters, digits and `_`, or a blank. */
function title(text: string): string {
  let separated = true
  let out = ''
  for (const character of text) {
    out += separated ? titleCase(character) : character
    separated = /[\0-\x7f]/.test(character) ? !/\w/.test(character) : isSpace(character)
  }
  return out
}

/** `goutils.SwapCase`: small letters at the start of a word get their title form. */
function swapCase(text: string): string {
  let first = true
  return [...text]
    .map((character) => {
      const atStart = first
      if (/[\p{Lu}\p{Lt}\p{Ll}]/u.test(character)) first = false
      else first = isSpace(character)
      if (/[\p{Lu}\p{Lt}]/u.test(character)) return lower(character)
      if (!/\p{Ll}/u.test(character)) return character
      return atStart ? titleCase(character) : upper(character)
    })
    .join('')
}

/** `goutils.Uncapitalize`. */
function untitle(text: string): string {
  return text.replace(/(^|\p{White_Space})(\P{White_Space})/gu, (_, blank: string, letter: string) => blank + lower(letter))
}

/** A function that visits each character, some of them several times. */
function onCharacters(body: (text: string) => string): GoFunction {
  return takes(['string'], (text, budget) => {
    budget.eachCharacter(text)
    return body(text)
  })
}

export const caseFunctions: GoFunctions = {
  upper: takes(['string'], upper),
  lower: takes(['string'], lower),
  title: onCharacters(title),
  untitle: onCharacters(untitle),
  swapcase: onCharacters(swapCase),
  snakecase: onCharacters((text) => splitWords(text, '_')),
  camelcase: onCharacters(camelCase),
  kebabcase: onCharacters((text) => splitWords(text, '-')),
}
