// What does a regular expression in Go's syntax match?
import { RE2JS } from 're2js'

/** Positions in UTF-16 units. */
export interface GoMatch {
  readonly start: number
  readonly end: number
  /** text of a group, by number or name; undefined: there is none, or it did not participate */
  readonly group: (name: string | number) => string | undefined
}
export interface GoRegexp {
  /** about as many instructions as its program has: a search takes at most that many steps for each character */
  readonly size: number
  /** the text that each match begins with, as far as it is plain */
  readonly prefix: string
  /** at most how many characters match; undefined: any number */
  readonly longest: number | undefined
  /** the leftmost match from `at` on; what is before `at` still counts for `^` and `\b` */
  readonly find: (text: string, at?: number) => GoMatch | undefined
}

/** Programs above this size are not compiled: that takes more than a tenth of a second. */
const largestProgram = 30_000
const compiled = new Map<string, GoRegexp | undefined>()

/** `regexp.Compile`, in linear time and space; undefined: Go refuses it, too. Throws a RangeError above the largest program. */
export function compileGoRegexp(pattern: string): GoRegexp | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern)
  if (programSize(pattern) > largestProgram) throw new RangeError('regular expression is too large')
  const made = compile(pattern)
  // the same few patterns are needed again and again; a bound keeps odd input from filling the memory
  if (compiled.size > 200) compiled.clear()
  compiled.set(pattern, made)
  return made
}

/** Whether `regexp.Compile` accepts it; what is too large to be compiled here counts as accepted. */
export function isGoRegularExpression(pattern: string): boolean {
  return programSize(pattern) > largestProgram || compileGoRegexp(pattern) !== undefined
}

function compile(pattern: string): GoRegexp | undefined {
  const { source, names } = translate(pattern)
  let program: ReturnType<RE2JS['re2']>
  let numbers: Readonly<Record<string, number>>
  try {
    const expression = RE2JS.compile(source)
    program = expression.re2()
    numbers = expression.namedGroups()
  } catch {
    return undefined
  }
  const groups = program.numberOfCapturingGroups() + 1
  const find = (text: string, at = 0): GoMatch | undefined => {
    const [isFound, places] = program.matchWithGroup(text, at, text.length, 0, groups) as [boolean, number[]]
    if (!isFound) return undefined
    const groupAt = (index: number | undefined): string | undefined => {
      const [start = -1, end = -1] = index === undefined ? [] : [places[2 * index], places[2 * index + 1]]
      return start < 0 ? undefined : text.slice(start, end)
    }
    const group = (name: string | number): string | undefined => {
      if (typeof name === 'number') return groupAt(name)
      for (const own of names.get(name) ?? []) {
        const found = groupAt(numbers[own])
        if (found !== undefined) return found
      }
      return undefined
    }
    return { start: places[0] ?? 0, end: places[1] ?? 0, group }
  }
  // without repetitions each instruction reads at most one character
  const size = Number(program.numberOfInstructions())
  return {
    size,
    prefix: /^[^\\^$.|?*+()[\]{}]*/.exec(pattern)?.[0].slice(0, -1) ?? '',
    longest: /[*+{|]/.test(pattern) ? undefined : size,
    find,
  }
}

const longNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    C: 'Other',
    Cc: 'Control Cntrl',
    Cf: 'Format',
    Cn: 'Unassigned',
    Co: 'Privateuse',
    Cs: 'Surrogate',
    L: 'Letter',
    LC: 'Lc Casedletter',
    Ll: 'Lowercaseletter',
    Lm: 'Modifierletter',
    Lo: 'Otherletter',
    Lt: 'Titlecaseletter',
    Lu: 'Uppercaseletter',
    M: 'Mark Combiningmark',
    Mc: 'Spacingmark',
    Me: 'Enclosingmark',
    Mn: 'Nonspacingmark',
    N: 'Number',
    Nd: 'Decimalnumber Digit',
    Nl: 'Letternumber',
    No: 'Othernumber',
    P: 'Punctuation Punct',
    Pc: 'Connectorpunctuation',
    Pd: 'Dashpunctuation',
    Pe: 'Closepunctuation',
    Pf: 'Finalpunctuation',
    Pi: 'Initialpunctuation',
    Po: 'Otherpunctuation',
    Ps: 'Openpunctuation',
    S: 'Symbol',
    Sc: 'Currencysymbol',
    Sk: 'Modifiersymbol',
    Sm: 'Mathsymbol',
    So: 'Othersymbol',
    Z: 'Separator',
    Zl: 'Lineseparator',
    Zp: 'Paragraphseparator',
    Zs: 'Spaceseparator',
  }).flatMap(([short, long]) => long.split(' ').map((name) => [name, short] as const)),
)

