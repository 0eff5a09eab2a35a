// Is a text a numeric address, as the C library reads one for pg_hba.conf?

/** `unknown`: it depends on the network interfaces of the machine. */
export type AddressFamily = 4 | 6 | 'unknown' | undefined

/** The family of a numeric host (`getaddrinfo` with AI_NUMERICHOST, glibc); undefined: it is treated as a host name. */
export function addressFamily(text: string): AddressFamily {
  if (isIPv4(text)) return 4
  const percent = text.indexOf('%')
  const address = percent < 0 ? text : text.slice(0, percent)
  if (!isIPv6(address)) return undefined
  if (percent < 0) return 6
  const zone = text.slice(percent + 1)
  if (/^\d{1,9}$/.test(zone) || zone === 'lo') return 6
  // the name of an interface is valid for link-local addresses only
  return /^(?:fe[89ab]|ff[0-9a-f]2)/i.test(address) ? 'unknown' : undefined
}

/** One to four numbers, decimal, octal (`010`) or hexadecimal (`0x0a`), the last of which fills what is left: `127.1`, `8`. */
function isIPv4(text: string): boolean {
  const parts = text.split('.')
  if (parts.length > 4) return false
  return parts.every((part, index) => {
    const number = cNumber(part)
    const isLast = index === parts.length - 1
    return number !== undefined && number < (isLast ? 256 ** (5 - parts.length) : 256)
  })
}

function cNumber(text: string): number | undefined {
  if (text.length > 40) return undefined
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number(text)
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined
}

/** RFC 4291, as `inet_pton` reads it: eight groups, one `::`, the last two groups possibly as a dotted IPv4 address. */
function isIPv6(text: string): boolean {
  if (text.length > 45) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const last = all.at(-1)
  const hasIPv4 = last !== undefined && groups.at(-1)?.length !== 0 && isDottedQuad(last)
  const count = all.length + (hasIPv4 ? 1 : 0)
  if (!all.every((group, index) => /^[0-9a-fA-F]{1,4}$/.test(group) || (hasIPv4 && index === all.length - 1))) return false
  return halves.length === 2 ? count <= 7 : count === 8
}

function isDottedQuad(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** The bits behind `/`, as `strtol` reads them: `/08` and `/+8` are valid. Undefined: not a number, or out of range. */
export function maskBits(text: string, family: 4 | 6): number | undefined {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d{1,18})$/.exec(text)?.[1]
  const bits = digits === undefined ? undefined : Number(digits)
  return bits === undefined || bits < 0 || bits > (family === 4 ? 32 : 128) ? undefined : bits
}

/** An address with its mask as binary digits; undefined: a name, or a mask with holes. */
export function addressBits(address: string, mask: string | undefined): { readonly bits: string; readonly prefix: number } | undefined {
  const [host = '', behind] = address.split('/')
  const bits = bitsOf(host)
  if (bits === undefined) return undefined
  if (mask === undefined) {
    const prefix = behind === undefined ? undefined : maskBits(behind, bits.length === 32 ? 4 : 6)
    return prefix === undefined ? undefined : { bits, prefix }
  }
  const ones = /^(1*)0*$/.exec(bitsOf(mask) ?? '-')?.[1]
  return ones === undefined ? undefined : { bits, prefix: ones.length }
}

function bitsOf(host: string): string | undefined {
  const family = addressFamily(host)
  if (family === 4) {
    const parts = host.split('.').map((part) => cNumber(part) ?? 0)
    const last = parts.pop() ?? 0
    const value = parts.reduce((sum, part, index) => sum + part * 256 ** (3 - index), 0) + last
    return value.toString(2).padStart(32, '0')
  }
  if (family !== 6 || host.includes('%')) return undefined
  const colon = host.lastIndexOf(':') + 1
  const quad = host.slice(colon).split('.').map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = quad
  const plain = quad.length === 4 ? `${host.slice(0, colon)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}` : host
  const [before = [], after = []] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const zeros = plain.includes('::') ? Array.from({ length: 8 - before.length - after.length }, () => '0') : []
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}
