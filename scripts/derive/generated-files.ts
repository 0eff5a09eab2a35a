// Which committed files are derived from others, and what should they say?
import { readRuleExamples, writeRuleExamples } from './rule-examples.ts'
import { writeRulePages } from './rules-doc.ts'
import { deriveSettingsSchemas } from './settings-schema.ts'
import { deriveValuesFiles } from './values-files.ts'

/** Every derived file but the CRD schemas, with its path from the repository's root. */
export async function deriveFiles(root: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const examples = readRuleExamples(root)
  return [...(await deriveValuesFiles(root)), ...deriveSettingsSchemas(root), ...writeRulePages(examples), writeRuleExamples(examples)]
}
