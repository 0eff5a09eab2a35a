// Which Sprig functions parse and build URLs?
import { bytesOf, textOfBytes } from '../go-bytes.ts'
import { quoteGo } from '../go-quote.ts'
import { takes } from '../go-function.ts'
import type { GoFunctions } from '../go-function.ts'
import { TemplateError } from '../go-value.ts'
import type { GoMap, GoValue } from '../go-value.ts'

function fail(message: string): never {
  throw new TemplateError(message)
}

/** `url.Parse` names what it parses. */
function parsed(text: string): GoMap {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof TemplateError) throw new TemplateError(`unable to parse url: parse ${quoteGo(text)}: ${error.message}`)
    throw error
  }
}

/** `url.unescape`. */
function unescape(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2})[^]{0,2}/.exec(text)
  if (bad !== null) return fail(`invalid URL escape ${quoteGo(bad[0])}`)
  const pieces = text.match(/%[0-9a-fA-F]{2}|[^%]+/g) ?? []
  return textOfBytes(Buffer.concat(pieces.map((piece) => (piece.startsWith('%') ? Buffer.from(piece.slice(1), 'hex') : bytesOf(piece)))))
}

/** `url.Parse`, as a map of its parts. */
function parse(text: string): GoMap {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(text)) return fail('invalid control character in URL')
  const hash = text.indexOf('#')
  const fragment = hash < 0 ? '' : unescape(text.slice(hash + 1))
  const url = hash < 0 ? text : text.slice(0, hash)
  if (url.startsWith(':')) return fail('missing protocol scheme')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(url)?.[1] ?? ''
  const after = scheme === '' ? url : url.slice(scheme.length + 1)
  const question = after.indexOf('?')
  const query = question < 0 ? '' : after.slice(question + 1)
  let rest = question < 0 ? after : after.slice(0, question)
  const parts = { scheme: scheme.toLowerCase(), host: '', hostname: '', path: '', query, opaque: '', fragment, userinfo: '' }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return asMap({ ...parts, opaque: rest })
    if ((rest.split('/')[0] ?? '').includes(':')) return fail('first path segment in URL cannot contain colon')
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2)
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    const at = authority.lastIndexOf('@')
    parts.host = hostOf(authority.slice(at + 1))
    parts.hostname = parts.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
    if (at >= 0) parts.userinfo = userOf(authority.slice(0, at))
  }
  return asMap({ ...parts, path: unescape(rest) })
}

const asMap = (parts: Readonly<Record<string, string>>): GoMap => new Map(Object.entries(parts))

/** `parseHost`: escapes are for bytes beyond ASCII only. */
function hostOf(text: string): string {
  const closing = text.lastIndexOf(']')
  if (text.startsWith('[') && closing < 0) return fail("missing ']' in host")
  const port = text.startsWith('[') ? text.slice(closing + 1) : (/:[^:]*$/.exec(text)?.[0] ?? '')
  if (!/^(?::\d*)?$/.test(port)) return fail(`invalid port ${quoteGo(port)} after host`)
  const escape = /%(?!25)[0-7][^]?/.exec(text)
  if (escape !== null) return fail(`invalid URL escape ${quoteGo(escape[0])}`)
  const bad = /[\0-\x20\\^`{|}]|[\x7f]/.exec(text)
  if (bad !== null) return fail(`invalid character ${quoteGo(bad[0])} in host name`)
  return unescape(text)
}

/** `validUserinfo`, then each part as `Userinfo.String` writes it again. */
function userOf(text: string): string {
  if (/[^A-Za-z0-9._:~!$&'()*+,;=%@-]/.test(text)) return fail('invalid userinfo')
  const [name = '', ...password] = text.split(':')
  const again = (part: string): string =>
    unescape(part).replace(/[^A-Za-z0-9_.~$&+,;=-]/gu, (sign) =>
      [...bytesOf(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
  return password.length === 0 ? again(name) : `${again(name)}:${again(password.join(':'))}`
}

function join(parts: ReadonlyMap<string, GoValue>): string {
  const part = (key: string): string => {
    const value = parts.get(key)
    return typeof value === 'string' ? value : ''
  }
  const [host, path] = [part('host'), part('path')]
  const user = part('userinfo') === '' ? '' : `${part('userinfo')}@`
  const authority = host === '' && user === '' ? '' : `//${user}${host}${path !== '' && !path.startsWith('/') ? '/' : ''}`
  const query = part('query') === '' ? '' : `?${part('query')}`
  const fragment = part('fragment') === '' ? '' : `#${part('fragment')}`
  return `${part('scheme') === '' ? '' : `${part('scheme')}:`}${part('opaque') === '' ? authority + path : part('opaque')}${query}${fragment}`
}

export const urlFunctions: GoFunctions = {
  urlParse: takes(['string'], parsed),
  urlJoin: takes(['map'], join),
}
