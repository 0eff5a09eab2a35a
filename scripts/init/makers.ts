// Which files make the Applications of databases, what else is in them, and may they go?
import { splitOptions } from '../applicationset/sync-options.ts'
import { at } from '../deployed/manifest-parts.ts'
import { applicationKey, applicationName } from '../deployed/manifests.ts'
import type { DeployedObject, Manifest, ManifestFile } from '../deployed/manifests.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { append, grouped } from '../values/append.ts'
import { parseYaml } from '../yaml/parse.ts'
import { toPlain } from '../values/value.ts'
import { kustomizationOf, leavesSetsOut } from './appliers.ts'
import type { Appliers } from './appliers.ts'
import { refusal } from './members.ts'
import type { WrittenDatabase } from './members.ts'

/** A file with Applications or sets of databases that are to be taken over. */
export interface Maker {
  readonly file: ManifestFile
  readonly databases: readonly WrittenDatabase[]
  readonly manifests: readonly Manifest[]
}

export interface Makers extends Appliers {
  readonly files: readonly ManifestFile[]
  readonly settings: Settings
  readonly tree: Tree
  /** Applications that are given up */
  readonly drop: readonly string[]
}

/** Each file once, with what it makes. */
export function makersOf(databases: readonly WrittenDatabase[], { files }: Pick<Makers, 'files'>): Maker[] {
  const makers = new Map<ManifestFile, { databases: WrittenDatabase[]; manifests: Set<Manifest> }>()
  const made = files.flatMap((file) =>
    file.manifests.flatMap((manifest) => (manifest.applications ?? []).map((one) => ({ name: applicationName(one), file, manifest }))),
  )
  const byName = grouped(made, ({ name }) => name)
  for (const database of databases) {
    const found = byName.get(database.application)?.find(({ manifest }) => makes(manifest, database, database.written.key))
    if (found === undefined) continue
    const maker = makers.get(found.file) ?? { databases: [], manifests: new Set() }
    maker.databases.push(database)
    makers.set(found.file, { ...maker, manifests: maker.manifests.add(found.manifest) })
  }
  return [...makers].map(([file, { databases: own, manifests }]) => ({ file, databases: own, manifests: [...manifests] }))
}

function makes(manifest: Manifest, { application, written }: WrittenDatabase, key: string): boolean {
  if ((manifest.kind === 'ApplicationSet') !== (written.set !== undefined)) return false
  if (written.set !== undefined && applicationName(manifest.plain) !== written.set) return false
  return (
    manifest.applications?.some((one) => applicationName(one) === application && applicationKey(manifest, application) === key) === true
  )
}

/** Those of some databases that a manifest makes. */
export function madeBy(manifest: Manifest, databases: readonly WrittenDatabase[]): WrittenDatabase[] {
  return databases.filter((database) => makes(manifest, database, database.written.key))
}

const setKeys: ReadonlySet<string> = new Set([
  'generators',
  'template',
  'templatePatch',
  'goTemplate',
  'goTemplateOptions',
  'syncPolicy',
  'applyNestedSelectors',
])

const finalizerOf = (manifest: JsonMap): string | undefined => {
  const list = at(manifest, 'metadata', 'finalizers')
  return Array.isArray(list)
    ? list.filter((one) => typeof one === 'string').find((one) => one.startsWith('resources-finalizer.argocd'))
    : undefined
}

/** What keeps a file from going, or the Clusters from staying when it goes. */
export function makerFindings(maker: Maker, around: Makers): LocatedFinding[] {
  const { file, databases, manifests } = maker
  const [database] = databases
  if (database === undefined) return []
  const refuse = (what: Message, help: Message): LocatedFinding => refusal(database, what, help)
  const found: LocatedFinding[] = []
  const { path } = file.file
  if (file.isUnread || manifests.some(({ isConsumed }) => isConsumed))
    return [refuse(phrase`${named(path)} can't be read as a whole`, phrase`see what check reports first`)]
  if (manifests.some(({ release }) => release !== undefined))
    return [
      refuse(
        phrase`chart of ${named(path)} is deployed more than once, but generated sets are for one Argo CD`,
        phrase`leave it as it is: it is judged all the same`,
      ),
    ]
  for (const manifest of manifests) {
    const [own = database] = madeBy(manifest, databases)
    append(
      found,
      protectionFindings(manifest, (what, help) => refusal(own, what, help)),
    )
  }
  const other = file.objects.find((object) => !goes(object, maker, around))
  if (other !== undefined && withoutObjects(maker, around) === undefined) {
    const { manifest } = other
    const names = manifest?.applications?.map(applicationName).filter((name) => !isTaken(name, maker, around)) ?? []
    const what = names[0] === undefined ? phrase`${named(other.kind)} ${named(nameIn(other))}` : phrase`Application ${named(names[0])}`
    found.push(
      refuse(
        phrase`${named(path)} also makes ${what}, which would go with it`,
        names[0] === undefined || manifest?.kind === 'Application'
          ? phrase`move it to a file of its own first`
          : phrase`move it to a file of its own first, or give it up: --drop ${named(names[0])}`,
      ),
    )
  }
  const kustomization = kustomizationOf(path, around)
  if (kustomization !== undefined)
    found.push(
      refuse(
        phrase`${named(path)} is applied by ${named(kustomization)}, but that names each of its files`,
        phrase`leave it as it is: it is judged all the same`,
      ),
    )
  const parent = leavesSetsOut(path, around)
  if (parent !== undefined)
    found.push(
      refuse(
        phrase`Application ${named(parent)} applies ${named(path)}, but would not apply postgres-clusters.yaml beside it`,
        phrase`let spec.source.directory of ${named(parent)} include that name first`,
      ),
    )
  return found
}

