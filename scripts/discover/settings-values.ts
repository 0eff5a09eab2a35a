// What do written settings mean, defaults filled in, and what is wrong with them?
import { officialCharts } from '../charts/pin.ts'
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { append } from '../values/append.ts'
import { validateSettings } from '../../dist/validators.js'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { checkLayout } from './layout-rules.ts'
import type { ApplicationParts, ChartPin, Environment, FleetBudget, Level, PolicyLevels, Preset, Prices, Settings } from '../model.ts'
import type { JsonMap, MapValue, Path, SourceFile, Value } from '../values/value.ts'
import { booleanNames } from './boolean-names.ts'
import { errorsThatCount, newestArgoCd, schemaFindings } from './schema-findings.ts'
import { formatPath, nearest } from '../values/path.ts'
import { isJsonMap, toPlain } from '../values/value.ts'

const defaultLayout = {
  databases: 'databases/{service}/values.yaml',
  overrides: 'databases/{service}/values-{env}.yaml',
  cluster: '{service}-db-{env}',
  application: '{service}-db-{env}',
}

/** Without environments nothing is generated, and nothing has to be set. */
interface WrittenAny {
  generate?: boolean
  databases?: string
  checkouts?: Record<string, string>
  argocd?: { version?: string; namespace?: string; project?: string; manageProject?: boolean }
  repository?: { url?: string; revision?: string; path?: string }
  operator?: WrittenOperator & { manageApplication?: boolean }
  clusterChart?: WrittenChart
  kubernetes?: { version?: string }
  environments?: Record<string, WrittenEnvironment>
  ownKeys?: string[]
  labels?: boolean
  apps?: string[]
  charts?: string[]
  policies?: Record<string, Record<string, Level | Preset | false>>
  budgets?: Record<string, FleetBudget>
  prices?: Prices
  retired?: Settings['retired']
  layout?: Partial<Settings['layout']>
}
interface Written extends WrittenAny {
  argocd: { version: string; namespace?: string; project?: string; manageProject?: boolean }
  repository: { url: string; revision?: string; path?: string }
  operator: WrittenOperator & { version: string; chart: { version: string }; manageApplication?: boolean }
  clusterChart: WrittenChart & { version: string }
  environments: Record<string, WrittenEnvironment>
}
interface WrittenOperator {
  version?: string
  namespace?: string
  chart?: Partial<ChartPin>
}
type WrittenChart = Partial<ChartPin> & { engine?: 'builtin' | 'helm' }
interface WrittenEnvironment {
  destination: { server?: string; name?: string }
  namespace: string
  guard?: 'never' | 'confirm' | 'none'
  autoSync?: boolean
  operator?: WrittenOperator
  clusterChart?: WrittenChart
  kubernetes?: { version?: string }
  application?: ApplicationParts
}

/** An empty file: nothing is set. */
export function nothingWritten(file: SourceFile): MapValue {
  return {
    kind: 'map',
    origin: { layer: 'service', file, path: [], key: null, value: { start: 0, end: 0 } },
    overrides: [],
    entries: new Map(),
  }
}

/** Settings where nothing is set: everything is judged as it is written. */
export function settingsAsWritten(written: WrittenAny = {}, origin = nothingWritten({ path: '', text: '', builtin: true })): Settings {
  return {
    argocd: { version: newestArgoCd, namespace: 'argocd', project: 'default', manageProject: false, ...written.argocd },
    manageOperator: false,
    generate: false,
    repository: { url: '', revision: 'HEAD', path: '', ...written.repository },
    environments: [],
    ...commonOf(written),
    ...(written.operator?.version !== undefined && { operator: written.operator.version }),
    ...(written.kubernetes?.version !== undefined && { kubernetes: written.kubernetes.version }),
    origin,
  }
}

/**
 * Settings with defaults filled in, or what is wrong with them. `root` is the parsed file. Mistakes at the base
 * of a change can no longer be fixed: there, only what keeps the settings from being read counts.
 */
export function readSettings(root: MapValue, prefix: Path = ['postgres']): { settings: Settings } | { findings: LocatedFinding[] } {
  const postgres = prefix.length === 0 ? root : root.entries.get('postgres')
  if (postgres === undefined) {
    const at = { file: root.origin.file, span: { start: 0, end: 0 } }
    const candidate = nearest('postgres', root.entries.keys())
    const key = candidate === undefined ? undefined : root.entries.get(candidate)?.origin.key
    const help =
      candidate === undefined
        ? phrase`add \`postgres:\` with argocd, repository, operator, clusterChart and environments`
        : phrase`rename \`${named(candidate)}\` to \`postgres\``
    return {
      findings: [
        {
          rule: 'settings/schema',
          severity: 'error',
          message: phrase`\`postgres\` is not set, but must hold the settings of the databases`,
          at: key ? { ...at, span: key } : at,
          help,
          fix: { rename: ['postgres'] },
        },
      ],
    }
  }
  const plain = toPlain(postgres)
  const isPast = root.origin.file.revision !== undefined
  const errors = validateSettings(plain) ? [] : errorsThatCount(validateSettings.errors, root.origin.file)
  const findings = schemaFindings(errors, postgres, prefix)
  if (!isPast) append(findings, [...unsafeTexts(postgres, prefix), ...booleanNames(postgres, prefix)])
  if (findings.length > 0 || postgres.kind !== 'map') return { findings }
  const written = plain as unknown as WrittenAny
  if (written.environments === undefined || written.generate === false) return { settings: settingsAsWritten(written, postgres) }
  const settings = fillIn(written as Written, postgres)
  const layout = isPast ? checkLayout(settings) : [...checkProject(settings), ...checkLayout(settings)]
  return layout.length > 0 ? { findings: layout } : { settings }
}

