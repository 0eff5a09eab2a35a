// What did the repository hold where this change began?
import type { Base } from './base-state.ts'
import { ending, named, phrase } from '../findings/message.ts'
import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LocatedFinding } from '../findings/spot.ts'
import { isText, openBaseTree } from './base-tree.ts'
import type { Place } from './base-tree.ts'
import { baseOfFolder, comparedWith } from './bases.ts'
import type { Bases } from './bases.ts'
import type { OpenedBase } from './external-base.ts'
import { deployedDatabases } from './deployed.ts'
import { workTreeBytes } from '../discover/charts.ts'
import { openCheckouts, withCheckoutBytes, withCheckouts } from '../discover/checkouts.ts'
import type { OpenCheckout } from '../discover/checkouts.ts'
import { withVersions } from '../discover/address.ts'
import { discover, renderedFolder } from '../discover/discover.ts'
import { commitBytes } from '../repository/git-bytes.ts'
import { once } from '../values/once.ts'
import { commitTree } from '../repository/git.ts'
import type { CommitTree } from '../repository/git.ts'
import { openIndex } from '../repository/staged.ts'
import { revisionIn, treeBelow } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { leftFolders } from '../repository/moved.ts'
import { isInFolder, layoutFolders, manifestFolders } from '../discover/layout.ts'
import { isLoosePath } from '../discover/loose.ts'
import { isCurrent, isGenerated, manifestPaths } from '../discover/header.ts'
import type { Database, Settings } from '../model.ts'
import type { Severity } from '../findings/finding.ts'
import { loadSettings, ownSettingsFile, settingsFile } from '../discover/settings.ts'
import type { Workspace } from '../repository/workspace.ts'

/** Reads the base's settings and databases; `current` is the state that is judged. `changed`: of files that are the same now only what is asked for. */
export async function readBase(workspace: Workspace, bases: Bases, current: Current): Promise<Base> {
  const base = await readOwnBase(workspace, bases, current)
  const checkouts = openCheckouts(workspace, current.settings)
  const opened = new Map(checkouts.map((checkout) => [checkout.place, openCheckoutBase(checkout, bases, current.tree)]))
  const filesOf = ({ place }: OpenCheckout): Tree => (opened.get(place) as CommitTree).tree
  const differs = (path: string): boolean => {
    for (const { place, shown } of checkouts)
      for (const start of [`${place}/`, `${shown}/`])
        if (path.startsWith(start)) return (opened.get(place) as CommitTree).differs(path.slice(start.length))
    return base.differs(path)
  }
  const isOther = checkouts.some(({ folder }) => baseOfFolder(bases, folder) !== undefined)
  return {
    ...base,
    tree: withCheckouts(base.tree, checkouts, filesOf),
    bytes: withCheckoutBytes(base.bytes, checkouts, ({ folder }) => {
      const from = baseOfFolder(bases, folder)
      return from === undefined ? workTreeBytes(folder) : commitBytes(folder, from.commit)
    }),
    differs,
    // what Applications take from a checkout is not told apart
    stagesLoose: () => isOther || base.stagesLoose(),
  }
}

/** The files of a checkout at its own base, or as they are now where it has none. */
function openCheckoutBase({ folder, place }: OpenCheckout, bases: Bases, tree: Tree): CommitTree {
  const now = treeBelow(tree, place)
  const from = baseOfFolder(bases, folder)
  if (from === undefined) return { tree: now, differs: () => false }
  const { tree: then, differs } = commitTree(folder, from.commit, { folders: [''], current: now, wanted: isText })
  return { tree: { ...then, revision: from.revision }, differs }
}

interface Current {
  readonly settings: Settings
  readonly tree: Tree
  readonly changed: boolean
}

