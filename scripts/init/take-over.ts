// Which files take the databases of hand-written sets and Applications over, and is that proven?
import { realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Charts } from '../charts/find.ts'
import { deployedFiles } from '../deployed/manifest-files.ts'
import type { Skipped } from '../deployed/skipped.ts'
import { discover } from '../discover/discover.ts'
import { inputFindings } from '../discover/inputs.ts'
import { looseFiles } from '../discover/loose.ts'
import { loadSettings } from '../discover/settings.ts'
import { openSettingsTree, openTree } from '../discover/trees.ts'
import { isError } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import type { Workspace } from '../repository/workspace.ts'
import { append } from '../values/append.ts'
import { byCodeUnit } from '../values/path.ts'
import type { JsonMap } from '../values/value.ts'
import { openAppliers } from './appliers.ts'
import { madeBy, makerFindings, makersOf, withoutObjects } from './makers.ts'
import type { Maker, Makers } from './makers.ts'
import { candidateOf, refusal } from './members.ts'
import type { Candidate, Member, WrittenDatabase } from './members.ts'
import { commonFolder, phantomsOf, readByOthers, skippedIn, wholeRefusal } from './others.ts'
import { membersOf } from './places.ts'
import { prove } from './proof.ts'
import type { Proof } from './proof.ts'
import { deriveSettings } from './settings.ts'
import { keptShape, usualShape } from './shape.ts'
import type { Shape } from './shape.ts'
import { planValues } from './values.ts'
import { databasesFolder, filesOf, inLayout, withTexts } from './written.ts'

export interface TakeOver {
  /** path in the tree, and its new text */
  readonly files: ReadonlyMap<string, string>
  /** files that others replace */
  readonly removed: readonly string[]
  /** values files that nothing reads once the generated sets have taken over; until then Argo CD does */
  readonly unread: readonly string[]
  /** the folder for `--databases` (absolute), where they are in another checkout */
  readonly databases?: string
  readonly proven: Proof['proven']
  /** for people: values that had no effect, and now are what is deployed */
  readonly replaced: readonly string[]
  /** why other databases stay as they are written */
  readonly left: readonly LocatedFinding[]
  /** why nothing can be taken over */
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
  /** of databases whose files and names show none */
  readonly environment?: string | undefined
  /** the day it is, as YYYY-MM-DD */
  readonly today: string
}

const nothing = { files: new Map<string, string>(), removed: [], unread: [], proven: [], replaced: [], left: [] }

/** Everything is computed in memory. What can't be taken over stays as it is written, with all that its file makes. */
export function takeOver(repository: Repository, wish: Wish): TakeOver {
  const { settings, tree, databases } = repository
  if (settings.generate) {
    const { file, value } = settings.origin.origin
    const message = phrase`settings generate sets already, but a take-over writes settings of its own`
    return { ...nothing, refused: [wholeRefusal(message, phrase`add to them by hand: docs/adoption.md`, { file, span: value })] }
  }
  const written = databases.filter((one): one is WrittenDatabase => one.written !== undefined && !wish.drop.includes(one.application))
  const { own, elsewhere } = deployedFiles({ settings, tree, databases: [] }, looseFiles(tree, settings))
  const given = { files: [...own, ...elsewhere], settings, tree }
  const around: Makers = { ...given, drop: wish.drop, ...openAppliers(given) }
  let makers = makersOf(written, around)
  const left: LocatedFinding[] = []
  for (;;) {
    const result = takeMakersOver(makers, { ...repository, ...wish, around })
    if (result.refused.length === 0) return { ...result, left: once(left) }
    append(left, result.refused)
    const blamed = new Set(result.refused.map(({ database }) => database))
    const staying = makers.flatMap((maker) => withoutBlamed(maker, blamed, around))
    if (staying.length === 0 || countOf(staying) === countOf(makers)) return { ...nothing, refused: once(left) }
    makers = staying
  }
}

const countOf = (makers: readonly Maker[]): number => makers.reduce((sum, { databases }) => sum + databases.length, 0)

