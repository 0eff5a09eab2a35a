// Which diagnostics result from all findings, and which texts do their frames show?
import type { Diagnostic } from '../findings/finding.ts'
import { diagnose } from './diagnose.ts'
import type { Surroundings } from './suppress.ts'
import type { LocatedFinding } from '../findings/spot.ts'

export interface Concluded {
  readonly diagnostics: readonly Diagnostic[]
  /** text of a file, for code frames */
  readonly source: (file: string, revision?: string) => string | undefined
}

export function conclude(findings: readonly LocatedFinding[], around: Surroundings = {}): Concluded {
  const texts = new Map(findings.map(({ at }) => [`${at.file.revision ?? ''}\0${at.file.path}`, at.file.text]))
  return { diagnostics: diagnose(findings, around), source: (file, revision) => texts.get(`${revision ?? ''}\0${file}`) }
}
