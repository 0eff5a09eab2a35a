// Where are the schemas of this package?
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let folder: string | undefined

/** schemas/ of this package: the nearest one above this file, whether it runs from scripts/ or from dist/. */
export function schemasFolder(): string {
  if (folder !== undefined) return folder
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'schemas', 'cloudnative-pg'))) {
    const above = dirname(at)
    if (above === at) throw new Error(`no schemas folder above ${fileURLToPath(import.meta.url)}`)
    at = above
  }
  folder = join(at, 'schemas')
  return folder
}
