// Which files take the databases of hand-written sets over, and is that proven?
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Charts } from '../charts/find.ts'
import { discover } from '../discover/discover.ts'
import { environmentDefaults, inputFindings } from '../discover/inputs.ts'
import { fill, serviceFolder, staticFolder } from '../discover/layout.ts'
import { loadSettings, ownSettingsFile } from '../discover/settings.ts'
import { openSettingsTree, openTree } from '../discover/trees.ts'
import { isError } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { at } from '../deployed/manifest-parts.ts'
import { applicationName } from '../deployed/manifests.ts'
import type { Skipped } from '../deployed/skipped.ts'
import type { Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import type { Workspace } from '../repository/workspace.ts'
import { append } from '../values/append.ts'
import { byCodeUnit } from '../values/path.ts'
import type { JsonMap } from '../values/value.ts'
import { withValues } from './edits.ts'
import { memberOf, refusal } from './members.ts'
import type { Member } from './members.ts'
import { prove } from './proof.ts'
import type { Proof } from './proof.ts'
import { deriveSettings } from './settings.ts'

export interface TakeOver {
  /** path in the tree, and its new text */
  readonly files: ReadonlyMap<string, string>
  /** files of hand-written sets that generated ones replace */
  readonly removed: readonly string[]
  /** the folder for `--databases` (absolute), where they are in another checkout */
  readonly databases?: string
  readonly proven: Proof['proven']
  readonly refused: readonly LocatedFinding[]
}

interface Repository {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly tree: Tree
  readonly charts: Charts
  readonly databases: readonly Database[]
  readonly skipped: readonly Skipped[]
}

interface Wish {
  /** Applications that are left out */
  readonly drop: readonly string[]
  /** neither labels nor guards are added */
  readonly isBare: boolean
}

const nothing = { files: new Map<string, string>(), removed: [], proven: [] }

/** Everything is computed in memory; `refused` says why it can't be done. */
export function takeOver({ workspace, settings, tree, charts, databases, skipped }: Repository, { drop, isBare }: Wish): TakeOver {
  if (settings.generate) {
    const { file, value } = settings.origin.origin
    const what = phrase`settings generate sets already, but a take-over writes settings of its own`
    return { ...nothing, refused: [refusal({ file, span: value }, what, phrase`add to them by hand: docs/adoption.md`)] }
  }
  const wanted = databases.filter(({ application, written }) => written !== undefined && !drop.includes(application))
  const refused: LocatedFinding[] = []
  const members: Member[] = []
  for (const database of wanted) {
    const found = memberOf(database, { settings, tree })
    if ('refused' in found) refused.push(found.refused)
    else members.push(found)
  }
  append(refused, makerFindings(members, { tree, drop, skipped }))
  if (members.length === 0 || refused.length > 0) return { ...nothing, refused: once(refused) }
  const derived = deriveSettings(members, settings, isBare)
  if (derived.refused.length > 0) return { ...nothing, refused: once(derived.refused) }
  const { files, failed } = filesOf(members, derived, tree)
  if (failed !== undefined) return { ...nothing, refused: [failed] }
  const inRoot = databasesFolder(members, tree)
  const folder = inRoot === undefined ? undefined : realpathSync(join(workspace.root, inRoot))
  const { checkouts: _checkouts, ...alone } = workspace
  const next: Workspace = folder === undefined ? workspace : { ...alone, databases: folder, standing: 'root' }
  const loaded = loadSettings(withTexts(openSettingsTree(next, false), files))
  if (loaded.settings === undefined) return { ...nothing, refused: once(loaded.findings) }
  const newTree = withTexts(openTree(next, loaded.settings, false), inLayout(files, members))
  const found = discover(loaded.settings, newTree)
  const errors = [...loaded.findings, ...found.findings, ...inputFindings(loaded.settings, newTree)].filter(isError)
  if (errors.length > 0) return { ...nothing, refused: once(errors) }
  const { root } = workspace
  const proof = prove({
    before: members.map(({ database }) => database),
    after: found.databases,
    old: { settings, root, charts },
    next: { settings: loaded.settings, root, charts },
  })
  const removed = [...new Set(members.map(({ database }) => database.written.at.file.path))].sort(byCodeUnit)
  return { files, removed, ...(folder !== undefined && { databases: folder }), proven: proof.proven, refused: once(proof.refused) }
}

/** One line for each mistake: what has the same remedy at the same place is one. */
function once(findings: readonly LocatedFinding[]): LocatedFinding[] {
  const groups = new Map<string, LocatedFinding[]>()
  for (const finding of findings) {
    const { at: spot, message, help } = finding
    const key = JSON.stringify([spot.file.path, spot.span.start, help ?? message])
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    return others.length === 0 ? [first] : [{ ...first, message: phrase`${first.message} (and ${others.length} more)` }]
  })
}

interface Makers extends Pick<Wish, 'drop'> {
  readonly tree: Tree
  readonly skipped: readonly Skipped[]
}

