// Which values must never be printed?
import type { Json, Path, Value } from '../model.ts'
import { nearest } from '../values/path.ts'

/** Long enough that two slips still mean them. */
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
const endings =
  /(?:password|passwd|passphrase|pwd|(?:secret|access|storage|api|private)key(?:id)?|connectionstring|applicationcredentials|token)$/
/** A reference, a switch, and how a token is mounted: near in name, but no secrets. */
const innocent = new Set(['secretref', 'automountserviceaccounttoken', 'serviceaccounttoken', 'disablepassword'])

const known = new Map<string, boolean>()

/** A key that is a secret's name, ends with one (`dbPassword`, `DB_PASSWORD`), or was meant to be one. */
export function isSecretKey(key: string): boolean {
  const found = known.get(key)
  if (found !== undefined) return found
  const bare = key.toLowerCase().replaceAll(/[-_.]/g, '')
  const is =
    !innocent.has(bare) && (endings.test(bare) || ['pass', 'pgpass', 'tokn'].includes(bare) || nearest(bare, longNames) !== undefined)
  known.set(key, is)
  return is
}

/** `DB_PASSWORD`, `apiToken`: a name whose `value` beside it is a secret. A path to a file is none. */
export function isSecretName(name: string): boolean {
  return (
    /passw|pwd|secret|token|credential|api_?key|private_?key|access_?key/i.test(name) && !/(?:_FILE|_PATH|_DIR|_ENCRYPTION)$/i.test(name)
  )
}

/** A key below which `value` is a secret: `passwordSecret`. */
export function isSecretHolder(key: string): boolean {
  return /passw|secret|token|credential/i.test(key)
}

/** A key that takes a reference to a Secret; text there may have been meant as the secret. */
export function isSecretReference(key: string): boolean {
  return /^\w*passwordsecret$/i.test(key)
}

/**
 * A path that leads to or through a secret-looking key, or to the `value` beside such a name (`passwordSecret.value`).
 * `accessKeyId.name` and `.key` are a reference to a Secret, and no secrets.
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

/** A path for a person: keys that stand where a secret's text belongs are not shown. */
export function shownPath(path: Path): Path {
  const at = path.findIndex((step) => typeof step === 'string' && isSecretKey(step))
  return at < 0 ? path : path.map((step, index) => (index > at && typeof step === 'string' && !isReferenceKey(step) ? mask : step))
}

function isReferenceKey(key: string): boolean {
  return key === 'name' || key === 'key' || key === 'optional'
}

/** What stands in the place of a secret. */
export const mask = '***'

/** Text without passwords of URLs, connection strings, assignments and SQL. */
export function maskInText(text: string): string {
  return text
    .replaceAll(/(:\/\/[^/\s:@]{0,256}:)[^@\s]{1,512}@/g, `$1${mask}@`)
    .replaceAll(/(?<![\w.-])([A-Za-z_][\w.-]*)(\s*=\s*)("[^"]*"|'[^']*'|[^\s&;,'"`]+)/g, (whole: string, name: string, equals: string) =>
      isSecretKey(name) || /(?:secret|credentials?)$/i.test(name) ? `${name}${equals}${mask}` : whole,
    )
    .replaceAll(/(\bpassword\s+)(?:E?'(?:[^']|'')*'?|\$\$.*?(?:\$\$|$))/gi, `$1${mask}`)
}

/** A secret's text in a tree. `path`: where it stands, also where an alias brought it there. */
export interface SecretLiteral {
  readonly node: Value
  readonly text: string
  readonly path: Path
}

/** The literal texts of secrets in a tree: what must not appear in any output. */
export function* secretLiterals(value: Value, path: Path = value.origin.path, isBeside = false): Iterable<SecretLiteral> {
  if (value.kind === 'map') {
    const name = value.entries.get('name')
    const isNamed = name?.kind === 'scalar' && isSecretName(String(name.value))
    for (const [key, entry] of value.entries) yield* secretLiterals(entry, [...path, key], isNamed && key === 'value')
  } else if (value.kind === 'list') for (const [index, item] of value.items.entries()) yield* secretLiterals(item, [...path, index])
  else if (value.kind === 'scalar' && typeof value.value !== 'boolean' && value.value !== '') {
    const text = String(value.value)
    if (isBeside || isSecretPath(path) || maskInText(text) !== text) yield { node: value, text, path }
  }
}

/** Plain JSON as it may be shown; `path`: where it stands. */
export function maskInJson(plain: Json, path: Path): Json {
  if (plain === null || typeof plain === 'boolean') return plain
  if (typeof plain !== 'object') return plain !== '' && isSecretPath(path) ? mask : typeof plain === 'string' ? maskInText(plain) : plain
  if (Array.isArray(plain)) return plain.map((item, index) => maskInJson(item, [...path, index]))
  const isNamed = typeof plain['name'] === 'string' && isSecretName(plain['name'])
  return Object.fromEntries(
    Object.entries(plain).map(([key, entry]) => [
      shownPath([...path, key]).at(-1) as string,
      isNamed && key === 'value' && entry !== null && entry !== '' ? mask : maskInJson(entry, [...path, key]),
    ]),
  )
}

/** Replaces the texts of the secrets in some trees wherever they were copied to, also in base64, as a Secret's data has them. */
export function literalsMask(trees: readonly Value[]): (plain: Json) => Json {
  const texts = new Set(trees.flatMap((tree) => [...secretLiterals(tree)]).map(({ text }) => text))
  const literals = [...texts].filter((text) => text.length > 3).flatMap((text) => [text, Buffer.from(text).toString('base64')])
  const clean = (plain: Json): Json => {
    if (Array.isArray(plain)) return plain.map(clean)
    if (typeof plain === 'string') return literals.reduce((text, secret) => text.replaceAll(secret, mask), plain)
    if (plain === null || typeof plain !== 'object') return plain
    return Object.fromEntries(Object.entries(plain).map(([key, entry]) => [key, clean(entry)]))
  }
  return literals.length === 0 ? (plain) => plain : clean
}
