// Which committed files are derived from others, and what should they say?
import { allRules } from '../operator/rules.ts'
import { deriveRuleExamples } from './rule-examples.ts'
import { writeRules } from './rules-doc.ts'
import { deriveValuesFiles } from './values-files.ts'

/** Every derived file but the CRD schemas, with its path from the repository's root. */
export async function deriveFiles(root: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  return [...(await deriveValuesFiles(root)), { path: 'scripts/rules/RULES.md', text: writeRules(allRules()) }, deriveRuleExamples(root)]
}
