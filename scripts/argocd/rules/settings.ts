// Are the settings and the names derived from them valid for the pinned Argo CD and Kubernetes?
import { named, phrase } from '../../findings/message.ts'
import { append } from '../../values/append.ts'
import { nearestSpot } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { isDns1123Label, isDns1123Subdomain, isReadAsText } from '../../kubernetes/dns-name.ts'
import { serviceSpot } from '../../merge/generator.ts'
import { fill } from '../../discover/layout.ts'
import type { Database, Settings } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { hasReached } from '../../applicationset/sync-options.ts'
import { elementKeys } from '../write/applicationset.ts'
import { newerArgoCd } from './version-words.ts'

/** What a client-side apply may put into its annotation. */
export const annotationLimit = 262_144
/** A set without its elements, generously. */
const setBase = 4_096

/** `settings/known-argocd`, `argocd/version-new-enough`, `argocd/application-name`, `argocd/namespace-name` and `argocd/set-size`. */
export function judgeSettings(settings: Settings, databases: readonly Database[]): LocatedFinding[] {
  const spot = (path: Path, on?: 'key' | 'value'): Spot =>
    nearestSpot(settings.origin, path, on) ?? {
      file: settings.origin.origin.file,
      span: settings.origin.origin.key ?? settings.origin.origin.value,
    }
  const findings: LocatedFinding[] = []
  const { version } = settings.argocd
  if (!hasReached(version, '2.14'))
    findings.push({
      rule: 'argocd/version-new-enough',
      severity: 'error',
      message: phrase`argocd.version is ${named(version)}, but the generated sets need 2.14 (helm.skipTests, and guards with \`confirm\`)`,
      at: spot(['argocd', 'version']),
      help: phrase`upgrade Argo CD to 2.14 or later`,
    })
  const newer = newerArgoCd(version)
  if (newer !== undefined)
    findings.push({
      rule: 'settings/known-argocd',
      severity: 'info',
      message: phrase`${newer}`,
      at: spot(['argocd', 'version']),
      help: phrase`update cnpg-values when a release knows it`,
    })
  for (const database of databases) append(findings, nameFindings(database, settings, spot))
  for (const environment of settings.environments) {
    const members = databases.filter((database) => database.environment === environment)
    const keys = elementKeys(settings, environment, members)
    const size = members.reduce((sum, member) => sum + JSON.stringify(keys.of(member)).length + 1, setBase)
    if (size < annotationLimit * 0.8) continue
    findings.push({
      rule: 'argocd/set-size',
      severity: 'warning',
      message: phrase`set of ${named(environment.name)} has ${named(members.length)} elements (about ${named(size)} bytes), but a client-side apply takes ${named(annotationLimit)}`,
      at: spot(['environments', environment.name], 'key'),
      help: phrase`set ServerSideApply=true in the Application that deploys apps/, or split the environment`,
    })
  }
  return findings
}

function* nameFindings(database: Database, settings: Settings, spot: (path: Path) => Spot): Iterable<LocatedFinding> {
  const { application, namespace, environment, service, name } = database
  if (!isDns1123Subdomain(application))
    yield {
      rule: 'argocd/application-name',
      severity: 'error',
      message: phrase`Application is named ${named(application)}, but names are lower-case letters, digits, \`-\` and \`.\`, at most 253`,
      at: spot(['layout', 'application']),
      help: phrase`change postgres.layout.application`,
      database: database.id,
    }
  if (isDns1123Label(namespace) && isReadAsText(namespace)) return
  const isPattern = namespace === fill(environment.namespace, { service, env: environment.name, ...(name === undefined ? {} : { name }) })
  // a service whose name is too long for a Cluster is reported there
  if (isPattern && namespace.length > 63 && database.cluster.length > 50) return
  yield {
    rule: 'argocd/namespace-name',
    severity: 'error',
    message: isReadAsText(namespace)
      ? phrase`namespace is ${named(namespace)} (${named(namespace.length)} long), but must be lower-case letters, digits and \`-\`, at most 63`
      : phrase`namespace is \`${named(namespace)}\`, but must be no word that YAML reads as a number or a switch`,
    at: isPattern ? spot(['environments', environment.name, 'namespace']) : serviceSpot(database),
    help: isPattern ? phrase`change the pattern, or set \`namespace\` in service.yaml` : phrase`change \`namespace\` in service.yaml`,
    database: database.id,
  }
}
