// The story: discover → parse → merge → chart → admit → argocd → diagnose → emit. The only importer of several stages.
import { printed } from './values/printed.ts'
import { append } from './values/append.ts'
import { applyAllowances } from './report/allowances.ts'
import { admit } from './admit/admit.ts'
import { examine } from './admit/examine.ts'
import { unknownOperator, unknownOperatorHelp } from './operator/known.ts'
import type { HandWritten, HandWrittenState } from './argocd/rules/hand-written.ts'
import { judgeSettings } from './argocd/rules/settings.ts'
import { writeManifests } from './argocd/write/manifests.ts'
import { operatorConflicts } from './argocd/write/operator.ts'
import { baseCommit, readBase, readLater, remembered } from './changes/base.ts'
import { inheritedStaleness } from './changes/inherited.ts'
import { startComparison } from './changes/comparison.ts'
import type { Comparison } from './changes/comparison.ts'
import type { UpdateJudge } from './changes/objects.ts'
import { chartFindings } from './changes/pins.ts'
import { sideOf } from './changes/side.ts'
import type { Side } from './changes/side.ts'
import { updateFindings } from './changes/update.ts'
import { crossCheck } from './chart/cross-check.ts'
import { isModelled, isTold, renderDatabase, valuesChecks } from './chart/database-objects.ts'
import { withoutConsequences } from './report/consequences.ts'
import { diagnose, locateFinding, writtenSpot } from './report/diagnose.ts'
import type { LocatedFinding } from './report/diagnose.ts'
import { discover } from './discover/discover.ts'
import { hasDefaults, missingDefaults, noDatabase, operatorValuesFindings } from './discover/inputs.ts'
import { isGenerated } from './emit/header.ts'
import { compareOutputs, generatedFiles, outputFindings } from './emit/outputs.ts'
import type { Output, OutputState } from './emit/outputs.ts'
import { writeValues } from './emit/values.ts'
import { generateLayer, serviceSpot } from './merge/generator.ts'
import { LayerReader } from './merge/layers.ts'
import { staticFolder } from './discover/layout.ts'
import { compareCluster } from './live/cluster.ts'
import { compareFleet } from './live/fleet.ts'
import type { LiveState } from './live/state.ts'
import { mergeLayers } from './merge/merge.ts'
import type { Database, Diagnostic, Finding, MapValue, RenderedObject, Settings } from './model.ts'
import { couldMeet, fleetFacts, judgeFleet } from './policy/fleet.ts'
import type { FleetFacts } from './policy/fleet.ts'
import { judgeDatabase } from './policy/judge.ts'
import type { PolicySubject } from './policy/subject.ts'
import { judgePostgres, refusedParameters } from './postgres/judge.ts'
import { loadSettings } from './discover/settings.ts'
import { adviceFor } from './repository/invocation.ts'
import type { Tree } from './repository/tree.ts'
import { openSettingsTree, openTree } from './repository/workspace.ts'
import type { Workspace } from './repository/workspace.ts'

export interface Outcome {
  /** absent: apps/values.yaml is broken, so nothing else could be looked at */
  readonly settings?: Settings
  readonly databases: readonly Database[]
  readonly diagnostics: readonly Diagnostic[]
  /** every generated file as it should be beside what is there; empty where an error stands in the way */
  readonly states: readonly OutputState[]
  /** every file that was listed */
  readonly paths?: readonly string[]
  /** text of a file, for code frames */
  readonly source: (file: string, revision?: string) => string | undefined
  /** absent: nothing was compared */
  readonly comparison?: Comparison
  /** hand-written deployments of the base that were compared */
  readonly comparedByHand?: number
  /** how many of the databases were judged; the others are as they are at the base */
  readonly judged: number
}

export interface PipelineOptions {
  /** judge the git index; without a base it is compared with HEAD */
  readonly staged: boolean
  /** compare with where HEAD left this branch, tag or commit */
  readonly base?: string | undefined
  /** judge only the databases that differ from the base */
  readonly changed?: boolean
  /** compare with what kubectl printed */
  readonly live?: LiveState | undefined
  /** also run the real Helm where the chart is modelled, and compare */
  readonly crossCheck?: boolean
}

