// Would PostgreSQL load the lines of a pg_hba.conf or pg_ident.conf, and what does each line say?
// Reproduces `parse_hba_line` and `parse_ident_line` of src/backend/libpq/hba.c, 13 to 18, on a distribution's build.
import { addressFamily, maskBits } from './address.ts'
import { expressionProblem } from './regular-expression.ts'
import { optionProblem, quote, togetherProblem } from './options.ts'
import type { HbaProblem, Method } from './options.ts'
import { authLines } from './tokens.ts'
import type { AuthLine, Field, Token } from './tokens.ts'
import { nearest } from '../../values/path.ts'

/** `line`: 1-based number of the physical line on which the record begins. */
export interface RefusedLine extends HbaProblem {
  readonly line: number
  /** a file with a single name in it would do, which nobody writes */
  readonly byFile?: true
}

/** One record of pg_hba.conf that the server loads. */
export interface HbaRecord {
  readonly line: number
  readonly type: string
  readonly databases: Field
  readonly users: Field
  /** as written; undefined for local records */
  readonly address?: string
  readonly mask?: string
  readonly method: string
  readonly options: ReadonlyMap<string, string>
}

const types = ['local', 'host', 'hostssl', 'hostnossl', 'hostgssenc', 'hostnogssenc']
/** Those of a distribution's build on Linux: no SSPI, no BSD authentication. */
const methods = ['trust', 'reject', 'password', 'md5', 'scram-sha-256', 'ident', 'peer', 'gss', 'pam', 'ldap', 'radius', 'cert']
const elsewhere: ReadonlySet<string> = new Set(['sspi', 'bsd'])
const directives: ReadonlySet<string> = new Set(['include', 'include_if_exists', 'include_dir'])

/** Reads a pg_hba.conf. The contents of included files, and of files that replace a word of a record, are not judged. */
export function readHba(text: string, major: number): { readonly records: HbaRecord[]; readonly refused: RefusedLine[] } {
  const records: HbaRecord[] = []
  const refused: RefusedLine[] = []
  for (const line of authLines(text, major)) {
    if (isInclude(line, major)) {
      const problem = includeProblem(line)
      if (problem !== undefined) refused.push({ line: line.number, ...problem })
      continue
    }
    const read = readRecord(line, major)
    if (read === 'unknown') continue
    if ('message' in read) refused.push({ line: line.number, ...read })
    else records.push({ line: line.number, ...read })
  }
  return { records, refused }
}

/** Reads a pg_ident.conf: which of its lines the server refuses. */
export function refusedIdentLines(text: string, major: number): RefusedLine[] {
  return authLines(text, major).flatMap((line) => {
    const isDirective = isInclude(line, major)
    const problem = isDirective ? includeProblem(line) : identProblem(line, major)
    if (problem !== undefined && problem !== 'unknown') return [{ line: line.number, ...problem }]
    const names = isDirective ? undefined : line.fields.slice(1, 3).find(([token]) => token?.file)
    return names === undefined ? [] : [{ line: line.number, ...severalNames(names), byFile: true as const }]
  })
}

/** Whether a line is a directive that names another file. */
export function isInclude({ fields, error }: AuthLine, major: number): boolean {
  return major >= 16 && error === undefined && fields.length === 2 && directives.has(fields[0]?.[0]?.text ?? '')
}

/** An apostrophe is an ordinary character, so that `'x.conf'` names a file with apostrophes, which nobody has. */
function includeProblem({ fields }: AuthLine): HbaProblem | undefined {
  const [directive, name] = fields.map((field) => field[0]?.text ?? '')
  if (directive === 'include_if_exists' || name === undefined || !/^'.*'$/.test(name)) return undefined
  return { message: `${quote(name)} has apostrophes, but they would be part of the name of the file`, help: 'write double quotes, or none' }
}

/** A field that must be one word; `unknown`: a file holds it. */
type Word = { readonly text: string } | HbaProblem | 'unknown'

function readRecord({ fields, error }: AuthLine, major: number): Omit<HbaRecord, 'line'> | HbaProblem | 'unknown' {
  if (error !== undefined) return { message: error }
  const rest = [...fields]
  const typeWord = oneWord(rest.shift(), 'the connection type')
  // whatever the file holds, the line ends behind it
  if (typeWord === 'unknown' && fields.length === 1) return missing('a database')
  if (!isWord(typeWord)) return typeWord
  const { text: type } = typeWord
  if (!types.includes(type)) {
    const meant = nearest(type.toLowerCase(), types)
    return {
      message: `the connection type is ${quote(type)}, but must be ${types.join(', ')}`,
      help: meant === undefined ? `begin the line with host or hostssl` : `write ${meant}`,
    }
  }
  const databases = rest.shift()
  if (databases === undefined) return missing('a database')
  const users = rest.shift()
  if (users === undefined) return missing('a user')
  if (major >= 16) {
    for (const token of [...databases, ...users]) {
      const problem = patternProblem(token.text, major)
      if (problem !== undefined) return problem
    }
  }
  const where = type === 'local' ? {} : readAddress(rest)
  if (where === 'unknown' || 'message' in where) return where
  const methodWord = oneWord(rest.shift(), 'the authentication method')
  if (!isWord(methodWord)) return methodWord
  const { text: method } = methodWord
  if (type === 'local' && rest.length > 0 && addressFamily(method.replace(/\/\d+$/, '')) !== undefined)
    return { message: `the line is local and has the address ${quote(method)}`, help: 'remove the address, or begin the line with host' }
  const wrong = methodProblem(type, method, major)
  if (wrong !== undefined) return wrong
  const options = readOptions(rest, { type, method: type === 'local' && method === 'ident' ? 'peer' : method, major })
  return options instanceof Map ? { type, databases, users, ...where, method, options } : options
}

