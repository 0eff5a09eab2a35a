// Which files does a new service start with, and what do they contain?
import { trimEndOf } from '../values/trim.ts'
import { editorLine } from '../discover/editor-schema.ts'
import { fill, placeholdersOf, serviceFolder } from '../discover/layout.ts'
import type { Parts } from '../discover/layout.ts'
import type { Settings } from '../model.ts'
import { byCodeUnit, listed, nearest } from '../values/path.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'

/** What the user decides about a new service. */
export interface NewService {
  readonly service: string
  /** if the layout has several clusters per service */
  readonly name?: string
  /** undefined: all */
  readonly environments?: readonly string[]
  /** size of each volume; undefined: as the environments set it */
  readonly size?: string
  readonly owner?: string
  /** database and role in PostgreSQL */
  readonly database: string
}

/** A file to be written; the path is '/'-separated, from the root. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** A scalar, quoted if YAML would take the word for something else; the words are already checked. */
export type Quote = (text: string) => string

const legalName = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/

/** What is wrong with a name of a service or cluster, or undefined. */
export function nameProblem(what: string, name: string): string | undefined {
  if (legalName.test(name)) return undefined
  const suggestion = trimEndOf(
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replace(/^[^a-z]+/, ''),
    '-',
  )
  const help = legalName.test(suggestion) ? `; try \`${suggestion}\`` : ''
  return `${what} is \`${name}\`, but must be lower-case letters, digits and \`-\`, starting with a letter${help}`
}

/** The operator's limit for the name of a Cluster. */
const clusterLength = 50

/**
 * What is wrong with the length of the last part, or undefined: even the shortest environment makes too long a cluster name.
 * A name that only some environments make too long is left to `check`.
 */
export function lengthProblem(parts: Parts, { layout, environments }: Settings): string | undefined {
  const lengths = environments.map(({ name }) => fill(layout.cluster, { ...parts, env: name }).length)
  const over = Math.min(...lengths) - clusterLength
  const what = parts.name === undefined ? 'service' : 'name'
  const uses = layout.cluster.split(`{${what}}`).length - 1
  if (over <= 0 || uses === 0) return undefined
  const { length } = parts[what] ?? ''
  const most = length - Math.ceil(over / uses)
  const pattern = what === 'name' ? layout.cluster.replaceAll('{service}', parts.service) : layout.cluster
  return `${what} has ${length} characters, but must have at most ${most}: the cluster is ${pattern}, at most ${clusterLength}`
}

/** `dev,prd` → names, in the order of apps/values.yaml; a message where one is unknown. */
export function readEnvironments(text: string, settings: Settings): { readonly names: readonly string[] } | { readonly problem: string } {
  const known = settings.environments.map((environment) => environment.name)
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  for (const word of words) {
    const guess = nearest(word, known)
    if (!known.includes(word))
      return {
        problem: `--env is \`${word}\`, but must be one of ${listed(known)}${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`,
      }
  }
  if (words.length === 0) return { problem: `--env is empty, but must name some of ${listed(known)}` }
  return { names: known.filter((name) => words.includes(name)) }
}

/** What is wrong with a volume's size, or undefined. */
export function sizeProblem(size: string): string | undefined {
  const quantity = parseQuantity(size)
  if (quantity === undefined) return `--size is \`${size}\`, but must be a quantity such as 10Gi`
  if (!/^[1-9]\d*(?:\.\d+)?(?:[MGTPE]i?)$/.test(size)) return `--size is \`${size}\`, but must be a number with Mi, Gi or Ti, such as 10Gi`
  return undefined
}

/** Roles that PostgreSQL or the operator already has. */
const keptRoles = new Set([
  'public',
  'none',
  'current_user',
  'session_user',
  'streaming_replica',
  'cnpg_pooler_pgbouncer',
  'cnpg_metrics_exporter',
])

/** Words that YAML 1.1 reads as something else; the chart prints names without quotes. */
const yamlWord = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/

