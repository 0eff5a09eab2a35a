// Does a line of pg_hba.conf take every connection that a later one is for? The server uses the first line that fits.
import { addressBits } from './address.ts'
import type { HbaRecord } from './hba.ts'
import type { Field, Token } from './tokens.ts'

/** Which connections a type stands for: over the socket, with TLS, with GSSAPI, without either. */
const connections: ReadonlyMap<string, string> = new Map([
  ['local', 'l'],
  ['host', 'sgp'],
  ['hostssl', 's'],
  ['hostnossl', 'gp'],
  ['hostgssenc', 'g'],
  ['hostnogssenc', 'sp'],
])

/** Whether `later` can never be used, since `earlier` fits whenever it does. False where that depends on more than the two lines. */
export function isCovered(later: HbaRecord, earlier: HbaRecord): boolean {
  const taken = connections.get(earlier.type) ?? ''
  if (![...(connections.get(later.type) ?? '?')].every((kind) => taken.includes(kind))) return false
  return (
    coversDatabases(earlier.databases, later.databases) &&
    coversUsers(earlier.users, later.users) &&
    (later.type === 'local' || coversAddress(earlier, later)) &&
    // a file that is not known here may hold nothing
    ![...later.databases, ...later.users].some(({ file }) => file)
  )
}

const isKeyword = ({ quoted, text }: Token, word: string): boolean => !quoted && text === word

function coversDatabases(earlier: Field, later: Field): boolean {
  const all = earlier.some((token) => isKeyword(token, 'all'))
  // `all` is not for replication, which asks for no database
  return later.every((token) => (isKeyword(token, 'replication') ? hasSame(earlier, token) : all || hasSame(earlier, token)))
}

function coversUsers(earlier: Field, later: Field): boolean {
  return earlier.some((token) => isKeyword(token, 'all')) || later.every((token) => hasSame(earlier, token))
}

function hasSame(field: Field, token: Token): boolean {
  return field.some((other) => other.text === token.text && other.quoted === token.quoted && !other.file)
}

function coversAddress(earlier: HbaRecord, later: HbaRecord): boolean {
  if (earlier.address === 'all') return true
  if (earlier.address === undefined || later.address === undefined) return false
  if (earlier.address === later.address && earlier.mask === later.mask) return true
  const [outer, inner] = [addressBits(earlier.address, earlier.mask), addressBits(later.address, later.mask)]
  if (outer === undefined || inner === undefined) return false
  return (
    outer.bits.length === inner.bits.length &&
    outer.prefix <= inner.prefix &&
    outer.bits.slice(0, outer.prefix) === inner.bits.slice(0, outer.prefix)
  )
}
