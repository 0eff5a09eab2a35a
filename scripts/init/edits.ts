// Which texts do files get that take a database over, with their comments kept?
import { Document, isMap, parseDocument } from 'yaml'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'

/** A file's text with values set at the top of what it has; maps are joined. Undefined: the text can't be edited safely. */
export function withValues(text: string | undefined, values: JsonMap, head = ''): string | undefined {
  if (text === undefined || text.trim() === '') return `${head}${String(new Document(values))}`
  // what Helm reads: `yes` is a boolean
  const document = parseDocument(text, { version: '1.1', keepSourceTokens: true })
  if (document.errors.length > 0) return undefined
  if (document.contents === null) return `${text.endsWith('\n') ? text : `${text}\n`}${String(new Document(values))}`
  if (!isMap(document.contents)) return undefined
  set(document, [], values)
  return document.toString({ lineWidth: 0 })
}

function set(document: Document, path: readonly string[], values: JsonMap): void {
  for (const [key, value] of Object.entries(values)) {
    const here = [...path, key]
    const there: unknown = document.getIn(here, true)
    if (isJsonMap(value) && isMap(there)) set(document, here, value)
    else document.setIn(here, document.createNode(value))
  }
}
