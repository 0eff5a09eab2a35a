// What does each layer file hold, read once however many databases use it?
import { fieldAt, named, phrase } from '../findings/message.ts'
import { valueAt } from '../values/value.ts'
import { append } from '../values/append.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database } from '../model.ts'
import type { LayerName, MapValue, Path, SourceFile } from '../values/value.ts'
import { maxValues, parseYaml } from '../yaml/parse.ts'
import { invisibleFindings } from './invisible-findings.ts'
import { secretFindings } from './secret-findings.ts'
import { hasSeveralDocuments, shapeFindings, yamlFindings } from '../yaml/findings.ts'

export interface Layer {
  /** undefined: the file is broken, so nothing is known about the databases that use it */
  readonly root: MapValue | undefined
  readonly findings: readonly LocatedFinding[]
}

/** A check of one layer on its own, such as the keys that no template reads. */
export type LayerCheck = (root: MapValue) => Iterable<LocatedFinding>

/** Reads layer files, each once; `checks` run on each readable root. */
export class LayerReader {
  private readonly layers = new Map<readonly LayerCheck[], Map<SourceFile, Layer>>()
  private readonly roots = new Map<SourceFile, Root>()
  private readonly checksOf: (database: Database) => readonly LayerCheck[]

  /** The checks of a database hang on its chart; those of one chart must be one list. */
  constructor(checksOf: (database: Database) => readonly LayerCheck[]) {
    this.checksOf = checksOf
  }

  private read(file: SourceFile, layer: LayerName, checks: readonly LayerCheck[]): Layer {
    const own = this.layers.get(checks) ?? new Map<SourceFile, Layer>()
    const known = own.get(file)
    if (known !== undefined) return known
    const root = this.roots.get(file) ?? readRoot(file, layer)
    this.roots.set(file, root)
    const read = checkedLayer(root, checks)
    this.layers.set(checks, own.set(file, read))
    return read
  }

  /** A database's layers, lowest first; undefined where one of them is broken. */
  layersOf(database: Database): { roots: readonly MapValue[] | undefined; findings: LocatedFinding[] } {
    const findings: LocatedFinding[] = []
    const roots: MapValue[] = []
    const checks = this.checksOf(database)
    for (const { file, layer, inline } of database.layers) {
      const read =
        inline === undefined ? this.read(file, layer, checks) : checkedLayer({ root: inline.root, findings: [], isWhole: true }, checks)
      for (const finding of read.findings) findings.push({ ...finding, database: database.id })
      if (read.root !== undefined) roots.push(read.root)
    }
    return { roots: roots.length === database.layers.length ? roots : undefined, findings }
  }
}

/** What is read of a file, whatever checks run on it. */
interface Root extends Layer {
  /** a stream whose root was not read at all: no check can run */
  readonly isWhole: boolean
}

function readRoot(file: SourceFile, layer: LayerName): Root {
  const parsed = parseYaml(file, layer, file.builtin === true ? undefined : maxValues)
  const findings = yamlFindings(file, parsed.problems)
  const root = parsed.documents[0]
  if (root === undefined || parsed.problems.some((problem) => problem.fatal)) return { root: undefined, findings, isWhole: false }
  append(findings, shapeFindings(file, parsed))
  if (root.kind === 'null') return { root: { ...root, kind: 'map', entries: new Map() }, findings, isWhole: false }
  if (root.kind !== 'map' || hasSeveralDocuments(parsed.documents)) return { root: undefined, findings, isWhole: false }
  const odd = [...oddlyIndented(root)]
  if (odd.length > 0) return { root: undefined, findings: [...findings, ...odd], isWhole: false }
  const long = [...tooManyObjects(root)]
  if (long.length > 0) return { root: undefined, findings: [...findings, ...long], isWhole: false }
  return { root, findings, isWhole: true }
}

function checkedLayer({ root, findings: read, isWhole }: Root, checks: readonly LayerCheck[]): Layer {
  if (root === undefined || !isWhole) return { root, findings: read }
  const findings = [...read, ...invisibleFindings(root)]
  for (const check of checks) append(findings, check(root))
  const blamed = new Set(findings.map(({ at }) => at.span.start))
  for (const finding of secretFindings(root)) if (!blamed.has(finding.at.span.start)) findings.push(finding)
  return { root, findings }
}

/** Characters that look like indentation but are not: the keys after them have left their map. */
const oddIndent = /^[\u00a0\u2000-\u200b\u202f\u3000]+/

function* oddlyIndented(root: MapValue): Iterable<LocatedFinding> {
  for (const [key, value] of root.entries) {
    const at = oddIndent.test(key) ? spotOf(value, 'key') : undefined
    if (at === undefined) continue
    const message = phrase`indentation of \`${key.replace(oddIndent, '')}\` holds a no-break space, but must be plain spaces`
    yield { rule: 'yaml/indentation', severity: 'error', message, at, help: phrase`replace it with spaces` }
  }
}

/** Lists whose items each become an object, and a limit that no database comes near; whatever is read must be checked within seconds. */
const objectLists: readonly Path[] = [['databases'], ['poolers'], ['backups', 'scheduledBackups']]
const mostObjects = 2_000

function* tooManyObjects(root: MapValue): Iterable<LocatedFinding> {
  for (const path of objectLists) {
    const list = valueAt(root, path)
    const at = list?.kind === 'list' && list.items.length > mostObjects ? spotOf(list, 'key') : undefined
    if (list?.kind !== 'list' || at === undefined) continue
    const message = phrase`${fieldAt(path)} has ${named(list.items.length)} items, but no more than ${named(mostObjects)} are read`
    yield { rule: 'yaml/nesting', severity: 'error', message, at, help: phrase`split the database` }
  }
}
