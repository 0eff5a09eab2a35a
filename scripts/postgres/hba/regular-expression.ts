// Would PostgreSQL compile a regular expression? It has its own dialect (advanced regular expressions), src/backend/regex.

/** What is wrong with an advanced regular expression, in a few words; undefined: it compiles. Takes linear time. */
export function expressionProblem(text: string, major: number): string | undefined {
  if (text.startsWith('***=')) return undefined
  if (text.startsWith('***:')) return new Reader(text, 4, major).problem()
  if (text.startsWith('***')) return '*** is followed by neither : nor ='
  return new Reader(text, 0, major).problem()
}

/** The classes of `[[:name:]]`. */
const classes = new Set([
  'alnum',
  'alpha',
  'blank',
  'cntrl',
  'digit',
  'graph',
  'lower',
  'print',
  'punct',
  'space',
  'upper',
  'xdigit',
  'word',
  'ascii',
])
/** Largest count of a bound, `{255}`. */
const largestCount = 255

class Problem extends Error {}

class Reader {
  readonly #text: string
  readonly #major: number
  #at: number
  /** groups that are closed, which back references can name */
  readonly #closed = new Set<number>()
  #groups = 0
  /** `x` option: blanks and comments do not count */
  #expanded = false
  /** `q` option: everything is literal */
  #literal = false

  constructor(text: string, at: number, major: number) {
    this.#text = text
    this.#at = at
    this.#major = major
  }

  problem(): string | undefined {
    try {
      this.#options()
      if (!this.#literal) this.#expression()
      return undefined
    } catch (error) {
      if (error instanceof Problem) return error.message
      throw error
    }
  }

  #peek(offset = 0): string {
    return this.#text[this.#at + offset] ?? ''
  }

  #isNext(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  /** `(?i)` and the like, only at the very beginning. */
  #options(): void {
    const found = /^\(\?([a-zA-Z]+)\)?/.exec(this.#text.slice(this.#at, this.#at + 40))
    if (found === null || found[1] === undefined) return
    for (const letter of found[1]) {
      if (!'bceimnpqstwx'.includes(letter)) throw new Problem(`(?${letter}) is not an option`)
      if (letter === 'x') this.#expanded = true
      if (letter === 't') this.#expanded = false
      if (letter === 'q' || letter === 'b') this.#literal = true
      if (letter === 'e') this.#literal = false
    }
    if (!found[0].endsWith(')')) throw new Problem('an option has no closing parenthesis')
    this.#at += found[0].length
  }

