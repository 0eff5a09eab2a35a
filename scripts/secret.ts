// Which values must never be printed?
import type { Path, Value } from './model.ts'
import { nearest } from './path.ts'

const secretKeys = new Set(
  [
    'password',
    'passwd',
    'secretKey',
    'accessKey',
    'storageKey',
    'storageSasToken',
    'connectionString',
    'applicationCredentials',
    'token',
  ].map((key) => key.toLowerCase()),
)

/** A key whose value is a secret by its name. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase())
}

/** A path that leads to or through a secret-looking key, or to the `value` beside such a name (`passwordSecret.value`). */
export function isSecretPath(path: Path): boolean {
  return path.some((step, index) => {
    if (typeof step !== 'string') return false
    if (isSecretKey(step)) return true
    const parent = path[index - 1]
    return step === 'value' && typeof parent === 'string' && /password|secret|token|credential/i.test(parent)
  })
}

/** The literal texts of secrets in a tree, with their nodes: what must not appear in any output. */
export function* secretLiterals(value: Value): Iterable<{ node: Value; text: string }> {
  if (value.kind === 'map') for (const entry of value.entries.values()) yield* secretLiterals(entry)
  else if (value.kind === 'list') for (const item of value.items) yield* secretLiterals(item)
  else if (value.kind === 'scalar' && value.value !== '' && isSecretPath(value.origin.path))
    yield { node: value, text: String(value.value) }
}

const keyed = /(["']?)([A-Za-z_][\w-]*)\1(\s*:\s*)([^\s#].*)?$/

/** A key that is, ends with, or was meant to be a secret's name: its value is not shown, whatever it is. */
function looksSecret(key: string): boolean {
  const lower = key.toLowerCase()
  return secretKeys.has(lower) || [...secretKeys].some((name) => lower.endsWith(name)) || nearest(key, secretKeys) !== undefined
}

/** `DB_PASSWORD`, `apiToken`: a name whose `value` beside it is a secret. */
export function isSecretName(name: string): boolean {
  return /passw(?:or)?d|secret|token|credential|api_?key|private_?key|access_?key/i.test(name)
}

const namedSecret = /["']?\bname["']?\s*:\s*["']?([\w.-]+)/

/** A source line with the values of secret-looking keys replaced. */
export function maskLine(line: string): string {
  const pairs = line.replaceAll(
    /(["']?)([A-Za-z_][\w-]*)\1(\s*:\s+)("[^"]*"|'[^']*'|[^\s#{[,][^,}\]#]*)/g,
    (whole: string, quoteMark: string, key: string, colon: string) =>
      looksSecret(key) ? `${quoteMark}${key}${quoteMark}${colon}***` : whole,
  )
  if (isSecretName(namedSecret.exec(pairs)?.[1] ?? '')) return pairs.replace(/(["']?\bval?u?e?["']?\s*:\s*).*/, '$1***')
  // a list or map where a secret's text belongs is hidden to the end of the line
  const collection = /(["']?)([A-Za-z_][\w-]*)\1(\s*:\s*)[{[]/g
  for (const match of pairs.matchAll(collection))
    if (secretKeys.has((match[2] as string).toLowerCase())) return `${pairs.slice(0, match.index + match[0].length - 1)}***`
  return pairs
}

/** A line of a file as a person may see it: nothing of it when it stands below a secret-looking key. */
export function showLine(lines: readonly string[], index: number): string {
  const line = lines[index] ?? ''
  let indent = line.search(/\S/)
  for (let above = index - 1; above >= 0 && indent > 0; above--) {
    const other = lines[above] as string
    const at = other.search(/\S/)
    if (at < 0 || other[at] === '#' || at > indent || (at === indent && !/^\s*- /.test(line))) continue
    const key = keyed.exec(other.trim().replace(/^- /, ''))?.[2]
    if (key !== undefined && secretKeys.has(key.toLowerCase())) return `${line.slice(0, line.search(/\S/))}***`
    indent = at
  }
  const beside = [lines[index - 1], lines[index + 1]].some((other) => isSecretName(namedSecret.exec(other ?? '')?.[1] ?? ''))
  return beside ? line.replace(/^(\s*(?:- )?["']?val?u?e?["']?\s*:\s*).*/, '$1***') : maskLine(line)
}