/** Looks at one state of a repository, whole. Reads files, writes none. */
export async function runPipeline(workspace: Workspace, options: PipelineOptions): Promise<Outcome> {
  const from = baseCommit(workspace, options)
  const listed = openSettingsTree(workspace, options.staged)
  const loaded = loadSettings(listed)
  if (loaded.settings === undefined) return { databases: [], judged: 0, ...conclude(loaded.findings), states: [] }

  const { settings } = loaded
  const opened = remembered(openTree(workspace, settings.layout, options.staged, listed))
  const changed = options.changed === true
  const base = from === undefined ? undefined : readBase(workspace, from, { settings, tree: opened, changed })
  const tree = changed && base !== undefined && opened.blob !== undefined ? readLater(opened, base.differs) : opened
  const { databases, findings: discovered } = discover(settings, tree)
  const findings: LocatedFinding[] = [
    ...loaded.findings,
    ...discovered,
    ...missingDefaults(settings, tree),
    ...operatorValuesFindings(settings, tree),
    ...pinFindings(settings),
    ...chartFindings(settings),
  ]
  if (databases.length === 0 && !findings.some(isError)) findings.push(noDatabase(settings))
  const comparison = base === undefined ? undefined : startComparison(base, { settings, tree }, databases)
  const isJudged = (database: Database): boolean => !changed || comparison?.touches(database) !== false
  const [judged, others] = [databases.filter(isJudged), databases.filter((database) => !isJudged(database))]
  const before = new Map<string, FleetFacts>()
  const compare = comparison === undefined ? undefined : comparer(comparison, before)
  const layers = new LayerReader(valuesChecks(settings))
  const helm = options.crossCheck === true ? { root: workspace.root } : undefined
  const outputs: Output[] = []
  const assessAll = (some: readonly Database[]): FleetFacts[] => {
    const fleet: FleetFacts[] = []
    for (const database of some) {
      const { roots, findings: broken } = layers.layersOf(database)
      append(findings, broken)
      if (roots === undefined) continue
      const written = mergeLayers(roots as [MapValue, ...MapValue[]])
      const generated = generateLayer(database, written, settings)
      const values = mergeLayers([written, generated.layer])
      append(findings, generated.findings)
      outputs.push({ path: database.rendered, text: writeValues(database, values), database: database.id })
      const assessed = assess(database, { values, settings, compare, live: options.live, helm })
      append(findings, assessed.findings)
      if (assessed.facts !== undefined) fleet.push(assessed.facts)
    }
    return fleet
  }
  const fleet = assessAll(judged)
  const isMet = couldMeet({ facts: fleet, before, tree, folder: staticFolder(settings.layout.databases) })
  const unseen = new Set(others.filter((database) => !isMet(database)))
  // what a change meets in the rest of the fleet is told at the change
  const facts = [...assessAll(others.filter(isMet)), ...fleet]
  const handWritten = await readHandWritten({ settings, databases, tree, base: comparison?.base })
  if (options.live !== undefined) append(findings, compareFleet(options.live, { settings, databases, byHand: handWritten.deployed() }))
  append(findings, judgeSettings(settings, databases), handWritten.findings, judgeFleet(facts, { otherStores: handWritten.stores }))
  append(findings, comparison?.conclude(handWritten.handovers) ?? [])
  const known = { settings, databases, judged: judged.length, comparedByHand: handWritten.compared, ...(comparison && { comparison }) }
  const kept = withoutConsequences(applyAllowances(findings, databases, unseen), (id) => comparison?.isNew(id) === true)
  if (kept.some(isError)) return { ...known, ...conclude(kept), states: [] }

  append(outputs, writeManifests(settings, databases))
  const states = compareOutputs(outputs, tree, unseen)
  const { stale, foreign } = outputFindings(states, adviceFor(workspace, options.staged))
  const isInherited = changed && base !== undefined ? inheritedStaleness(base, outputs, writeManifests) : () => false
  return { ...known, ...conclude([...kept, ...stale.filter((finding) => !isInherited(finding)), ...foreign]), states, paths: tree.paths }
}

