// Which policies can the API server itself check, as ValidatingAdmissionPolicy objects?
import { stringify } from 'yaml'
import type { Leveled } from '../report/levels.ts'

/** A policy about one object alone, in CEL: `object` is the whole object, and the expression holds where the rule is content. */
export interface AdmissionExpression {
  readonly id: string
  readonly resource: 'clusters' | 'scheduledbackups' | 'poolers'
  readonly expression: string
  /** what is refused or warned of where it does not hold */
  readonly message: string
}

/** Whether all fields on a path are there: `has()` looks one step ahead. */
const present = (path: string): string => {
  const steps = path.split('.')
  return steps
    .map((_, index) => `has(object.${steps.slice(0, index + 1).join('.')})`)
    .slice(1)
    .join(' && ')
}
const instances = '(has(object.spec.instances) ? object.spec.instances : 1)'
const sync = 'object.spec.postgresql.synchronous'
const flavour = String.raw`/cloudnative-pg/postgresql:[0-9][0-9.]*(-[0-9]+)?-(minimal|standard)-[a-z]+(@.*)?$`

export const admissionExpressions: readonly AdmissionExpression[] = [
  {
    id: 'policy/standby-exists',
    resource: 'clusters',
    expression: `${instances} > 1 || (${present('spec.replica.enabled')} && object.spec.replica.enabled)`,
    message: 'instances is 1: a failed node stops the database',
  },
  {
    id: 'policy/drainable',
    resource: 'clusters',
    expression:
      `${instances} != 1 || (has(object.spec.enablePDB) && !object.spec.enablePDB)` +
      ` || (${present('spec.nodeMaintenanceWindow.inProgress')} && object.spec.nodeMaintenanceWindow.inProgress)`,
    message: 'instances is 1, but the PodDisruptionBudget keeps its node from ever being drained: set enablePDB: false',
  },
  {
    id: 'policy/spare-synchronous-standby',
    resource: 'clusters',
    expression:
      `!(${present('spec.postgresql.synchronous.number')}) || (has(${sync}.dataDurability) && ${sync}.dataDurability == "preferred")` +
      ` || (has(${sync}.standbyNamesPre) && size(${sync}.standbyNamesPre) > 0) || (has(${sync}.standbyNamesPost) && size(${sync}.standbyNamesPost) > 0)` +
      ` || ${instances} < 2 || ${sync}.number != ${instances} - 1`,
    message: 'synchronous.number is the number of standbys: one that is away stops every commit',
  },
  {
    id: 'policy/streaming-probe-starts',
    resource: 'clusters',
    expression:
      `!(${present('spec.probes.startup.type')} && object.spec.probes.startup.type == "streaming"` +
      ` && ${present('spec.postgresql.synchronous.dataDurability')} && ${sync}.dataDurability == "preferred"` +
      ` && has(${sync}.failoverQuorum) && ${sync}.failoverQuorum)`,
    message: 'with failoverQuorum and preferred durability a streaming startup probe lets no standby get ready',
  },
  {
    id: 'policy/plugin-name',
    resource: 'clusters',
    expression: `!has(object.spec.plugins) || object.spec.plugins.all(plugin, plugin.name != "barman-cloud" && plugin.name != "barmancloud.cnpg.io")`,
    message: "the plugin's name is barman-cloud.cloudnative-pg.io",
  },
  {
    id: 'policy/image-has-barman',
    resource: 'clusters',
    expression: `!(${present('spec.backup.barmanObjectStore')} && has(object.spec.imageName) && object.spec.imageName.matches('${flavour}'))`,
    message: 'minimal and standard images hold no barman-cloud, which barmanObjectStore needs: use a system image or the plugin',
  },
  {
    id: 'policy/superuser-secret-used',
    resource: 'clusters',
    expression: `!(${present('spec.superuserSecret.name')}) || (has(object.spec.enableSuperuserAccess) && object.spec.enableSuperuserAccess)`,
    message: 'superuserSecret is set, but enableSuperuserAccess is not true',
  },
  {
    id: 'policy/target-time-readable',
    resource: 'clusters',
    expression: `!(${present('spec.bootstrap.recovery.recoveryTarget.targetTime')}) || !object.spec.bootstrap.recovery.recoveryTarget.targetTime.matches('^[0-9-]+ .*Z *$')`,
    message: 'PostgreSQL reads no Z in a target time: write +00:00',
  },
  {
    id: 'policy/schedule-frequency',
    resource: 'scheduledbackups',
    expression: String.raw`!object.spec.schedule.matches('^ *[^ ]+ +[^ ]+ +[*?] +[^ ]+ +[^ ]+ +[^ ]+ *$')`,
    message: 'the hour of the schedule is *: base backups are taken every hour or more often',
  },
]

const labels = { 'app.kubernetes.io/managed-by': 'cnpg-values' }

function objectsOf({ id, resource, expression, message }: AdmissionExpression, { severity, preset }: Leveled): readonly object[] {
  const name = `cnpg-values-${id.replace('/', '-')}`
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['postgresql.cnpg.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
          ],
        },
        validations: [{ expression, message: `${message} [${id}]`, reason: 'Invalid' }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: {
        policyName: name,
        validationActions: severity === 'error' ? ['Deny'] : ['Warn', 'Audit'],
        ...(preset === undefined ? {} : { matchResources: { namespaceSelector: { matchLabels: { 'cnpg-values/preset': preset } } } }),
      },
    },
  ]
}

/**
 * A policy and its binding for each rule that one object decides, as YAML. An error denies, a warning warns; rules of the
 * preset `production` are bound to namespaces with the label `cnpg-values/preset: production`.
 */
export function writeAdmissionPolicies(rules: readonly Leveled[]): string {
  const known = new Map(rules.map((rule) => [rule.id, rule]))
  const documents = admissionExpressions.flatMap((one) => objectsOf(one, known.get(one.id) ?? { id: one.id, severity: 'warning' }))
  const head =
    '# Written by `cnpg-values rules --export vap`: what CI checks in files, the API server checks in objects. Needs Kubernetes 1.30.\n'
  return head + documents.map((document) => `---\n${stringify(document, { lineWidth: 0 })}`).join('')
}
