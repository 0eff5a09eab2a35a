// Which folders and links are where files of the layout belong, and can't be followed?
import { named, phrase } from '../findings/message.ts'
import { firstSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { couldHold, matcher, serviceFolder } from './layout.ts'
import type { Settings } from '../model.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'

/** Our own folders, in addition to the layout's. */
const own = /^(?:apps|apps\/templates|helm-values|helm-values\/(?:core|data))(?:\/|$)/

/** One finding each; what is where nothing is looked for is left alone. */
export function blockedFindings({ layout }: Settings, tree: Tree): LocatedFinding[] {
  const folder = serviceFolder(layout.databases)
  const patterns = [layout.databases, layout.overrides, ...(folder === undefined ? [] : [`${folder}/service.yaml`])]
  const isLookedInto = (path: string): boolean => own.test(path) || patterns.some((pattern) => couldHold(path, pattern))
  const fits = patterns.map(matcher)
  // git knows no folders: a path below a file's name makes it one
  const folders = new Set(
    tree.paths.flatMap((path) => {
      const name = /^.*?\.yaml(?=\/)/.exec(path)?.[0]
      return name !== undefined && fits.some((fit) => fit(name) !== undefined) ? [name] : []
    }),
  )
  const blocked = [
    ...(tree.blocked ?? []).filter(({ path }) => isLookedInto(path)),
    ...[...folders].map((path) => ({ path, message: 'is a folder, but must be a file', help: 'rename the folder' })),
  ]
  return blocked.map(({ path, message, help }) => {
    const shown = tree.shown?.(path) ?? path
    const file = { path: shown, text: '', ...revisionIn(tree, path) }
    return {
      rule: 'discover/readable',
      severity: 'error',
      message: phrase`${named(shown)} ${message}`,
      at: firstSpot(undefined, file),
      help: help === undefined ? undefined : phrase`${help}`,
    }
  })
}
