// Which options does an authentication method take in pg_hba.conf, and with which values?
// Reproduces `parse_hba_auth_opt` and the checks after it in src/backend/libpq/hba.c, 13 to 18.
import { lookup } from '../../values/lookup.ts'
import { nearest } from '../../values/path.ts'
import { splitList } from '../list.ts'

export interface Option {
  readonly name: string
  readonly value: string
}

/** The part of a record that its options depend on. */
export interface Method {
  readonly type: string
  readonly method: string
  readonly major: number
}

/** What is wrong, worded as `<field> is <what it is>, but <what it must be>`, and what to type. */
export interface HbaProblem {
  readonly message: string
  readonly help?: string
}

/** The methods that take each option. */
const methodsOf: Readonly<Record<string, readonly string[]>> = lookup({
  map: ['ident', 'peer', 'gss', 'sspi', 'cert'],
  pamservice: ['pam'],
  pam_use_hostname: ['pam'],
  krb_realm: ['gss', 'sspi'],
  include_realm: ['gss', 'sspi'],
  compat_realm: ['sspi'],
  upn_username: ['sspi'],
  radiusservers: ['radius'],
  radiusports: ['radius'],
  radiussecrets: ['radius'],
  radiusidentifiers: ['radius'],
  issuer: ['oauth'],
  scope: ['oauth'],
  validator: ['oauth'],
  delegate_ident_mapping: ['oauth'],
  ldapurl: ['ldap'],
  ldaptls: ['ldap'],
  ldapscheme: ['ldap'],
  ldapserver: ['ldap'],
  ldapport: ['ldap'],
  ldapbinddn: ['ldap'],
  ldapbindpasswd: ['ldap'],
  ldapsearchattribute: ['ldap'],
  ldapsearchfilter: ['ldap'],
  ldapbasedn: ['ldap'],
  ldapprefix: ['ldap'],
  ldapsuffix: ['ldap'],
})
const methodTable = new Map(Object.entries(methodsOf))

/** The server's objection to one option; undefined: it is accepted. */
export function optionProblem(option: Option, { type, method, major }: Method): HbaProblem | undefined {
  const { name, value } = option
  if (name === 'clientcert' || (name === 'clientname' && major >= 14)) {
    if (type !== 'hostssl')
      return { message: `${name} is set, but only a hostssl line can have it`, help: 'write hostssl, or remove the option' }
    return name === 'clientcert' ? clientCertificate(value, method, major) : wordProblem(option, ['CN', 'DN'])
  }
  const takes = methodTable.get(name)
  if (takes === undefined || (takes[0] === 'oauth' && major < 18)) return unknownOption(name, major)
  const isTaken = takes.includes(method) || (name === 'map' && method === 'oauth')
  if (!isTaken)
    return { message: `${name} is set, but ${method} takes no such option`, help: `remove it: it belongs to ${takes.join(', ')}` }
  if (name === 'ldapport' || name === 'radiusports') return portsProblem(option)
  if (name === 'ldapurl') return urlProblem(value)
  if (name.startsWith('radius') && splitList(value) === undefined)
    return { message: `${name} is ${quote(value)}, but must be a list with commas and no empty item` }
  return undefined
}

function unknownOption(name: string, major: number): HbaProblem {
  const known = [...methodTable.keys(), 'clientcert', ...(major >= 14 ? ['clientname'] : [])]
  const meant = nearest(name.toLowerCase(), known)
  return {
    message: `${quote(name)} is not an option of any authentication method`,
    help: meant === undefined ? 'remove it' : `did you mean \`${meant}\`?`,
  }
}

function clientCertificate(value: string, method: string, major: number): HbaProblem | undefined {
  const old = major < 14 ? ['1', '0', 'no-verify'] : []
  const words = ['verify-ca', 'verify-full', ...old].filter((word) => {
    if (method !== 'cert') return true
    return major < 14 ? word !== '0' && word !== 'no-verify' : word === 'verify-full'
  })
  return words.includes(value)
    ? undefined
    : { message: `clientcert is ${quote(value)}, but must be ${words.join(' or ')}`, help: 'write clientcert=verify-full' }
}

function wordProblem({ name, value }: Option, words: readonly string[]): HbaProblem | undefined {
  return words.includes(value)
    ? undefined
    : { message: `${name} is ${quote(value)}, but must be ${words.join(' or ')}`, help: `write ${name}=${words[0]}` }
}

/** `atoi` of each port must not be 0: trailing letters and signs pass. */
function portsProblem({ name, value }: Option): HbaProblem | undefined {
  const ports = name === 'ldapport' ? [value] : splitList(value)
  if (ports === undefined) return { message: `${name} is ${quote(value)}, but must be a list with commas and no empty item` }
  const wrong = ports.find((port) => Number(/^[ \t\n\v\f\r]*([+-]?\d+)/.exec(port)?.[1] ?? 0) === 0)
  return wrong === undefined ? undefined : { message: `${name} is ${quote(wrong)}, but must be a port` }
}