  /** Groups are counted with a stack: an expression may nest deeper than a call could. */
  #expression(): void {
    const open: { number: number | undefined; isLook: boolean }[] = []
    // whether a quantifier may follow
    let isAtom = false
    for (;;) {
      this.#skipInvisible()
      if (this.#at >= this.#text.length) break
      const character = this.#peek()
      if (character === '(') {
        open.push(this.#opening())
        isAtom = false
      } else if (character === ')') {
        const group = open.pop()
        if (group === undefined) throw new Problem('a closing parenthesis has no opening one')
        if (group.number !== undefined) this.#closed.add(group.number)
        this.#at++
        isAtom = !group.isLook
      } else if (character === '|' || character === '^' || character === '$') {
        this.#at++
        isAtom = false
      } else if (character === '*' || character === '+' || character === '?' || (character === '{' && /\d/.test(this.#peek(1)))) {
        if (!isAtom) throw new Problem(`${character} follows nothing that it could repeat`)
        this.#quantifier(character)
        isAtom = false
      } else if (character === '[') isAtom = this.#bracket()
      else if (character === '\\') isAtom = this.#escape(false)
      else {
        this.#at++
        isAtom = true
      }
    }
    if (open.length > 0) throw new Problem('an opening parenthesis has no closing one')
  }

  #skipInvisible(): void {
    for (;;) {
      if (this.#isNext('(?#')) {
        const end = this.#text.indexOf(')', this.#at)
        this.#at = end < 0 ? this.#text.length : end + 1
      } else if (this.#expanded && /\s/.test(this.#peek()) && this.#peek() !== '') this.#at++
      else if (this.#expanded && this.#peek() === '#') {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else return
    }
  }

  #opening(): { number: number | undefined; isLook: boolean } {
    if (this.#peek(1) !== '?') {
      this.#at++
      return { number: ++this.#groups, isLook: false }
    }
    for (const [mark, isLook] of [
      ['(?:', false],
      ['(?=', true],
      ['(?!', true],
      ['(?<=', true],
      ['(?<!', true],
    ] as const) {
      if (!this.#isNext(mark)) continue
      this.#at += mark.length
      return { number: undefined, isLook }
    }
    throw new Problem(`(?${this.#peek(2)} is not a group`)
  }

  #quantifier(character: string): void {
    this.#at++
    if (character === '{') this.#bound()
    if (this.#peek() === '?') this.#at++
  }

  #bound(): void {
    const found = /^(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 64))
    if (found === null) throw new Problem('{ is not followed by a count such as {2} or {2,5}')
    const [whole, low = '', , high = ''] = found
    const [from, to] = [Number(low), high === '' ? Number(low) : Number(high)]
    if (from > largestCount || to > largestCount) throw new Problem(`a count is larger than ${largestCount}`)
    if (from > to) throw new Problem(`{${from},${to}} counts downwards`)
    this.#at += whole.length
  }

  /** `[…]`; returns whether a quantifier may follow (not after `[[:<:]]`, which matches the beginning of a word). */
  #bracket(): boolean {
    if (this.#isNext('[[:<:]]') || this.#isNext('[[:>:]]')) {
      this.#at += 7
      return false
    }
    this.#at += this.#peek(1) === '^' ? 2 : 1
    let isFirst = true
    for (;;) {
      if (this.#at >= this.#text.length) throw new Problem('an opening bracket has no closing one')
      if (this.#peek() === ']' && !isFirst) break
      if (this.#peek() === '-' && !isFirst && this.#peek(1) !== ']') throw new Problem('a range has no beginning')
      const from = this.#member()
      isFirst = false
      if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '') continue
      this.#at++
      const to = this.#member()
      if (from === undefined || to === undefined) throw new Problem('a class begins or ends a range')
      if (from > to) throw new Problem(`${String.fromCodePoint(from)}-${String.fromCodePoint(to)} is a range that runs backwards`)
    }
    this.#at++
    return true
  }

  /** One member of a bracket: its code, or undefined for a class of characters. */
  #member(): number | undefined {
    for (const [mark, kind] of [
      ['[:', ':'],
      ['[.', '.'],
      ['[=', '='],
    ] as const) {
      if (!this.#isNext(mark)) continue
      const end = this.#text.indexOf(`${kind}]`, this.#at + 2)
      if (end < 0) throw new Problem('an opening bracket has no closing one')
      const name = this.#text.slice(this.#at + 2, end)
      this.#at = end + 2
      if (kind === ':') {
        if (!classes.has(name)) throw new Problem(`[:${name.slice(0, 20)}:] is not a character class`)
        return undefined
      }
      if ([...name].length !== 1 && !/^[a-z-]{2,24}$/.test(name))
        throw new Problem(`[${kind}${name.slice(0, 20)}${kind}] is not a character`)
      return kind === '.' ? name.codePointAt(0) : undefined
    }
    if (this.#peek() === '\\') {
      const start = this.#at
      this.#escape(true)
      const text = this.#text.slice(start, this.#at)
      return /^\\[dsw]$/i.test(text) ? undefined : text.length === 2 ? text.codePointAt(1) : 0
    }
    const code = this.#text.codePointAt(this.#at) ?? 0
    this.#at += code > 0xff_ff ? 2 : 1
    return code
  }

  /** `\…`; returns whether a quantifier may follow. */
  #escape(inBracket: boolean): boolean {
    const character = this.#peek(1)
    if (character === '') throw new Problem('a backslash is at the end')
    this.#at += 2
    if (!/[A-Za-z0-9]/.test(character)) return true
    if ('abefnrtvBdsw'.includes(character)) return true
    if ('DS'.includes(character) && (!inBracket || this.#major >= 14)) return true
    if (character === 'W' && !inBracket) return true
    if (character === 'c' && this.#peek() !== '') {
      this.#at++
      return true
    }
    if (character === 'u' || character === 'U') {
      const digits = this.#digits(/^[0-9a-fA-F]+/, character === 'u' ? 4 : 8)
      if (digits.length === (character === 'u' ? 4 : 8)) return true
    } else if (character === 'x') {
      if (this.#digits(/^[0-9a-fA-F]+/, 255).length > 0) return true
    } else if (character === '0') {
      this.#digits(/^[0-7]+/, 2)
      return true
    } else if (!inBracket && 'AmMyYZ'.includes(character)) return false
    else if (/[1-9]/.test(character) && !inBracket) return this.#backReference(character)
    else if (/[1-9]/.test(character)) {
      this.#digits(/^[0-7]+/, 2)
      if (/[1-7]/.test(character)) return true
    }
    throw new Problem(`\\${character} is not an escape`)
  }

  /** One digit is always a reference; several are one if there are so many groups, else an octal code. */
  #backReference(first: string): boolean {
    const more = /^\d*/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? ''
    const number = Number(first + more)
    if (more.length > 0 && number > this.#groups) {
      if (!/[1-7]/.test(first)) throw new Problem(`\\${first} is not an escape`)
      this.#digits(/^[0-7]+/, 2)
      return true
    }
    this.#at += more.length
    if (!this.#closed.has(number)) throw new Problem(`\\${number} refers to a group that does not exist`)
    return true
  }

  #digits(pattern: RegExp, most: number): string {
    const found = pattern.exec(this.#text.slice(this.#at, this.#at + most))?.[0] ?? ''
    this.#at += found.length
    return found
  }
}
