// Does PostgreSQL's own parser accept SQL?
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { packageFolder } from '../repository/package.ts'
import { majors } from './catalogue.ts'
import { junkAfterNumber } from './sql-parts.ts'

/** What the raw parser refuses; none of the text would run. */
export interface SqlError {
  /** PostgreSQL's own words */
  readonly message: string
  /** 1-based, in characters (code points), as a server counts them; absent if it names no place */
  readonly position?: number
}

/** SQL that is nested deeper than it can be parsed here: a server refuses most of it, too ("stack depth limit exceeded"). */
export class SqlTooDeep extends Error {
  readonly sql: string
  constructor(sql: string) {
    super('the SQL is nested too deeply to be parsed')
    this.sql = sql
  }
}

/** The parser of one major: a statement list in, the first error out. `tree`: PostgreSQL's own parse tree as JSON. Throws SqlTooDeep. */
export type SqlParser = (sql: string) => { readonly error: SqlError } | { readonly tree: string }

/** The functions of the compiled parser (Emscripten) that are called here. */
interface Compiled {
  readonly _malloc: (bytes: number) => number
  readonly _free: (at: number) => void
  readonly _wasm_parse_query_raw: (at: number) => number
  readonly _wasm_free_parse_result: (at: number) => void
  readonly getValue: (at: number, type: 'i32') => number
  readonly UTF8ToString: (at: number) => string
  readonly stringToUTF8: (text: string, at: number, bytes: number) => void
  readonly lengthBytesUTF8: (text: string) => number
}
/** The part of the platform's WebAssembly that is used; Node's own types leave it out. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  instantiate(module: object, imports: object): Promise<object>
}
/** Passes the compiled module, so that no file is searched for next to the script. */
type Instantiate = (imports: object, receive: (instance: object) => void) => object
type Factory = (options: { readonly instantiateWasm: Instantiate }) => Promise<Compiled>

const loaded = new Map<number, Promise<SqlParser>>()

/** The parser of a major, 13 to 18, compiled at the first call (about 30 ms); undefined: there is none. */
export function loadSqlParser(major: number): Promise<SqlParser> | undefined {
  if (!majors.some((known) => known === major)) return undefined
  const known = loaded.get(major) ?? compile(major)
  loaded.set(major, known)
  return known
}

/** Offset in bytes, as PostgreSQL counts, → in characters; asked in their order, a text is gone through once. */
export function charactersOf(text: string): (place: number) => number {
  const bytes = Buffer.from(text)
  let [from, characters] = [0, 0]
  return (place) => {
    if (place < from) [from, characters] = [0, 0]
    characters += bytes.subarray(from, place).toString().length
    from = place
    return characters
  }
}

async function compile(major: number): Promise<SqlParser> {
  const folder = join(packageFolder(), 'vendor', 'libpg-query')
  const factory = createRequire(join(folder, 'README.md'))(`./${major}.cjs`) as Factory
  const module = await WebAssembly.compile(brotliDecompressSync(readFileSync(join(folder, `${major}.wasm.br`))))
  const compiled = await factory({
    instantiateWasm: (imports, receive) => {
      void WebAssembly.instantiate(module, imports).then(receive)
      return {}
    },
  })
  return (sql) => {
    try {
      const read = parse(compiled, sql)
      return major === 15 ? withNumbers(sql, read) : read
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // what the parser left undone is in its memory: the next caller gets another one
      loaded.delete(major)
      throw new SqlTooDeep(sql)
    }
  }
}

/** What comes first is what the server reports; an error without a place is about the whole. */
function withNumbers(sql: string, read: ReturnType<SqlParser>): ReturnType<SqlParser> {
  const junk = junkAfterNumber(sql)
  if (junk === undefined || ('error' in read && (read.error.position ?? 0) < junk.position)) return read
  return { error: junk }
}

/** Fields of `PgQueryParseResult` and `PgQueryError` in the memory of the parser, four bytes each. */
const [treeField, errorField, messageField, positionField] = [0, 8, 0, 16]

function parse(compiled: Compiled, sql: string): { error: SqlError } | { tree: string } {
  // the parser takes a C string, which a zero byte would end
  const zero = sql.indexOf('\0')
  if (zero >= 0)
    return { error: { message: 'invalid byte sequence for encoding "UTF8": 0x00', position: Array.from(sql.slice(0, zero)).length + 1 } }
  const bytes = compiled.lengthBytesUTF8(sql) + 1
  const text = compiled._malloc(bytes)
  compiled.stringToUTF8(sql, text, bytes)
  const result = compiled._wasm_parse_query_raw(text)
  try {
    const error = compiled.getValue(result + errorField, 'i32')
    // a text without a statement, such as an empty one, has no tree at all
    if (error === 0) return { tree: compiled.UTF8ToString(compiled.getValue(result + treeField, 'i32')) || '{}' }
    const message = compiled.UTF8ToString(compiled.getValue(error + messageField, 'i32'))
    const position = compiled.getValue(error + positionField, 'i32')
    return { error: { message, ...(position > 0 ? { position } : {}) } }
  } finally {
    compiled._free(text)
    compiled._wasm_free_parse_result(result)
  }
}
