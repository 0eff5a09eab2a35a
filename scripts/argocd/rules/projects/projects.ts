// Does the AppProject of an Application permit what it deploys, and where?
import {
  permitsDestination,
  permitsKind,
  permitsNamespace,
  permitsSource,
  restrictsKinds,
} from '../../../applicationset/project-permits.ts'
import { globOrNothing } from '../../../go-template/gobwas.ts'
import type { ProjectDestination } from '../../../applicationset/project-permits.ts'
import { sourcesOf } from '../../../applicationset/sources.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { DeployedObject, Manifest, ManifestFile, Surroundings } from '../../../deployed/manifests.ts'
import { valuesOf } from '../../../deployed/values/application-values.ts'
import { objectsIn } from '../../../deployed/folders/folder-objects.ts'
import { mayBeMoved } from '../../../deployed/kustomize/transformed.ts'
import { at, indexOfText, isDatabaseSource, sourcePath } from '../../../deployed/manifest-parts.ts'
import { isOpen, unknownText } from '../../../deployed/sets/unknown-text.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { Message } from '../../../findings/finding.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import { serviceSpot } from '../../../merge/generator.ts'
import type { Database } from '../../../model.ts'
import { printed } from '../../../values/printed.ts'
import { firstPlain, isJsonMap } from '../../../values/value.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { pathsBelow } from '../../../repository/tree.ts'
import { parseYaml } from '../../../yaml/parse.ts'
import { writeProject } from '../../write/project.ts'
import { spotOfApplication } from '../application/application-once.ts'

/** One AppProject that an Application may be in; several are those of several Argo CDs. */
interface Project {
  readonly plain: JsonMap
  /** absent for the generated one */
  readonly written?: DeployedObject
}

/** `argocd/project-permits`: what Argo CD would refuse to sync, for hand-written and generated Applications. */
export function projectFindings(files: readonly ManifestFile[], around: Surroundings): LocatedFinding[] {
  const projects = projectsIn(files, around)
  if (projects.size === 0) return []
  return [
    ...files.flatMap(({ manifests }) => manifests.flatMap((manifest) => refusedManifest(manifest, projects))),
    ...refusedDatabases(around, projects),
  ]
}

function projectsIn(files: readonly ManifestFile[], { settings, databases }: Surroundings): ReadonlyMap<string, readonly Project[]> {
  const found = new Map<string, Project[]>()
  const add = (project: Project): void => {
    const name = applicationName(project.plain)
    found.set(name, [...(found.get(name) ?? []), project])
  }
  for (const { objects } of files)
    for (const object of objects)
      if (object.kind === 'AppProject' && !JSON.stringify(object.plain).includes(unknownText)) add({ plain: object.plain, written: object })
  if (settings.argocd.manageProject && databases.length > 0) {
    const plain = firstPlain(parseYaml({ path: '', text: writeProject(settings, databases) }, 'service').documents)
    if (isJsonMap(plain)) add({ plain })
  }
  return found
}

interface Refusal {
  /** below the Application */
  readonly path: Path
  readonly message: Message
  /** of the AppProject, what has to be extended */
  readonly field: 'sourceRepos' | 'sourceNamespaces' | 'destinations' | 'namespaceResourceWhitelist' | 'clusterResourceWhitelist'
  readonly entry: string
  /** it may work all the same: somebody else may have made the namespace */
  readonly isUnsure?: true
}

