// Which ApplicationSets deploy the databases, and how are they written?
import { printed } from '../../values/printed.ts'
import { GENERATED_HEADER } from '../../discover/header.ts'
import { fill } from '../../discover/layout.ts'
import type { Database, Environment, Settings } from '../../model.ts'
import { releaseOf } from '../../chart/release.ts'
import { applicationLabels, applicationRest, ownAnnotations, ownSources, ownSyncPolicy } from './application-parts.ts'
import { argocdHas, destinationLine, elementTemplate, quoted, scalar, valueFile } from './text.ts'

/** Opens and closes the raw string that keeps Helm from reading what Argo CD is meant to read. */
export const openingFence = '# Helm copies the text between the two fences untouched: what stands here is what Argo CD reads. {{`'
export const closingFence = '# `}} End of the text that Helm copies untouched.'

/**
 * The text of `apps/templates/data/postgres-clusters.yaml`: one ApplicationSet for each environment that has a database,
 * in the order of the settings, elements sorted by service and name. An environment without databases gets no set: an
 * empty one would deploy nothing, and a set that goes away is kept by its `Prune=false`.
 */
export function writeApplicationSets(settings: Settings, databases: readonly Database[]): string {
  const sets: string[] = []
  for (const [index, environment] of settings.environments.entries()) {
    const members = databases.filter((database) => database.environment.name === environment.name).sort(byServiceAndName)
    if (members.length > 0) sets.push(writeSet(settings, { environment, members, wave: printed((index + 1) * 10) }))
  }
  return `${GENERATED_HEADER}\n${openingFence}\n${sets.join('---\n')}${closingFence}\n`
}

interface SetPlan {
  readonly environment: Environment
  readonly members: readonly Database[]
  readonly wave: string
}

function byServiceAndName(a: Database, b: Database): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1
  const [left, right] = [a.name ?? '', b.name ?? '']
  return left === right ? 0 : left < right ? -1 : 1
}

/** A text of the set: a template that serves all members, or a key of every element where one member differs. */
interface Field {
  readonly key: string
  readonly of: (database: Database) => string
  readonly pattern: string
}

/** The field that names the releases: they are called as their Clusters, unless somebody says otherwise. */
function releaseField({ layout }: Settings, members: readonly Database[]): Field {
  const hasOwn = layout.release !== undefined || members.some(({ release }) => release !== undefined)
  return { key: hasOwn ? 'release' : 'cluster', of: releaseOf, pattern: layout.release ?? layout.cluster }
}

function fieldsOf(settings: Settings, environment: Environment, members: readonly Database[]): readonly Field[] {
  const named = members.some((database) => database.name !== undefined)
  return [
    { key: 'application', of: (database) => database.application, pattern: settings.layout.application },
    releaseField(settings, members),
    { key: 'namespace', of: (database) => database.namespace, pattern: environment.namespace },
    {
      key: 'rendered',
      of: (database) => database.rendered,
      pattern: `helm-values/data/rendered/{env}/{service}${named ? '/{name}' : ''}.yaml`,
    },
  ]
}

/** Which texts of a set are templates, and which are keys of every element because one member's does not follow from its service. */
interface Keys {
  readonly fields: readonly Field[]
  readonly own: readonly Field[]
  /** the keys of a member's element */
  readonly of: (database: Database) => Record<string, string>
}

/** The keys that an element of a set has for each database. */
export function elementKeys(settings: Settings, environment: Environment, members: readonly Database[]): Keys {
  const named = members.some((database) => database.name !== undefined)
  const fields = fieldsOf(settings, environment, members)
  const own = fields.filter((field) => differs(field, members))
  const of = (database: Database): Record<string, string> => {
    const keys: Record<string, string> = { service: database.service }
    if (named) keys['name'] = database.name ?? ''
    for (const field of own) keys[field.key] = field.of(database)
    if (database.retired !== undefined) keys['retired'] = 'true'
    return keys
  }
  return { fields, own, of }
}

