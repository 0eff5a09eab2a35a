// What does a service.yaml hold: owner, environments, namespace, retirement?
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { validateService } from '../../dist/validators.js'
import type { LocatedFinding } from '../findings/spot.ts'
import { placeholdersOf } from './layout.ts'
import type { MapValue, SourceFile, Value } from '../values/value.ts'
import type { Retirement, Settings } from '../model.ts'
import { maxValues, parseYaml } from '../yaml/parse.ts'
import { listed, nearest } from '../values/path.ts'
import { errorsThatCount, schemaFindings } from './schema-findings.ts'
import { toPlain, valueAt } from '../values/value.ts'
import { hasSeveralDocuments, severalDocuments, yamlFindings } from '../yaml/findings.ts'

type Names = Readonly<Record<string, string>>

export interface Service {
  readonly owner?: string
  /** absent: all */
  readonly environments?: readonly string[]
  /** overrides the environment's namespace pattern */
  readonly namespace?: string
  /** names that the layout does not give, by environment, or by name and environment (`main/prd`) */
  readonly cluster?: Names
  readonly release?: Names
  readonly application?: Names
  /** by environment */
  readonly retired: Readonly<Record<string, Retirement>>
  /** the parsed file, for places; absent: it is empty */
  readonly origin?: MapValue
}

/** service.yaml → what it holds, and what is wrong with it. */
export function readService(file: SourceFile, settings: Settings): { service?: Service; findings: LocatedFinding[] } {
  const parsed = parseYaml(file, 'service', maxValues)
  const problems = yamlFindings(file, parsed.problems)
  if (hasSeveralDocuments(parsed.documents)) problems.push(severalDocuments(file, parsed.documents))
  const root = parsed.documents[0]
  if (problems.some((problem) => problem.severity === 'error') || root === undefined) return { findings: problems }
  if (root.kind === 'null') return { service: { retired: {} }, findings: problems }
  const plain = toPlain(root)
  const errors = validateService(plain) ? [] : errorsThatCount(validateService.errors, file)
  if (errors.length > 0) return { findings: [...problems, ...schemaFindings(errors, root, [])] }
  const service = { retired: {}, ...(plain as object), origin: root } as Service
  if (file.revision !== undefined) return { service, findings: problems }
  const findings = [...problems, ...unknownEnvironments(root, settings), ...impossibleDays(root)]
  for (const name of placeholdersOf(service.namespace ?? '').unknown)
    findings.push({
      rule: 'settings/layout',
      severity: 'error',
      message: phrase`namespace has the placeholder {${named(name)}}, but only {service}, {name} and {env} exist`,
      at: { file, span: (valueAt(root, ['namespace']) as Value).origin.value },
    })
  return findings.some((finding) => finding.severity === 'error') ? { findings } : { service, findings }
}

/** Findings about `since` of a retirement, if the calendar has no such day. */
export function impossibleDays(root: Value): LocatedFinding[] {
  const retired = valueAt(root, ['retired'])
  return [...(retired?.kind === 'map' ? retired.entries : [])].flatMap(([name, entry]) => {
    const since = valueAt(entry, ['since'])
    const day = since?.kind === 'scalar' ? printed(since.value) : ''
    const time = Date.parse(`${day}T00:00:00Z`)
    if (since === undefined || (!Number.isNaN(time) && new Date(time).toISOString().startsWith(day))) return []
    const message = phrase`retired.${named(name)}.since is \`${named(day)}\`, but must be a day of the calendar such as 2026-01-31`
    return [{ rule: 'settings/schema', severity: 'error' as const, message, at: { file: since.origin.file, span: since.origin.value } }]
  })
}

function unknownEnvironments(root: Value, settings: Settings): LocatedFinding[] {
  const known = settings.environments.map((environment) => environment.name)
  const findings: LocatedFinding[] = []
  const check = (name: string, at: LocatedFinding['at'], field: string): void => {
    if (known.includes(name)) return
    const guess = nearest(name, known)
    findings.push({
      rule: 'discover/environment-exists',
      severity: 'error',
      message: phrase`${named(field)} has \`${named(name)}\`, but only the environments ${listed(known)} exist`,
      at,
      help:
        guess === undefined
          ? phrase`add it to postgres.environments in apps/values.yaml, or remove it here`
          : phrase`did you mean \`${guess}\`?`,
    })
  }
  const environments = valueAt(root, ['environments'])
  if (environments?.kind === 'list')
    for (const item of environments.items)
      if (item.kind === 'scalar') check(printed(item.value), { file: item.origin.file, span: item.origin.value }, 'environments')
  for (const field of ['retired', 'cluster', 'release', 'application']) {
    const map = valueAt(root, [field])
    if (map?.kind === 'map')
      for (const [key, entry] of map.entries) {
        const name = field === 'retired' ? key : key.slice(key.indexOf('/') + 1)
        check(name, { file: entry.origin.file, span: entry.origin.key ?? entry.origin.value }, field)
      }
  }
  return findings
}
