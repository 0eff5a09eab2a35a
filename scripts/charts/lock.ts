// Which digests has a repository recorded for its charts (charts.lock)?
import { phrase, textOf } from '../findings/message.ts'
import { firstSpot, spotOf } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { ChartPin } from '../model.ts'
import type { Bytes } from '../repository/bytes.ts'
import type { Message } from '../findings/finding.ts'
import type { SourceFile } from '../values/value.ts'
import { byCodeUnit } from '../values/path.ts'
import { valueAt } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { writeScalar } from '../yaml/write.ts'
import { shortDigest } from './failure.ts'
import { chartKey } from './pin.ts'

export const lockFile = 'charts.lock'

export interface LockedChart extends ChartPin {
  /** `sha256:…` of the archive */
  readonly digest: string
  /** where the digest is written; absent: not yet written */
  readonly at?: Spot
}

/** The charts of a lock; anything invalid is one finding at its line. */
export function readLock(text: string): { readonly charts: readonly LockedChart[] } | { readonly finding: LocatedFinding } {
  const file: SourceFile = { path: lockFile, text }
  const { documents, problems } = parseFirstDocument(file, 'service')
  const [root] = documents
  const broken = (message: Message, at: Spot): { finding: LocatedFinding } => ({
    finding: {
      rule: 'charts/digest',
      severity: 'error',
      message,
      at,
      help: phrase`restore it; to trust what the repositories have now, remove it and run \`charts pull --lock\``,
    },
  })
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) return broken(phrase`${lockFile} is not valid YAML: ${fatal.message}`, { file, span: fatal.span })
  const list = root === undefined ? undefined : valueAt(root, ['charts'])
  if (list?.kind !== 'list') return broken(phrase`${lockFile} holds no list \`charts\``, firstSpot(root, file))
  const charts: LockedChart[] = []
  for (const item of list.items) {
    const text = (key: string): string => {
      const value = valueAt(item, [key])
      return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : ''
    }
    const [repository, name, version, digest] = [text('repository'), text('name'), text('version'), text('digest')]
    const spot = spotOf(valueAt(item, ['digest']) ?? item) ?? firstSpot(root, file)
    if (repository === '' || name === '' || version === '' || !/^sha256:[0-9a-f]{64}$/.test(digest))
      return broken(phrase`an entry of ${lockFile} must have repository, name, version and a digest like sha256:…`, spot)
    charts.push({ repository, name, version, digest, at: spot })
  }
  return { charts }
}

/** The lock of a repository; undefined: it has none. */
export function lockIn(repository: Bytes): ReturnType<typeof readLock> | undefined {
  const read = repository.file(lockFile)
  return read?.ok === true ? readLock(Buffer.from(read.bytes).toString('utf8')) : undefined
}

/** What is wrong with an archive of this digest, by a lock; undefined: nothing. */
export function unlocked(pin: ChartPin, digest: string, lock: ReturnType<typeof lockIn>): string | undefined {
  if (lock === undefined) return undefined
  if ('finding' in lock) return `can't be verified: ${textOf(lock.finding.message)}`
  const locked = lock.charts.find((entry) => chartKey(entry) === chartKey(pin))
  if (locked === undefined || locked.digest === digest) return undefined
  return `is ${shortDigest(digest)}, but ${lockFile} has ${shortDigest(locked.digest)}`
}

/** The same bytes for the same charts, in any order. */
export function writeLock(charts: readonly LockedChart[]): string {
  const sorted = [...charts].sort(
    (a, b) => byCodeUnit(a.name, b.name) || byCodeUnit(a.version, b.version) || byCodeUnit(a.repository, b.repository),
  )
  const entries = sorted.map(
    ({ repository, name, version, digest }) =>
      `  - name: ${writeScalar(name)}\n    version: ${writeScalar(version)}\n    repository: ${writeScalar(repository)}\n    digest: ${writeScalar(digest)}\n`,
  )
  const head = '# Digests of the pinned charts, by `cnpg-values charts pull --lock`. `charts pull` takes no other archive for them.\n'
  return `${head}charts:${entries.length === 0 ? ' []\n' : `\n${entries.join('')}`}`
}