async function readOwnBase(workspace: Workspace, bases: Bases, current: Current): Promise<Base> {
  const { tree } = current
  const { layout } = current.settings
  const compared = comparedWith(workspace, current.settings, bases)
  // absent: the root is as it is now
  const from = baseOfFolder(bases, workspace.root)
  const stagesLoose = once(
    (): boolean =>
      from !== undefined &&
      [...(tree.index ?? openIndex(workspace.root)).since(from.commit).keys()].some((path) => isLoosePath(path, layout)),
  )
  let place: Place | undefined
  let first = openBaseTree(workspace, bases, { layout, current: layout, tree })
  if (!holdsSettings(first.tree)) {
    place = workspace.databases === undefined && from !== undefined ? formerPlace(workspace.root, from.commit) : undefined
    if (place === undefined)
      return { ...first, stagesLoose, ...compared, databases: new Map(), inputs: [], hasGenerated: false, findings: [] }
    first = openBaseTree(workspace, bases, { layout, current: layout, tree, place })
  }
  const { settings: written, findings } = loadSettings(first.tree)
  const settings = written && withAddressOf(current.settings, written)
  if (settings === undefined) {
    const severity = isMendAlone(first, current) ? 'warning' : 'error'
    return {
      ...first,
      stagesLoose,
      ...compared,
      databases: new Map(),
      inputs: [],
      hasGenerated: false,
      findings: findings.slice(0, 1).map((finding) => unreadable(finding, severity)),
    }
  }
  const isSame = isDeepStrictEqual(layoutFolders(settings.layout), layoutFolders(layout))
  const opened = isSame
    ? first
    : openBaseTree(workspace, bases, { layout: settings.layout, current: layout, tree, ...(place && { place }) })
  const lazy = current.changed && tree.blob !== undefined ? lazyTree(opened.tree, opened.differs) : opened.tree
  const found = discover(settings, lazy)
  const isElsewhere = workspace.databases !== undefined && from !== undefined && baseOfFolder(bases, workspace.databases) === undefined
  const old = isElsewhere ? found.databases.map((database) => asRendered(database, { base: opened.tree, now: tree })) : found.databases
  // a repository that is not compared has the generated files of now
  const hasGenerated = from !== undefined
  // a commit that leaves the sets as they are changes nothing about who is deployed, and need not wait for that
  const mayDiffer = hasGenerated && !(current.changed && !opened.differs(manifestPaths(settings.layout).sets))
  const deployed = mayDiffer ? await deployedDatabases(old, { settings, tree: opened.tree }) : { databases: old, findings: [] }
  const databases = new Map(deployed.databases.map((database) => [database.id, database]))
  const broken = unreadableFiles(found.findings).filter(({ at }) => opened.differs(at.file.path))
  const lost = opened.isLost === true ? [lostFolder(settings)] : []
  return {
    ...opened,
    stagesLoose,
    ...compared,
    settings,
    databases,
    inputs: old,
    hasGenerated,
    findings: [...lost, ...broken, ...deployed.findings],
  }
}

/**
 * A database whose own files are in a repository that is not compared, as its rendered values show that it was deployed.
 * Where they are the same now, its files are what they were, as far as anybody deployed them.
 */
function asRendered(database: Database, { base, now }: { readonly base: Tree; readonly now: Tree }): Database {
  const [was, is] = [base.read(database.rendered), now.read(database.rendered)]
  if (was?.ok !== true || is?.ok !== true || isCurrent(is.text, was.text)) return database
  const file = {
    path: base.shown?.(database.rendered) ?? database.rendered,
    text: was.text,
    ...revisionIn(base, database.rendered),
  }
  return { ...database, layers: [...database.layers.filter(({ layer }) => layer === 'environment'), { layer: 'service', file }] }
}

/** Settings that generate nothing need not name the repository: it is that of now, and so are releases that a person named. */
function withAddressOf({ repository: now, given }: Settings, written: Settings): Settings {
  const settings = written.generate ? written : withVersions(written, given)
  const { repository } = settings
  if (settings.generate || repository.url !== '') return settings
  return { ...settings, repository: { ...repository, url: now.url, path: repository.path === '' ? now.path : repository.path } }
}

