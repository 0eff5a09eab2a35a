// What does an AppProject permit?
import { globOrNothing } from '../go-template/gobwas.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'

/** Undefined: it depends on what only the cluster knows. */
export type Permission = boolean | undefined

const isDenied = (pattern: string): boolean => pattern.startsWith('!')

/** `globMatch`. */
function matches(pattern: string, text: string, separator?: '/'): boolean {
  if (isDenied(pattern)) return !globOrNothing(pattern.slice(1), separator)(text)
  return pattern === '*' || globOrNothing(pattern, separator)(text)
}

const textsIn = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(printed) : [])
const mapsIn = (value: Json | undefined): JsonMap[] => (Array.isArray(value) ? value.filter(isJsonMap) : [])
const specOf = (project: JsonMap): JsonMap => (isJsonMap(project['spec']) ? project['spec'] : {})

/** `git.NormalizeGitURL`. */
function normalUrl(url: string): string {
  const text = url.trim().toLowerCase()
  const isSsh = /^(?:ssh:\/\/)?[^/:]*?@[^@]+$/.test(text)
  const plain = isSsh && !text.startsWith('ssh://') ? text.replace(':', '/') : text
  return plain.replace(/^ssh:\/\//, '').replace(/\.git$/, '')
}

/** `AppProject.IsSourcePermitted`. */
export function permitsSource(project: JsonMap, repository: string): boolean {
  const url = normalUrl(repository)
  let permitted = false
  for (const pattern of textsIn(specOf(project)['sourceRepos'])) {
    const normal = isDenied(pattern) ? `!${normalUrl(pattern.slice(1))}` : normalUrl(pattern)
    if (matches(normal, url, '/')) permitted = true
    else if (isDenied(pattern)) return false
  }
  return permitted
}

export interface ProjectDestination {
  readonly server: string
  readonly name: string
  readonly namespace: string
}

/** The cluster that Argo CD runs in has both. */
function complete({ server, name, namespace }: ProjectDestination): ProjectDestination {
  const isOwn = server === 'https://kubernetes.default.svc' || name === 'in-cluster'
  return isOwn ? { server: 'https://kubernetes.default.svc', name: 'in-cluster', namespace } : { server, name, namespace }
}

/** `AppProject.isDestinationMatched`; a project that names a cluster otherwise than the Application does is not known here. */
export function permitsDestination(project: JsonMap, destination: ProjectDestination): Permission {
  const { server, name, namespace } = complete(destination)
  let permitted: Permission = false
  for (const item of mapsIn(specOf(project)['destinations'])) {
    const [itemServer, itemName, itemNamespace] = [item['server'], item['name'], item['namespace']].map((value) =>
      printed(value ?? ''),
    ) as [string, string, string]
    // a cluster has both, of which one is not known here
    const byName = name === '' ? itemName === '*' : matches(itemName, name)
    const byServer = server === '' ? itemServer === '*' : matches(itemServer, server)
    const isNamespace = matches(itemNamespace, namespace)
    if ((byName || byServer) && isNamespace) permitted = true
    else if ((!byName && isDenied(itemName)) || (!byServer && isDenied(itemServer) && isNamespace)) return false
    else if (!isNamespace && isDenied(itemNamespace) && byServer) return false
    else if (isNamespace && permitted === false && ((server === '' && itemServer !== '') || (name === '' && itemName !== '')))
      permitted = undefined
  }
  return permitted
}

/** `AppProject.IsGroupKindNamePermitted` for what is in a namespace. */
export function permitsKind(project: JsonMap, group: string, kind: string): boolean {
  const { namespaceResourceWhitelist: permitted, namespaceResourceBlacklist: forbidden } = specOf(project)
  const isIn = (list: Json | undefined): boolean =>
    mapsIn(list).some((item) => matches(printed(item['kind'] ?? ''), kind) && matches(printed(item['group'] ?? ''), group))
  return (!Array.isArray(permitted) || isIn(permitted)) && !isIn(forbidden)
}

/** Whether a project permits less than all kinds in namespaces. */
export function restrictsKinds(project: JsonMap): boolean {
  const { namespaceResourceWhitelist: permitted, namespaceResourceBlacklist: forbidden } = specOf(project)
  return Array.isArray(permitted) || (Array.isArray(forbidden) && forbidden.length > 0)
}

/** `AppProject.IsGroupKindNamePermitted` for a namespace that a sync makes: without a list nothing outside of namespaces is permitted. */
export function permitsNamespace(project: JsonMap, name: string): boolean {
  const { clusterResourceWhitelist: permitted, clusterResourceBlacklist: forbidden } = specOf(project)
  const isIn = (list: Json | undefined): boolean =>
    mapsIn(list).some(
      (item) =>
        matches(printed(item['kind'] ?? ''), 'Namespace') &&
        matches(printed(item['group'] ?? ''), '') &&
        (printed(item['name'] ?? '') === '' || matches(printed(item['name']), name)),
    )
  return isIn(permitted) && !isIn(forbidden)
}
