// Which Sprig functions compare versions?
import { templateBudget } from '../budget.ts'
import { append } from '../../values/append.ts'
import type { Budget } from '../budget.ts'
import { quoteGo } from '../go-quote.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { compileGoRegexp } from '../regexp.ts'
import type { GoMatch } from '../regexp.ts'
import { TemplateError, int } from '../go-value.ts'
import type { GoInteger, GoStruct, GoValue } from '../go-value.ts'

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly pre: string
  readonly metadata: string
  readonly original: string
}

function fail(message: string): never {
  throw new TemplateError(message)
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const looseVersion = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`)

/** Masterminds/semver `NewVersion`, loose: a leading v, leading zeros and missing parts are accepted. */
function parse(text: string): Version {
  // Masterminds/semver has refused longer ones since 3.4, and 64 bits have 20 digits
  const match = (text.length <= 1000 ? looseVersion.exec(text) : null) ?? fail('invalid semantic version')
  const numbers = [match[1], match[2], match[3]].map((part) => BigInt(part ?? 0)) as [bigint, bigint, bigint]
  if (numbers.some((number) => number >= 2n ** 64n)) fail('error parsing version segment')
  const pre = match[4] ?? ''
  if (pre.split('.').some((part) => /^0\d+$/.test(part))) fail('version segment starts with 0')
  return { numbers, pre, metadata: match[5] ?? '', original: text }
}

function textOf(version: Version): string {
  const { numbers, pre, metadata } = version
  return `${numbers.join('.')}${pre === '' ? '' : `-${pre}`}${metadata === '' ? '' : `+${metadata}`}`
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n
    if (number !== other) return number < other ? -1 : 1
  }
  if (a.pre === b.pre) return 0
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1
  return comparePre(a.pre.split('.'), b.pre.split('.'))
}

/** `comparePrerelease`: numbers before words, a shorter one before a longer one. */
function comparePre(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [part = '', other = ''] = [left[index], right[index]]
    if (part === other) continue
    if (part === '' || other === '') return part === '' ? -1 : 1
    const isNumber = (text: string): boolean => /^\d+$/.test(text) && BigInt(text) < 2n ** 64n
    const [first, second] = [isNumber(part), isNumber(other)]
    if (first !== second) return first ? -1 : 1
    if (first && BigInt(part) !== BigInt(other)) return BigInt(part) < BigInt(other) ? -1 : 1
    return !first && part > other ? 1 : -1
  }
  return 0
}

interface Constraint {
  readonly operator: string
  readonly bound: Version
  /** how many of major, minor and patch are stated; 0 to 2: the others are open */
  readonly stated: number
}

const operators = '=||!=|>|<|>=|=>|<=|=<|~|~>|\\^'
const pattern = `v?([0-9|xX*]+)(\\.[0-9|xX*]+)?(\\.[0-9|xX*]+)?(-(?:${identifiers}))?(\\+(?:${identifiers}))?`
const uncaptured = pattern.replaceAll(/\((?!\?)/g, '(?:')
const oneConstraint = `^\\s*(${operators})\\s*(?:${pattern})\\s*$`
const range = `\\s*(${uncaptured})\\s+-\\s+(${uncaptured})\\s*`
const eachConstraint = `(?:${operators})\\s*(?:${uncaptured})`
const group = `\\s*(?:${operators})\\s*(?:${uncaptured})\\s*`
const validGroup = `^${group}(?:(?:\\s+|,\\s*)(?:${operators})\\s*(?:${uncaptured})\\s*)*$`

/** All matches of one of these grammars, in linear time: JavaScript would try each of the many ways to read them. */
function matchesOf(grammar: string, text: string, budget: Budget): GoMatch[] {
  const expression = compileGoRegexp(grammar)
  if (expression === undefined) return []
  const found: GoMatch[] = []
  for (let at = 0; at <= text.length;) {
    budget.steps(((text.length - at + 1) * expression.size) / 16)
    const match = expression.find(text, at)
    if (match === undefined) break
    found.push(match)
    // none of them matches the empty string
    at = Math.max(match.end, at + 1)
  }
  return found
}

/** `NewConstraint`: groups joined by `||`, each a list of constraints that must all hold. */
function parseConstraints(text: string, budget: Budget): Constraint[][] {
  let rewritten = ''
  let last = 0
  for (const { start, end, group: part } of matchesOf(range, text, budget)) {
    rewritten += `${text.slice(last, start)}>= ${part(1) ?? ''}, <= ${part(2) ?? ''} `
    last = end
  }
  rewritten += text.slice(last)
  return rewritten.split('||').map((part) => {
    if (matchesOf(validGroup, part, budget).length === 0) fail(`improper constraint: ${quoteGo(part)}`)
    const each = matchesOf(eachConstraint, part, budget).map((match) => match.group(0) ?? '')
    return (each.length === 0 ? [part] : each).map((one) => parseConstraint(one, budget))
  })
}

function parseConstraint(text: string, budget: Budget): Constraint {
  const [match = fail(`improper constraint: ${quoteGo(text)}`)] = matchesOf(oneConstraint, text, budget)
  const parts = [match.group(2), match.group(3), match.group(4)].map((part) => (part ?? '').replace(/^\./, ''))
  const open = parts.findIndex((part) => part === '' || /^[xX*]$/.test(part))
  const stated = open < 0 ? 3 : open
  const written = parts.map((part, index) => (index < stated ? part : '0')).join('.')
  return { operator: match.group(1) ?? '', bound: parse(`${written}${match.group(5) ?? ''}`), stated }
}

/** The functions of constraints.go; a pre-release matches only if the group names one. */
function fits({ operator, bound, stated }: Constraint, version: Version): boolean {
  const order = compare(version, bound)
  const same = (count: number): boolean => bound.numbers.slice(0, count).every((number, index) => number === version.numbers[index])
  const [major, minor] = version.numbers
  const [boundMajor, boundMinor] = bound.numbers
  switch (operator) {
    case '>':
      if (stated === 3) return order > 0
      return major !== boundMajor ? major > boundMajor : stated === 2 && minor > boundMinor
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      if (stated === 3) return order <= 0
      return major < boundMajor || (major === boundMajor && (minor <= boundMinor || stated === 1))
    case '!=':
      return differs({ bound, stated }, version, same)
    case '^':
      return order >= 0 && isCaret(bound, stated, version)
    case '~':
    case '~>':
      return isTilde()
    default:
      return stated === 3 ? order === 0 : isTilde()
  }
  function isTilde(): boolean {
    if (order < 0) return false
    if (bound.numbers.every((number) => number === 0n) && stated !== 1 && stated !== 2) return true
    return same(stated === 1 ? 1 : 2)
  }
}

function differs({ bound, stated }: { bound: Version; stated: number }, version: Version, same: (count: number) => boolean): boolean {
  if (stated === 3) return compare(version, bound) !== 0
  if (!same(1)) return true
  if (stated === 1) return false
  if (!same(2)) return true
  // without a major version nothing is really open: the patch is compared as well
  if (stated === 0) return compare(version, bound) !== 0
  return version.pre !== '' || bound.pre !== '' ? version.pre !== bound.pre : false
}

function isCaret(bound: Version, stated: number, version: Version): boolean {
  const [major, minor, patch] = version.numbers
  const [boundMajor, boundMinor, boundPatch] = bound.numbers
  if (boundMajor > 0n || stated === 1) return major === boundMajor
  if (major > 0n) return false
  if (boundMinor > 0n || stated === 2) return minor === boundMinor
  return minor === 0n && patch === boundPatch
}

function meets(groups: readonly (readonly Constraint[])[], version: Version): boolean {
  return groups.some((constraints) => {
    const takesPre = constraints.some(({ bound }) => bound.pre !== '')
    return (takesPre || version.pre === '') && constraints.every((constraint) => fits(constraint, version))
  })
}

/** Whether `NewVersion` accepts it. */
export function isVersion(text: string): boolean {
  try {
    return parse(text).original === text
  } catch (error) {
    if (error instanceof TemplateError) return false
    throw error
  }
}

/** Helm's `IsCompatibleRange`: what can't be read matches nothing. */
export function fitsRange(constraint: string, version: string): boolean {
  const budget = templateBudget()
  return isVersion(version) && isRange(constraint, budget) && meets(parseConstraints(constraint, budget), parse(version))
}

function isRange(constraint: string, budget: Budget): boolean {
  try {
    return parseConstraints(constraint, budget).length > 0
  } catch (error) {
    if (error instanceof TemplateError) return false
    throw error
  }
}

const versions = new WeakMap<GoStruct, Version>()

function integersOf(version: Version): [GoInteger, GoInteger, GoInteger] {
  return version.numbers.map((value): GoInteger => ({ go: 'integer', type: 'uint64', value })) as [GoInteger, GoInteger, GoInteger]
}

/** `*semver.Version`, or `semver.Version` as the methods that raise a number return it. */
function struct(version: Version, type: '*semver.Version' | 'semver.Version'): GoStruct {
  const [major, minor, patch] = integersOf(version)
  const { pre, metadata, original } = version
  const inside = Object.entries({ major, minor, patch, pre, metadata, original })
  let methods: GoStruct['methods'] | undefined
  // most versions are only compared
  const made: GoStruct = {
    go: 'struct',
    type,
    text: textOf(version),
    inside,
    get methods() {
      return (methods ??= methodsOf(version, type))
    },
  }
  versions.set(made, version)
  return made
}

function methodsOf(version: Version, type: '*semver.Version' | 'semver.Version'): GoStruct['methods'] {
  const [major, minor, patch] = integersOf(version)
  const { pre, metadata, original } = version
  const get = (value: GoValue): GoFunction => takes([], () => value)
  const raised = (index: number): GoFunction => takes([], () => struct(raise(version, index), 'semver.Version'))
  const changed = (change: (text: string) => Partial<Version>): GoFunction =>
    takes(['string'], (text) => struct(renamed({ ...version, ...change(text) }, original), 'semver.Version'))
  const methods: [string, GoFunction][] = [
    ['Major', get(major)],
    ['Minor', get(minor)],
    ['Patch', get(patch)],
    ['Prerelease', get(pre)],
    ['Metadata', get(metadata)],
    ['String', get(textOf(version))],
    ['IncMajor', raised(0)],
    ['IncMinor', raised(1)],
    ['IncPatch', raised(2)],
    ['SetPrerelease', changed((text) => (text === '' ? { pre: text } : { pre: parse(`0.0.0-${text}`).pre }))],
    [
      'SetMetadata',
      changed((metadataText) => (metadataText === '' ? { metadata: '' } : { metadata: parse(`0.0.0+${metadataText}`).metadata })),
    ],
  ]
  if (type === '*semver.Version') append(methods, [['Original', get(original)]], comparisons(version))
  return new Map(methods)
}

function comparisons(version: Version): [string, GoFunction][] {
  const against = (answer: (order: number) => GoValue): GoFunction =>
    takes(['*semver.Version'], (other) => answer(compare(version, versions.get(other) ?? fail('nil pointer dereference'))))
  return [
    ['Compare', against((order) => int(order))],
    ['Equal', against((order) => order === 0)],
    ['LessThan', against((order) => order < 0)],
    ['LessThanEqual', against((order) => order <= 0)],
    ['GreaterThan', against((order) => order > 0)],
    ['GreaterThanEqual', against((order) => order >= 0)],
  ]
}

/** `IncMajor` and its like; a pre-release becomes its own release. */
function raise(version: Version, index: number): Version {
  const isRelease = index === 2 && version.pre !== ''
  const numbers = version.numbers.map((number, at) => (at < index || (isRelease && at === 2) ? number : at === index ? number + 1n : 0n))
  return renamed({ ...version, numbers: numbers as [bigint, bigint, bigint], pre: '', metadata: '' }, version.original)
}

function renamed(version: Version, original: string): Version {
  return { ...version, original: `${original.startsWith('v') ? 'v' : ''}${textOf(version)}` }
}

export const semverFunctions: GoFunctions = {
  semver: takes(['string'], (text) => struct(parse(text), '*semver.Version')),
  semverCompare: takes(['string', 'string'], (constraint, text, budget) => {
    const constraints = parseConstraints(constraint, budget)
    return meets(constraints, parse(text))
  }),
}
