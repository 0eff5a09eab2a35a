// Which databases do the generated sets of a commit deploy that are not what its inputs make of them?
import type { Deployed } from './base-state.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { desiredApplications, nameOf } from '../applicationset/generate.ts'
import { resolveValueFiles, sourcesOf } from '../applicationset/sources.ts'
import { readOwnObjects } from '../argocd/write/expand.ts'
import { renderedFolder } from '../discover/discover.ts'
import { templateBudget } from '../go-template/budget.ts'
import type { Database, Environment, Settings } from '../model.ts'
import type { JsonMap, SourceFile } from '../values/value.ts'
import type { Tree } from '../repository/tree.ts'
import { isJsonMap } from '../values/value.ts'
import { sourceFile } from './base-state.ts'

interface Commit {
  readonly settings: Settings
  readonly tree: Tree
}

/** The databases of the sets in a file; `databases` are those that the inputs make. */
export function databasesOfSets(file: SourceFile, databases: readonly Database[], commit: Commit): Deployed {
  const applications = applicationsOf(file.text, commit.settings)
  if (applications === undefined) return { databases, findings: [unreadableSets(file)] }
  const byRendered = new Map(databases.map((database) => [database.rendered, database]))
  return { databases: applications.flatMap((one) => databaseOf(one, byRendered, commit) ?? []), findings: [] }
}

/** What the sets make; undefined: they can't be read. */
function applicationsOf(text: string, { argocd }: Settings): JsonMap[] | undefined {
  const applications: JsonMap[] = []
  try {
    for (const set of readOwnObjects(text)) {
      const desired = desiredApplications(set, { argocd: argocd.version, budget: templateBudget(100) })
      if ('error' in desired) return undefined
      for (const one of desired.applications) applications.push(one)
    }
  } catch {
    return undefined
  }
  return applications
}

/** The database that an Application deploys, by the rendered file that it names; undefined: what it deploys can't be read. */
function databaseOf(application: JsonMap, byRendered: ReadonlyMap<string, Database>, commit: Commit): Database | undefined {
  const spec = isJsonMap(application['spec']) ? application['spec'] : {}
  const [source = {}] = sourcesOf(spec).sources
  const helm = isJsonMap(source['helm']) ? source['helm'] : {}
  const destination = isJsonMap(spec['destination']) ? spec['destination'] : {}
  const path = resolveValueFiles(application).files[0]?.path ?? ''
  const rendered = path.slice(Math.max(path.lastIndexOf(`${renderedFolder}/`), 0))
  const known = byRendered.get(rendered) ?? withoutInputs(rendered, commit)
  const { namespace } = destination
  const release = helm['releaseName']
  if (known === undefined || typeof release !== 'string' || typeof namespace !== 'string') return known
  const names = commit.settings.layout.release === undefined ? { cluster: release } : { release }
  return { ...known, environment: environmentOf(known, destination), application: nameOf(application), ...names, namespace }
}

/** The destination that the set has, if it is another one than the settings have. */
function environmentOf({ environment }: Database, { server, name }: JsonMap): Environment {
  const written = environment.destination
  if (written.server === server && written.name === name) return environment
  const destination = typeof server === 'string' ? { server } : typeof name === 'string' ? { name } : written
  return { ...environment, destination }
}

/** A database whose own files are gone, but that the generated files still deploy. */
function withoutInputs(rendered: string, { settings, tree }: Commit): Database | undefined {
  const [env, service, ...rest] = rendered.slice(renderedFolder.length + 1, -'.yaml'.length).split('/')
  const environment = settings.environments.find(({ name }) => name === env)
  const read = tree.read(rendered)
  if (environment === undefined || service === undefined || read?.ok !== true || rest.length > 1) return undefined
  const [name] = rest
  return {
    id: [service, ...rest, environment.name].join('/'),
    service,
    ...(name === undefined ? {} : { name }),
    environment,
    namespace: environment.namespace,
    cluster: service,
    application: service,
    rendered,
    layers: [{ layer: 'service', file: sourceFile(tree, rendered, read.text) }],
  }
}

function unreadableSets(file: SourceFile): LocatedFinding {
  return {
    rule: 'changes/base-readable',
    severity: 'warning',
    message: phrase`generated sets of ${named(file.revision ?? 'the base')} can't be read, so what they deployed is taken from its inputs`,
    at: { file, span: { start: 0, end: Math.max(file.text.indexOf('\n'), 1) } },
    help: phrase`compare with what is live: check --live, or the diff in Argo CD`,
  }
}
