// Which Sprig functions compare versions?
import { takes } from './go-function.ts'
import type { GoFunctions } from './go-function.ts'
import { TemplateError } from './go-value.ts'
import type { GoInteger, GoValue } from './go-value.ts'

interface Version {
  readonly numbers: readonly [number, number, number]
  readonly pre: string
  readonly metadata: string
  /** how many of major, minor and patch were written */
  readonly written: number
}

const syntax = /^v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/

/** Masterminds/semver, loose as `NewVersion`: a leading v and missing parts are taken. */
function parse(text: string, wildcards = false): Version {
  const match = syntax.exec(text.trim())
  if (match === null || (!wildcards && /[xX*]/.test(`${match[1]}${match[2] ?? ''}${match[3] ?? ''}`)))
    throw new TemplateError('invalid semantic version')
  const parts = [match[1], match[2], match[3]]
  const first = parts.findIndex((part) => part === undefined || /[xX*]/.test(part))
  const number = (index: number): number => (first >= 0 && index >= first ? 0 : Number(parts[index]))
  return { numbers: [number(0), number(1), number(2)], pre: match[4] ?? '', metadata: match[5] ?? '', written: first < 0 ? 3 : first }
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0
    if (number !== other) return number < other ? -1 : 1
  }
  if (a.pre === b.pre) return 0
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1
  return comparePre(a.pre.split('.'), b.pre.split('.'))
}

function comparePre(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (part === other) continue
    const [first, second] = [/^\d+$/.test(part), /^\d+$/.test(other)]
    if (first && second) return Number(part) < Number(other) ? -1 : 1
    if (first !== second) return first ? -1 : 1
    return part < other ? -1 : 1
  }
  return -1
}

const bump = (version: Version, index: number): Version => {
  const numbers = version.numbers.map((number, at) => (at < index ? number : at === index ? number + 1 : 0)) as [number, number, number]
  return { numbers, pre: '', metadata: '', written: 3 }
}

/** One `>=1.2`, `~1.2.3`, `^1`, `1.x` … against a version; a pre-release fits only a constraint with one. */
function fits(constraint: string, version: Version): boolean {
  const match = /^(==|!=|>=|=>|<=|=<|~>|=|>|<|~|\^)?\s*(\S+)$/.exec(constraint.trim())
  if (match === null) throw new TemplateError(`improper constraint: ${constraint}`)
  const bound = parse(match[2] ?? '', true)
  if (version.pre !== '' && bound.pre === '') return false
  const order = compare(version, bound)
  const open = bound.written < 3
  const top = (index: number): boolean => compare(version, bump(bound, index)) < 0
  switch (match[1]) {
    case '>':
      return open ? bound.written > 0 && compare(version, bump(bound, bound.written - 1)) >= 0 : order > 0
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      return open ? bound.written === 0 || top(bound.written - 1) : order <= 0
    case '!=':
      return open ? order < 0 || !top(bound.written - 1) : order !== 0
    case '^': {
      const first = bound.numbers.findIndex((number) => number > 0)
      const index = first < 0 ? Math.max(0, bound.written - 1) : Math.min(first, Math.max(0, bound.written - 1))
      return bound.written === 0 || (order >= 0 && top(index))
    }
    case '~':
    case '~>':
      return bound.written === 0 || (order >= 0 && top(Math.min(1, bound.written - 1)))
    default:
      return open ? bound.written === 0 || (order >= 0 && top(bound.written - 1)) : order === 0
  }
}

function satisfies(constraint: string, version: Version): boolean {
  return constraint.split('||').some((part) => {
    const ranges = part.trim().replace(/(\S+)\s+-\s+(\S+)/g, '>=$1,<=$2')
    const pieces = ranges
      .replace(/([=!<>~^]+)\s+/g, '$1')
      .split(/[,\s]+/)
      .filter((piece) => piece !== '')
    if (pieces.length === 0) throw new TemplateError('improper constraint')
    return pieces.every((piece) => fits(piece, version))
  })
}

function struct(text: string): GoValue {
  const version = parse(text)
  const number = (index: number): GoInteger => ({ go: 'integer', type: 'uint64', value: BigInt(version.numbers[index] ?? 0) })
  const printed = `${version.numbers.join('.')}${version.pre === '' ? '' : `-${version.pre}`}${version.metadata === '' ? '' : `+${version.metadata}`}`
  const fields = new Map<string, GoValue>([
    ['Major', number(0)],
    ['Minor', number(1)],
    ['Patch', number(2)],
    ['Prerelease', version.pre],
    ['Metadata', version.metadata],
    ['Original', text],
    ['String', printed],
  ])
  return { go: 'struct', type: '*semver.Version', fields, text: printed }
}

export const semverFunctions: GoFunctions = {
  semver: takes(['string'], struct),
  semverCompare: takes(['string', 'string'], (constraint, text) => satisfies(constraint, parse(text))),
}
