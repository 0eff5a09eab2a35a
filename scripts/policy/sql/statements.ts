// What does SQL itself create and drop, apart from what its texts, comments and blocks of code say?
import { partEnd } from '../../postgres/sql-parts.ts'

/** The statements of SQL, with `''` for each text and a blank for each comment. Linear in the text. */
export function statementsIn(sql: string): string[] {
  const statements: string[] = []
  let statement = ''
  for (let at = 0; at < sql.length;) {
    const end = partEnd(sql, at)
    const character = sql.charAt(at)
    if (end === undefined) {
      if (character === ';') {
        statements.push(statement)
        statement = ''
      } else statement += character
      at++
      continue
    }
    statement += character === '"' ? sql.slice(at, end) : character === '-' || character === '/' ? ' ' : "''"
    at = end
  }
  return [...statements, statement]
}

/** An extension that a statement creates or drops. */
export interface ExtensionChange {
  readonly name: string
  readonly isDrop: boolean
}

const name = /^\s*("[^"]{1,63}"|[\w-]{1,63})/

/** The extensions that a text of SQL creates and drops, in order. */
export function extensionChangesIn(sql: string): ExtensionChange[] {
  return statementsIn(sql).flatMap((statement) => {
    const isDrop = /^\s*drop\b/i.test(statement)
    const names = /^\s*(?:create|drop)\s+extension(?:\s+if\s+(?:not\s+)?exists)?(?=[\s"])([^]*)$/i.exec(statement)?.[1]
    const parts = names === undefined ? [] : isDrop ? names.split(',') : [names]
    return parts.flatMap((part) => {
      const found = name.exec(part)?.[1]
      return found === undefined ? [] : [{ name: found.replaceAll('"', ''), isDrop }]
    })
  })
}