/** A set or an Application that takes its Clusters along when its file goes. */
function protectionFindings({ kind, plain }: Manifest, refuse: (what: Message, help: Message) => LocatedFinding): LocatedFinding[] {
  const name = applicationName(plain)
  if (kind === 'Application') {
    const options = splitOptions(textAt(plain, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options'))
    if (finalizerOf(plain) === undefined || options.includes('Prune=false')) return []
    return [
      refuse(
        phrase`Application ${named(name)} deletes its Cluster when a parent prunes it, but a generated set is to take it over`,
        phrase`first, in a change of its own that Argo CD has synced: metadata.annotations: {argocd.argoproj.io/sync-options: "Prune=false,Delete=false"}`,
      ),
    ]
  }
  const found: LocatedFinding[] = []
  const policy = at(plain, 'spec', 'syncPolicy')
  const sync = at(policy, 'applicationsSync')
  if ((sync !== 'create-update' && sync !== 'create-only') || at(policy, 'preserveResourcesOnDeletion') !== true)
    found.push(
      refuse(
        phrase`set ${named(name)} deletes its Applications and their Clusters when it goes, but generated sets are to take them over`,
        phrase`first, in a change of its own that Argo CD has synced: spec.syncPolicy: {applicationsSync: create-update, preserveResourcesOnDeletion: true}`,
      ),
    )
  else if (sync === 'create-only')
    found.push(
      refuse(
        phrase`set ${named(name)} never updates its Applications, so that what runs may not be what is written`,
        phrase`first, in a change of its own that Argo CD has synced: spec.syncPolicy.applicationsSync: create-update`,
      ),
    )
  const template = at(plain, 'spec', 'template')
  if (isJsonMap(template) && finalizerOf(template) !== undefined)
    found.push(
      refuse(
        phrase`template of set ${named(name)} has a finalizer, but with it preserveResourcesOnDeletion has no effect`,
        phrase`first, in a change of its own that Argo CD has synced: remove metadata.finalizers from the template`,
      ),
    )
  const spec = at(plain, 'spec')
  const key = isJsonMap(spec) ? Object.keys(spec).find((one) => !setKeys.has(one)) : undefined
  if (key !== undefined)
    found.push(
      refuse(
        phrase`set ${named(name)} has spec.${named(key)}, but generated sets do not`,
        phrase`remove ${named(key)} first, or leave the set as it is`,
      ),
    )
  return found
}

function textAt(root: JsonMap, ...path: string[]): string {
  const text = at(root, ...path)
  return typeof text === 'string' ? text : ''
}

function isTaken(name: string, { databases }: Maker, { drop }: Makers): boolean {
  return databases.some(({ application }) => application === name) || drop.includes(name)
}

/** Whether nothing of an object is left that somebody still wants. */
function goes({ manifest }: DeployedObject, maker: Maker, around: Makers): boolean {
  const names = manifest?.applications?.map(applicationName)
  return names !== undefined && names.length > 0 && names.every((name) => isTaken(name, maker, around))
}

const nameIn = ({ key }: DeployedObject): string => key.slice(key.indexOf('/') + 1)

/** The file's text without what is taken over, '' where nothing is left; undefined: it can't be cut. */
export function withoutObjects(maker: Maker, around: Makers): string | undefined {
  const { file } = maker
  const gone = file.objects.filter((object) => goes(object, maker, around))
  if (gone.length === file.objects.length) return ''
  const { text, path } = file.file
  // in a plain file braces are Argo CD's
  if (text.includes('{{') && /(?:^|\/)templates\//.test(path)) return undefined
  const parts = text.split(/^(?=---(?:\s|$))/m)
  const isGone = (part: string): boolean => {
    const { documents } = parseYaml({ path: '', text: part }, 'service')
    const plain = documents.map(toPlain)
    return plain.length === 1 && gone.some((object) => isSameObject(object, plain[0] ?? null))
  }
  const kept = parts.filter((part) => !isGone(part))
  if (parts.length - kept.length !== gone.length) return undefined
  return kept.join('').replace(/^---[^\S\n]*\n/, '')
}

function isSameObject({ plain }: DeployedObject, other: Json): boolean {
  return isJsonMap(other) && JSON.stringify([plain['kind'], plain['metadata']]) === JSON.stringify([other['kind'], other['metadata']])
}