/** What a project refuses of one Application; the first of each kind. */
function refusalsOf(application: JsonMap, all: readonly Project[], manifest?: Manifest): Refusal[] {
  const spec = at(application, 'spec')
  if (!isJsonMap(spec)) return []
  const project = printed(spec['project'] ?? '')
  const isPermitted = (ask: (project: JsonMap) => boolean | undefined): boolean => all.some(({ plain }) => ask(plain) !== false)
  const refusals: Refusal[] = []
  for (const [nth, source] of sourcesOf(spec).sources.entries()) {
    const url = printed(source['repoURL'] ?? '')
    if (url === '' || isUnknown(url) || isPermitted((plain) => permitsSource(plain, url))) continue
    const message = phrase`repoURL is ${named(short(url))}, but AppProject ${named(project)} does not permit that source`
    refusals.push({ path: ['spec', ...sourcePath(spec, nth), 'repoURL'], message, field: 'sourceRepos', entry: url })
    break
  }
  const home = manifest === undefined ? '' : homeOf(manifest)
  if (manifest !== undefined && home !== '' && !isPermitted((plain) => permitsHome(plain, home, manifest))) {
    const message = phrase`namespace is ${named(home)}, but AppProject ${named(project)} takes no Applications of that namespace`
    refusals.push({ path: ['metadata', 'namespace'], message, field: 'sourceNamespaces', entry: home })
  }
  const destination = destinationOf(spec)
  const { server, name, namespace } = destination
  const place = server || name
  if (place !== '' && !isUnknown(server + name + namespace) && !isPermitted((plain) => permitsDestination(plain, destination))) {
    const message = phrase`namespace is ${named(namespace || 'not set')}, but AppProject ${named(project)} does not permit it at ${named(short(place))}`
    const entry = `{ ${server === '' ? `name: ${name}` : `server: ${server}`}, namespace: ${namespace} }`
    refusals.push({ path: ['spec', 'destination', 'namespace'], message, field: 'destinations', entry })
  }
  const isRestricted = all.some(({ plain }) => restrictsKinds(plain))
  const kinds = isRestricted ? kindsOf(application, manifest) : []
  const refused = kinds.find(({ group, kind }) => !isPermitted((plain) => permitsKind(plain, group, kind)))
  if (refused !== undefined) {
    const { group, kind } = refused
    const message = phrase`project is ${named(project)}, but that AppProject does not permit ${kind}s of ${group}`
    refusals.push({ path: ['spec', 'project'], message, field: 'namespaceResourceWhitelist', entry: `{ group: ${group}, kind: ${kind} }` })
  }
  const options = at(spec, 'syncPolicy', 'syncOptions')
  const nth = indexOfText(options, (option) => option === 'CreateNamespace=true')
  if (nth >= 0 && !isPermitted((plain) => permitsNamespace(plain, namespace)) && !(manifest !== undefined && isMade(namespace, manifest)))
    refusals.push({
      path: ['spec', 'syncPolicy', 'syncOptions', nth],
      message: phrase`sync option is CreateNamespace=true, but AppProject ${named(project)} does not permit Namespaces`,
      field: 'clusterResourceWhitelist',
      entry: '{ group: "", kind: Namespace }',
      isUnsure: true,
    })
  return refusals
}

/** The namespace that an Application is applied in; empty: its file does not say. */
function homeOf({ plain, file, tree }: Manifest): string {
  const written = printed(at(plain, 'metadata', 'namespace') ?? '')
  return isUnknown(written) || (written !== '' && mayBeMoved(file, tree)) ? '' : written
}

/** `AppProject.IsAppNamespacePermitted`; a project of another Argo CD than the one of the settings says nothing. */
function permitsHome(project: JsonMap, home: string, { settings }: Manifest): boolean {
  const own = at(project, 'metadata', 'namespace')
  if (own !== settings.argocd.namespace || home === own) return true
  const allowed = at(project, 'spec', 'sourceNamespaces')
  // `/…/` is an expression
  return Array.isArray(allowed) && allowed.some((one) => /^\/.*\/$/.test(printed(one)) || globOrNothing(printed(one))(home))
}

