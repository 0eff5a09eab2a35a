// Which findings about a database does something elsewhere in the repository make right?
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Tree } from '../../repository/tree.ts'
import { toPlain } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { plainAt, textAt } from '../subject.ts'

interface Elsewhere {
  /** names of all Clusters that are deployed */
  readonly clusters: ReadonlySet<string>
  readonly tree: Tree
}

/** The findings that nothing elsewhere in the repository makes right: no Cluster of the name that a label has, no ScheduledBackup of the Cluster. */
export function notMadeRight(findings: readonly LocatedFinding[], { clusters, tree }: Elsewhere): readonly LocatedFinding[] {
  const asked = new Set(findings.flatMap(({ unlessScheduled }) => unlessScheduled ?? []))
  const scheduled = asked.size === 0 ? asked : scheduledIn(tree, asked)
  const isIn = (names: ReadonlySet<string>, name: string | undefined): boolean => name !== undefined && names.has(name)
  return findings.filter(({ unlessCluster, unlessScheduled }) => !isIn(clusters, unlessCluster) && !isIn(scheduled, unlessScheduled))
}

/** The Clusters that a ScheduledBackup names which another Application, or nobody whom this program knows, applies. */
function scheduledIn(tree: Tree, asked: ReadonlySet<string>): ReadonlySet<string> {
  const loose = tree.loose?.() ?? tree
  const scheduled = new Set<string>()
  for (const path of loose.paths) {
    const read = /\.ya?ml$/.test(path) ? loose.read(path) : undefined
    if (read?.ok !== true || !read.text.includes('ScheduledBackup')) continue
    const { documents, problems } = parseYaml({ path, text: read.text }, 'service')
    // a template is no YAML, but may have the name in it
    if (problems.some(({ fatal }) => fatal))
      for (const [word] of read.text.matchAll(/[a-z0-9.-]+/g)) if (asked.has(word)) scheduled.add(word)
    for (const document of documents) {
      const plain = toPlain(document)
      if (plainAt(plain, 'kind') === 'ScheduledBackup' && plainAt(plain, 'spec', 'suspend') !== true)
        scheduled.add(textAt(plain, 'spec', 'cluster', 'name') ?? '')
    }
  }
  return scheduled
}
