// Which operator releases are there, and since which patch does something apply?

const lastPatches = new Map([
  [27, { first: 1, last: 4 }],
  [28, { first: 0, last: 4 }],
  [29, { first: 0, last: 2 }],
  [30, { first: 0, last: 0 }],
])

/** Whether the rules know this release: a stable tag from 1.27.1 to 1.30.0. */
export function isKnownOperator(operator: string): boolean {
  const [major, minor, patch] = parse(operator)
  const patches = lastPatches.get(minor)
  return /^1\.[0-9]+\.[0-9]+$/.test(operator) && major === 1 && !!patches && patch >= patches.first && patch <= patches.last
}

/** The known releases, for messages. */
export const knownOperators = { first: '1.27.1', last: '1.30.0' } as const

/** Whether schemas and rules of a minor are known, whatever the patch. */
export function isKnownMinor(operator: string): boolean {
  const [major, minor] = parse(operator)
  return major === 1 && lastPatches.has(minor)
}

/**
 * Whether a release has what was introduced in the given ones, one first patch per minor, lowest first.
 * A minor that is not listed has it if it is later than the lowest listed one.
 */
export function reached(operator: string, firsts: readonly string[]): boolean {
  const [major, minor, patch] = parse(operator)
  for (const first of firsts) {
    const [firstMajor, firstMinor, firstPatch] = parse(first)
    if (major === firstMajor && minor === firstMinor) return patch >= firstPatch
  }
  const [lowestMajor, lowestMinor] = parse(firsts[0] ?? '0.0.0')
  return major > lowestMajor || (major === lowestMajor && minor > lowestMinor)
}

/** The releases that introduced a batch of changes, one first patch per minor. */
export const releases = {
  december2025: ['1.28.0'],
  february2026: ['1.27.3', '1.28.1', '1.29.0'],
  march2026: ['1.27.4', '1.28.2', '1.29.0'],
  minor29: ['1.29.0'],
  may2026: ['1.28.3', '1.29.1', '1.30.0'],
  june2026: ['1.28.4', '1.29.2', '1.30.0'],
  minor30: ['1.30.0'],
} as const

const parsed = new Map<string, [number, number, number]>()

function parse(version: string): [number, number, number] {
  const known = parsed.get(version)
  if (known) return known
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  parsed.set(version, [major, minor, patch])
  return [major, minor, patch]
}
