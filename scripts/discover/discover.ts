// What is there: which databases, in which environments, from which files?
import { named, phrase } from '../findings/message.ts'
import { append } from '../values/append.ts'
import { blockedFindings } from './blocked.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { checkName } from './base-names.ts'
import type { Base } from './base-names.ts'
import { fileFinding, openReader } from './file-reader.ts'
import type { Reader } from './file-reader.ts'
import { fill, isInFolder, layoutFolders, matcher, meantPath, overrideMatcher, serviceFolder } from './layout.ts'
import type { Parts } from './layout.ts'
import type { Database, Environment, Settings } from '../model.ts'
import { byCodeUnit, listed, nearest } from '../values/path.ts'
import { likelyOverrides, unreadValues, usualValues } from './likely-overrides.ts'
import { missingBases } from './missing-base.ts'
import { readService } from './service.ts'
import type { Service } from './service.ts'
import { environmentDefaults } from './inputs.ts'
import type { Tree } from '../repository/tree.ts'
import { duplicateNames } from './unique-names.ts'

export const renderedFolder = 'helm-values/data/rendered'

export interface Discovered {
  /** sorted by id */
  readonly databases: readonly Database[]
  readonly findings: readonly LocatedFinding[]
}

/** Files of the tree → databases. Files are read here as text; later stages look into them. */
export function discover(settings: Settings, tree: Tree): Discovered {
  const findings: LocatedFinding[] = blockedFindings(settings, tree)
  const source = openReader(tree, findings)
  const found = classify(settings, tree, source, findings)
  const services = readServices(settings, found, source, findings)
  const databases: Database[] = []
  const usedOverrides = new Set<string>()
  for (const base of found.bases) {
    const service = services.get(base.parts.service)
    if (!checkName(base, source, findings)) continue
    for (const environment of settings.environments) {
      const overridePath = found.overrides.get(overrideKey({ ...base.parts, env: environment.name }))
      if (overridePath !== undefined) usedOverrides.add(overridePath)
      if (service?.environments !== undefined && !service.environments.includes(environment.name)) {
        if (overridePath !== undefined) findings.push(unusedOverride(overridePath, environment, source))
        continue
      }
      const database = makeDatabase(settings, environment, base, overridePath, service, source)
      if (database !== undefined) databases.push(database)
    }
  }
  const overrides = [...found.overrides.values()].filter((path) => !usedOverrides.has(path))
  const serviceFiles = new Map([...found.serviceFiles].filter(([name]) => !found.bases.some(({ parts }) => parts.service === name)))
  // git knows no folders: a path below a file's name shows that it is one
  const folders = tree.paths.flatMap((path) => /^.*?\.yaml(?=\/)/.exec(path)?.[0] ?? [])
  const reported = new Set([...found.meant, ...folders, ...[...found.bases, ...(tree.blocked ?? [])].map(({ path }) => path)])
  append(findings, missingBases({ overrides, serviceFiles, reported }, settings, source))
  append(findings, duplicateNames(databases, settings))
  return { databases: databases.sort((a, b) => byCodeUnit(a.id, b.id)), findings }
}

interface Classified {
  readonly bases: readonly Base[]
  /** overrideKey → path */
  readonly overrides: ReadonlyMap<string, string>
  /** service → path of service.yaml */
  readonly serviceFiles: ReadonlyMap<string, string>
  /** paths that misnamed files were meant for */
  readonly meant: ReadonlySet<string>
}

function overrideKey(parts: Parts): string {
  return `${parts.service}\0${parts.name ?? ''}\0${parts.env ?? ''}`
}

/** Whether a folder on the way to a file, or the file itself, is set aside by the first character of its name. */
function isHidden(path: string): boolean {
  return /(?:^|\/)[._]/.test(path)
}

function classify(settings: Settings, tree: Tree, source: Reader, findings: LocatedFinding[]): Classified {
  const { layout } = settings
  const folders = layoutFolders(layout)
  const own = serviceFolder(layout.databases)
  const asBase = matcher(layout.databases)
  const asOverride = matcher(layout.overrides)
  const asService = own === undefined ? () => undefined : matcher(`${own}/service.yaml`)
  const environments = settings.environments.map((environment) => environment.name)
  const asOwnOverride = overrideMatcher(layout.overrides, environments)
  const bases: Base[] = []
  const overrides = new Map<string, string>()
  const serviceFiles = new Map<string, string>()
  const meantPaths = new Set<string>()
  const unreads: [string, Parts][] = []
  for (const path of tree.paths) {
    const folder = folders.find((one) => isInFolder(path, one))
    if (folder === undefined) continue
    if (isHidden(path.slice(folder.length))) continue
    const service = asService(path)
    if (service !== undefined) {
      serviceFiles.set(service.service, path)
      continue
    }
    const override = asOwnOverride(path)
    const base = asBase(path)
    if (override !== undefined) overrides.set(overrideKey(override), path)
    else if (base !== undefined) bases.push({ parts: base, path })
    else {
      const stray = asOverride(path)
      const renamed = path.endsWith('.yml') ? `${path.slice(0, -4)}.yaml` : undefined
      if (stray !== undefined) findings.push(strayOverride(path, stray, environments, source))
      else if (renamed !== undefined && (asBase(renamed) ?? asOverride(renamed) ?? asService(renamed)) !== undefined) {
        meantPaths.add(renamed)
        findings.push(wrongEnding(path, renamed, source))
      } else {
        const meant = meantPath(path, layout, environments)
        const unread = meant === undefined ? usualValues(path, settings) : undefined
        if (unread !== undefined) unreads.push([path, unread])
        if (meant === undefined || !/\.ya?ml$/.test(path)) continue
        meantPaths.add(meant)
        findings.push(misnamed(path, meant, source))
      }
    }
  }
  // folders without a database of ours are those of others
  const services = new Set(bases.map(({ parts }) => parts.service))
  for (const [path, parts] of unreads) if (services.has(parts.service)) append(findings, unreadValues(path, parts, settings, source))
  append(findings, likelyOverrides(bases, settings, source))
  return { bases, overrides, serviceFiles, meant: meantPaths }
}

