// Is a value that an alias repeats wrong where its anchor is, or where the alias is?
import type { LocatedFinding } from '../findings/spot.ts'

/**
 * A value that is wrong in one field alone, which names it by an alias, is right where its anchor is: the alias is blamed. Where
 * nothing is wrong with it in the field of the anchor, and more than one alias is, the value itself is.
 */
export function atAliases(findings: readonly LocatedFinding[]): readonly LocatedFinding[] {
  if (!findings.some(({ at }) => at.alias !== undefined)) return findings
  const fields = new Map<string, Set<number>>()
  const keyOf = ({ severity, at: { file, span } }: LocatedFinding): string =>
    [severity, file.revision ?? '', file.path, span.start].join('\0')
  for (const finding of findings) {
    const key = keyOf(finding)
    const known = fields.get(key) ?? new Set<number>()
    fields.set(key, known.add(finding.at.alias?.start ?? -1))
  }
  return findings.map((finding) => {
    const { file, span, alias } = finding.at
    if (alias === undefined || fields.get(keyOf(finding))?.size !== 1) return finding
    // what is secret there is hidden by its place, so that it is kept
    return { ...finding, at: { file, span: alias, alias: span }, fix: undefined }
  })
}