/** Whether a base has settings, right or wrong. An app-of-apps chart without `postgres` has none, unless it was generated for. */
function holdsSettings(tree: Tree): boolean {
  if (tree.read(ownSettingsFile) !== undefined) return true
  const read = tree.read(settingsFile)
  if (read === undefined) return false
  if (!read.ok || tree.paths.some((path) => path.startsWith(`${renderedFolder}/`))) return true
  return /^\{?["']?postgres["']?\s*:/m.test(read.text)
}

/** Where the whole tree was, if it was moved: the only other folder whose settings file is gone now. */
function formerPlace(root: string, commit: string): Place | undefined {
  const { folders, here } = leftFolders(root, commit, settingsFile)
  const nothing: Tree = { paths: [], read: () => undefined }
  const found = folders.filter((at) => {
    const { tree } = commitTree(root, commit, { at, folders: [settingsFile], current: nothing, wanted: () => true })
    return holdsSettings(tree)
  })
  const [at] = found
  return at === undefined || found.length > 1 ? undefined : { at, shown: posix.relative(`/${here}`, `/${at}`) }
}

/** Whether only the settings and what is generated from them changed: somebody has to fix them. */
function isMendAlone(
  { tree: before, differs }: OpenedBase,
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): boolean {
  const folders = ['helm-values', ...manifestFolders(settings.layout), ...layoutFolders(settings.layout)]
  const isOther = (path: string): boolean => {
    if (
      path === settingsFile ||
      path === ownSettingsFile ||
      path.startsWith(`${renderedFolder}/`) ||
      !folders.some((folder) => isInFolder(path, folder))
    )
      return false
    const sides = [before.read(path), tree.read(path)].filter((read) => read !== undefined)
    return differs(path) && !sides.every((read) => read.ok && isGenerated(read.text))
  }
  return ![...new Set([...before.paths, ...tree.paths])].some(isOther)
}

/** What keeps the settings of the base from being read: without them a branch could do anything. */
function unreadable({ message, at, help }: LocatedFinding, severity: Severity): LocatedFinding {
  const advice = severity === 'error' ? 'fix that in a change that does nothing else' : 'change nothing but that line here'
  return {
    rule: 'changes/base-readable',
    severity,
    message: phrase`settings of ${at.file.revision ?? 'the base'} can't be read, but without them nothing was compared`,
    at,
    help: phrase`there ${message}${help === undefined ? '' : phrase` (${help})`}: ${advice}`,
  }
}

/** Databases that were in one of several folders at the base, and it is unknown in which. */
function lostFolder(settings: Settings): LocatedFinding {
  const { file, value } = settings.origin.origin
  return {
    rule: 'changes/base-readable',
    severity: 'warning',
    message: phrase`databases of ${file.revision ?? 'the base'} were in another folder, but it is unknown which one: nothing was compared`,
    at: { file, span: settings.origin.origin.key ?? value },
    help: phrase`move the folder in a change that does nothing else`,
  }
}

/** Files of the base that hide databases, or whose service.yaml can't be read; the current ones are checked anyway. */
function unreadableFiles(findings: readonly LocatedFinding[]): LocatedFinding[] {
  const isHiding = ({ rule, severity }: LocatedFinding): boolean =>
    severity === 'error' && /^(?:yaml\/.*|settings\/schema|discover\/readable)$/.test(rule)
  return findings.filter(isHiding).map(({ message, at }) => ({
    rule: 'changes/base-readable',
    severity: 'warning',
    message: phrase`${ending(at.file.path)} at ${at.file.revision ?? 'the base'} can't be read, so nothing was compared with it`,
    at,
    help: phrase`there ${message}: look at what is live before merging`,
  }))
}

/** A database's values at the base can't be read, or the chart refuses them: the others are still compared. */
export function unreadableLayer({ message, at }: LocatedFinding, database: Database): LocatedFinding {
  return {
    rule: 'changes/base-readable',
    severity: 'warning',
    message: phrase`values of ${named(database.id)} at ${at.file.revision ?? 'the base'} can't be used, so nothing was compared`,
    at,
    help: phrase`there ${message}: look at what is live before merging`,
    database: database.id,
  }
}

/** A tree whose unchanged files are read on first use. */
export function lazyTree(tree: Tree, differs: (path: string) => boolean): Tree {
  return { ...tree, later: (path) => !differs(path) }
}

/** A tree that reads each file at most once. */
export function cachedTree(tree: Tree): Tree {
  const texts = new Map<string, ReturnType<Tree['read']>>()
  return {
    ...tree,
    read: (path) => {
      if (texts.has(path)) return texts.get(path)
      const read = tree.read(path)
      texts.set(path, read)
      return read
    },
  }
}
