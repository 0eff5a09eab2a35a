// Which Clusters does a ScheduledBackup name that another Application, or nobody whom this program knows, applies?
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Tree } from '../../repository/tree.ts'
import { toPlain } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { plainAt, textAt } from '../subject.ts'

/** The findings that no ScheduledBackup in a file of the repository makes wrong. */
export function unscheduled(findings: readonly LocatedFinding[], tree: Tree): readonly LocatedFinding[] {
  const asked = new Set(findings.flatMap(({ unlessScheduled }) => unlessScheduled ?? []))
  if (asked.size === 0) return findings
  const scheduled = scheduledIn(tree, asked)
  return findings.filter(({ unlessScheduled }) => unlessScheduled === undefined || !scheduled.has(unlessScheduled))
}

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
