// Is every regular expression that may meet input linear?
import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp'
import type { AST } from '@eslint-community/regexpp'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, test, vi } from 'vitest'
import { provenPatterns } from '../scripts/kubernetes/pattern.ts'

const scripts = join(import.meta.dirname, '../scripts')

interface Found {
  readonly pattern: string
  readonly flags: string
  readonly at: string
}

/** The literals of a file, by its syntax tree. */
function literalsIn(file: string): Found[] {
  const text = readFileSync(join(scripts, file), 'utf8')
  const found: Found[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { regex, start } = node as { readonly regex?: Pick<Found, 'pattern' | 'flags'>; readonly start?: number }
    if (regex !== undefined) found.push({ ...regex, at: `${file}:${text.slice(0, start).split('\n').length}` })
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(file, text).program)
  return found
}

/** What a module compiles when it is loaded, as `new RegExp(…)`. */
async function compiledBy(file: string): Promise<Found[]> {
  const found: Found[] = []
  const original = globalThis.RegExp
  globalThis.RegExp = new Proxy(original, {
    construct(target, [pattern, flags]: [string, string?]) {
      found.push({ pattern, flags: flags ?? '', at: file })
      return new target(pattern, flags)
    },
  })
  try {
    vi.resetModules()
    await import(join(scripts, file))
  } finally {
    globalThis.RegExp = original
  }
  return found
}