/** What keeps a hand-written set from being removed. */
function makerFindings(members: readonly Member[], { tree, drop, skipped }: Makers): LocatedFinding[] {
  const found: LocatedFinding[] = []
  const makers = new Map(members.map(({ database }) => [database.written.at.file.path, database]))
  for (const [path, { written }] of makers) {
    const text = tree.read(path)
    const kinds = text?.ok === true ? (text.text.match(/^kind:/gm) ?? []).length : 0
    if (kinds !== 1)
      found.push(
        refusal(
          written.at,
          phrase`${named(path)} holds ${named(kinds)} objects, but goes as a whole`,
          phrase`move the others to a file of their own, in a change of its own`,
        ),
      )
    if (!path.startsWith('apps/templates/'))
      found.push(
        refusal(
          written.at,
          phrase`${named(path)} is not in apps/templates, but generated sets are written there`,
          phrase`leave it as it is: it is judged all the same`,
        ),
      )
    const policy = at(written.maker.plain, 'spec', 'syncPolicy')
    const sync = at(policy, 'applicationsSync')
    if (
      written.set !== undefined &&
      ((sync !== 'create-update' && sync !== 'create-only') || at(policy, 'preserveResourcesOnDeletion') !== true)
    )
      found.push(
        refusal(
          written.at,
          phrase`set ${named(written.set)} deletes its Applications and their Clusters when it goes, but generated sets are to take them over`,
          phrase`first, in a change of its own that Argo CD has synced: spec.syncPolicy: {applicationsSync: create-update, preserveResourcesOnDeletion: true}`,
        ),
      )
    if (written.set === undefined)
      found.push(
        refusal(
          written.at,
          phrase`Application ${named(path)} is not made by a set, but goes with its file`,
          phrase`leave it as it is: it is judged all the same`,
        ),
      )
  }
  for (const [path, { written }] of makers) {
    const taken = members.filter(({ database }) => database.written.at.file.path === path).map(({ database }) => database.application)
    const other = written.maker.applications.map(applicationName).find((name) => !taken.includes(name) && !drop.includes(name))
    const unknown = skipped.find(({ at: spot }) => spot.file.path === path)
    if (other !== undefined)
      found.push(
        refusal(
          written.at,
          phrase`${named(path)} also makes Application ${named(other)}, which would go with it`,
          phrase`move it to a file of its own first, or give it up: --drop ${named(other)}`,
        ),
      )
    else if (unknown !== undefined)
      found.push(
        refusal(
          unknown.at,
          phrase`${named(unknown.name)} can't be looked at: ${named(unknown.reason)}`,
          phrase`see what check reports first`,
        ),
      )
  }
  return found
}

/** The folder that holds the databases, from the root; undefined: they are in this repository. */
function databasesFolder(members: readonly Member[], tree: Tree): string | undefined {
  const [first] = members
  const home = tree.homes?.find(({ folder }) => first?.pattern.startsWith(`${folder}/`))
  if (first === undefined || home === undefined) return undefined
  const shown = tree.shown?.(first.base) ?? first.base
  const own = first.base.slice(home.folder.length)
  const folder = shown.slice(0, shown.length - own.length)
  const inside = staticFolder(first.pattern.slice(home.folder.length + 1))
  return inside === '' ? folder : `${folder}/${inside}`
}

interface Derived {
  readonly settings: JsonMap
  readonly inline: ReadonlyMap<string, JsonMap>
  readonly services: ReadonlyMap<string, JsonMap>
}

function filesOf(
  members: readonly Member[],
  { settings, inline, services }: Derived,
  tree: Tree,
): { readonly files: Map<string, string>; readonly failed?: LocatedFinding } {
  const files = new Map<string, string>()
  const [first] = members
  const spot: Spot = first?.database.written.at ?? { file: { path: '', text: '' }, span: { start: 0, end: 0 } }
  const edit = (path: string, values: JsonMap): LocatedFinding | undefined => {
    const read = tree.read(path)
    const text = withValues(read?.ok === true ? read.text : undefined, values)
    if (text === undefined)
      return refusal(spot, phrase`${named(path)} can't be edited safely`, phrase`fix it first: check reports what is wrong`)
    files.set(path, text)
    return undefined
  }
  const wanted: [string, JsonMap][] = [[ownSettingsFile, settings]]
  for (const [env, values] of inline) if (Object.keys(values).length > 0) wanted.push([environmentDefaults(env), values])
  for (const [service, says] of services) {
    const folder = serviceFolder(first?.pattern ?? '')
    if (folder === undefined)
      return {
        files,
        failed: refusal(
          spot,
          phrase`${named(service)} needs a service.yaml, but the layout has no folder for one`,
          phrase`leave it out with --drop`,
        ),
      }
    wanted.push([`${fill(folder, { service })}/service.yaml`, says])
  }
  for (const [path, values] of wanted) {
    const failed = edit(path, values)
    if (failed !== undefined) return { files, failed }
  }
  return { files }
}

/** Paths of another checkout as `--databases` shows them. */
function inLayout(files: ReadonlyMap<string, string>, members: readonly Member[]): Map<string, string> {
  const [first] = members
  const folder = staticFolder(first?.pattern ?? '')
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  return new Map(
    [...files].map(([path, text]) => [
      path.startsWith('\ue001/') && path.startsWith(folder) ? name + path.slice(folder.length) : path,
      text,
    ]),
  )
}

/** A tree with other texts. */
function withTexts(tree: Tree, files: ReadonlyMap<string, string>): Tree {
  const { blob: _blob, later: _later, ...rest } = tree
  return {
    ...rest,
    paths: [...new Set([...tree.paths, ...files.keys()])].sort(),
    read: (path) => {
      const text = files.get(path)
      return text === undefined ? tree.read(path) : { ok: true, text }
    },
  }
}
