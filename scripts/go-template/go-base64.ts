// How does Go encode and decode Base64 and Base32?
import { bytesOf, textOfBytes } from './go-bytes.ts'

const alphabet64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function encodeBase64(text: string): string {
  return bytesOf(text).toString('base64')
}

export function encodeBase32(text: string): string {
  const bits = [...bytesOf(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet32[Number.parseInt(group.padEnd(5, '0'), 2)])
  return letters.join('').padEnd(Math.ceil(letters.length / 8) * 8, '=')
}

function decoded(letters: readonly string[], alphabet: string, size: number): string {
  const bits = letters.map((letter) => alphabet.indexOf(letter).toString(2).padStart(size, '0')).join('')
  return textOfBytes(Buffer.from((bits.match(/[01]{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2))))
}

const wrongBase64 = 'illegal base64 data at input byte '

/** What a text in Base64 says; undefined: it is none. */
export function readBase64(text: string): string | undefined {
  const read = decodeBase64(text)
  // the words of the error are no Base64: only a text that says them could be taken for it
  return read.startsWith(wrongBase64) && encodeBase64(read) !== text ? undefined : read
}

/** `base64.StdEncoding.DecodeString` (`decodeQuantum`): the error, which names its place, is also the result. */
export function decodeBase64(text: string): string {
  const source = bytesOf(text).toString('latin1')
  const wrong = (at: number): string => `${wrongBase64}${at}`
  const letters: string[] = []
  const skipBreaks = (at: number): number => {
    let next = at
    while (source[next] === '\n' || source[next] === '\r') next++
    return next
  }
  let at = 0
  for (;;) {
    at = skipBreaks(at)
    const letter = source[at]
    const place = letters.length % 4
    if (letter === undefined) return place === 0 ? decoded(letters, alphabet64, 6) : wrong(at - place)
    at++
    if (letter !== '=') {
      if (!alphabet64.includes(letter)) return wrong(at - 1)
      letters.push(letter)
      continue
    }
    if (place < 2) return wrong(at - 1)
    if (place === 2) {
      at = skipBreaks(at)
      if (at === source.length) return wrong(at)
      if (source[at] !== '=') return wrong(at - 1)
      at++
    }
    at = skipBreaks(at)
    return at < source.length ? wrong(at) : decoded(letters, alphabet64, 6)
  }
}

/** `base32.StdEncoding.DecodeString`; line breaks are taken out first. */
export function decodeBase32(text: string): string {
  const source = bytesOf(text)
    .toString('latin1')
    .replace(/[\n\r]/g, '')
  const wrong = (at: number): string => `illegal base32 data at input byte ${at}`
  const letters: string[] = []
  for (let at = 0; ; at++) {
    const letter = source[at]
    const place = letters.length % 8
    if (letter === undefined) return place === 0 ? decoded(letters, alphabet32, 5) : wrong(at - place)
    const rest = source.slice(at + 1)
    if (letter === '=' && place >= 2 && rest.length < 8) {
      if (rest.length + place < 7) return wrong(source.length)
      const odd = /[^=]/.exec(rest.slice(0, 7 - place))?.index
      if (odd !== undefined) return wrong(at + odd)
      return [1, 3, 6].includes(place) ? wrong(at) : decoded(letters, alphabet32, 5)
    }
    if (!alphabet32.includes(letter)) return wrong(at)
    letters.push(letter)
  }
}
