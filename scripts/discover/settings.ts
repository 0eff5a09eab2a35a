// What does `postgres` in apps/values.yaml hold: versions, environments, layout?
import { described, named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { append } from '../values/append.ts'
import { validateSettings } from '../../dist/validators.js'
import { firstSpot, nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { unreadableSpot } from './file-reader.ts'
import { checkLayout } from './layout-rules.ts'
import type { ChartPin, Environment, Level, PolicyLevels, Preset, Settings } from '../model.ts'
import type { MapValue, Path, SourceFile, Value } from '../values/value.ts'
import { maxValues, parseYaml } from '../yaml/parse.ts'
import { errorsThatCount, schemaFindings } from './schema-findings.ts'
import { formatPath, nearest } from '../values/path.ts'
import type { Tree } from '../repository/tree.ts'
import { hasSeveralDocuments, severalDocuments, yamlFindings } from '../yaml/findings.ts'
import { toPlain } from '../values/value.ts'

export const settingsFile = 'apps/values.yaml'

const defaultLayout = {
  databases: 'databases/{service}/values.yaml',
  overrides: 'databases/{service}/values-{env}.yaml',
  cluster: '{service}-db-{env}',
  application: '{service}-db-{env}',
}

interface Written {
  argocd: { version: string; namespace?: string; project?: string; manageProject?: boolean }
  repository: { url: string; revision?: string; path?: string }
  operator: WrittenOperator & { version: string; chart: { version: string }; manageApplication?: boolean }
  clusterChart: WrittenChart & { version: string }
  environments: Record<string, WrittenEnvironment>
  ownKeys?: string[]
  charts?: string[]
  policies?: Record<string, Record<string, Level | Preset | false>>
  layout?: Partial<Settings['layout']>
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
}

export interface LoadedSettings {
  readonly file: SourceFile
  /** absent: broken */
  readonly settings?: Settings
  readonly findings: LocatedFinding[]
}

/** Reads apps/values.yaml of a tree (Helm reads it too, so it is Helm's YAML). */
export function loadSettings(tree: Tree): LoadedSettings {
  const read = tree.read(settingsFile)
  const file: SourceFile = {
    path: tree.shown?.(settingsFile) ?? settingsFile,
    text: read?.ok === true ? read.text : '',
    ...(tree.revision === undefined ? {} : { revision: tree.revision }),
  }
  if (read?.ok !== true) {
    const message =
      read === undefined
        ? phrase`${named(settingsFile)} does not exist, but must hold the settings of the databases`
        : phrase`${named(settingsFile)} ${read.message}`
    return {
      file,
      findings: [
        {
          rule: 'discover/readable',
          severity: 'error',
          message,
          at: unreadableSpot(file, read?.line),
          help: read?.help === undefined ? undefined : phrase`${read.help}`,
        },
      ],
    }
  }
  const parsed = parseYaml(file, 'service', maxValues)
  const findings = yamlFindings(file, parsed.problems)
  const root = parsed.documents[0]
  if (hasSeveralDocuments(parsed.documents)) findings.push(severalDocuments(file, parsed.documents))
  if (root?.kind !== 'map' || findings.some((finding) => finding.rule !== 'yaml/duplicate-key')) {
    if (findings.length === 0)
      findings.push({
        rule: 'settings/schema',
        severity: 'error',
        message: phrase`${named(settingsFile)} is ${described(root)}, but must hold \`postgres:\` with the settings`,
        at: firstSpot(root, file),
        help: phrase`write \`postgres:\` with repository, operator, clusterChart and environments (README, "Adopt it")`,
      })
    return { file, findings }
  }
  const result = readSettings(root)
  if ('settings' in result) return { file, settings: result.settings, findings }
  return { file, findings: [...findings, ...result.findings] }
}

/**
 * Settings with defaults filled in, or what is wrong with them. `root` is the parsed apps/values.yaml. Mistakes at the base
 * of a change can no longer be fixed: there, only what keeps the settings from being read counts.
 */
export function readSettings(root: MapValue): { settings: Settings } | { findings: LocatedFinding[] } {
  const postgres = root.entries.get('postgres')
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
  const findings = schemaFindings(errors, postgres, ['postgres'])
  if (!isPast) append(findings, unsafeTexts(postgres, ['postgres']))
  if (findings.length > 0 || postgres.kind !== 'map') return { findings }
  const settings = fillIn(plain as unknown as Written, postgres)
  const layout = isPast ? checkLayout(settings) : [...checkProject(settings), ...checkLayout(settings)]
  return layout.length > 0 ? { findings: layout } : { settings }
}

function fillIn(written: Written, origin: MapValue): Settings {
  const environments = Object.entries(written.environments).map(([name, environment]) => fillEnvironment(name, environment, written))
  return {
    argocd: { namespace: 'argocd', project: 'data', manageProject: true, ...written.argocd },
    manageOperator: written.operator.manageApplication ?? true,
    repository: { revision: 'main', path: '', ...written.repository },
    environments,
    ownKeys: written.ownKeys ?? [],
    charts: written.charts ?? [],
    policies: Object.entries(written.policies ?? {}).map(([of, levels]) => fillLevels(of, levels)),
    layout: { ...defaultLayout, ...written.layout },
    origin,
  }
}

/** Helm reads `off` as false. */
function fillLevels(of: string, { preset, ...levels }: Record<string, Level | Preset | false>): PolicyLevels {
  const entries = Object.entries(levels).map(([rule, level]) => [rule, level === false ? 'off' : (level as Level)] as const)
  return { of, ...(preset === undefined ? {} : { preset: preset as Preset }), levels: new Map(entries) }
}

const charts = 'https://cloudnative-pg.github.io/charts'

function fillEnvironment(name: string, environment: WrittenEnvironment, written: Written): Environment {
  const operator = { ...written.operator, ...environment.operator }
  const chart = { repository: charts, name: 'cloudnative-pg', ...written.operator.chart, ...environment.operator?.chart } as ChartPin
  return {
    name,
    destination: environment.destination,
    namespace: environment.namespace,
    guard: environment.guard ?? 'confirm',
    autoSync: environment.autoSync ?? true,
    operator: { version: operator.version ?? written.operator.version, namespace: operator.namespace ?? 'cnpg-system', chart },
    clusterChart: { repository: charts, name: 'cluster', engine: 'builtin', ...written.clusterChart, ...environment.clusterChart },
  }
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
