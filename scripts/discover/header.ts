// Where are generated files, and how are they marked as generated?
import type { Settings } from '../model.ts'

const start = '# Generated from databases/, helm-values/ and apps/values.yaml by cnpg-values; do not edit. Regenerate: '

/** First line of every file that this program writes; a later version may differ after the semicolon. */
export const GENERATED_HEADER = `${start}cnpg-values render`

/** A generated text that names the command line used in this repository. */
export function withCommand(text: string, command: string): string {
  return text.startsWith(`${GENERATED_HEADER}\n`) ? `${start}${command}${text.slice(GENERATED_HEADER.length)}` : text
}

/** Whether a generated file is up to date; the command line in its first line may differ. */
export function isCurrent(present: string, wanted: string): boolean {
  if (present === wanted) return true
  const [line, rest] = [firstLine(present), firstLine(wanted)]
  return (
    /^[ -~]{1,200}$/.test(line) &&
    line.startsWith(start) &&
    rest.startsWith(start) &&
    present.slice(line.length) === wanted.slice(rest.length)
  )
}

function firstLine(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text : text.slice(0, end)
}

/** Whether a file's text (any line ending, with or without a byte order mark) was written by this program. */
export function isGenerated(text: string): boolean {
  const first = firstLine(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  return first.startsWith('# Generated ') && first.includes(' by cnpg-values; do not edit')
}

/** Folders that hold nothing but generated files. */
export const generatedFolders = ['helm-values/data/rendered/']

/** Where the manifests for Argo CD are. */
export interface ManifestPaths {
  readonly operator: string
  readonly project: string
  readonly sets: string
}

const usualPaths: ManifestPaths = {
  operator: 'apps/templates/core/cloudnative-pg.yaml',
  project: 'apps/templates/data/project.yaml',
  sets: 'apps/templates/data/postgres-clusters.yaml',
}

/** Generated files outside these folders, known by name; of a layout with a folder of its own, those in it. */
export const generatedFiles: readonly string[] = Object.values(usualPaths)

/** The paths in the folder of the layout, `.` for the root; without one, in the app-of-apps chart. */
export function manifestPaths({ manifests }: Pick<Settings['layout'], 'manifests'>): ManifestPaths {
  if (manifests === undefined) return usualPaths
  const folder = manifestFolder(manifests)
  const prefix = folder === '' ? '' : `${folder}/`
  return {
    operator: `${prefix}cloudnative-pg.yaml`,
    project: `${prefix}postgres-project.yaml`,
    sets: `${prefix}postgres-clusters.yaml`,
  }
}

/** A folder as paths of the tree begin with it; '' is the root. */
export function manifestFolder(manifests: string): string {
  return manifests
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}
