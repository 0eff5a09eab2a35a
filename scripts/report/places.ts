// How is the path of a file written for the reader of a report: a person, a program, or a server that shows the lines?
import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Diagnostic } from '../findings/finding.ts'
import { remoteName } from '../repository/remote.ts'
import { repositoryTop } from '../repository/place.ts'
import type { Workspace } from '../repository/workspace.ts'

/** `person`: clickable from the working directory; `program`: from the top of the checkout; `server`: from the workspace of a CI job. */
export type Reader = 'person' | 'program' | 'server'

/** Diagnostics with the paths that their reader can open, and the way back to the path as it was. */
export interface Placed {
  readonly diagnostics: readonly Diagnostic[]
  readonly original: (file: string) => string
}

/** A path, and its repository if that is another one. */
export type Place = { readonly file: string; readonly revision?: string; readonly repository?: string }

/** Paths of diagnostics are relative to the root, and begin with `..` or `/` where the databases are in another checkout. */
export function placeFor(reader: Reader, diagnostics: readonly Diagnostic[], workspace: Workspace): Placed {
  const back = new Map<string, string>()
  const place = placer(reader, workspace)
  const placed = (file: string): Place => {
    const found = place(file)
    back.set(found.file, file)
    return found
  }
  const moved = <At extends Place>(at: At): At => ({ ...at, ...placed(at.file) })
  return {
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, at: moved(diagnostic.at), related: diagnostic.related.map(moved) })),
    original: (file) => back.get(file) ?? file,
  }
}

/** The path of a file, from the root, as its reader can open it. */
export function placer(reader: Reader, workspace: Workspace): (file: string) => Place {
  const known = new Map<string, Place>()
  return (file) => {
    const place = known.get(file) ?? placeOf(reader, resolve(workspace.root, file), workspace)
    known.set(file, place)
    return place
  }
}

function placeOf(reader: Reader, path: string, { root, databases, cwd = root }: Workspace): Place {
  if (reader === 'person') return { file: slashed(relative(cwd, path)) || '.' }
  const own = repositoryTop(root)
  const isTheirs = databases !== undefined && isBelow(databases, path)
  const top = isTheirs ? repositoryTop(databases) : path === own || isBelow(own, path) ? own : repositoryTop(dirname(path))
  const workspace = reader === 'server' ? jobWorkspace() : undefined
  if (workspace !== undefined && isBelow(workspace, path)) return { file: slashed(relative(workspace, path)) }
  const file = slashed(relative(top, path)) || '.'
  if (reader === 'server' || top === own) return { file }
  return { file, repository: remoteName(top) }
}

/** The folder from which GitHub and GitLab look files up; undefined outside their jobs. */
function jobWorkspace(): string | undefined {
  const named = process.env['GITHUB_WORKSPACE'] || process.env['CI_PROJECT_DIR']
  if (named === undefined || named === '') return undefined
  try {
    return realpathSync(named)
  } catch {
    return undefined
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !isAbsolute(way) && way.split(sep)[0] !== '..'
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}
