// What is go-yaml's error for a text that it refuses?
import { trimEndOf } from '../values/trim.ts'
import type { Value } from '../values/value.ts'
import { goYamlMistake } from '../yaml/go-grammar.ts'
import { parseYaml } from '../yaml/parse.ts'
import { resolvePlain } from '../yaml/scalars.ts'

interface Problem {
  readonly message: string
  readonly span: { readonly start: number }
}

/** Go's wording for a text that is refused; where go-yaml would accept it, the parser's own. */
export function goYamlMessage(text: string, { message, span }: Problem): string {
  const mistake = goYamlMistake(text)
  if (mistake !== undefined) return `yaml: ${mistake}`
  const rest = text.slice(span.start)
  if (message.includes('is infinite or NaN')) return `json: unsupported value: ${infinityIn(rest)}`
  if (message.startsWith('key is null')) return `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${valueAfter(rest)}`
  if (/^a (?:map is used as a key|key is a list)/.test(message)) return `yaml: invalid map key: ${keyAt(rest)}`
  if (message.startsWith('a merge key')) return 'yaml: map merge requires map or sequence of maps as the value'
  return `yaml: ${message}`
}

/** `%#v` of a list or map in brackets that a text begins with. */
function keyAt(rest: string): string {
  let depth = 0
  // a quote that nothing closes ends the search: what follows it is no key
  const bracket = /"(?:[^"\\]|\\[^])*(?:"|$)|'[^']*(?:'|$)|[[\]{}]/g
  for (let match = bracket.exec(rest); match !== null; match = bracket.exec(rest)) {
    if (match[0] === '{' || match[0] === '[') depth++
    else if (match[0] === '}' || match[0] === ']') depth--
    if (depth > 0) continue
    const [value] = parseYaml({ path: '', text: rest.slice(0, bracket.lastIndex) }, 'service').documents
    return value === undefined ? '' : goSyntaxOf(value)
  }
  return ''
}

function goSyntaxOf(value: Value): string {
  if (value.kind === 'null') return 'interface {}(nil)'
  if (value.kind === 'list') return `[]interface {}{${value.items.map(goSyntaxOf).join(', ')}}`
  if (value.kind === 'scalar') return typeof value.value === 'string' ? JSON.stringify(value.value) : String(value.value)
  const entries = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[interface {}]interface {}{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goSyntaxOf(item)}`).join(', ')}}`
}

function infinityIn(rest: string): string {
  const [, sign = '', word = ''] = /([-+]?)\.(inf|nan)/i.exec(rest) ?? []
  if (word.toLowerCase() === 'nan') return 'NaN'
  return sign === '-' ? '-Inf' : '+Inf'
}

/** `%#v` of the scalar after a colon. */
function valueAfter(rest: string): string {
  const written = trimEndOf(/:[ \t]+([^\n]*)/.exec(rest)?.[1] ?? '', ' \t')
  const quoted = /^(["'])(.*)\1$/.exec(written)?.[2]
  const value = quoted ?? resolvePlain(written)
  if (value === null) return '<nil>'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
