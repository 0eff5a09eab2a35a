// Where are the files of this package, and which version is it?
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let top: string | undefined

/** The folder of this package: the nearest one above this file that has `schemas/`, whether it runs from scripts/ or from dist/. */
export function packageFolder(): string {
  if (top !== undefined) return top
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'schemas', 'cloudnative-pg'))) {
    const above = dirname(at)
    if (above === at) throw new Error(`no schemas folder above ${fileURLToPath(import.meta.url)}`)
    at = above
  }
  top = at
  return top
}

/** schemas/ of this package. */
export function schemasFolder(): string {
  return join(packageFolder(), 'schemas')
}

function description(): { readonly version: string; readonly repository: { readonly url: string } } {
  return JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as ReturnType<typeof description>
}

/** The version in this package's package.json. */
export function programVersion(): string {
  return description().version
}

/** Where this project is on the web, according to package.json. */
export function homePage(): string {
  return description()
    .repository.url.replace(/^git\+/, '')
    .replace(/\.git$/, '')
}
