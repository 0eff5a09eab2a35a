// Which schema does an editor find for a file, and how does the file name it?

/** From the root, as they are in this repository and in the package. */
export const editorSchemas = {
  settings: 'schemas/values/cnpg-values.json',
  service: 'schemas/values/service.json',
  values: (chartVersion: string): string => `schemas/values/cluster-${chartVersion}.json`,
} as const

/** The first line of a file that names its schema; both paths are from the root. */
export function editorLine(path: string, schema: string): string {
  return `# yaml-language-server: $schema=${'../'.repeat(path.split('/').length - 1)}${schema}`
}
