// What does SQL itself create and drop, apart from what its texts, comments and blocks of code say?

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

/** The end of a text, a quoted name or a comment that begins here; undefined: none does. */
function partEnd(sql: string, at: number): number | undefined {
  const character = sql.charAt(at)
  const isInWord = /[\w$]/.test(sql.charAt(at - 1))
  if (character === '"') return after(sql, '"', at + 1)
  if (character === "'") return textEnd(sql, at)
  if (character === '-' && sql.charAt(at + 1) === '-') return after(sql, '\n', at)
  if (character === '/' && sql.charAt(at + 1) === '*') return commentEnd(sql, at)
  if (character !== '$' || isInWord) return undefined
  // `$$$$` in a command reaches PostgreSQL as `$$` (`kubernetes/expansion`)
  const tag = /^\$(?:\$\$\$|\$|[A-Za-z_]\w{0,62}\$)/.exec(sql.slice(at, at + 66))?.[0]
  return tag === undefined ? undefined : after(sql, tag, at + tag.length)
}

function after(sql: string, wanted: string, from: number): number {
  const found = sql.indexOf(wanted, from)
  return found < 0 ? sql.length : found + wanted.length
}

/** `''` is a quote inside, which reads as the next text; `E'\''` has an escape. */
function textEnd(sql: string, start: number): number {
  const hasEscapes = /(?:^|[^\w$])[Ee]$/.test(sql.slice(Math.max(start - 2, 0), start))
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1
      at++
    } else if (hasEscapes && sql[at] === '\\') at++
  }
  return sql.length
}

/** Comments nest. */
function commentEnd(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    const two = sql.slice(at, at + 2)
    if (two === '/*') depth++
    else if (two === '*/') depth--
    else continue
    if (depth === 0) return at + 2
    at++
  }
  return sql.length
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