function fillIn(written: Written, origin: MapValue): Settings {
  const environments = Object.entries(written.environments).map(([name, environment]) => fillEnvironment(name, environment, written))
  return {
    argocd: { namespace: 'argocd', project: 'data', manageProject: true, ...written.argocd },
    manageOperator: written.operator.manageApplication ?? true,
    generate: true,
    repository: { revision: 'main', path: '', ...written.repository },
    environments,
    ...commonOf(written),
    origin,
  }
}

/** What is set the same way, whether anything is generated or not. */
function commonOf(
  written: WrittenAny,
): Pick<
  Settings,
  'ownKeys' | 'labels' | 'databases' | 'retired' | 'apps' | 'charts' | 'policies' | 'budgets' | 'prices' | 'checkouts' | 'layout'
> {
  return {
    ownKeys: written.ownKeys ?? [],
    labels: written.labels ?? true,
    apps: written.apps ?? [],
    charts: written.charts ?? [],
    policies: levelsOf(written),
    ...(written.budgets && { budgets: written.budgets }),
    ...(written.prices && { prices: written.prices }),
    ...(written.databases !== undefined && { databases: written.databases }),
    retired: written.retired ?? {},
    checkouts: written.checkouts ?? {},
    layout: { ...defaultLayout, ...written.layout },
  }
}

function levelsOf({ policies = {} }: WrittenAny): PolicyLevels[] {
  return Object.entries(policies).map(([of, levels]) => fillLevels(of, levels))
}

/** Helm reads `off` as false. */
function fillLevels(of: string, { preset, ...levels }: Record<string, Level | Preset | false>): PolicyLevels {
  const entries = Object.entries(levels).map(([rule, level]) => [rule, level === false ? 'off' : (level as Level)] as const)
  return { of, ...(preset === undefined ? {} : { preset: preset as Preset }), levels: new Map(entries) }
}

const [charts] = officialCharts

function fillEnvironment(name: string, environment: WrittenEnvironment, written: Written): Environment {
  const operator = { ...written.operator, ...environment.operator }
  const chart = { repository: charts, name: 'cloudnative-pg', ...written.operator.chart, ...environment.operator?.chart } as ChartPin
  const kubernetes = environment.kubernetes?.version ?? written.kubernetes?.version
  return {
    name,
    ...(kubernetes === undefined ? {} : { kubernetes }),
    destination: environment.destination,
    namespace: environment.namespace,
    guard: environment.guard ?? 'confirm',
    autoSync: environment.autoSync ?? isAutomated(environment.application?.syncPolicy),
    operator: { version: operator.version ?? written.operator.version, namespace: operator.namespace ?? 'cnpg-system', chart },
    clusterChart: { repository: charts, name: 'cluster', engine: 'builtin', ...written.clusterChart, ...environment.clusterChart },
    ...(environment.application && { application: environment.application }),
  }
}

/** Whether a policy syncs by itself; the generator's own does. */
function isAutomated(policy: JsonMap | undefined): boolean {
  if (policy === undefined) return true
  const { automated } = policy
  return isJsonMap(automated) && automated['enabled'] !== false
}

/** Texts that Helm or Argo CD would execute, or that end the raw string around a generated set. */
function unsafeTexts(value: Value, path: Path): LocatedFinding[] {
  const found: LocatedFinding[] = []
  const check = (text: string, at: Spot, field: string): void => {
    // eslint-disable-next-line no-control-regex
    const what = /\{\{|\}\}/.test(text)
      ? 'template braces'
      : text.includes('`')
        ? 'a backtick'
        : /[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(text)
          ? 'a control character'
          : undefined
    if (text.split(/\s/).some(holdsPassword))
      found.push({
        rule: 'settings/no-password',
        severity: 'error',
        message: phrase`${named(field)} holds a password, but is written into generated files`,
        at,
        help: phrase`remove it; Argo CD takes credentials from a Secret of its own`,
      })
    if (what !== undefined)
      found.push({
        rule: 'settings/safe-text',
        severity: 'error',
        message: phrase`${named(field)} holds ${what}, but would be executed or break the generated set`,
        at,
        help: phrase`write plain text`,
      })
  }
  const walk = (node: Value, at: Path): void => {
    if (node.kind === 'map')
      for (const [key, entry] of node.entries) {
        check(key, { file: entry.origin.file, span: entry.origin.key ?? entry.origin.value }, `a key of ${formatPath(at)}`)
        walk(entry, [...at, key])
      }
    else if (node.kind === 'list') node.items.forEach((item, index) => walk(item, [...at, index]))
    else if (node.kind === 'scalar') check(printed(node.value), { file: node.origin.file, span: node.origin.value }, formatPath(at))
  }
  walk(value, path)
  return found
}

function checkProject({ argocd, origin }: Settings): LocatedFinding[] {
  if (!argocd.manageProject || argocd.project !== 'default') return []
  return [
    {
      rule: 'settings/layout',
      severity: 'error',
      message: phrase`postgres.argocd.project is \`default\`, but that project belongs to Argo CD and to every other Application`,
      at: nearestSpot(origin, ['argocd', 'project']) ?? { file: origin.origin.file, span: origin.origin.key ?? origin.origin.value },
      help: phrase`name another project, or set manageProject: false`,
    },
  ]
}

/** Whether a word is an address with a password: `https://user:password@host`. */
function holdsPassword(word: string): boolean {
  const at = word.lastIndexOf('@')
  return at > 0 && /:\/\/[^/:@]*:[^@]/.test(word.slice(0, at))
}
