// Which problems were known when the program was adopted, and which are new?
import { codeOf } from '../values/printed.ts'
import type { Diagnostic } from '../findings/finding.ts'
import { byCodeUnit } from '../values/path.ts'
import { readNamed } from '../repository/named-file.ts'
import { UsageError } from '../repository/workspace.ts'

/** One known problem; no line, so that it stays known when text moves. */
interface Entry {
  readonly rule: string
  /** the repository of the file, if it is not the root's */
  readonly repository?: string
  /** from the top of its checkout, so that it stays known from wherever the program is run */
  readonly file: string
  /** field of the object, if the problem has one */
  readonly path?: string
  readonly message: string
  /** how often; absent: once */
  readonly count?: number
}

export interface Compared {
  readonly fresh: readonly Diagnostic[]
  readonly known: number
  /** entries that no longer match anything, as text */
  readonly stale: readonly string[]
}

/** What a change does concerns this change alone: it is never known from before. */
export function isLasting({ rule, at }: Diagnostic): boolean {
  return !rule.startsWith('changes/') && rule !== 'cel/unchanged' && at.revision === undefined
}

function entryOf({ rule, at, path, message }: Diagnostic): Entry {
  return {
    rule,
    ...(at.repository === undefined ? {} : { repository: at.repository }),
    file: at.file,
    ...(path === undefined ? {} : { path }),
    message: lasting(message),
  }
}

/** The words that stay when text moves, and when one more service has the same mistake. */
function lasting(message: string): string {
  return message
    .replaceAll(/\bline \d+/g, 'line')
    .replaceAll(/ \(and \d+ more\)/g, '')
    .replaceAll(/\band \d+ more\b/g, 'and more')
}

function keyOf({ rule, repository, file, path, message }: Entry): string {
  return JSON.stringify([rule, repository ?? '', file, path ?? '', message])
}

/** The problems of a run as known ones, sorted, one per line; `problems`: how many lines. */
export function writeBaseline(diagnostics: readonly Diagnostic[]): { readonly text: string; readonly problems: number } {
  const entries = new Map<string, Entry>()
  for (const diagnostic of diagnostics.filter(isLasting)) {
    const entry = entryOf(diagnostic)
    const known = entries.get(keyOf(entry))
    entries.set(keyOf(entry), known === undefined ? entry : { ...entry, count: (known.count ?? 1) + 1 })
  }
  const sorted = [...entries.values()].sort((a, b) => byCodeUnit(a.file, b.file) || byCodeUnit(keyOf(a), keyOf(b)))
  const lines = sorted.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
  const text = `{\n  "version": 1,\n  "problems": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`
  return { text, problems: sorted.length }
}

/** Splits a run's diagnostics into new and known ones. A file that is missing or is not a baseline is wrong usage. */
export function compareBaseline(file: string, diagnostics: readonly Diagnostic[]): Compared {
  const left = new Map<string, { entry: Entry; count: number }>()
  for (const entry of readBaseline(file))
    left.set(keyOf(entry), { entry, count: (left.get(keyOf(entry))?.count ?? 0) + (entry.count ?? 1) })
  const fresh = diagnostics.filter((diagnostic) => {
    const match = isLasting(diagnostic) ? left.get(keyOf(entryOf(diagnostic))) : undefined
    if (match === undefined || match.count === 0) return true
    match.count--
    return false
  })
  const stale = [...left.values()].filter(({ count }) => count > 0).map(({ entry }) => `${entry.file}: ${entry.message} [${entry.rule}]`)
  return { fresh, known: diagnostics.length - fresh.length, stale }
}

function readBaseline(file: string): readonly Entry[] {
  let text: string
  try {
    text = readNamed(file).toString('utf8')
  } catch (error) {
    throw new UsageError(`--baseline: ${file} can't be read (${codeOf(error)}); write it with --write-baseline ${file}`)
  }
  try {
    const { version, problems } = JSON.parse(text) as { version?: unknown; problems?: unknown }
    if (version === 1 && Array.isArray(problems) && problems.every(isEntry)) return problems
  } catch {
    // reported below, as for any other text
  }
  throw new UsageError(`--baseline: ${file} is not a baseline of this program; write it again with --write-baseline ${file}`)
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { rule, repository, file, message, path, count } = value as Record<string, unknown>
  const isText = [rule, file, message].every((part) => typeof part === 'string')
  return (
    isText &&
    [repository, path].every((part) => part === undefined || typeof part === 'string') &&
    (count === undefined || (typeof count === 'number' && Number.isInteger(count) && count > 0))
  )
}