function strayOverride(path: string, parts: Parts, environments: readonly string[], source: Reader): LocatedFinding {
  const guess = nearest(parts.env ?? '', environments)
  const help =
    guess === undefined ? phrase`rename the file, or add the environment to postgres.environments` : phrase`did you mean \`${guess}\`?`
  return fileFinding(
    'discover/environment-exists',
    phrase`${named(path)} is for environment \`${named(parts.env)}\`, but only ${listed(environments)} exist`,
    path,
    source,
    help,
  )
}

function wrongEnding(path: string, renamed: string, source: Reader): LocatedFinding {
  return fileFinding(
    'discover/file-name',
    phrase`${named(path)} ends in .yml, but only .yaml files are read`,
    path,
    source,
    phrase`rename it to ${named(renamed)}`,
  )
}

function misnamed(path: string, meant: string, source: Reader): LocatedFinding {
  return fileFinding(
    'discover/file-name',
    phrase`${named(path)} is never read: the layout has no such name`,
    path,
    source,
    phrase`did you mean ${named(meant)}?`,
  )
}

function unusedOverride(path: string, environment: Environment, source: Reader): LocatedFinding {
  const finding = fileFinding(
    'discover/override-used',
    phrase`${named(path)} is never read, but \`environments\` in service.yaml leaves ${named(environment.name)} out`,
    path,
    source,
    phrase`remove the file, or add the environment`,
  )
  return { ...finding, severity: 'warning' }
}

function readServices(settings: Settings, found: Classified, source: Reader, findings: LocatedFinding[]): Map<string, Service> {
  const services = new Map<string, Service>()
  const withBase = new Set(found.bases.map((base) => base.parts.service))
  for (const [name, path] of found.serviceFiles) {
    const file = source(path)
    if (file === undefined) continue
    if (!withBase.has(name)) continue
    const read = readService(file, settings)
    append(findings, read.findings)
    if (read.service !== undefined) services.set(name, read.service)
  }
  return services
}

function makeDatabase(
  settings: Settings,
  environment: Environment,
  base: Base,
  overridePath: string | undefined,
  service: Service | undefined,
  source: Reader,
): Database | undefined {
  const defaults = source(environmentDefaults(environment.name))
  const file = source(base.path)
  const override = overridePath === undefined ? undefined : source(overridePath)
  if (file === undefined || (override === undefined && overridePath !== undefined)) return undefined
  const layers: Database['layers'][number][] = [{ layer: 'service', file }]
  if (defaults !== undefined) layers.unshift({ layer: 'environment', file: defaults })
  if (override !== undefined) layers.push({ layer: 'service-environment', file: override })
  const parts = { ...base.parts, env: environment.name }
  const own = (given: Readonly<Record<string, string>> | undefined): string | undefined =>
    given?.[`${parts.name ?? ''}/${environment.name}`] ?? given?.[environment.name]
  const names = parts.name === undefined ? parts.service : `${parts.service}/${parts.name}`
  // one of thousands: members that may be absent are set one by one, since a spread for each takes longer than all the rest
  const database: { -readonly [Key in keyof Database]: Database[Key] } = {
    id: `${names}/${environment.name}`,
    service: parts.service,
    environment,
    namespace: fill(service?.namespace ?? environment.namespace, parts),
    cluster: own(service?.cluster) ?? fill(settings.layout.cluster, parts),
    application: own(service?.application) ?? fill(settings.layout.application, parts),
    rendered: `${renderedFolder}/${environment.name}/${names}.yaml`,
    layers,
  }
  const retired = service?.retired[environment.name]
  if (parts.name !== undefined) database.name = parts.name
  const usual = settings.layout.release === undefined ? database.cluster : fill(settings.layout.release, parts)
  const release = own(service?.release) ?? usual
  if (release !== database.cluster) database.release = release
  if (service?.owner !== undefined) database.owner = service.owner
  if (retired !== undefined) database.retired = retired
  if (service?.origin !== undefined) database.description = service.origin
  return database
}
