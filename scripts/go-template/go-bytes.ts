// How are Go's strings, which are bytes, represented in JavaScript's?

/** A byte that is not part of a UTF-8 character is represented by an unpaired surrogate, which no real text holds. */
const strayBase = 0xdc00
const stray = /[\udc80-\udcff]/

/** The bytes of a text. */
export function bytesOf(text: string): Buffer {
  if (!stray.test(text)) return Buffer.from(text)
  const pieces = text.match(/[\udc80-\udcff]|[^\udc80-\udcff]+/gu) ?? []
  return Buffer.concat(
    pieces.map((piece) => (piece.length === 1 && stray.test(piece) ? Buffer.of(piece.charCodeAt(0) - strayBase) : Buffer.from(piece))),
  )
}

/** The text of bytes, valid UTF-8 or not. */
export function textOfBytes(bytes: Buffer): string {
  const whole = bytes.toString()
  if (!whole.includes('\ufffd')) return whole
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const size = sizeAt(bytes, at)
    text += size === 0 ? String.fromCharCode(strayBase + (bytes[at] as number)) : bytes.subarray(at, at + size).toString()
    at += Math.max(size, 1)
  }
  return text
}

/** The length of the UTF-8 character that begins here; 0: none. */
function sizeAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  const piece = bytes.subarray(at, at + size)
  return size > 0 && piece.length === size && (size === 1 || !piece.toString().includes('\ufffd') || piece.equals(Buffer.from('\ufffd')))
    ? size
    : 0
}

/** What a reader of the text sees: U+FFFD for each stray byte. */
export function shown(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
