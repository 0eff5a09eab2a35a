// Does the operator support the Kubernetes that a database runs on, and does that still get fixes?
import type { Message } from '../../findings/finding.ts'
import { named, phrase } from '../../findings/message.ts'
import { writtenSpot } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Database, Settings } from '../../model.ts'
import { kubernetesEnd } from '../../operator/end-of-life.ts'
import { kubernetesMinor, supportedKubernetes } from '../../operator/support.ts'
import { knownOperators } from '../../operator/version.ts'
import { levelsOf, severityOf } from '../../report/levels.ts'
import type { Leveled } from '../../report/levels.ts'
import { endingOn } from './lifecycle.ts'

/** Warned ahead: providers move nodes weeks before the end. */
const ahead = 90

const supported = { id: 'policy/operator-supports-kubernetes', severity: 'warning', configurable: true } as const
const ending = { id: 'policy/kubernetes-supported', severity: 'warning', configurable: true } as const

interface Subject {
  readonly settings: Settings
  readonly database: Database
  readonly minor: number
  readonly at: Spot
}

/** The version of Kubernetes that a person wrote down for a database, and where; undefined: nobody did. */
function kubernetesOf(settings: Settings, database: Database): Subject | undefined {
  const { environment, written } = database
  const version = written?.helm.kubeVersion ?? environment.kubernetes
  const minor = version === undefined ? undefined : kubernetesMinor(version)
  if (minor === undefined) return undefined
  const { origin } = settings
  const inSettings =
    writtenSpot(origin, ['environments', environment.name, 'kubernetes', 'version']) ?? writtenSpot(origin, ['kubernetes', 'version'])
  const own = written?.helm.kubeVersion === undefined ? undefined : written.at
  return { settings, database, minor, at: own ?? inSettings ?? { file: origin.origin.file, span: origin.origin.value } }
}

/** What is wrong with the Kubernetes of databases; without a day nothing is said of its age. */
export function kubernetesFindings(settings: Settings, databases: readonly Database[], today: string | undefined): LocatedFinding[] {
  return databases.flatMap((database) => {
    const subject = kubernetesOf(settings, database)
    return subject === undefined ? [] : [...outsideSupport(subject), ...(today === undefined ? [] : outOfSupport(subject, today))]
  })
}

/** Whether the newest known operator judges a database, since nothing names the one that runs. */
export const isOperatorAssumed = ({ environment: { operator } }: Pick<Database, 'environment'>, settings: Settings | undefined): boolean =>
  operator.chart.version === '' && operator.isNamed !== true && settings?.operator === undefined

function outsideSupport(subject: Subject): LocatedFinding[] {
  const { minor, database, settings } = subject
  const { version } = database.environment.operator
  const range = supportedKubernetes(version)
  // an older operator than the newest may run, which supports it
  if (range === undefined || isOperatorAssumed(database, settings) || (minor >= range.first && minor <= range.last)) return []
  const message = phrase`Kubernetes is 1.${minor}, but CloudNativePG ${named(version)} supports 1.${range.first} to 1.${range.last}`
  if (minor > range.last) {
    const newer = supportedKubernetes(knownOperators.last)
    const isEnough = newer !== undefined && newer.last >= minor
    const help = isEnough ? upgradeTo(knownOperators.last) : phrase`stay with Kubernetes 1.${range.last}`
    return report(supported, subject, { message, help })
  }
  return report(supported, subject, { message, help: phrase`upgrade Kubernetes to 1.${range.first} or later before the operator` })
}

function upgradeTo(operator: string): Message {
  return phrase`upgrade the operator first: \`cnpg-values upgrade --operator ${named(operator)}\` shows what it changes`
}

function outOfSupport(subject: Subject, today: string): LocatedFinding[] {
  const { minor, database, settings } = subject
  const end = kubernetesEnd(minor)
  const said = end === undefined ? undefined : endingOn(end, today, ahead)
  if (said === undefined) return []
  const range = isOperatorAssumed(database, settings) ? undefined : supportedKubernetes(database.environment.operator.version)
  const next = minor + 1
  const help =
    range !== undefined && next > range.last
      ? phrase`upgrade the operator first: CloudNativePG ${named(database.environment.operator.version)} supports no more than 1.${range.last}`
      : phrase`upgrade Kubernetes to 1.${next}, one minor at a time`
  return report(ending, subject, { message: phrase`Kubernetes 1.${minor} ${said}`, help })
}

function report(
  rule: Leveled,
  { settings, database, at }: Subject,
  said: { readonly message: Message; readonly help: Message },
): LocatedFinding[] {
  const severity = severityOf(rule, levelsOf(settings, database))
  return severity === undefined ? [] : [{ rule: rule.id, severity, ...said, at, database: database.id }]
}