/** Without what only the generators of this repository run. */
const files = readdirSync(scripts, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts') && !file.startsWith('derive/'))

/** Characters that the patterns of this repository tell apart. */
const alphabet = [...'a0 \n"\'`\\:=/-_.,*#$@{}[]()<>|&!?+%^~;AzZ9fex\t\r\u0000\u00e9\u2028']
/** No answer to so short a text takes longer, be the machine busy: the square of the length is 100 times as much. */
const longest = 20_000
const allowed = 25

/** A text is a repeated part between a head and a tail; the counts grow slowly at first, so that exponential time shows before it never ends. */
const repeats = [12, 20, 24, 26, 28, 30, 100, 1_000, 5_000]

class Sampler {
  readonly #flags: string
  readonly #alphabet: ReadonlySet<string>
  readonly #sets = new Map<string, readonly string[]>()
  constructor(flags: string, own: Iterable<string>) {
    this.#flags = flags.replaceAll(/[gym]/g, '')
    this.#alphabet = new Set([...alphabet, ...own])
  }

  /** Characters that a set, an escape or a dot takes. */
  charactersOf({ raw }: AST.Node): readonly string[] {
    const known = this.#sets.get(raw)
    if (known !== undefined) return known
    const own = new RegExp(`^(?:${raw})$`, this.#flags)
    const taken = [...this.#alphabet].filter((character) => own.test(character))
    this.#sets.set(raw, taken)
    return taken
  }

  /** A text that a part takes; `turn` chooses among alternatives and characters, `some` is preferred where it fits. */
  textOf(node: AST.Node, turn: number, some = ''): string {
    switch (node.type) {
      case 'Pattern':
      case 'Group':
      case 'CapturingGroup':
        return this.textOf(node.alternatives[turn % node.alternatives.length] as AST.Node, turn, some)
      case 'Alternative':
        return node.elements.map((element) => this.textOf(element, turn, some)).join('')
      case 'Quantifier':
        return this.textOf(node.element, turn, some).repeat(Math.max(node.min, turn % 2 === 0 ? 1 : 0))
      case 'Character':
        return String.fromCodePoint(node.value)
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass': {
        const taken = this.charactersOf(node)
        return taken.includes(some) ? some : (taken[turn % Math.max(taken.length, 1)] ?? '')
      }
      default:
        return ''
    }
  }
}

/** What precedes a part on the way from the start of the pattern. */
function headOf(node: AST.Node, sampler: Sampler): string {
  let head = ''
  for (let at: AST.Node = node; at.parent !== null; at = at.parent) {
    const { parent } = at
    if (parent.type !== 'Alternative') continue
    head =
      parent.elements
        .slice(0, parent.elements.indexOf(at as AST.Element))
        .map((element) => sampler.textOf(element, 0))
        .join('') + head
  }
  return head
}

/** Heads and repeated parts that lead into each loop of a pattern. */
function* pumpsOf({ pattern, flags }: Found): Iterable<{ readonly head: string; readonly part: string }> {
  const mode = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') }
  const tree = new RegExpParser().parsePattern(pattern, 0, pattern.length, mode)
  const loops: AST.Quantifier[] = []
  const singles = new Set<string>()
  visitRegExpAST(tree, {
    onQuantifierEnter: (node) => void (node.max > 50 && loops.push(node)),
    onCharacterEnter: (node) => void singles.add(String.fromCodePoint(node.value)),
  })
  const sampler = new Sampler(flags, singles)
  const seen = new Set<string>()
  for (const loop of loops) {
    const head = headOf(loop, sampler)
    const parts = new Set<string>()
    for (let turn = 0; turn < 4; turn++) parts.add(sampler.textOf(loop.element, turn))
    // a character that other parts of the pattern take, too, is where two of them compete
    for (const character of [...singles, ' ', 'a', '0', '\n', '"']) {
      const part = sampler.textOf(loop.element, 0, character)
      if (part.includes(character)) parts.add(part)
    }
    for (const part of parts)
      for (const [first, repeated] of [
        [head, part],
        ['', part],
        ['', head + part],
      ] as const) {
        if (repeated === '' || seen.has(`${first}\0${repeated}`)) continue
        seen.add(`${first}\0${repeated}`)
        yield { head: first, part: repeated }
      }
  }
}

const tails = ['', '\u0000', '\n\u0000', '"!']

/** Milliseconds for every match in a text; the least of several where the first takes long, since the machine may be busy. */
function timeOf(expression: RegExp, text: string, bound: number): number {
  let least = Infinity
  for (let attempt = 0; attempt < (least > 10 * bound ? 3 : 6) && least > bound; attempt++) {
    const start = performance.now()
    text.replace(expression, '')
    least = Math.min(least, performance.now() - start)
  }
  return least
}

/** The text that takes too long, in words; undefined: none. */
function slowness(found: Found): string | undefined {
  const expression = new RegExp(found.pattern, found.flags.includes('y') ? found.flags : `${found.flags.replace('g', '')}g`)
  for (const { head, part } of pumpsOf(found))
    for (const tail of tails)
      for (const count of [...repeats, Math.ceil(longest / part.length)]) {
        const text = head + part.repeat(count) + tail
        const taken = timeOf(expression, text, allowed)
        if (taken > allowed)
          return `${found.at}: /${found.pattern}/${found.flags} takes ${Math.round(taken)} ms for ${JSON.stringify(head)} + ${JSON.stringify(part)} × ${count} + ${JSON.stringify(tail)}`
      }
  return undefined
}

/** Backtracking that is bounded by what the text is, with the reason. */
const bounded: Readonly<Record<string, string>> = {
  '"((?:[^"\\\\]|\\\\.)*)"(\\s*:)?|-?\\d[\\d.eE+-]*': 'the text is JSON, in which every quote is closed',
  '([\\d.]+)(ns|us|µs|μs|ms|s|m|h)': 'the text is a duration as a whole, in which a unit follows each number',
  '\\$(?:([*#$@!?0-9-])|([A-Za-z0-9_]+)|\\{([^}]*)\\})?': 'the text ends with a closing brace',
  '\\.(\\d*?)0+(?=Z|[-+]\\d\\d:\\d\\d$)': 'a date that was read already',
  '\\B(?=(?:\\d{3})+$)': 'a number that this program counted',
}

function slowOf(all: readonly Found[]): string[] {
  const known = new Map(
    all.filter(({ pattern }) => !Object.hasOwn(bounded, pattern)).map((found) => [`${found.pattern}/${found.flags}`, found]),
  )
  return [...known.values()].flatMap((found) => slowness(found) ?? [])
}

describe('expressions', () => {
  test('every literal is linear', { timeout: 300_000 }, () => {
    const literals = files.flatMap(literalsIn)
    expect(literals.length).toBeGreaterThan(500)
    expect(slowOf(literals)).toEqual([])
  })
  test('so is what is compiled when the program starts', { timeout: 60_000 }, async () => {
    const compiling = files.filter((file) => /^(?:export )?const \w+ = new RegExp\(/m.test(readFileSync(join(scripts, file), 'utf8')))
    const compiled: Found[] = []
    for (const file of compiling) compiled.push(...(await compiledBy(file)))
    expect(compiled.length).toBeGreaterThanOrEqual(compiling.length)
    expect(slowOf(compiled)).toEqual([])
  })
  test('and so are the patterns of schemas that are left to JavaScript', { timeout: 60_000 }, () => {
    const folder = join(scripts, '../schemas')
    const all = new Set<string>()
    const gather = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      if ('pattern' in node && typeof node.pattern === 'string') all.add(node.pattern)
      for (const child of Object.values(node)) gather(child)
    }
    // what only editors read is left to them
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!settings|cnpg-values|service)\.json$/.test(name),
    )
    for (const name of names) gather(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    expect([...all].sort()).toEqual([...provenPatterns].sort())
    expect(slowOf([...all].map((pattern) => ({ pattern, flags: 'u', at: 'schemas' })))).toEqual([])
  })
  test.each([
    '(a+)+$',
    '\\s+$',
    'a.*b.*c',
    '(?:a|b|ab)*c',
    '^\\s*[:=]?\\s*$',
    '[?#].*$',
    ':(?=.*x)',
    '"(?:[^"\\\\]|\\\\.)*"',
    '^(a|a)*b',
    '(\\w+\\s?)*!',
    '(?<=a.*)b',
  ])('and %s is not', (pattern) => expect(slowness({ pattern, flags: '', at: '' })).toBeDefined())
})
