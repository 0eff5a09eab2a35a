// Which paths of git generators match nothing in the repository that they look into?
import { directoryPattern, pathspec } from '../../applicationset/git-paths.ts'
import { templateBudget } from '../../go-template/budget.ts'
import { printed } from '../../values/printed.ts'
import { misspelt } from '../../values/misspelt.ts'
import { trimEndOf } from '../../values/trim.ts'
import { isJsonMap } from '../../values/value.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import { ownFiles } from './git-files.ts'
import { at, isUsualRevision } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { perManifest } from '../per-manifest.ts'
import { unknownText } from './unknown-text.ts'

export interface IdlePattern {
  readonly pattern: string
  readonly path: Path
  /** it is to leave something out, and this is what it is nearly the name of */
  readonly meant?: string
}

/** The patterns of a set's git generators that match no file and no folder; those that can't be known are left out. */
export const idlePatterns = perManifest((manifest): readonly IdlePattern[] =>
  manifest.kind !== 'ApplicationSet' || manifest.isConsumed
    ? []
    : placedGenerators(at(manifest.plain, 'spec', 'generators') ?? null, ['spec', 'generators']).flatMap((one) => idleIn(one, manifest)),
)

interface Placed {
  readonly git: JsonMap
  readonly path: Path
}

function placedGenerators(node: Json, path: Path): Placed[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => placedGenerators(item, [...path, index]))
  if (!isJsonMap(node)) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'git' && isJsonMap(value)) return [{ git: value, path: [...path, key] }]
    return key === 'matrix' || key === 'merge' || key === 'generators' ? placedGenerators(value, [...path, key]) : []
  })
}

function idleIn({ git, path }: Placed, { settings, tree }: Manifest): IdlePattern[] {
  if (!isUsualRevision(printed(git['revision'] ?? ''), settings)) return []
  const files = ownFiles({ spec: { generators: [{ git }] } }, { settings, tree })?.(git)
  if (files === undefined) return []
  const paths = Object.keys(files)
  const folders = new Set(paths.flatMap((file) => file.split('/').map((_, end, parts) => parts.slice(0, end).join('/'))))
  return ['directories', 'files'].flatMap((kind) => {
    const list = git[kind]
    return (Array.isArray(list) ? list : []).flatMap((item, index): IdlePattern[] => {
      const pattern = printed(at(item, 'path') ?? '')
      // hidden folders are not listed here
      const isUnknown = pattern === '' || /\{\{|^\.\w|\/\./.test(pattern) || pattern.includes(unknownText)
      if (isUnknown) return []
      const matches = kind === 'files' ? takes(pattern) : directoryPattern(pattern, templateBudget())
      const candidates = kind === 'files' ? paths : [...folders]
      if (candidates.some(matches)) return []
      const own = { pattern, path: [...path, kind, index, 'path'] }
      if (at(item, 'exclude') !== true) return [own]
      // what is left out may not be there yet, or any more
      const meant = siblingMeant(pattern, candidates)
      return meant === undefined ? [] : [{ ...own, meant }]
    })
  })
}

/** A file or folder beside the one that is named, of nearly the same name. */
function siblingMeant(pattern: string, candidates: readonly string[]): string | undefined {
  const path = trimEndOf(pattern, '/')
  if (/[*?[\\]/.test(path)) return undefined
  const above = path.slice(0, path.lastIndexOf('/') + 1)
  const beside = candidates.flatMap((one) =>
    one.startsWith(above) && !one.slice(above.length).includes('/') ? [one.slice(above.length)] : [],
  )
  const name = path.slice(above.length)
  // of three letters and less only the plural is near
  const meant = misspelt(name, beside) ?? beside.find((one) => one.length > 2 && (one === `${name}s` || name === `${one}s`))
  return meant === undefined ? undefined : above + meant
}

/** A pattern that git refuses is reported as such. */
function takes(pattern: string): (path: string) => boolean {
  try {
    return pathspec(pattern, templateBudget())
  } catch {
    return () => true
  }
}
