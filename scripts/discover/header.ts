// Where are generated files, and how do they say that they are generated?

/** First line of every file that this program writes; what stands in a later version may differ after the comma. */
export const GENERATED_HEADER =
  '# Generated from databases/, helm-values/ and apps/values.yaml by cnpg-values; do not edit. Regenerate: npm run render'

/** Whether a file's text (any line ending, with or without a byte order mark) was written by this program. */
export function isGenerated(text: string): boolean {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const end = text.indexOf('\n', start)
  const first = text.slice(start, end < 0 ? undefined : end)
  return first.startsWith('# Generated ') && first.includes(' by cnpg-values; do not edit')
}

/** Folders that hold nothing but generated files. */
export const generatedFolders = ['helm-values/data/rendered/']
/** Generated files outside these folders, known by name. */
export const generatedFiles = [
  'apps/templates/core/cloudnative-pg.yaml',
  'apps/templates/data/project.yaml',
  'apps/templates/data/postgres-clusters.yaml',
]
