// Which names mean that a value must never be printed?
import { nearest } from '../values/path.ts'
import type { Path } from '../values/value.ts'

/** Replaces a secret of any length. */
export const mask = '***'

/** Long enough to be recognised with two typos. */
const longNames = [
  'password',
  'passphrase',
  'secretKey',
  'secretAccessKey',
  'accessKey',
  'accessKeyId',
  'storageKey',
  'storageSasToken',
  'connectionString',
  'applicationCredentials',
]
const endings = new RegExp(
  '(?:password|passwd|passphrase|passphrasecommand|passwordhash|pwhash|pwd|token|sastoken|connectionstring|applicationcredentials|' +
    '(?:secret|access|storage|account|api|private|encryption|decryption|signing|master|shared|hmac|symmetric|ssh|fernet|jwt|license|auth|cipher|aes|deploy)key(?:id|s|pem)?|' +
    'keydata|radiussecrets|(?:db|user|admin|root|bind|pg|postgres|smtp|redis)pass|secretkeybase|dockerconfigjson|dockercfg|passcode|mnemonic|(?:store|token|card|user|hsm)pin|' +
    '(?:client|app|application|api|consumer|shared|webhook|jwt|oauth2?|hmac|session|cookie|signing)secret)$',
)
/** Too short to be an ending: `bypass` is not a password. */
const lastWords = new Set(['pass', 'pw', 'pgpass', 'tokn', 'passwort', 'psk', 'otp', 'totp'])
/** A reference, a switch, and how a token is mounted: similar names, but not secrets. */
const harmless = new Set([
  '1password',
  'onepassword',
  'secretref',
  'automountserviceaccounttoken',
  'serviceaccounttoken',
  'disablepassword',
])
/** No real name is longer; the end of a name says what it is. */
const longest = 80

const known = new Map<string, boolean>()

/** A decoded key that is a secret's name, ends with one (`dbPassword`, `DB_PASSWORD`, `my/password`), or was meant to be one. */
export function isSecretKey(key: string): boolean {
  const found = known.get(key)
  if (found !== undefined) return found
  const name = key.slice(Math.max(key.lastIndexOf('/') + 1, key.length - longest))
  const bare = name.toLowerCase().replaceAll(/[-_.\s]/g, '')
  const last = name.split(/[-_.\s]|(?<=[a-z\d])(?=[A-Z])/).at(-1) ?? ''
  const is = !harmless.has(bare) && (endings.test(bare) || lastWords.has(last.toLowerCase()) || nearest(bare, longNames) !== undefined)
  if (known.size > 100_000) known.clear()
  if (key.length <= longest) known.set(key, is)
  return is
}

/** Keys whose text is the name of a Secret in the operator's and the chart's schemas, and in other charts. */
const namesOfSecrets =
  /(?:existing|superuser|tls|ca|certs?|certificate|ssl|sslkey|authquery|queries|pull|credentials?)secret$|^ingresskubernetesioauthsecret$/

/** `adminSecret`, `secret`, `credentials`: text there is a secret, unless the key takes a Secret's name. */
export function isNamedAfterSecret(key: string): boolean {
  const end = key.slice(-longest).toLowerCase()
  if (/(?:^|[-_./a-z])(?:credentials?|creds)$/.test(end)) return true
  if (!end.endsWith('secret')) return false
  const bare = end.replace(/^.*(?=ingress\.kubernetes\.io\/auth)/, '').replaceAll(/[-_./\s]/g, '')
  return !namesOfSecrets.test(bare)
}

/**
 * A key whose own text is a secret, while a map below it is a reference to one: `credentials`, `secret`.
 * `parent`: `bootstrap.secret` is the name of a Secret in the chart.
 */
export function isSecretTextKey(key: string, parent?: string | number): boolean {
  if (key === 'secret' && parent === 'bootstrap') return false
  const name = key.slice(Math.max(key.lastIndexOf('/') + 1, key.length - longest))
  return (
    isSecretReference(key) || isNamedAfterSecret(key) || /^(?:authorization|auth|basic[-_]?auth|id_(?:rsa|dsa|ecdsa|ed25519))$/i.test(name)
  )
}

const nameWords = /passw|passphrase|pwd|secret|token|credential|(?:api|private|access|account|encryption|signing|master|storage)[-_.]?key/i
const otherThings =
  /[-_.]?(?:file|path|dir|encryption|name|namespace|ref|enabled|url|uri|endpoint|timeout|ttl|expiry|expiration|lifetime|length|algorithm|type|rotation|policy)$/i

/** `DB_PASSWORD`, `apiToken`: a name whose accompanying `value` is a secret. The path of a file and the name of a Secret are not. */
export function isSecretName(name: string): boolean {
  const end = name.slice(-longest)
  return (nameWords.test(end) && !otherThings.test(end)) || /(?:^|[-_.])pin$/i.test(end) || /[a-z\d]Pin$/.test(end) || isSecretKey(name)
}

/** A key below which `value` is a secret: `passwordSecret`. */
export function isSecretHolder(key: string): boolean {
  return /passw|secret|token|credential/i.test(key.slice(-longest))
}

/** A key that takes a reference to a Secret; text there may have been meant as the secret. */
export function isSecretReference(key: string): boolean {
  return /passwordsecret$/i.test(key.slice(-longest))
}

/** What a reference to a Secret is made of. */
export function isReferenceKey(key: string): boolean {
  return key === 'name' || key === 'key' || key === 'optional'
}

/** `value`, also misspelt: the key that accompanies a `name`. */
export function isValueKey(key: string): boolean {
  return /^v(?:al?u?e|lau?e)$/i.test(key)
}

/**
 * A path that leads to or through a secret-looking key, or to the `value` next to such a name (`passwordSecret.value`).
 * `accessKeyId.name` and `.key` are a reference to a Secret, not secrets.
 */
export function isSecretPath(path: Path): boolean {
  const last = path.at(-1)
  // text where `{ name, key }` belongs
  if (typeof last === 'string' && isSecretReference(last)) return true
  return path.some((step, index) => {
    if (typeof step !== 'string') return false
    if (isSecretKey(step)) return !(index === path.length - 2 && typeof last === 'string' && isReferenceKey(last))
    const parent = path[index - 1]
    return step === 'value' && typeof parent === 'string' && isSecretHolder(parent)
  })
}

/** A path to text, or to an item of a list of texts, at a key such as `credentials`. */
export function isSecretTextPath(path: Path): boolean {
  const at = typeof path.at(-1) === 'number' ? -2 : -1
  const key = path.at(at)
  return typeof key === 'string' && isSecretTextKey(key, path.at(at - 1))
}

/** A path for display: keys in the place of a secret's text are not shown. */
export function shownPath(path: Path): Path {
  const at = path.findIndex((step) => typeof step === 'string' && isSecretKey(step))
  return at < 0 ? path : path.map((step, index) => (index > at && typeof step === 'string' && !isReferenceKey(step) ? mask : step))
}