const nothingDeployed: HandWritten['deployed'] = () => ({ applications: new Set(), clusters: new Set(), unknownSets: new Set() })
const nothingByHand: HandWritten = { findings: [], handovers: [], compared: 0, stores: new Set(), deployed: nothingDeployed }

/** Manifests that people wrote beside ours, now or at the base, or ours of a base without settings; Argo CD's own engine is loaded only where there are any. */
async function readHandWritten(state: HandWrittenState): Promise<HandWritten> {
  const isBlind = state.base !== undefined && state.base.settings === undefined
  const isTheirs = (tree: Tree, path: string): boolean => {
    if (!path.startsWith('apps/templates/')) return false
    if (isBlind) return true
    const read = generatedFiles.includes(path) ? tree.read(path) : undefined
    return read?.ok !== true || !isGenerated(read.text)
  }
  const trees = [state.tree, ...(state.base === undefined ? [] : [state.base.tree])]
  if (!trees.some((tree) => tree.paths.some((path) => isTheirs(tree, path)))) return nothingByHand
  return (await import('./argocd/rules/hand-written.ts')).judgeHandWritten(state)
}

function conclude(findings: readonly LocatedFinding[]): Pick<Outcome, 'diagnostics' | 'source'> {
  const texts = new Map(findings.map(({ at }) => [`${at.file.revision ?? ''}\0${at.file.path}`, at.file.text]))
  return { diagnostics: diagnose(findings), source: (file, revision) => texts.get(`${revision ?? ''}\0${file}`) }
}

/** Renders a database as it was at the base, where it was another one, and judges what became of it; `facts` gains what it wrote. */
function comparer(comparison: Comparison, facts: Map<string, FleetFacts>): (after: Side) => LocatedFinding[] {
  const { settings } = comparison.base
  const layers = new LayerReader([])
  const judge: UpdateJudge = (object, old, { after }) => {
    if (!isJudged(object)) return []
    const { operator } = after.environment
    return updateFindings(object, old, (now, then) => examine(now, { operator: operator.version, ...(then && { old: then }) }))
  }
  return (after) => {
    const database = comparison.before(after.database)
    if (database === undefined || settings === undefined) return []
    const { roots, findings } = layers.layersOf(database)
    if (roots === undefined) return comparison.leaveOut(after.database, findings)
    const written = mergeLayers(roots as [MapValue, ...MapValue[]])
    const values = mergeLayers([written, generateLayer(database, written, settings).layer])
    const rendered = renderDatabase(database, values, settings)
    const known = fleetFacts({ database, settings, values, objects: rendered.objects })
    if (known !== undefined) facts.set(after.database.id, known)
    const found = comparison.compare(sideOf(database, values, rendered.objects), after, judge)
    return rendered.objects.length > 0 ? found : [...found, ...comparison.leaveOut(after.database, rendered.findings)]
  }
}

/** The chart's Secrets, ConfigMaps and monitoring objects are not the operator's. */
function isJudged(object: RenderedObject): boolean {
  return /^(?:postgresql|barmancloud)\.cnpg\.io\//.test(printed(object.plain['apiVersion']))
}

/** What is known of a database once it was judged. */
interface Assessed {
  readonly findings: readonly LocatedFinding[]
  /** absent: there is no Cluster */
  readonly facts?: FleetFacts
}

interface Assessment {
  readonly values: MapValue
  readonly settings: Settings
  readonly compare: ((after: Side) => LocatedFinding[]) | undefined
  readonly live: LiveState | undefined
  /** the real chart is rendered, too; `root`: where one that is a folder lies */
  readonly helm: { readonly root: string } | undefined
}