function missing(what: string): HbaProblem {
  return {
    message: `the line ends where ${what} is expected`,
    help: 'a line has a type, databases, users, an address unless it is local, and a method',
  }
}

function isWord(word: Word): word is { readonly text: string } {
  return word !== 'unknown' && 'text' in word
}

function oneWord(field: Field | undefined, what: string): Word {
  if (field === undefined) return missing(what)
  if (field.length > 1)
    return { message: `${what} is ${quote(field.map(({ text }) => text).join(','))}, but must be one word`, help: 'remove the comma' }
  const [token] = field as [Token]
  return token.file ? 'unknown' : { text: token.text }
}

/** From 16 on a name that begins with a slash is a regular expression, quoted or not. */
function patternProblem(text: string, major: number): HbaProblem | undefined {
  if (!text.startsWith('/')) return undefined
  const problem = expressionProblem(text.slice(1), major)
  return problem === undefined ? undefined : { message: `${quote(text)} is not a regular expression: ${problem}` }
}

function readAddress(rest: Field[]): Pick<HbaRecord, 'address' | 'mask'> | HbaProblem | 'unknown' {
  const field = rest.shift()
  if (field === undefined) return missing('an address')
  if (field.length > 1)
    return {
      message: `the address is ${quote(field.map(({ text }) => text).join(','))}, but must be one`,
      help: 'write a line for each address',
    }
  const { text: address, quoted, file } = field[0] as Token
  if (file) return 'unknown'
  if (!quoted && ['all', 'samehost', 'samenet'].includes(address)) return { address }
  const slash = address.indexOf('/')
  const host = slash < 0 ? address : address.slice(0, slash)
  const family = addressFamily(host)
  if (family === 'unknown') {
    if (slash < 0) rest.shift()
    return { address }
  }
  if (slash >= 0) {
    if (family === undefined)
      return {
        message: `the address is ${quote(address)}, but a host name can't have a mask`,
        help: 'write an address such as 10.0.0.0/8, or the name alone',
      }
    if (maskBits(address.slice(slash + 1), family) === undefined)
      return { message: `the address is ${quote(address)}, but the mask must be 0 to ${family === 4 ? 32 : 128}` }
    return { address }
  }
  if (family === undefined) return { address }
  const next = rest.shift()
  if (next === undefined) return withoutMask(address, family)
  const maskWord = oneWord(next, 'the mask')
  if (!isWord(maskWord)) return maskWord
  const { text: mask } = maskWord
  const maskFamily = addressFamily(mask)
  if (maskFamily === undefined) return withoutMask(address, family)
  if (maskFamily !== family) return { message: `the mask is ${quote(mask)}, but the address ${quote(address)} is of the other family` }
  return { address, mask }
}

function withoutMask(address: string, family: 4 | 6): HbaProblem {
  const bits = family === 4 ? 32 : 128
  return { message: `the address is ${quote(address)}, but has no mask`, help: `write ${address}/${bits} for this one address` }
}

function methodProblem(type: string, method: string, major: number): HbaProblem | undefined {
  const known = major >= 18 ? [...methods, 'oauth'] : methods
  if (elsewhere.has(method))
    return { message: `the authentication method is ${quote(method)}, but this build of PostgreSQL does not have it` }
  if (!known.includes(method)) {
    const meant = nearest(method.toLowerCase(), known)
    return {
      message: `the authentication method is ${quote(method)}, but must be ${known.slice(0, 5).join(', ')} or another known one`,
      help: meant === undefined ? 'write scram-sha-256' : `write ${meant}`,
    }
  }
  if (type === 'local' && method === 'gss')
    return { message: 'the authentication method is gss, but a local line cannot have it', help: 'write peer or scram-sha-256' }
  if (type !== 'local' && method === 'peer')
    return {
      message: 'the authentication method is peer, but only a local line can have it',
      help: 'write scram-sha-256, or begin the line with local',
    }
  if (type !== 'hostssl' && method === 'cert')
    return { message: 'the authentication method is cert, but only a hostssl line can have it', help: 'begin the line with hostssl' }
  return undefined
}

function readOptions(rest: readonly Field[], method: Method): Map<string, string> | HbaProblem | 'unknown' {
  const options = new Map<string, string>()
  for (const { text, file } of rest.flat()) {
    if (file) return 'unknown'
    const equals = text.indexOf('=')
    if (equals < 0)
      return {
        message: `${quote(text)} follows the method, but must be an option such as map=name`,
        help: 'quote a value that has blanks, or remove the word',
      }
    const [name, value] = [text.slice(0, equals), text.slice(equals + 1)]
    const problem = optionProblem({ name, value }, method)
    if (problem !== undefined) return problem
    options.set(name, value)
  }
  return togetherProblem(options, method) ?? options
}

function identProblem({ fields, error }: AuthLine, major: number): HbaProblem | 'unknown' | undefined {
  if (error !== undefined) return { message: error }
  const names = ['the map', 'the name outside', 'the role']
  const words: string[] = []
  for (const [index, name] of names.entries()) {
    const word = fields[index] === undefined ? identMissing(name) : oneWord(fields[index], name)
    if (!isWord(word)) return word
    words.push(word.text)
  }
  const [, system = '', role = ''] = words
  for (const text of major >= 16 ? [system, role] : [system]) {
    const problem = patternProblem(text, major)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** `IDENT_MULTI_VALUE`: a file stands for all the names in it. */
function severalNames([token]: Field): HbaProblem {
  return { message: `${quote(token?.text ?? '')} stands for the names in a file, but must be one name`, help: 'write a line for each name' }
}

function identMissing(what: string): HbaProblem {
  return { message: `the line ends where ${what} is expected`, help: 'a line has a map, a name outside PostgreSQL, and a role' }
}
