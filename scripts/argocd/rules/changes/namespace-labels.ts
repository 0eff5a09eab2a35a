// Does a namespace keep the labels that its Application gave it when a generated set takes the Application over?
import { named, phrase } from '../../../findings/message.ts'
import type { Message } from '../../../findings/finding.ts'
import { fill } from '../../../discover/layout.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { Json } from '../../../values/value.ts'
import { printed } from '../../../values/printed.ts'
import { listed } from '../../../values/path.ts'
import type { Deployment } from '../application/deployments.ts'

interface Lost {
  readonly rule: string
  readonly severity: 'error'
  readonly part: 'namespace'
  readonly message: Message
  readonly help: Message
}

/** What selects namespaces (network policies, secret stores) may hang on `managedNamespaceMetadata`. */
export function lostNamespaceLabels({ manifest, application, namespace }: Deployment, { database }: Deployment): Lost[] {
  const old = manifest?.applications?.find((one) => applicationName(one) === application)
  if (old === undefined || database === undefined) return []
  const { service, name, environment } = database
  const parts = { service, env: environment.name, ...(name !== undefined && { name }) }
  const was = labelsOf(at(old, 'spec', 'syncPolicy') ?? null)
  const is = labelsOf(environment.application?.syncPolicy ?? null)
  const lost = Object.entries(was).filter(([key, value]) => fill(printed(is[key] ?? ''), parts) !== printed(value))
  if (lost.length === 0) return []
  const labels = listed(lost.map(([key, value]) => `${key}: ${printed(value)}`))
  return [
    {
      rule: 'changes/namespace-labels-stay',
      severity: 'error',
      part: 'namespace',
      message: phrase`namespace ${named(namespace)} had labels of its Application (${named(labels)}), but the generated set gives it none of them`,
      help: phrase`add them to environments.${named(environment.name)}.application.syncPolicy.managedNamespaceMetadata.labels`,
    },
  ]
}

function labelsOf(policy: Json): Readonly<Record<string, Json>> {
  const labels = at(policy, 'managedNamespaceMetadata', 'labels')
  return isJsonMap(labels) ? labels : {}
}
