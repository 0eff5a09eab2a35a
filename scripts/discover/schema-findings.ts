// How are ajv's errors on a hand-written file reported?
import { lookup } from '../values/lookup.ts'
import { described, named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import type { ErrorObject } from 'ajv'
import { listHelp } from '../findings/lists.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Fix, Message } from '../findings/finding.ts'
import type { Json, Path, SourceFile, Value } from '../values/value.ts'
import { allNear, formatPath, listed, nearest } from '../values/path.ts'
import { valueAt } from '../values/value.ts'
import { resolveScalar } from '../yaml/scalars.ts'

/** The release of Argo CD that is taken where nothing names one. */
export const newestArgoCd = '3.5.1'

/** What may be wrong in a file that can still be read. */
const readable = new Set(['additionalProperties', 'maxProperties', 'pattern', 'propertyNames'])

/** The errors that matter: mistakes at the base of a change can no longer be fixed, so there only those that keep the file from being read. */
export function errorsThatCount(errors: readonly ErrorObject[] | null | undefined, file: SourceFile): readonly ErrorObject[] {
  const all = errors ?? []
  return file.revision === undefined ? all : all.filter(({ keyword }) => !readable.has(keyword))
}

/** ajv's errors on a hand-written file → findings with places; one per spot, the most specific first. */
export function schemaFindings(errors: readonly ErrorObject[], root: Value, prefix: Path): LocatedFinding[] {
  const found = new Map<string, LocatedFinding>()
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'allOf' || error.schemaPath.includes('/if/')) continue
    // `propertyNames` itself reports a wrong key; a missing key may be there, but misspelt
    if ((error.propertyName !== undefined && error.keyword !== 'propertyNames') || isMisspelt(error, errors)) continue
    const steps = error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const finding = schemaFinding(error, root, steps, prefix)
    const key = `${finding.at.file.path}\0${finding.at.span.start}`
    if (!found.has(key)) found.set(key, finding)
  }
  return [...found.values()]
}

function isMisspelt(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (error.keyword !== 'required') return false
  const missing = String(error.params['missingProperty'])
  return errors.some(
    (other) =>
      other.keyword === 'additionalProperties' &&
      other.instancePath === error.instancePath &&
      nearest(printed(other.params['additionalProperty']), [missing]) !== undefined,
  )
}

function schemaFinding(error: ErrorObject, root: Value, steps: readonly string[], prefix: Path): LocatedFinding {
  const file = root.origin.file
  const value = valueAt(root, steps)
  const field = formatPath([...prefix, ...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step))])
  const spot = (path: readonly string[], on: 'key' | 'value'): Spot => {
    const node = valueAt(root, path)
    if (node !== undefined) {
      const span = (on === 'key' || node.kind === 'map' || node.kind === 'list' ? node.origin.key : null) ?? node.origin.value
      return { file, span }
    }
    return { file, span: root.origin.key ?? root.origin.value }
  }
  const make = (message: Message, at: Spot, help?: Message, fix?: Fix): LocatedFinding => ({
    rule: 'settings/schema',
    severity: 'error',
    message,
    at,
    help,
    fix,
  })
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty'])
      const guess = nearest(key, siblings(steps, prefix))
      return make(
        phrase`unknown key \`${named(key)}\`${field === '' ? '' : ` in \`${field}\``}`,
        spot([...steps, key], 'key'),
        guess === undefined ? undefined : phrase`did you mean \`${guess}\`?`,
        { rename: allNear(key, siblings(steps, prefix)) },
      )
    }
    case 'required': {
      const missing = String(error.params['missingProperty'])
      return make(phrase`${named(field)}.${named(missing)} is not set, but must be`, spot(steps, 'key'), phrase`add \`${named(missing)}:\``)
    }
    case 'type': {
      const isQuoted = error.params['type'] === 'boolean' && isBooleanText(value)
      const help = typeHelp(String(error.params['type']), value, field)
      const subject = field === '' ? file.path : field
      const is = isQuoted ? phrase`the text ${described(value)}` : described(value)
      return make(
        phrase`${named(subject)} is ${is}, but must be ${typeName(String(error.params['type']))}`,
        spot(steps, 'value'),
        isQuoted ? phrase`write it without quotes` : help,
        fixOf(String(error.params['type'])),
      )
    }
    case 'enum': {
      // `false` is how Helm reads `off`
      const choices = (error.params['allowedValues'] as Json[]).filter((choice) => typeof choice === 'string')
      const guess = value?.kind === 'scalar' ? nearest(printed(value.value), choices) : undefined
      const help = guess === undefined ? undefined : phrase`did you mean \`${guess}\`?`
      return make(phrase`${named(field)} is ${described(value)}, but must be one of ${listed(choices)}`, spot(steps, 'value'), help)
    }
    case 'propertyNames': {
      const key = String(error.params['propertyName'])
      return make(
        phrase`${named(field)} has the key \`${named(key)}\`, but names are lower-case letters, digits and \`-\``,
        spot([...steps, key], 'key'),
      )
    }
    case 'uniqueItems': {
      const second = [...steps, String(error.params['i'])]
      return make(
        phrase`${named(field)} has ${described(valueAt(root, second))} twice, but must name each entry once`,
        spot(second, 'value'),
        phrase`remove one`,
      )
    }
    case 'minItems':
      return make(
        phrase`${named(field)} is an empty list, but must name at least one entry`,
        spot(steps, 'key'),
        phrase`remove the key: without it, all are included`,
      )
    case 'minProperties':
    case 'maxProperties': {
      const some = error.keyword === 'minProperties' ? 'at least one entry' : `at most ${String(error.params['limit'])}`
      const must = field.endsWith('destination') ? 'exactly one of server and name' : some
      return make(
        phrase`${named(field)} has ${value?.kind === 'map' ? value.entries.size : 0} entries, but must have ${must}`,
        spot(steps, 'key'),
      )
    }
    default: {
      const bare = value?.kind === 'scalar' && typeof value.value === 'string' ? /^v(\d+\.\d+\.\d+)$/.exec(value.value)?.[1] : undefined
      const help = bare === undefined || !field.endsWith('version') ? undefined : phrase`write ${bare}, without the v`
      return make(phrase`${named(field)} is ${described(value)}, but must ${patternMeaning(field, error)}`, spot(steps, 'value'), help)
    }
  }
}