/** One database: what the chart makes of its values, and what the API server and the operator say to each object. */
function assess(database: Database, { values, settings, compare, live, helm }: Assessment): Assessed {
  const { objects, findings, told } = renderDatabase(database, values, settings)
  const fallback = serviceSpot(database)
  let refused: ReadonlySet<string> | undefined
  for (const object of objects) {
    if (!isJudged(object)) continue
    const verdict = examine(object.plain, { operator: database.environment.operator.version })
    if (object.kind === 'Cluster') refused = refusedParameters(verdict)
    const known = verdict.length > 0 ? told() : []
    for (const finding of verdict)
      if (!isTold(finding, object, known) && !isNamespace(finding))
        findings.push(locateFinding(finding, { object, values, fallback, database }))
  }
  const subject = { database, settings, values, objects }
  const facts = fleetFacts(subject)
  // nobody knows what a database is meant to have whose environment lacks its defaults, which is told
  const isWhole = hasDefaults(database)
  if (isWhole) append(findings, judgeDatabase(subject))
  append(findings, judgePostgres({ ...subject, refused }))
  if (helm !== undefined && isModelled(database) && objects.length > 0)
    append(findings, crossCheck(database, { values, objects, root: helm.root }))
  if (live !== undefined) append(findings, liveFindings(live, subject))
  const compared = compare?.(sideOf(database, values, objects)) ?? []
  if (isWhole) append(findings, compared)
  return { findings, ...(facts === undefined ? {} : { facts }) }
}

/** The namespace is the settings' own, and told there (`argocd/namespace-name`). */
function isNamespace({ places: [{ path }] }: Finding): boolean {
  return path[0] === 'metadata' && path[1] === 'namespace'
}

/** Fields of the live Cluster against what the API server would store for ours. */
function liveFindings(live: LiveState, { database, values, objects }: PolicySubject): LocatedFinding[] {
  const object = objects.find(({ kind }) => kind === 'Cluster')
  const wanted = object === undefined ? undefined : admit(object.plain, { operator: database.environment.operator.version }).defaulted
  if (object === undefined || wanted === undefined) return []
  return compareCluster(live, database, wanted).map(({ path, message, live: at }) => {
    const finding = {
      rule: 'live/cluster-as-wanted',
      severity: 'warning',
      message,
      places: [{ path }],
      help: 'sync it, or write here what was changed by hand',
    } as const
    const found = locateFinding(finding, { object, values, fallback: serviceSpot(database), database })
    // each Cluster has lines of its own in the live file, so that no two differences fall together
    return { ...found, at, related: [{ ...found.at, message: 'wanted here' }] }
  })
}

function isError(finding: LocatedFinding): boolean {
  return finding.severity === 'error'
}

/** Environments on one Kubernetes cluster that want different operators (only one is installed there), and operators that are not known here. */
function pinFindings(settings: Settings): LocatedFinding[] {
  const root = { file: settings.origin.origin.file, span: settings.origin.origin.key ?? settings.origin.origin.value }
  const spot = (environment: string): LocatedFinding['at'] =>
    writtenSpot(settings.origin, ['environments', environment, 'operator', 'version']) ??
    writtenSpot(settings.origin, ['operator', 'version']) ??
    root
  const conflicts = operatorConflicts(settings).map(({ first, other }) => ({
    rule: 'settings/one-operator',
    severity: 'error' as const,
    message: `environment \`${other.name}\` pins another operator than \`${first.name}\`, but both are on one Kubernetes cluster`,
    at: spot(other.name),
    help: 'give both the same operator, or another destination',
  }))
  const unknown = settings.environments.flatMap(({ name, operator }) => {
    const message = unknownOperator(operator.version)
    const finding = { rule: 'settings/known-operator', severity: 'info' as const, help: unknownOperatorHelp }
    return message === undefined ? [] : [{ ...finding, message, at: spot(name) }]
  })
  return [...conflicts, ...unknown]
}