/** What is wrong with a database's name, or undefined. PostgreSQL cuts names at 63 bytes. */
export function databaseProblem(name: string): string | undefined {
  if (['postgres', 'template0', 'template1'].includes(name)) return `--database is \`${name}\`, but PostgreSQL has a database of that name`
  if (yamlWord.test(name))
    return `--database is \`${name}\`, but the chart prints names without quotes, and YAML reads this one as another value`
  if (!/^[a-z_][a-z0-9_]*$/.test(name) || name.length > 63)
    return `--database is \`${name}\`, but must be lower-case letters, digits and \`_\`, at most 63`
  if (name.startsWith('pg_') || keptRoles.has(name)) return `--database is \`${name}\`, but PostgreSQL and the operator reserve that name`
  return undefined
}

/** What is wrong with an owner, which becomes a label, or undefined. */
export function ownerProblem(owner: string): string | undefined {
  if (/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(owner)) return undefined
  return `--owner is \`${owner}\`, but must be a label: letters, digits, \`-\`, \`_\` and \`.\`, at most 63`
}

/** The name of a database in PostgreSQL that needs no quotes in SQL; a long one is cut at PostgreSQL's limit. */
export function databaseName(service: string): string {
  const name = service.replaceAll('-', '_').slice(0, 60)
  // `pg_api`: what begins with `pg_` is reserved, whatever follows
  return [name, `${name}_db`, `db_${name}`].find((one) => databaseProblem(one) === undefined) ?? name
}

/** Whether the layout needs `--name`. */
export function needsName(settings: Settings): boolean {
  return placeholdersOf(settings.layout.databases).known.includes('name')
}

/** Paths of the editor's schemas from the root; undefined: there is none. */
interface Schemas {
  readonly schema: string | undefined
  readonly serviceSchema?: string | undefined
}

/** The files of a new service, by the layout. */
export function newFiles(wanted: NewService, settings: Settings, look: Schemas & { readonly quote: Quote }): NewFile[] {
  const parts: Parts = { service: wanted.service, ...(wanted.name === undefined ? {} : { name: wanted.name }) }
  const path = fill(settings.layout.databases, parts)
  const files: NewFile[] = [{ path, text: valuesText(wanted, { path, settings, ...look }) }]
  const folder = serviceFolder(settings.layout.databases)
  if (folder !== undefined && (wanted.owner !== undefined || wanted.environments !== undefined)) {
    const about = `${fill(folder, parts)}/service.yaml`
    const first = look.serviceSchema === undefined ? '' : `${editorLine(about, look.serviceSchema)}\n`
    files.push({ path: about, text: first + serviceText(wanted, look.quote) })
  }
  return files.sort((a, b) => byCodeUnit(a.path, b.path))
}

interface Place {
  readonly path: string
  readonly settings: Settings
  readonly schema: string | undefined
  readonly quote: Quote
}

function valuesText(wanted: NewService, { path, settings, schema, quote }: Place): string {
  const parts = { service: wanted.service, ...(wanted.name === undefined ? {} : { name: wanted.name }), env: '<env>' }
  const what = wanted.name === undefined ? wanted.service : `${wanted.service}/${wanted.name}`
  const database = quote(wanted.database)
  return [
    ...(schema === undefined ? [] : [editorLine(path, schema)]),
    `# The database of ${what}, in each of its environments. Anything not set here comes from helm-values/data/postgres-<env>-defaults.yaml.`,
    `# For one environment only, write ${fill(settings.layout.overrides, parts)}.`,
    '',
    'cluster:',
    ...(wanted.size === undefined
      ? [
          '  # The volume has the size set by the environment. To ask for more (it can grow later, but never shrink):',
          '  # storage:',
          '  #   size: 50Gi',
        ]
      : [
          '  storage:',
          '    # each instance has a volume of its own; it can grow later, but never shrink',
          `    size: ${quote(wanted.size)}`,
        ]),
    '',
    '  # Runs once, when the database is created; a later change here does nothing. User and password are created by the operator',
    '  # and are in the Secret <cluster>-app, never in this file.',
    '  initdb:',
    `    database: ${database}`,
    `    owner: ${database}`,
    '',
  ].join('\n')
}

function serviceText({ service, owner, environments }: NewService, quote: Quote): string {
  return [
    `# About ${service}, in addition to the values of its database.`,
    ...(owner === undefined ? [] : ['# whom to ask about it; becomes the label `owner`', `owner: ${quote(owner)}`]),
    ...(environments === undefined
      ? []
      : [
          '# an environment must be retired before it is removed from this list',
          'environments:',
          ...environments.map((name) => `  - ${quote(name)}`),
        ]),
    '',
  ].join('\n')
}
