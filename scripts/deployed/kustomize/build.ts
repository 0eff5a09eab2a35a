// Which objects of CloudNativePG does a kustomization build, from what is in the repository?
import { posix } from 'node:path'
import { kustomizations } from '../../discover/loose.ts'
import { isHolder, isOperators } from '../../operator/objects.ts'
import type { RenderedObject } from '../../model.ts'
import { shownAddress } from '../../repository/remote.ts'
import { append } from '../../values/append.ts'
import { trimEndOf } from '../../values/trim.ts'
import { named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { MapValue, SourceFile } from '../../values/value.ts'
import { toPlain } from '../../values/value.ts'
import { readManifests } from '../../yaml/manifests.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { affixedNames } from './affixes.ts'
import { withCommon } from './common.ts'
import { BesideCollector } from './beside.ts'
import { refusedChart } from './chart-entries.ts'
import { ChartCollector } from './charts.ts'
import type { InflatedChart } from './charts.ts'
import { spotOfEntry, spotOfKey, textsAt, withEdits } from './entries.ts'
import { applyPatches, isLocal, isRemote, patchesOf, toText } from './patches.ts'
import type { Refuse } from './operations.ts'
import type { Around, IdlePatch, Reader } from './patches.ts'
import { nearest } from '../../values/path.ts'
import { hashedBy, idlePatches, lostNames, swappedBy } from './names.ts'
import type { Hashed, Swapped } from './names.ts'
import { mayReplace, missingField, refusedReplacement } from './replacements.ts'
import { idOf } from './targets.ts'
import type { Made } from './targets.ts'

/** What is built, or why it is not known. */
export type Built =
  | {
      readonly objects: readonly RenderedObject[]
      /** files of ours that are no YAML */
      readonly broken: readonly SourceFile[]
      /** paths of all files, patches among them */
      readonly read: readonly string[]
      /** Secrets and the like that are made besides the objects of CloudNativePG */
      readonly beside: readonly RenderedObject[]
      /** names that are changed where they are given, and not where they are used */
      readonly lost: readonly LocatedFinding[]
      /** charts that are rendered besides, in their order */
      readonly charts: readonly InflatedChart[]
    }
  /** `at`: where in a kustomization; `isRefused`: kustomize certainly stops there */
  | { readonly why: string; readonly at?: Spot; readonly help?: Message; readonly isRefused?: true }

/** Keys that touch no object of ours: containers, workloads and generated objects of other kinds. */
const harmless = new Set(
  [
    ['apiVersion', 'kind', 'metadata', 'buildMetadata', 'sortOptions', 'images', 'replicas', 'inventory', 'crds', 'validators'],
    ['configMapGenerator', 'secretGenerator', 'generatorOptions', 'helmGlobals', 'imageTags'],
  ].flat(),
)
const built = new Set(
  [
    ['resources', 'bases', 'components', 'namespace', 'namePrefix', 'nameSuffix', 'labels', 'commonLabels', 'commonAnnotations'],
    ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'generators', 'helmCharts', 'helmChartInflationGenerator'],
  ].flat(),
)
/** Keys that may change what is built otherwise. */
const others = new Set(['replacements', 'vars', 'transformers', 'configurations', 'openapi'])
/** What takes its chart of databases, or its databases, from elsewhere. */
const aboutDatabases = /postgres|cnpg|cloudnative-pg|database/i
const ofOperator = /cloudnative-pg\/(?:cloudnative-pg|artifacts|plugin-)|releases?\/(?:download\/)?(?:cnpg-|v?\d)/i

/** Keys that may put names in, or teach kustomize where they are. */
const teaching = ['replacements', 'vars', 'transformers', 'configurations', 'openapi', 'crds']

/** Keys whose objects are not all made here. */
const openKeys = ['generators', 'transformers', 'helmCharts', 'helmChartInflationGenerator', 'configurations']

const mostFolders = 500
const takenFrom = ['resources', 'bases', 'components']

/**
 * As `kustomize build` does it: resources, components, patches, then names, the namespace, labels and annotations. `edits`:
 * what Argo CD writes into the kustomization before.
 */
