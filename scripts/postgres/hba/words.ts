// Who gets in by a line of pg_hba.conf, from where, and how?
import type { HbaRecord } from './hba.ts'
import type { Field } from './tokens.ts'

const methods: ReadonlyMap<string, string> = new Map([
  ['trust', 'without a password'],
  ['reject', 'nobody'],
  ['password', 'with a password, sent as it is'],
  ['md5', 'with a password (md5 or SCRAM)'],
  ['scram-sha-256', 'with a password (SCRAM)'],
  ['ident', "as the client's own server says (ident)"],
  ['peer', 'as the user of the operating system'],
  ['gss', 'with Kerberos'],
  ['pam', 'with a password (PAM)'],
  ['ldap', 'with a password (LDAP)'],
  ['radius', 'with a password (RADIUS)'],
  ['cert', 'with a client certificate'],
  ['oauth', 'with a token (OAuth)'],
])
const wires: ReadonlyMap<string, string> = new Map([
  ['hostssl', ' over TLS'],
  ['hostnossl', ' without TLS'],
  ['hostgssenc', ' encrypted by Kerberos'],
  ['hostnogssenc', ' not encrypted by Kerberos'],
])

/** `any user to any database from anywhere over TLS: with a password (SCRAM)`. */
export function whoGetsIn({ type, databases, users, address, mask, method, options }: HbaRecord): string {
  const where =
    type === 'local'
      ? 'inside the pod'
      : address === 'all' || isAny(address)
        ? 'from anywhere'
        : `from ${address ?? ''}${mask === undefined ? '' : ` mask ${mask}`}`
  const how = method === 'reject' ? 'nobody gets in' : (methods.get(method) ?? method)
  const both = options.get('clientcert') === 'verify-full' || options.get('clientcert') === 'verify-ca' ? ' and a client certificate' : ''
  const map = options.get('map')
  return `${names(users, 'any user')} to ${names(databases, 'any database')} ${where}${wires.get(type) ?? ''}: ${how}${both}${map === undefined ? '' : `, map ${map}`}`
}

/** The whole of one family. */
export function isAny(address: string | undefined): boolean {
  return address === 'all' || /^(?:0(?:\.0){0,3}|::)\/0+$/.test(address ?? '')
}

function names(field: Field, all: string): string {
  if (field.some(({ text, quoted }) => !quoted && text === 'all')) return all
  return field.map(({ text, quoted }) => (!quoted && text.startsWith('+') ? `members of ${text.slice(1)}` : text)).join(', ')
}
