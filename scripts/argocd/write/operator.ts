// Which Argo CD Applications install the operator, and how are they written?
import { GENERATED_HEADER } from '../../discover/header.ts'
import { operatorValues } from '../../discover/inputs.ts'
import type { Environment, Settings } from '../../model.ts'
import { argocdHas, destinationKey, destinationLine, isLocal, quoted, scalar, valueFile } from './text.ts'

/** Environments by destination, in the order of the settings: a Kubernetes cluster has one operator. */
function byDestination(settings: Settings): readonly (readonly [Environment, ...Environment[]])[] {
  const groups = new Map<string, [Environment, ...Environment[]]>()
  for (const environment of settings.environments) {
    const key = destinationKey(environment.destination)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [environment])
    else group.push(environment)
  }
  return [...groups.values()]
}

/**
 * Environments that share a destination but pin another operator (version, chart or namespace) than the first one there:
 * only the first pin is installed.
 */
export function operatorConflicts(settings: Settings): readonly { first: Environment; other: Environment }[] {
  const pin = (environment: Environment): string => {
    const { version, namespace, chart } = environment.operator
    return JSON.stringify([version, namespace, chart.repository, chart.name, chart.version])
  }
  return byDestination(settings).flatMap(([first, ...others]) =>
    others.filter((other) => pin(other) !== pin(first)).map((other) => ({ first, other })),
  )
}

/** The text of `apps/templates/core/cloudnative-pg.yaml`: one Application of the operator for each distinct destination. */
export function writeOperatorApplication(settings: Settings): string {
  const documents = byDestination(settings).map((group) => writeApplication(settings, group))
  return `${GENERATED_HEADER}\n${documents.join('---\n')}`
}

/** The names of the Applications that install operators. */
export function operatorApplications(settings: Settings): string[] {
  return byDestination(settings).map(applicationName)
}

/**
 * The name follows from the destination and its environments, not from the order of the settings: a renamed Application
 * is deleted and created again, and the operator's CRDs with it.
 */
function applicationName(group: readonly [Environment, ...Environment[]]): string {
  if (isLocal(group[0].destination)) return 'cloudnative-pg'
  const names = group.map((environment) => environment.name).sort()
  return `cloudnative-pg-${names[0] ?? ''}`
}

function writeApplication(settings: Settings, group: readonly [Environment, ...Environment[]]): string {
  const { destination, operator } = group[0]
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${scalar(applicationName(group))}
  namespace: ${scalar(settings.argocd.namespace)}
  annotations:
    argocd.argoproj.io/compare-options: ServerSideDiff=true
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
    argocd.argoproj.io/sync-wave: "0"
spec:
  project: default
  destination:
    ${destinationLine(destination)}
    namespace: ${scalar(operator.namespace)}
  sources:
    - repoURL: ${scalar(operator.chart.repository)}
      chart: ${scalar(operator.chart.name)}
      targetRevision: ${scalar(operator.chart.version)}
      helm:
        releaseName: cloudnative-pg
        valueFiles:
          - ${quoted(valueFile(settings, operatorValues))}
    - repoURL: ${scalar(settings.repository.url)}
      targetRevision: ${scalar(settings.repository.revision)}
      ref: values
  syncPolicy:
    automated:
${argocdHas(settings, '3.1') ? '      enabled: true\n' : ''}      prune: false
      selfHeal: true
    syncOptions:
      - CreateNamespace=true
      - ServerSideApply=true
    retry:
      limit: 5
${argocdHas(settings, '3.2') ? '      refresh: true\n' : ''}      backoff:
        duration: 10s
        factor: 2
        maxDuration: 3m
`
}
