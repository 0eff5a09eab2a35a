// Which lines of a Pooler's pg_hba does PgBouncer take? Reproduces `parse_line` of src/hba.c, 1.24 and 1.25; it skips the others with a warning.

interface Token {
  /** `fail`: a quotation is not closed */
  readonly kind: 'word' | 'quoted' | 'comma' | 'end' | 'fail'
  readonly text: string
}

function* tokensOf(line: string): Generator<Token, Token> {
  let at = 0
  while (at < line.length) {
    const character = line[at] as string
    if (/\s/.test(character)) at++
    else if (character === '#') break
    else if (character === ',') {
      at++
      yield { kind: 'comma', text: ',' }
    } else if (character === '"') {
      const end = /^"((?:[^"]|"")*)"/.exec(line.slice(at))
      if (end === null) return { kind: 'fail', text: line.slice(at) }
      at += end[0].length
      yield { kind: 'quoted', text: end[1] ?? '' }
    } else {
      const word = /^[^\s,#"][^\s,#"]*/.exec(line.slice(at))?.[0] ?? ''
      at += word.length
      yield { kind: 'word', text: word }
    }
  }
  return { kind: 'end', text: '' }
}

const types = ['local', 'host', 'hostssl', 'hostnossl']
const methods = ['trust', 'reject', 'md5', 'password', 'peer', 'cert', 'scram-sha-256']
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)$/

/** Why PgBouncer 1.`minor` skips a line; undefined: it takes it, the line is empty, or a map or a file decides. */
export function skippedByPgBouncer(line: string, minor: number): string | undefined {
  const source = tokensOf(line)
  let token: Token = source.next().value
  const next = (): void => {
    token = source.next().value ?? { kind: 'end', text: '' }
  }
  const isAtEnd = (): boolean => token.kind === 'end'
  const isWord = (...words: readonly string[]): boolean => token.kind === 'word' && words.includes(token.text)
  if (isAtEnd()) return undefined
  if (!isWord(...types)) return `its type is ${token.text}, but must be ${types.join(', ')}`
  const isLocal = token.text === 'local'
  next()
  for (const list of ['database', 'user'] as const)
    for (;;) {
      const isName = token.kind === 'word' || token.kind === 'quoted'
      if (!isName) return `a ${list} is missing`
      if (token.kind === 'word' && token.text.startsWith('@')) return undefined
      if (token.kind === 'word' && token.text.startsWith('+')) return `PgBouncer knows no members of roles, such as ${token.text}`
      if (list === 'database' && isWord('samerole', 'samegroup')) return `PgBouncer knows no ${token.text}`
      next()
      if (token.kind !== 'comma') break
      next()
    }
  if (!isLocal) {
    const wrong = isWord('all') ? undefined : wrongAddress(token)
    if (wrong !== undefined) return wrong
    const hasMask = token.text === 'all' || token.text.includes('/')
    next()
    if (!hasMask) {
      if (token.kind !== 'word' || (!ipv4.test(token.text) && !token.text.includes(':'))) return 'its address has no mask'
      next()
    }
  }
  if (minor >= 25 && isWord('ldap')) return undefined
  if (!isWord(...methods)) return isAtEnd() ? 'a method is missing' : `PgBouncer has no method ${token.text} there`
  next()
  if (isAtEnd() || (token.kind === 'word' && token.text.startsWith('map='))) return undefined
  return `PgBouncer has no option ${token.text}`
}

function wrongAddress({ kind, text }: Token): string | undefined {
  const [address = '', bits] = text.split('/', 2)
  const isIpv6 = /^[\da-f:.]+$/i.test(address) && address.includes(':')
  if (kind !== 'word' || (!isIpv6 && !ipv4.test(address))) return `its address is ${text}, but must be one of IPv4 or IPv6, or all`
  const isBits = bits === undefined || (/^\d{0,3}$/.test(bits) && Number(bits) <= (isIpv6 ? 128 : 32))
  return isBits ? undefined : `its mask is /${bits}`
}