function differs(field: Field, members: readonly Database[]): boolean {
  return members.some((database) => {
    const { service, name, environment } = database
    const parts = { service, env: environment.name, ...(name === undefined ? {} : { name }) }
    return field.of(database) !== fill(field.pattern, parts)
  })
}

function writeSet(settings: Settings, plan: SetPlan): string {
  const { environment, members } = plan
  const keys = elementKeys(settings, environment, members)
  const text = (key: string): string => {
    const field = keys.fields.find((candidate) => candidate.key === key) as Field
    return keys.own.includes(field) ? `{{ .${key} }}` : elementTemplate(field.pattern, environment.name)
  }
  const elements = members.map((database) => writeElement(keys.of(database))).join('')
  return `${setHead(settings, plan)}        elements:
${elements}  syncPolicy:
    applicationsSync: create-update
    preserveResourcesOnDeletion: true
${applicationTemplate(settings, plan, text)}${retirementPatch(settings, members)}`
}

function setHead(settings: Settings, plan: SetPlan): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: ${scalar(`postgres-clusters-${plan.environment.name}`)}
  namespace: ${scalar(settings.argocd.namespace)}
  annotations:
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
    argocd.argoproj.io/sync-wave: ${quoted(plan.wave)}
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  generators:
    - list:
`
}

function writeElement(keys: Readonly<Record<string, string>>): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${quoted(value)}`)
  return `          - ${lines.join('\n            ')}\n`
}

function applicationTemplate(settings: Settings, { environment, members }: SetPlan, text: (key: string) => string): string {
  const chart = environment.clusterChart
  const rendered = valueFile(settings, text('rendered'))
  return `  template:
    metadata:
      name: ${quoted(text('application'))}
${applicationLabels(environment)}${ownAnnotations(environment) ?? '      annotations:\n        argocd.argoproj.io/compare-options: ServerSideDiff=true\n'}    spec:
      project: ${scalar(settings.argocd.project)}
      destination:
        ${destinationLine(environment.destination)}
        namespace: ${quoted(text('namespace'))}
      sources:
        - repoURL: ${scalar(chart.repository)}
          chart: ${scalar(chart.name)}
          targetRevision: ${scalar(chart.version)}
          helm:
            releaseName: ${quoted(text(releaseField(settings, members).key))}
            skipTests: true
            valueFiles:
              - ${quoted(rendered)}
        - repoURL: ${scalar(settings.repository.url)}
          targetRevision: ${scalar(settings.repository.revision)}
          ref: values
${ownSources(environment)}${applicationRest(environment)}${ownSyncPolicy(environment) ?? usualSyncPolicy(settings, environment)}`
}

function usualSyncPolicy(settings: Settings, environment: Environment): string {
  return `      syncPolicy:
${automation(settings, environment.autoSync)}        syncOptions:
          - CreateNamespace=true
          - ServerSideApply=true
        retry:
          limit: 5
${argocdHas(settings, '3.2') ? '          refresh: true\n' : ''}          backoff:
            duration: 10s
            factor: 2
            maxDuration: 3m
`
}

/** `automated.enabled` came with Argo CD 3.1; before, the block itself switches auto-sync on, so that off means no block. */
function automation(settings: Settings, autoSync: boolean): string {
  const hasSwitch = argocdHas(settings, '3.1')
  if (!hasSwitch && !autoSync) return ''
  const enabled = hasSwitch ? `          enabled: ${autoSync}\n` : ''
  return `        automated:\n${enabled}          prune: false\n          selfHeal: true\n`
}

function retirementPatch(settings: Settings, members: readonly Database[]): string {
  if (members.every((database) => database.retired === undefined)) return ''
  const off = argocdHas(settings, '3.1') ? 'automated:\n          enabled: false' : 'automated: null'
  return `  templatePatch: |
    {{- if hasKey . "retired" }}
    spec:
      syncPolicy:
        ${off}
    {{- end }}
`
}