export function buildKustomization(folder: string, files: Reader, edits?: MapValue): Built {
  const read = new Set<string>()
  const reader: Reader = {
    ...files,
    file: (path) => {
      const file = files.file(path)
      if (file !== undefined) read.add(path)
      return file
    },
  }
  const broken: SourceFile[] = []
  const beside = new BesideCollector()
  const charts = new ChartCollector((path) => reader.file(path)?.text ?? '')
  const hashed: Hashed[] = []
  const swapped: Swapped[] = []
  /** what is found out elsewhere, or put in by other keys, may say where names are used */
  let areNamesOpen = false
  // those on the way here; one may be taken twice, under two names
  const seen = new Set<string>()
  let left = mostFolders
  /** of the first refusal, which is the innermost one */
  let place: Spot | undefined
  let help: Message | undefined
  /** something that is not read may hold objects of CloudNativePG */
  let isWhole = true
  /** kustomize certainly stops at it: set where the build ends */
  const refusals: string[] = []
  const refuse: Refuse = (why, node, more) => {
    refusals.push(why)
    if (node !== undefined) place ??= spotOf(node, more?.on)
    help ??= more?.help
    return why
  }
  const idle: IdlePatch[] = []
  /** kinds of objects of others, such as the Cluster of another operator */
  const foreign = new Set<string>()
  const build = (at: string, given: readonly Made[], kind?: Kind): Made[] | string => {
    if (seen.has(at)) return refuse(`${at || 'a kustomization'} takes itself`)
    if (--left < 0) return `it takes more than ${mostFolders} folders`
    seen.add(at)
    const { depth } = charts
    const objects = buildOnce(at, given, kind)
    charts.leaveTo(depth)
    seen.delete(at)
    return objects
  }
  const buildOnce = (at: string, given: readonly Made[], kind?: Kind): Made[] | string => {
    const [file, another] = kustomizations.flatMap((name) => reader.file(at + name) ?? [])
    if (file === undefined) return refuse(`it takes ${at}, which has no ${kustomizations[0]}`)
    if (another !== undefined) return refuse(`${file.path} is there, and ${another.path}`)
    const { documents, problems } = parseYaml(file, 'service')
    if (problems.some(({ fatal }) => fatal)) {
      broken.push(file)
      return `${file.path} can't be read`
    }
    const [written] = documents
    if (written === undefined || written.kind === 'null') return refuse(`${file.path} is empty`)
    if (written.kind !== 'map') return refuse(`${file.path} is no map`)
    const isComponent = toText(written.entries.get('kind')) === 'Component'
    // `accumulateDirectory` of kustomize
    if (kind !== undefined && isComponent !== (kind === 'Component'))
      return refuse(isComponent ? `${file.path} is a Component, which belongs in \`components\`` : `${file.path} is no Component`)
    const root = at === folder && given.length === 0 && edits !== undefined ? withEdits(written, edits) : written
    const objects = [...given]
    beside.kustomization(root)
    charts.enter({ at, file, root })
    append(hashed, hashedBy(root))
    append(swapped, swappedBy(root))
    if (teaching.some((key) => root.entries.has(key))) areNamesOpen = true
    if (openKeys.some((key) => root.entries.has(key))) isWhole = false
    for (const key of takenFrom)
      for (const entry of textsAt(root, key)) {
        const found = take(entry, { at, by: file.path, objects, isComponent: key === 'components' })
        if (typeof found === 'string') {
          place ??= spotOfEntry(root, key, entry)
          return found
        }
        if (key === 'components') objects.splice(0, objects.length, ...found)
        else append(objects, found)
      }
    const result =
      twice(objects) ??
      transform(root, objects, {
        at,
        reader,
        refuse,
        isWhole: () => isWhole,
        hasCharts: () => charts.found.length > 0,
        // a component may be for several kustomizations
        idle: (patch) => (isComponent ? undefined : void idle.push(patch)),
      })
    const checked = Array.isArray(result) ? (twice(result) ?? result) : result
    if (Array.isArray(checked)) return checked
    place ??= spotOfKey(root, checked.keys)
    return checked.why.replace(/^it\b|^(?=an? |its )/, (word) => (word === '' ? `${file.path}: ` : file.path))
  }
  const take = (
    entry: string,
    {
      at,
      by,
      objects,
      isComponent,
    }: Readonly<Record<'at' | 'by', string>> & { readonly objects: readonly Made[]; readonly isComponent: boolean },
  ): Made[] | string => {
    const path = posix.join('/', at, entry).slice(1)
    const folderPath = path === '' ? '' : `${trimEndOf(path, '/')}/`
    if (reader.isFolder(folderPath)) return build(folderPath, isComponent ? objects : [], isComponent ? 'Component' : 'Kustomization')
    const file = reader.file(path)
    if (file !== undefined) {
      const { manifests, findings } = readManifests(file)
      if (findings.length > 0 && file.text.includes('cnpg.io')) broken.push(file)
      for (const { kind, name, value, plain } of manifests) if (isHolder(plain)) beside.holder({ kind, name, value, plain, hook: false })
      for (const { kind, plain } of manifests) if (!isOperators(plain)) foreign.add(kind)
      return manifests
        .filter(({ kind, plain }) => kind !== '' && isOperators(plain))
        .map(({ value, plain, kind, name }) => ({ kind, name, value, plain, hook: false, earlier: [] }))
    }
    const missing = `${by} takes ${shownAddress(entry)}, which is missing`
    if (!ofOperator.test(entry)) isWhole = false
    if (!isRemote(entry)) return isLocal(entry) && reader.has?.(path) !== true ? refuse(missing) : missing
    return aboutDatabases.test(entry) && !ofOperator.test(entry) ? `${by} takes ${shownAddress(entry)}` : isComponent ? [...objects] : []
  }
  const objects = build(folder, [])
  if (typeof objects !== 'string') {
    const ofPods = [...read].flatMap((path) => reader.file(path) ?? [])
    const names = { hashed: hashed.filter((one) => !beside.has(one)), swapped, files: ofPods }
    const lost = areNamesOpen
      ? []
      : [...lostNames(objects, names), ...affixedNames(objects, (one, name) => files.elsewhere?.(one, name, read) === true)]
    const missed = idle.filter(({ kind, meant = kind }) => !foreign.has(kind) && !foreign.has(meant))
    return { objects, broken, read: [...read], beside: beside.result(), lost: [...lost, ...idlePatches(missed)], charts: charts.found }
  }
  // what is no YAML is an error where it is written
  const mistakes = broken.filter(({ path }) => objects === `${path} can't be read`)
  return mistakes.length > 0
    ? { objects: [], broken: mistakes, read: [...read], beside: [], lost: [], charts: [] }
    : { why: objects, ...(place && { at: place }), ...(help && { help }), ...(refusals.length > 0 && { isRefused: true }) }
}

