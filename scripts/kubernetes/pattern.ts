// Does a text match the pattern of a schema, as the API server's regular expressions do?
import { byText } from '../values/by-text.ts'
import { compileGoRegexp } from '../go-template/regexp.ts'
import type { GoRegexp } from '../go-template/regexp.ts'

/**
 * The patterns of the schemas of this repository: they mean the same in JavaScript, and its engine is linear on each, as
 * test/kubernetes/pattern.test.ts proves. This takes a hundredth of the time, and these fields are in each database.
 */
export const provenPatterns: ReadonlySet<string> = new Set([
  String.raw`^.{2,}|[^./]$`,
  String.raw`^[0-9a-z_]*$`,
  String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`,
  String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`,
  String.raw`^[a-zA-Z_][a-zA-Z0-9_]*$`,
  String.raw`^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$`,
  String.raw`^[1-9][0-9]*[dwm]$`,
  String.raw`^[a-z]([a-z0-9_-]*[a-z0-9])?$`,
  String.raw`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`,
  String.raw`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`,
])

/** Instructions for each character: a second of computing. What takes longer is not judged. */
const mostSteps = 50_000_000

interface Matcher {
  readonly stepsPerCharacter: number
  readonly test: (text: string) => boolean
}
const matchers = new Map<string, Matcher | undefined>()

/** Whether a text matches; true if the pattern is not valid in Go, or so costly that it is not judged. */
export function matchesPattern(text: string, pattern: string): boolean {
  let known = matchers.get(pattern)
  if (known === undefined && !matchers.has(pattern)) matchers.set(pattern, (known = compile(pattern)))
  return known === undefined || known.stepsPerCharacter * text.length > mostSteps || known.test(text)
}

function compile(pattern: string): Matcher | undefined {
  if (provenPatterns.has(pattern)) {
    const expression = new RegExp(pattern, 'u')
    return { stepsPerCharacter: 0, test: byText((text) => expression.test(text)) }
  }
  const compiled = compiledByGo(pattern)
  return compiled === undefined ? undefined : { stepsPerCharacter: compiled.size, test: (text) => compiled.find(text) !== undefined }
}

function compiledByGo(pattern: string): GoRegexp | undefined {
  try {
    return compileGoRegexp(pattern)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
