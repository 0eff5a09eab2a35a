// What may the Applications of the databases deploy, and where?
import { GENERATED_HEADER } from '../../discover/header.ts'
import { printed } from '../../values/printed.ts'
import type { Database, Settings } from '../../model.ts'
import { destinationLine, quoted, scalar } from './text.ts'

/** What the `cluster` chart makes; its test Job is missing because the sets skip tests. */
const chartKinds: readonly (readonly [group: string, kind: string])[] = [
  ['', 'ConfigMap'],
  ['', 'Secret'],
  ['apps', 'StatefulSet'],
  ['barmancloud.cnpg.io', 'ObjectStore'],
  ['monitoring.coreos.com', 'PodMonitor'],
  ['monitoring.coreos.com', 'PrometheusRule'],
  ['postgresql.cnpg.io', 'Cluster'],
  ['postgresql.cnpg.io', 'Database'],
  ['postgresql.cnpg.io', 'ImageCatalog'],
  ['postgresql.cnpg.io', 'Pooler'],
  ['postgresql.cnpg.io', 'ScheduledBackup'],
]

/**
 * The text of `apps/templates/data/project.yaml`: an AppProject that takes both repositories, the namespaces of the
 * databases at their destinations, the kinds of the chart, and Namespace (which `CreateNamespace=true` needs).
 */
export function writeProject(settings: Settings, databases: readonly Database[]): string {
  const charts = settings.environments.map((environment) => environment.clusterChart.repository)
  const others = settings.environments.flatMap(({ application }) => (application?.sources ?? []).map(({ repoURL }) => printed(repoURL)))
  const repositories = [...new Set([...charts, settings.repository.url, ...others])].sort()
  const kinds = chartKinds.map(([group, kind]) => `    - group: ${quoted(group)}\n      kind: ${kind}\n`)
  return `${GENERATED_HEADER}
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: ${scalar(settings.argocd.project)}
  namespace: ${scalar(settings.argocd.namespace)}
  annotations:
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
    argocd.argoproj.io/sync-wave: "5"
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  description: PostgreSQL databases
  sourceRepos:
${repositories.map((url) => `    - ${scalar(url)}\n`).join('')}${destinations(settings, databases)}  clusterResourceWhitelist:
    - group: ""
      kind: Namespace
  namespaceResourceWhitelist:
${kinds.join('')}`
}

function destinations(settings: Settings, databases: readonly Database[]): string {
  const lines = new Set<string>()
  for (const environment of settings.environments) {
    const members = databases.filter((database) => database.environment.name === environment.name)
    const namespaces = members.map((database) => database.namespace).sort()
    const destination = destinationLine(environment.destination)
    for (const namespace of namespaces) lines.add(`    - ${destination}\n      namespace: ${scalar(namespace)}\n`)
  }
  return lines.size === 0 ? '  destinations: []\n' : `  destinations:\n${[...lines].join('')}`
}