/** Whether a file here makes a namespace, by whomever it is applied. */
function isMade(namespace: string, { tree }: Manifest): boolean {
  const all = tree.wide?.() ?? tree
  return pathsBelow(all, '').some((path) => {
    const file = /\.(?:ya?ml|json|tpl)$/.test(path) ? all.read(path) : undefined
    return file?.ok === true && /kind["']?:\s*["']?Namespace\b/.test(file.text) && file.text.includes(namespace)
  })
}

interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** What an Application is sure to deploy: of the official chart what its values switch on, of a folder what is in it. */
function kindsOf(application: JsonMap, manifest: Manifest | undefined): GroupKind[] {
  const spec = at(application, 'spec')
  const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
  const of = (kind: string): GroupKind => ({ group: 'postgresql.cnpg.io', kind })
  const folders =
    manifest === undefined ? [] : sources.filter(({ path, ref, plugin }) => path !== undefined && ref === undefined && plugin === undefined)
  const found = folders.flatMap((source) =>
    objectsIn(source, manifest as Manifest).map(({ kind, plain }) => ({ kind, group: printed(plain['apiVersion']).split('/')[0] ?? '' })),
  )
  if (!sources.some((source) => isDatabaseSource(source, []))) return found
  const values = manifest === undefined ? undefined : valuesOf(application, manifest)
  const isFilled = (key: string): boolean => {
    const last = (values ?? []).map((value) => at(value, key)).findLast((value) => value !== undefined)
    return Array.isArray(last) && last.length > 0
  }
  return [of('Cluster'), ...(isFilled('poolers') ? [of('Pooler')] : []), ...(isFilled('databases') ? [of('Database')] : []), ...found]
}

/** A part is filled in by somebody else, or by nobody, which is reported as such. */
const isUnknown = (text: string): boolean => isOpen(text) || text.includes('<no value>')

const short = (text: string): string => (text.length > 50 ? `…${text.slice(-49)}` : text)

function destinationOf(spec: JsonMap): ProjectDestination {
  const text = (key: string): string => printed(at(spec, 'destination', key) ?? '')
  return { server: text('server'), name: text('name'), namespace: text('namespace') }
}

/** One finding for each kind of refusal, at the template where all elements have it, else at the first element. */
function refusedManifest(manifest: Manifest, projects: ReadonlyMap<string, readonly Project[]>): LocatedFinding[] {
  if (manifest.isConsumed) return []
  const applications = manifest.applications ?? []
  const found = new Map<string, { readonly refusal: Refusal; readonly application: JsonMap; count: number }>()
  for (const application of applications) {
    const all = projects.get(printed(at(application, 'spec', 'project') ?? ''))
    for (const refusal of all === undefined ? [] : refusalsOf(application, all, manifest)) {
      const known = found.get(refusal.field)
      if (known === undefined) found.set(refusal.field, { refusal, application, count: 1 })
      else known.count++
    }
  }
  return [...found.values()].map(({ refusal, application, count }) => {
    const all = projects.get(printed(at(application, 'spec', 'project') ?? '')) ?? []
    const isSome = count < applications.length
    const spot = isSome
      ? spotOfApplication(manifest, application)
      : manifest.spotOf([...(refusal.path[0] === 'metadata' ? [] : manifest.base), ...refusal.path])
    return findingOf(refusal, { at: spot, all, count })
  })
}

interface Placed {
  readonly at: Spot
  readonly all: readonly Project[]
  readonly count: number
}

function findingOf({ message, field, entry, isUnsure }: Refusal, { at: spot, all, count }: Placed): LocatedFinding {
  const written = all.find((project) => project.written !== undefined)?.written
  return {
    rule: 'argocd/project-permits',
    severity: isUnsure === true ? 'warning' : 'error',
    message: count > 1 ? phrase`${message} (and ${count - 1} more)` : message,
    at: spot,
    ...(written && { related: [{ ...written.spotOf(['spec', field], 'key'), message: phrase`this is what it permits` }] }),
    help:
      written === undefined
        ? phrase`name another project: the generated one is for the generated databases; or set postgres.argocd.manageProject: false, and write it yourself`
        : phrase`add ${named(entry)} to spec.${named(field)} of the AppProject, or name another project`,
  }
}

/** Generated Applications in a project that is written by hand: that is where a person can change something. */
function refusedDatabases({ settings, databases }: Surroundings, projects: ReadonlyMap<string, readonly Project[]>): LocatedFinding[] {
  if (settings.argocd.manageProject) return []
  const all = projects.get(settings.argocd.project) ?? []
  const [written] = all.flatMap((project) => project.written ?? [])
  if (written === undefined) return []
  const found = new Map<string, { readonly refusal: Refusal; readonly database: Database; count: number }>()
  for (const database of databases)
    for (const refusal of refusalsOf(applicationOf(database, settings), all)) {
      const known = found.get(refusal.field)
      if (known === undefined) found.set(refusal.field, { refusal, database, count: 1 })
      else known.count++
    }
  return [...found.values()].map(({ refusal: { message, field, entry }, database, count }) => ({
    rule: 'argocd/project-permits',
    severity: 'error',
    message: count > 1 ? phrase`${message} (and ${count - 1} more)` : message,
    at: written.spotOf(['spec', field], 'key'),
    related: [{ ...serviceSpot(database), message: phrase`${database.id} is deployed there` }],
    help: phrase`add ${named(entry)} to spec.${named(field)}`,
  }))
}

/** The parts of a generated Application that a project is asked about. */
function applicationOf({ namespace, environment }: Database, { argocd, repository }: Surroundings['settings']): JsonMap {
  const { name, repository: repoURL } = environment.clusterChart
  const { server, name: cluster } = environment.destination
  const destination = server === undefined ? { name: cluster ?? '', namespace } : { server, namespace }
  const sources = [
    { repoURL, chart: name },
    { repoURL: repository.url, ref: 'values' },
  ]
  return { metadata: {}, spec: { project: argocd.project, destination, sources } }
}
