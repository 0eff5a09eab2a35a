// Does a finding about an object only follow from a value that is reported already?
import type { Finding } from '../findings/finding.ts'
import type { Path } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { commonWords, nearest } from '../values/path.ts'
import { deepestAt } from '../values/value.ts'

/** Values that are reported already, and the keys above those of the official chart where it is a dependency. */
interface Reported {
  readonly paths: readonly Path[]
  readonly above: Path
}

/** Whether a finding of admission follows from a value that is reported already: the value itself, or a misspelt key next to which it is missing. */
export function isConsequence({ places: [{ path }] }: Finding, object: RenderedObject, { paths, above }: Reported): boolean {
  if (paths.length === 0) return false
  const { node, depth } = deepestAt(object.value, path)
  const { origin } = node
  if (paths.some((known) => isMeant(known, origin.path))) return true
  // where a copy comes from is one thing, whose parts the chart puts into several places
  const section = origin.path[above.length]
  const sections = new Set(paths.map((known) => known[above.length]))
  if (section === 'mode' || isSource(section) || (section === undefined && madeOfSources.has(path[1]))) return [...sections].some(isSource)
  // what is missing may be what could not be used
  const isMissing = depth < path.length || node.kind !== 'scalar'
  return isMissing && section !== undefined && section !== 'cluster' && sections.has(section)
}

/** Fields of a Cluster that the chart makes of `recovery` and `replica`, whose parts may have no value of their own. */
const madeOfSources: ReadonlySet<Path[number] | undefined> = new Set(['bootstrap', 'externalClusters', 'replica'])

const isSource = (section: Path[number] | undefined): boolean => section === 'recovery' || section === 'replica'

/** Whether a path leads through another one, or would if that one's last key were spelt right. */
export function isMeant(mistake: Path, path: Path): boolean {
  const last = mistake.length - 1
  if (path.length <= last || !mistake.slice(0, last).every((step, index) => step === path[index])) return false
  const [key, step] = [String(mistake[last]), String(path[last])]
  return key === step || nearest(key, [step]) !== undefined
}

/**
 * Whether an unknown key was meant to give the value at a path, or what is in it: it is spelt otherwise, or is at another level,
 * above, below or beside its own place (`backups.region` for `backups.s3.region`).
 */
export function wouldGive(unknown: Path, path: Path): boolean {
  if (isMeant(unknown, path)) return true
  const key = unknown.at(-1)
  const last = path.at(-1)
  // `bucketName` for `bucket`
  if (typeof key === 'string' && typeof last === 'string' && last.length > 3 && unknown.length === path.length && isLonger(key, last))
    return unknown.slice(0, -1).every((step, index) => step === path[index])
  if (typeof key !== 'string' || commonWords.has(key)) return false
  const at = path.indexOf(key)
  const parent = unknown.slice(0, -1)
  const shared = Math.min(at, parent.length)
  return at >= 0 && at !== parent.length && parent.slice(0, shared).every((step, index) => step === path[index])
}

function isLonger(key: string, word: string): boolean {
  return key.length > word.length && key.toLowerCase().includes(word.toLowerCase())
}
