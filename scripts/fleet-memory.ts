// Which databases of a fleet are alike in all that a verdict depends on, so that one of them speaks for the others?
import type { LocatedFinding } from './report/diagnose.ts'
import { ordinaryName, withoutFreeValues } from './free-values.ts'
import type { Database, Json, JsonMap, MapValue, SourceFile } from './model.ts'
import type { FleetFacts } from './policy/fleet.ts'
import { isJsonMap, toPlain } from './values/value.ts'

/** What is known of a database once it was judged. */
export interface Assessed {
  readonly findings: readonly LocatedFinding[]
  /** absent: there is no Cluster */
  readonly facts?: FleetFacts
}

/**
 * Services that are made from the same defaults differ in their names and in a few values that no rule tells apart. The
 * first of a kind is judged; the next gets the same findings where these stand in files that both use.
 */
export class FleetMemory {
  private readonly known = new Map<string, { readonly database: Database; readonly assessed: Assessed }>()

  /** What was found of a database like this one, as said of this one; undefined: it has to be judged itself. */
  recall(database: Database, likeness: string): Assessed | undefined {
    const twin = this.known.get(likeness)
    return twin === undefined ? undefined : asOf(database, twin.database, twin.assessed)
  }

  /** Keeps what was found, where it can be said of another one. */
  keep(database: Database, likeness: string, assessed: Assessed): void {
    if (this.known.has(likeness) || !isShareable(database, assessed)) return
    this.known.set(likeness, { database, assessed })
  }
}

/** Whether PostgreSQL would say the same of these parameters with any other values that it says nothing of. */
export type AreQuiet = (parameters: JsonMap) => boolean

/**
 * All that a verdict depends on, as text: the environment, the owner, and the merged values without the free ones.
 * Undefined where a name is special, or is mentioned in the values: then it may matter.
 */
export function likenessOf(database: Database, written: MapValue, areQuiet: AreQuiet): string | undefined {
  const { cluster, application, namespace, service, environment } = database
  if (![cluster, application, namespace, service].every((name) => ordinaryName.test(name))) return undefined
  const plain = toPlain(written) as JsonMap
  const text = JSON.stringify([environment.name, database.owner, database.retired !== undefined, ...withoutFree(plain, areQuiet)])
  return text.includes('{{') || [cluster, application, namespace, service].some((name) => text.includes(name)) ? undefined : text
}

function withoutFree(values: JsonMap, areQuiet: AreQuiet): Json[] {
  const { cluster } = values
  if (!isJsonMap(cluster)) return [values]
  const { initdb, storage, postgresql } = cluster
  const written = isJsonMap(postgresql) ? postgresql['parameters'] : undefined
  const parameters = isJsonMap(written) && areQuiet(written) ? written : undefined
  const { taken, ...free } = withoutFreeValues({ initdb, storage, parameters })
  const copy: JsonMap = { ...cluster }
  if (free.initdb !== undefined) copy['initdb'] = free.initdb
  if (free.storage !== undefined) copy['storage'] = free.storage
  if (isJsonMap(postgresql) && free.parameters !== undefined) copy['postgresql'] = { ...postgresql, parameters: free.parameters }
  return [{ ...values, cluster: copy }, [...taken]]
}

/** Findings in shared files that name nothing of this database, and archives that are told apart by the cluster's name alone. */
function isShareable(database: Database, { findings, facts }: Assessed): boolean {
  const shared = new Set<SourceFile>(database.layers.filter(({ layer }) => layer === 'environment').map(({ file }) => file))
  const names = [database.cluster, database.application, database.namespace, database.service]
  const isShared = ({ at, related = [], message, help = '' }: LocatedFinding): boolean =>
    [at, ...related].every(({ file }) => shared.has(file)) &&
    ![message, help, ...related.map((place) => place.message)].some((text) => names.some((name) => text.includes(name)))
  if (!findings.every(isShared)) return false
  if (facts === undefined) return true
  if (facts.read !== undefined || facts.references.length > 0 || facts.stores.length > 0) return false
  return facts.written.every(({ at, server, key }) => shared.has(at.file) && server === database.cluster && key.endsWith(` ${server}`))
}

function asOf(database: Database, twin: Database, { findings, facts }: Assessed): Assessed {
  const renamed = (text: string): string => text.replaceAll(twin.cluster, database.cluster)
  return {
    findings: findings.map((finding) => ({
      ...finding,
      database: database.id,
      ...(finding.object === undefined ? {} : { object: renamed(finding.object) }),
    })),
    ...(facts === undefined
      ? {}
      : {
          facts: {
            ...facts,
            database: database.id,
            namespace: facts.namespace.slice(0, facts.namespace.length - twin.namespace.length) + database.namespace,
            written: facts.written.map((archive) => {
              const ofOwn = (text: string): string => text.slice(0, text.length - archive.server.length) + database.cluster
              return { ...archive, key: ofOwn(archive.key), shown: ofOwn(archive.shown), server: database.cluster }
            }),
          },
        }),
  }
}
