// What is go-yaml's error for a text that it refuses?
import { trimEndOf } from '../values/trim.ts'
import { resolvePlain } from '../yaml/scalars.ts'

interface Problem {
  readonly message: string
  readonly span: { readonly start: number }
}

/** Go's wording for the refusals that programs print; other errors keep their own wording. */
export function goYamlMessage(text: string, { message, span }: Problem): string {
  const rest = text.slice(span.start)
  if (message.includes('no anchor of that name')) return `yaml: unknown anchor '${/^\*?([^\s,[\]{}]*)/.exec(rest)?.[1] ?? ''}' referenced`
  if (message.includes('is infinite or NaN')) return `json: unsupported value: ${infinityIn(rest)}`
  if (message.startsWith('key is null')) return `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${valueAfter(rest)}`
  if (/^`[[{]` is opened here/.test(message)) return `yaml: ${unclosed(text, span.start)}`
  return message
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

/** A list or map in brackets that is still open at the end of the text. */
function unclosed(text: string, start: number): string {
  const isList = text[start] === '['
  const inside = text.slice(start + 1).trimEnd()
  const isWaiting = inside === '' || /[,:]$/.test(inside)
  // the end of a text counts as a line of its own
  const line = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  const where = line === 0 ? '' : `line ${line}: `
  return where + (isWaiting ? 'did not find expected node content' : `did not find expected ',' or '${isList ? ']' : '}'}'`)
}