const token = /\\Q[^]*?(?:\\E|$)|\\[pP](?:\{[^}]*(?:\}|$)|[^])|\\[^]|\[\^?\]?(?:\\[^]|\[:\w*:\]|[^\]\\])*(?:\]|\\?$)|\(\?P?<\w+>/gu
const unicodeClass = /(?<!\\)(?:\\\\)*\\[pP](?:\{[^}]*(?:\}|$)|[^])/gu

/** Go since 1.25 accepts names of Unicode classes in any case, without `_`, `-` and blanks, and one name for several groups. */
function translate(pattern: string): { source: string; names: ReadonlyMap<string, readonly string[]> } {
  const names = new Map<string, string[]>()
  const source = pattern.replace(token, (part) => {
    const name = /^\(\?P?<(\w+)>$/.exec(part)?.[1]
    if (name !== undefined) {
      const known = names.get(name) ?? []
      // Go's own names can't collide: they would have to contain this many letters
      const own = known.length === 0 ? name : `${name}_again_${known.length}_of_a_group`
      names.set(name, [...known, own])
      return `(?P<${own}>`
    }
    if (part.startsWith('[')) return part.replace(unicodeClass, namedClass)
    return /^\\[pP]/.test(part) ? namedClass(part) : part
  })
  return { source, names }
}

/** What is never closed is left as it is: the compiler refuses it. */
function namedClass(part: string): string {
  if (part.at(-2) !== 'p' && part.at(-2) !== 'P' && !part.endsWith('}')) return part
  return part.replace(
    /^([^pP]*[pP])(?:\{(\^?)([^}]*)\}|([^]))$/u,
    (_, kind: string, not: string | undefined, long: string | undefined, short: string | undefined) => {
      const letters = (long ?? short ?? '').replace(/[-_ ]/g, '')
      const name = letters.slice(0, 1).toUpperCase() + letters.slice(1).toLowerCase()
      return `${kind}{${not ?? ''}${longNames.get(name) ?? name}}`
    },
  )
}

/** Roughly how large the program becomes, estimated without compiling it: counted repetitions copy what they repeat. */
export function programSize(pattern: string): number {
  const outer: number[] = []
  let whole = 0
  let last = 0
  const push = (size: number): void => {
    whole += last
    last = size
  }
  for (const [token, most] of pattern.matchAll(
    /\\[pP](?:\{[^}]*\}?)?|\\[^]|\[\^?\]?(?:\\[^]|\[:\w*:\]|[^\]\\])*\]?|\{\d+(?:,(\d*))?\}|[^]/g,
  )) {
    if (token === '(') {
      push(0)
      outer.push(whole)
      whole = 0
    } else if (token === ')' && outer.length > 0) {
      push(0)
      const inner = whole + 2
      whole = outer.pop() ?? 0
      last = inner
    } else if (token.length > 2 && token.startsWith('{')) last *= Math.max(1, Number.parseInt(token.slice(1), 10), Number(most ?? 0))
    else if (/^\\[pP]/.test(token)) push(20)
    else push(1)
  }
  return outer.reduce((sum, size) => sum + size, whole + last)
}