/** What to write in place of a value of the wrong type. */
function typeHelp(type: string, value: Value | undefined, field: string): Message | undefined {
  if (type === 'string' && value?.kind === 'scalar') return phrase`put quotes around it`
  if (type === 'array') return listHelp(value)
  if (type === 'object' && /^retired(?:\.|$)/.test(field))
    return phrase`write retired: { prd: { reason: moved to another team, since: 2026-01-31 } }`
  return type === 'object' && value?.kind !== 'list' ? phrase`write \`key: value\` lines below it` : undefined
}

/** A text that would be true or false without its quotes. */
function isBooleanText(value: Value | undefined): boolean {
  return value?.kind === 'scalar' && typeof value.value === 'string' && typeof resolveScalar(value.value) === 'boolean'
}

const knownKeys: Readonly<Record<string, readonly string[]>> = lookup({
  argocd: ['version', 'namespace', 'project', 'manageProject'],
  repository: ['url', 'revision', 'path'],
  operator: ['version', 'namespace', 'chart', 'manageApplication'],
  chart: ['repository', 'name', 'version'],
  clusterChart: ['repository', 'name', 'version', 'engine'],
  environment: ['destination', 'namespace', 'guard', 'autoSync', 'operator', 'clusterChart', 'application'],
  application: ['labels', 'annotations', 'syncPolicy', 'revisionHistoryLimit', 'ignoreDifferences'],
  syncPolicy: ['automated', 'syncOptions', 'retry', 'managedNamespaceMetadata'],
  destination: ['server', 'name'],
  layout: ['databases', 'overrides', 'cluster', 'application', 'release'],
  retirement: ['reason', 'since'],
  budget: ['storage', 'memory', 'instances'],
  prices: ['storage', 'memory', 'currency'],
  top: [
    'argocd',
    'repository',
    'operator',
    'clusterChart',
    'environments',
    'apps',
    'charts',
    'policies',
    'budgets',
    'prices',
    'retired',
    'ownKeys',
    'labels',
    'layout',
  ],
  service: ['owner', 'environments', 'namespace', 'cluster', 'retired'],
})

/** The keys that a map of a hand-written file may have: ajv's errors don't list them once a schema is precompiled. */
export function siblings(steps: Path, prefix: Path): readonly string[] {
  const parent = steps.at(-2)
  const place =
    parent === 'environments'
      ? 'environment'
      : parent === 'budgets'
        ? 'budget'
        : parent === 'retired'
          ? 'retirement'
          : printed(steps.at(-1) ?? (prefix.length > 0 ? 'top' : 'service'))
  return knownKeys[place] ?? []
}

function patternMeaning(field: string, error: ErrorObject): string {
  if (field.endsWith('version')) return `be an exact version such as ${exampleVersion(field)}`
  if (field.includes('budgets.')) return 'be a quantity such as 500Gi'
  if (field.endsWith('owner')) return 'be a label value: letters, digits, `-`, `_` and `.`, at most 63'
  if (/[cC]hart\.name$/.test(field)) return 'be a chart name: letters, digits, `.`, `_` and `-`, starting with a letter or digit'
  if (/[cC]hart\.repository$/.test(field)) return 'be an address such as https://… or oci://…, or a folder such as ./charts'
  if (field.endsWith('url')) return 'be a Git URL such as https://host/me/repo.git'
  if (field.endsWith('since')) return 'be a date such as 2026-01-31'
  if (field.endsWith('path')) return 'be a relative path inside the repository'
  if (error.keyword === 'minLength') return 'not be empty'
  if (error.keyword === 'maxLength') return `be at most ${String(error.params['limit'])} characters long`
  return `be lower-case letters, digits and \`-\`${field.endsWith('namespace') ? '' : ', starting with a letter'}`
}

function exampleVersion(field: string): string {
  if (field.includes('argocd')) return newestArgoCd
  if (field.includes('clusterChart')) return '0.8.1'
  return field.includes('chart') ? '0.26.1' : '1.27.1'
}

function typeName(type: string): string {
  return (
    { string: 'text', boolean: 'true or false', object: 'a map', array: 'a list', integer: 'a whole number', number: 'a number' }[type] ??
    type
  )
}

/** How a value of another type may be written so that it has the one that the schema wants. */
function fixOf(type: string): Fix | undefined {
  switch (type) {
    case 'string':
      return { write: 'text' }
    case 'integer':
    case 'number':
      return { write: 'number' }
    case 'boolean':
      return { write: 'boolean' }
    case 'array':
      return { write: 'list', ofText: true }
    default:
      return undefined
  }
}
