// Which fields of the dependencies in a Chart.yaml are misspelt, so that Helm reads past them?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { prefixOf } from '../../repository/tree.ts'
import { formatPath, nearest } from '../../values/path.ts'
import type { Value } from '../../values/value.ts'
import { valueAt } from '../../values/value.ts'
import { chartRoot, fileReader } from '../file-cache.ts'
import type { Manifest } from '../manifests.ts'
import { dependencyEntries } from './dependencies.ts'

/** The fields of `chart.Dependency`. */
const fields = ['name', 'version', 'repository', 'condition', 'tags', 'enabled', 'import-values', 'alias'] as const

/** A misspelt alias, by which the values below it are lost, or any other field. */
export interface MisspeltField {
  readonly meant: string
  readonly finding: LocatedFinding
}

/** Helm decodes a Chart.yaml without strictness (`loader.LoadFiles`), and what it imports by two keys of a map (`processImportValues`). */
export function misspeltFields(folder: string, { tree }: Manifest): MisspeltField[] {
  const file = fileReader(tree)(`${prefixOf(folder)}Chart.yaml`)
  return (file === undefined ? [] : dependencyEntries(chartRoot(file))).flatMap((entry) => {
    const imports = valueAt(entry, ['import-values'])
    const items = imports?.kind === 'list' ? imports.items : []
    return [...misspeltIn(entry, fields), ...items.flatMap((item) => misspeltIn(item, ['child', 'parent']))]
  })
}

function misspeltIn(entry: Value, known: readonly string[]): MisspeltField[] {
  if (entry.kind !== 'map') return []
  return [...entry.entries].flatMap(([key, node]): MisspeltField[] => {
    const meant = known.includes(key) ? undefined : nearest(key, known)
    const at = meant === undefined || entry.entries.has(meant) ? undefined : spotOf(node, 'key')
    if (meant === undefined || at === undefined) return []
    const message = phrase`unknown field \`${named(key)}\` in \`${named(formatPath(entry.origin.path))}\``
    const help = phrase`did you mean \`${named(meant)}\`?`
    return [{ meant, finding: { rule: 'argocd/known-fields', severity: 'error', message, at, help } }]
  })
}
