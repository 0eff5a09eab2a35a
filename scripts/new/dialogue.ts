// What does the user decide about a new service, by flags or by answers that are checked one by one?
import { overrideMatcher } from '../discover/layout.ts'
import { fill, serviceFolder } from '../discover/layout.ts'
import type { Parts } from '../discover/layout.ts'
import type { Database, Settings } from '../model.ts'
import {
  databaseName,
  databaseProblem,
  lengthProblem,
  nameProblem,
  needsName,
  ownerProblem,
  readEnvironments,
  sizeProblem,
} from './service.ts'
import type { NewService } from './service.ts'
import { listed } from '../values/path.ts'
import { settle } from '../emit/questions.ts'
import type { Judge } from '../emit/questions.ts'
import type { Terminal } from '../emit/terminal.ts'
import { UsageError } from '../repository/workspace.ts'

export interface Given {
  readonly service?: string | undefined
  readonly name?: string | undefined
  readonly env?: string | undefined
  readonly size?: string | undefined
  readonly owner?: string | undefined
  readonly database?: string | undefined
}

export interface Surroundings {
  readonly settings: Settings
  /** those that already exist */
  readonly databases: readonly Database[]
  /** whether the repository has a file of that path */
  readonly hasFile: (path: string) => boolean
  /** why a file can't be written at a path, or undefined */
  readonly pathProblem: (path: string) => string | undefined
  readonly terminal: Terminal
}

/** Flags first, and a wrong one fails at once; what is missing is asked for on a terminal, else the defaults apply. */
export async function decide(given: Given, around: Surroundings): Promise<NewService> {
  const { settings } = around
  const { ask } = around.terminal
  judgeFlags(given, around)
  if (given.service === undefined && ask === undefined) throw new UsageError('no service is named (usage: new SERVICE)')
  const service = (await settle('name of the service: ', given.service, (text) => serviceProblem(text, around), around.terminal)) ?? ''
  const wantsName = needsName(settings)
  if (wantsName && given.name === undefined && ask === undefined)
    throw new UsageError(`--name is not set, but the layout is ${settings.layout.databases}`)
  const toName = (text: string): string | undefined => clusterProblem(service, text, around)
  const name = wantsName ? ((await settle('name of the cluster: ', given.name, toName, around.terminal)) ?? '') : undefined
  const shared = sharedProblem(given, service, around)
  if (shared !== undefined) throw new UsageError(shared)
  const asksAll = isFree(service, around)
  const all = settings.environments.map((environment) => environment.name)
  const envQuestion = `environments [${all.join(',')}]: `
  const env = asksAll ? await settle(envQuestion, given.env, (text) => envProblem(text, settings), around.terminal) : given.env
  const size = await settle('size of each volume [as the environment says]: ', given.size, sizeProblem, around.terminal)
  const owner = asksAll ? await settle('owner, a team [none]: ', given.owner, ownerProblem, around.terminal) : given.owner
  const preset = databaseName(name === undefined ? service : `${service}-${name}`)
  const database = await settle(`database and role in PostgreSQL [${preset}]: `, given.database, databaseProblem, around.terminal)
  const some = env === undefined ? undefined : subset(env, settings)
  return {
    service,
    database: database ?? preset,
    ...(name === undefined ? {} : { name }),
    ...(some === undefined ? {} : { environments: some }),
    ...(size === undefined ? {} : { size }),
    ...(owner === undefined ? {} : { owner }),
  }
}

function judgeFlags({ service, name, env, size, owner, database }: Given, around: Surroundings): void {
  const { settings } = around
  const judge = (text: string | undefined, problemOf: Judge): void => {
    const problem = text === undefined ? undefined : problemOf(text)
    if (problem !== undefined) throw new UsageError(problem)
  }
  judge(service, (text) => serviceProblem(text, around))
  if (name !== undefined && !needsName(settings)) throw new UsageError('--name is set, but postgres.layout.databases has no {name}')
  judge(name, (text) => (service === undefined ? nameProblem('name', text) : clusterProblem(service, text, around)))
  judge(env, (text) => envProblem(text, settings))
  judge(size, sizeProblem)
  judge(owner, ownerProblem)
  judge(database, databaseProblem)
}

function serviceProblem(service: string, around: Surroundings): string | undefined {
  const { settings } = around
  const problem = nameProblem('service', service) ?? lengthProblem({ service }, settings)
  return problem ?? (needsName(settings) ? undefined : placeProblem({ service }, around))
}

function clusterProblem(service: string, name: string, around: Surroundings): string | undefined {
  return nameProblem('name', name) ?? lengthProblem({ service, name }, around.settings) ?? placeProblem({ service, name }, around)
}

/** A file that already exists, or one whose path means something else. */
function placeProblem(parts: Parts, { settings, pathProblem }: Surroundings): string | undefined {
  const path = fill(settings.layout.databases, parts)
  const environments = settings.environments.map((environment) => environment.name)
  const other = overrideMatcher(settings.layout.overrides, environments)(path)
  if (other === undefined) return pathProblem(path)
  const [what, own, others] = parts.name === undefined ? ['service', parts.service, other.service] : ['name', parts.name, other.name]
  return `${what} is \`${own}\`, but ${path} would be read as the override of \`${others}\` for ${other.env}`
}

function envProblem(text: string, settings: Settings): string | undefined {
  const read = readEnvironments(text, settings)
  return 'problem' in read ? read.problem : undefined
}

/** The environments of a checked list; undefined: all. */
function subset(text: string, settings: Settings): readonly string[] | undefined {
  const read = readEnvironments(text, settings)
  return 'names' in read && read.names.length < settings.environments.length ? read.names : undefined
}

/** The service.yaml of a service; undefined: the layout has no folder for one. */
function serviceFile(service: string, { layout }: Settings): string | undefined {
  const folder = serviceFolder(layout.databases)
  return folder === undefined ? undefined : `${fill(folder, { service })}/service.yaml`
}

/** Whether environments and owner are still undecided: a service.yaml applies to all databases of a service. */
function isFree(service: string, { settings, databases, hasFile }: Surroundings): boolean {
  const file = serviceFile(service, settings)
  return file !== undefined && !hasFile(file) && databases.every((database) => database.service !== service)
}

/** Why `--env` or `--owner` can't be used: they would change existing databases, or there is no file to write them to. */
function sharedProblem({ env, owner }: Given, service: string, around: Surroundings): string | undefined {
  const { settings, databases, hasFile } = around
  if ((env === undefined && owner === undefined) || isFree(service, around)) return undefined
  const [flag, what, text] = owner === undefined ? ['--env', 'environments are', env] : ['--owner', 'the owner is', owner]
  const file = serviceFile(service, settings)
  if (file !== undefined && hasFile(file)) return `${flag} is \`${text}\`, but ${file} sets it for all of ${service}; change it there`
  if (owner === undefined && subset(env ?? '', settings) === undefined) return undefined
  if (file === undefined) return `${flag} is \`${text}\`, but layout ${settings.layout.databases} has no folder for a service.yaml`
  const names = new Set(databases.filter((database) => database.service === service).map(({ name }) => name ?? service))
  const others = names.size > 3 ? `${names.size} databases` : listed(names)
  return `${flag} is \`${text}\`, but ${what} set per service, and ${service} has ${others} already; leave ${flag} out`
}