/** What of a file can still go where some of its databases stay: other objects of a plain file, and nothing of a template. */
function withoutBlamed(maker: Maker, blamed: ReadonlySet<string | undefined>, around: Makers): readonly Maker[] {
  const isBlamed = ({ id }: WrittenDatabase): boolean => blamed.has(id)
  if (!maker.databases.some(isBlamed)) return [maker]
  const others = maker.manifests.map((manifest) => madeBy(manifest, maker.databases)).filter((some) => !some.some(isBlamed))
  return makersOf(others.flat(), around).filter((rest) => withoutObjects(rest, around) !== undefined)
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

interface Doing extends Repository, Wish {
  readonly around: Makers
}

/** All databases of some files, or none of them. */
function takeMakersOver(makers: readonly Maker[], doing: Doing): Omit<TakeOver, 'left'> {
  const { settings, tree, around, skipped, environment } = doing
  const refused: LocatedFinding[] = []
  const candidates: Candidate[] = []
  for (const maker of makers) {
    for (const database of maker.databases) {
      const several = maker.databases.filter(({ application }) => application === database.application).length
      const found = candidateOf(database, { settings, tree })
      if (several > 1)
        refused.push(
          refusal(
            database,
            phrase`Application ${named(database.application)} deploys ${named(several)} databases, but generated sets make one Application for each`,
            phrase`leave it as it is: it is judged all the same`,
          ),
        )
      else if ('refused' in found) refused.push(found.refused)
      else candidates.push(found)
    }
    append(refused, makerFindings(maker, around), skippedIn(maker, skipped))
  }
  const { manifests, odd } = commonFolder(makers, around)
  append(refused, odd)
  if (refused.length > 0 || candidates.length === 0) return { ...nothing, refused: refused.length > 0 ? refused : [nobody(settings)] }
  const placed = membersOf(candidates, environment)
  if (placed.refused.length > 0) return { ...nothing, refused: placed.refused }
  const shapes = [keptShape(placed.members), usualShape(placed.members)].filter((shape) => shape !== undefined)
  const [first] = placed.members
  if (shapes.length === 0 && first !== undefined)
    return {
      ...nothing,
      refused: [
        refusal(
          first.database,
          phrase`values files of ${named(first.database.application)} and the others follow no common pattern`,
          phrase`name them after service and environment, in folders of the same depth`,
        ),
      ],
    }
  let result: Omit<TakeOver, 'left'> | undefined
  for (const shape of shapes) {
    const next = inShape(placed.members, { ...doing, shape, manifests, makers })
    // what the first layout can't do may be said better by it than by the usual one
    if (next.refused.length === 0) return next
    result ??= next
  }
  return result ?? { ...nothing, refused: [nobody(settings)] }
}

function nobody({ origin }: Settings): LocatedFinding {
  const { file, value } = origin.origin
  const message = phrase`no Application here deploys a database, so that there is nothing to take over`
  return wholeRefusal(message, phrase`see what list reports`, { file, span: value })
}

interface Shaping extends Doing {
  readonly shape: Shape
  readonly manifests: string | undefined
  readonly makers: readonly Maker[]
}

function inShape(members: readonly Member[], doing: Shaping): Omit<TakeOver, 'left'> {
  const { workspace, settings, tree, charts, shape, manifests, makers, isBare } = doing
  const inRoot = databasesFolder(members, shape, tree)
  const folder = inRoot === undefined ? undefined : realpathSync(join(workspace.root, inRoot))
  const databases = folder === undefined ? undefined : relative(realpathSync(workspace.root), folder).split(sep).join('/')
  const derived = deriveSettings(members, settings, { shape, manifests, databases, isBare, retired: retiredBy(doing) })
  const planned = planValues(members, shape, tree)
  const refused = [...derived.refused, ...planned.refused]
  if (refused.length > 0) return { ...nothing, refused }
  const { files, failed } = filesOf(members, { ...derived, planned: planned.files, shape }, tree)
  if (failed !== undefined) return { ...nothing, refused: [failed] }
  const shared = [...planned.files.keys()].flatMap((path) => readByOthers(path, members, doing.around) ?? [])
  const phantoms = phantomsOf(withTexts(tree, { files, gone: new Set() }), doing.around)
  if (shared.length + phantoms.length > 0) return { ...nothing, refused: [...shared, ...phantoms] }
  const gone = new Set<string>()
  for (const maker of makers) {
    const { path } = maker.file.file
    const text = withoutObjects(maker, doing.around)
    if (text === '' || text === undefined) gone.add(path)
    else files.set(path, text)
  }
  for (const path of files.keys()) gone.delete(path)
  const { checkouts: _checkouts, standing: _standing, ...alone } = workspace
  const next: Workspace = folder === undefined ? workspace : { ...alone, databases: folder }
  const change = { files, gone }
  const loaded = loadSettings(withTexts(openSettingsTree(next, false), change))
  if (loaded.settings === undefined) return { ...nothing, refused: loaded.findings.filter(isError) }
  const newTree = withTexts(openTree(next, loaded.settings, false), { files: inLayout(files, shape), gone })
  const found = discover(loaded.settings, newTree)
  const errors = [...loaded.findings, ...found.findings, ...inputFindings(loaded.settings, newTree)].filter(isError)
  if (errors.length > 0) return { ...nothing, refused: errors }
  const { root } = workspace
  const proof = prove({
    before: members.map(({ database }) => database),
    after: found.databases,
    old: { settings, root, charts },
    next: { settings: loaded.settings, root, charts },
  })
  const { proven, refused: changed } = proof
  const { replaced, moved } = planned
  return {
    files,
    removed: [...gone].sort(byCodeUnit),
    unread: [...moved].filter((path) => readByOthers(path, members, doing.around) === undefined).sort(byCodeUnit),
    ...(folder !== undefined && { databases: folder }),
    proven,
    replaced,
    refused: changed,
  }
}

/** What is given up with --drop. */
function retiredBy({ drop, today }: Shaping): JsonMap {
  return Object.fromEntries(drop.map((name) => [name, { reason: 'given up when generated sets took the others over', since: today }]))
}