type Kind = 'Component' | 'Kustomization'

/** Why it is not built, and the keys that this is about. */
interface Refusal {
  readonly why: string
  readonly keys: readonly string[]
}

const oldKey = 'helmChartInflationGenerator'
const rendersChart = (keys: readonly string[]): Refusal => ({ why: 'it renders the chart `cluster`', keys })
const ofPatches = (why: string): Refusal => ({ why, keys: ['patches', 'patchesStrategicMerge', 'patchesJson6902'] })

/** Kustomize takes no two objects with the same name. */
function twice(objects: readonly Made[]): Refusal | undefined {
  const seen = new Set<string>()
  for (const object of objects) {
    const { name, namespace } = idOf(object)
    const key = JSON.stringify([object.plain['apiVersion'], object.kind, namespace, name])
    if (seen.has(key)) return { why: `it has ${object.kind} ${name} twice`, keys: takenFrom }
    seen.add(key)
  }
  return undefined
}

function transform(root: MapValue, objects: readonly Made[], around: Around): Made[] | Refusal {
  const keys = [...root.entries.keys()]
  const strange = keys.find((key) => !harmless.has(key) && !built.has(key) && !others.has(key))
  if (strange !== undefined) {
    const why = `it has the unknown key \`${strange}\``
    const known = [...harmless, ...built, ...others]
    // a newer kustomize may know a key that no other is like, and each takes a key in another case
    const isTaken = nearest(strange, known) === undefined || known.some((key) => key.toLowerCase() === strange.toLowerCase())
    const meant = isTaken ? undefined : nearest(strange, known)
    return {
      why: meant === undefined ? why : around.refuse(why, undefined, { help: phrase`did you mean \`${named(meant)}\`?` }),
      keys: [strange],
    }
  }
  const strangeChart = refusedChart(root, around)
  if (strangeChart !== undefined) return { why: strangeChart, keys: ['helmCharts'] }
  const older = root.entries.get(oldKey)
  if (older !== undefined && chartOfDatabases(JSON.stringify(toPlain(older)))) return rendersChart([oldKey])
  for (const path of textsAt(root, 'generators'))
    if (chartOfDatabases(around.reader.file(posix.join('/', around.at, path).slice(1))?.text ?? '')) return rendersChart(['generators'])
  const other = keys.find((key) => others.has(key) && !(key === 'replacements' && keys.some((one) => one !== key && others.has(one))))
  const unreplaced = refusedReplacement(root, around)
  if (unreplaced !== undefined) return { why: unreplaced, keys: ['replacements'] }
  if (other !== undefined && objects.length > 0 && mayReplace(root, { other, objects, around }))
    return missingField(root, { objects, around }) ?? { why: `it has \`${other}\``, keys: [other] }
  const patches = patchesOf(root, around)
  if (typeof patches === 'string') return ofPatches(patches)
  const patched = applyPatches(objects, patches, around)
  return typeof patched === 'string' ? ofPatches(patched) : patched.map((object) => withCommon(object, root))
}

const chartOfDatabases = (text: string): boolean =>
  /cloudnative-pg\.(?:github\.)?io\/charts|ghcr\.io\/cloudnative-pg\/charts/.test(text) &&
  /["']?(?:name|chart|chartName)["']?\s*:\s*["']?cluster\b/.test(text)