/** Scheme, scope and escapes, as `ldap_url_parse` reads them; `ldapi` is not for servers. */
function urlProblem(value: string): HbaProblem | undefined {
  const bare = value.replace(/^<(.*)>$/, '$1').replace(/^url:/i, '')
  const refused = (must: string): HbaProblem => ({
    message: `ldapurl is ${quote(value)}, but ${must}`,
    help: 'write ldap://host/basedn?uid',
  })
  const found = /^(ldaps?):\/\/([^/?]*)(?:\/(.*))?$/i.exec(bare)
  if (found === null) return refused('must begin with ldap:// or ldaps://')
  const [, , host = '', rest = ''] = found
  if (/:(?!\d{1,5}$)[^\]]*$/.test(host.replace(/^\[[^\]]*\]/, ''))) return refused('the port must be a number')
  const [, , scope = '', ...more] = rest.split('?')
  if (!['', 'base', 'one', 'onelevel', 'sub', 'subtree', 'subord', 'children'].includes(scope.toLowerCase()))
    return refused('the scope must be base, one or sub')
  if (more.length > 2) return refused('has too many question marks')
  return /%(?![0-9a-fA-F]{2})/.test(rest) ? refused('a percent sign must be followed by two hexadecimal digits') : undefined
}

/** What the options of a line must be together; `options` are each valid alone, the last of a name counts. */
export function togetherProblem(options: ReadonlyMap<string, string>, { method }: Method): HbaProblem | undefined {
  if (method === 'ldap') return ldapTogether(options)
  if (method === 'radius') return radiusTogether(options)
  if (method !== 'oauth') return undefined
  for (const name of ['scope', 'issuer'])
    if (!options.has(name)) return { message: `oauth has no ${name}, but needs one`, help: `add ${name}=…` }
  if (options.get('delegate_ident_mapping') === '1' && options.has('map'))
    return { message: 'map is set together with delegate_ident_mapping=1, but only one of them can be', help: 'remove map' }
  return undefined
}

function ldapTogether(options: ReadonlyMap<string, string>): HbaProblem | undefined {
  const url = /^(?:url:)?ldaps?:\/\/[^/?]*(?:\/([^?]*)(?:\?([^?]*))?(?:\?[^?]*)?(?:\?([^?]*))?)?/i.exec(
    (options.get('ldapurl') ?? '').replace(/^<(.*)>$/, '$1'),
  )
  const has = (name: string, inUrl?: string): boolean => options.has(name) || (inUrl !== undefined && inUrl !== '')
  const isSimple = options.has('ldapprefix') || options.has('ldapsuffix')
  const search = has('ldapbasedn', url?.[1]) || options.has('ldapbinddn') || options.has('ldapbindpasswd')
  const attribute = has('ldapsearchattribute', url?.[2])
  const filter = has('ldapsearchfilter', url?.[3])
  if (isSimple && (search || attribute || filter))
    return {
      message: 'ldapprefix or ldapsuffix is set together with search options, but only one kind can be',
      help: 'remove ldapprefix and ldapsuffix, or the options of the search',
    }
  if (!isSimple && !has('ldapbasedn', url?.[1]))
    return { message: 'ldap has no ldapbasedn, ldapprefix or ldapsuffix, but needs one of them', help: 'add ldapbasedn="dc=…"' }
  return attribute && filter
    ? {
        message: 'ldapsearchattribute is set together with ldapsearchfilter, but only one of them can be',
        help: 'remove ldapsearchattribute',
      }
    : undefined
}

function radiusTogether(options: ReadonlyMap<string, string>): HbaProblem | undefined {
  // the server resolves the names when it loads the file; RFC 2606: no name below `invalid` ever resolves
  const nowhere = splitList(options.get('radiusservers') ?? '')?.find((server) => /(?:^|\.)invalid\.?$/i.test(server))
  if (nowhere !== undefined)
    return {
      message: `radiusservers is ${quote(nowhere)}, but must be an address or a name that resolves`,
      help: 'write the name of the RADIUS server',
    }
  const count = (name: string): number => splitList(options.get(name) ?? '')?.length ?? 0
  const servers = count('radiusservers')
  for (const name of ['radiusservers', 'radiussecrets'])
    if (count(name) === 0) return { message: `radius has no ${name}, but needs at least one`, help: `add ${name}="…"` }
  for (const name of ['radiussecrets', 'radiusports', 'radiusidentifiers']) {
    const own = count(name)
    if (own > 1 && own !== servers)
      return { message: `${name} has ${own} items, but must have one or as many as radiusservers, ${servers}` }
  }
  return undefined
}

/** A word for a message; a long one is cut. */
export function quote(value: string): string {
  return `\`${value.length <= 40 ? value : `${value.slice(0, 39)}…`}\``
}
