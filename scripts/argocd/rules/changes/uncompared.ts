// Which databases can't be compared, because what deploys them is not evaluated here?
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { JsonMap } from '../../../values/value.ts'
import type { Tree } from '../../../repository/tree.ts'
import { canonical } from '../../../applicationset/reconcile.ts'
import { sourcesOf } from '../../../applicationset/sources.ts'
import { isJsonMap } from '../../../values/value.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { folderOf } from '../../../deployed/folders/folders.ts'
import { at, sourcePath } from '../../../deployed/manifest-parts.ts'

/** An Application whose Clusters something in a folder makes that is not run here. */
interface Unread {
  readonly key: string
  readonly name: string
  readonly what: string
  readonly path: string
  readonly folders: readonly string[]
  readonly application: JsonMap
  readonly tree: Tree
  readonly spot: Spot
}

export interface Uncompared {
  /** what a plan lists, one text for each way in which Clusters are made */
  readonly texts: readonly string[]
  /** about those that a change touches */
  readonly findings: readonly LocatedFinding[]
}

/** `namespace/name` of the Applications whose databases are judged on each side. */
export interface Judged {
  readonly before: ReadonlySet<string>
  readonly now: ReadonlySet<string>
}
const nothingJudged: Judged = { before: new Set(), now: new Set() }

/** The Applications of both sides that deploy databases from a folder in a way that is not run here; `judged`: keys of those that are. */
export function findUncompared(before: readonly Manifest[], now: readonly Manifest[], judged: Judged = nothingJudged): Uncompared {
  const old = before.flatMap(unreadOf)
  const isCompared = ({ key }: Unread): boolean => judged.now.has(key) && (judged.before.has(key) || !old.some((one) => one.key === key))
  const present = now.flatMap(unreadOf).filter((one) => !isCompared(one))
  const kept = new Set(
    now.flatMap((manifest) => (manifest.applications ?? []).map((one) => applicationKey(manifest, applicationName(one)))),
  )
  const gone = old.filter(({ key }) => !kept.has(key) && !judged.before.has(key))
  const touched = present.filter((one) => {
    const was = old.find(({ key, path }) => key === one.key && path === one.path)
    return was !== undefined && isTouched(was, one)
  })
  return {
    texts: groups(present).map((group) => textOf(group)),
    findings: [
      ...groups(touched).map((group) => findingOf(group, { severity: 'info', message: phrase`not compared: ${textOf(group)}` })),
      ...groups(gone).map((group) => findingOf(group, { severity: 'warning', message: phrase`no longer deployed: ${textOf(group)}` })),
    ],
  }
}

function unreadOf(manifest: Manifest): Unread[] {
  if (manifest.isConsumed) return []
  return (manifest.applications ?? []).flatMap((application) => {
    const spec = at(application, 'spec')
    const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
    const name = applicationName(application)
    if (name.includes(unknownText)) return []
    return sources.flatMap((source, nth): Unread[] => {
      const folder = folderOf(source, manifest)
      const path = source['path']
      if (folder.kind !== 'unread' || typeof path !== 'string') return []
      const spot = manifest.spotOf([...manifest.base, 'spec', ...sourcePath(at(manifest.plain, ...manifest.base, 'spec'), nth), 'path'])
      const { what, folders } = folder
      return [{ key: applicationKey(manifest, name), name, what, path, folders, application, tree: manifest.tree, spot }]
    })
  })
}

/** Whether the Application, or anything in the folders, is another now. */
function isTouched(was: Unread, is: Unread): boolean {
  if (canonical(was.application) !== canonical(is.application)) return true
  const [before, now] = [was, is].map(({ tree }) => tree.wide?.() ?? tree) as [Tree, Tree]
  const inFolders = (path: string): boolean => [...was.folders, ...is.folders].some((folder) => path.startsWith(folder))
  return [...new Set([...before.paths, ...now.paths])].some((path) => {
    if (!inFolders(path)) return false
    const [left, right] = [before.blob?.(path), now.blob?.(path)]
    if (left !== undefined && right !== undefined) return left !== right
    const [a, b] = [before.read(path), now.read(path)]
    return a?.ok === true && b?.ok === true ? a.text !== b.text : a?.ok !== b?.ok
  })
}

/** Those of one kind are reported together. */
function groups(all: readonly Unread[]): (readonly [Unread, ...Unread[]])[] {
  const byWhat = new Map<string, [Unread, ...Unread[]]>()
  for (const one of all) {
    const group = byWhat.get(one.what)
    if (group === undefined) byWhat.set(one.what, [one])
    else group.push(one)
  }
  return [...byWhat.values()]
}

function textOf([{ name, what, path }, ...others]: readonly [Unread, ...Unread[]]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const shown = path.length > 30 ? `…${path.slice(-29)}` : path
  return `Clusters of Application ${name.length > 30 ? `${name.slice(0, 29)}…` : name}, made by ${what} in ${shown}${more}`
}

function findingOf(
  [first, ...others]: readonly [Unread, ...Unread[]],
  { severity, message }: Pick<LocatedFinding, 'severity' | 'message'>,
): LocatedFinding {
  return {
    rule: 'changes/set-comparable',
    severity,
    message,
    at: first.spot,
    related: others.slice(0, 3).map(({ spot, name }) => ({ ...spot, message: phrase`${named(name)} is another one` })),
    help: phrase`look at the diff in Argo CD before merging: ${first.what} is not run here`,
  }
}
