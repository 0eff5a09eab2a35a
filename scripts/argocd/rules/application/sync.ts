// Does Argo CD sync hand-written databases in the expected order, and show every real difference?
import { isUnset } from '../../../applicationset/sources.ts'
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import type { Finding } from '../../../findings/finding.ts'
import type { Json, JsonMap } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import { isJsonMap } from '../../../values/value.ts'
import { isOpen, unknownText } from '../../../deployed/sets/unknown-text.ts'
import { writtenDeployments } from './deployments.ts'

const steps = ['spec', 'strategy', 'rollingSync', 'steps'] as const

function expressionsOf(step: Json): JsonMap[] {
  const list = at(step, 'matchExpressions')
  return Array.isArray(list) ? list.filter(isJsonMap) : []
}

/** The operator of each expression of a step, and its index in the list as it is written. */
function operatorsOf(step: Json): [number, Json | undefined][] {
  const list = at(step, 'matchExpressions')
  return (Array.isArray(list) ? list : []).flatMap((item, index): [number, Json | undefined][] =>
    isJsonMap(item) ? [[index, item['operator']]] : [],
  )
}

/** The steps of a set that rolls; empty where it does not. */
function rollingSteps({ plain }: Manifest): Json[] {
  const list = at(plain, ...steps)
  return at(plain, 'spec', 'strategy', 'type') === 'RollingSync' && Array.isArray(list) ? list : []
}

const isKnown = (operator: Json | undefined): boolean => operator === 'In' || operator === 'NotIn'

const hasKnownOperators = (all: readonly Json[]): boolean =>
  all.every((step) => expressionsOf(step).every(({ operator }) => isKnown(operator)))

/** `buildAppDependencyList`: a missing label matches NotIn, and never In. */
function selects(step: Json, application: JsonMap): boolean {
  return expressionsOf(step).every(({ key, operator, values }) => {
    const label = at(application, 'metadata', 'labels', printed(key))
    const isListed = Array.isArray(values) && values.includes(label ?? null)
    return operator === 'In' ? label !== undefined && isListed : label === undefined || !isListed
  })
}

/** Fields of a Cluster's spec that people change, so that their differences must show; with everything below them. */
const watched = [
  'affinity',
  'backup',
  'bootstrap',
  'certificates',
  'externalClusters',
  'imageCatalogRef',
  'imageName',
  'managed',
  'monitoring',
  'plugins',
  'postgresql',
  'replica',
  'replicationSlots',
  'resources',
  'storage',
  'superuserSecret',
  'tablespaces',
  'walStorage',
] as const
const deeper = new Set([
  'postgresql.parameters',
  'postgresql.pg_hba',
  'storage.size',
  'walStorage.size',
  'managed.roles',
  'backup.barmanObjectStore',
  'bootstrap.initdb',
])

/** `ArgoCDSSAManager`: `managedfields.Normalize` takes what a trusted manager owns out of both sides. */
const ownManager = 'argocd-controller'

export const syncRules: readonly ManifestRule[] = [
  {
    // `IsRollingSyncStrategy`: "It's only RollingSync if the type specifically sets it"; every other set writes and syncs all at once
    id: 'argocd/rolling-type',
    severity: 'warning',
    upstream: 'IsRollingSyncStrategy',
    summary: 'a set with steps of RollingSync has the strategy of that type',
    *check({ plain }) {
      const [type, list] = [at(plain, 'spec', 'strategy', 'type'), at(plain, ...steps)]
      if (type === 'RollingSync' || !Array.isArray(list) || list.length === 0) return
      if (typeof type === 'string' && isOpen(type)) return
      yield {
        message: phrase`rollingSync has steps, but type of the strategy is ${isUnset(type) ? 'not set' : named(printed(type))}, so that all are synced at once`,
        places: [isUnset(type) ? { path: ['spec', 'strategy', 'rollingSync'], on: 'key' } : { path: ['spec', 'strategy', 'type'] }],
        help: isUnset(type)
          ? phrase`add \`type: RollingSync\` to spec.strategy, or remove the steps`
          : phrase`write RollingSync, or remove the steps`,
      }
    },
  },
  {
    id: 'argocd/rolling-operator',
    severity: 'error',
    upstream: 'labelMatchedExpression',
    summary: 'steps of RollingSync select with In and NotIn',
    *check(manifest) {
      for (const [index, step] of rollingSteps(manifest).entries())
        for (const [item, operator] of operatorsOf(step)) {
          if (isKnown(operator)) continue
          yield {
            message: phrase`operator is ${named(printed(operator))}, but steps of RollingSync take In and NotIn`,
            places: [{ path: [...steps, index, 'matchExpressions', item, 'operator'] }],
            help: phrase`write In or NotIn, with values`,
          }
        }
    },
  },
  {
    id: 'argocd/rolling-one-step',
    severity: 'warning',
    upstream: 'buildAppDependencyList',
    summary: 'each Application of a set that rolls is in exactly one step',
    *check(manifest) {
      const all = rollingSteps(manifest)
      if (all.length === 0 || !hasKnownOperators(all)) return
      yield* stepMistake(all, manifest)
    },
  },
  {
    id: 'argocd/rolling-automated',
    severity: 'warning',
    upstream: 'RollingSync switches auto-sync off',
    summary: 'a set that rolls does not also ask for auto-sync',
    *check(manifest) {
      const path = [...manifest.base, 'spec', 'syncPolicy', 'automated']
      const automated = at(manifest.plain, ...path)
      const all = rollingSteps(manifest)
      if (all.length === 0 || !isJsonMap(automated) || automated['enabled'] === false) return
      // steps that are wrong come first
      if (!hasKnownOperators(all) || [...stepMistake(all, manifest)].length > 0) return
      yield {
        message: phrase`automated is set, but RollingSync switches auto-sync off: nothing is healed between two changes`,
        places: [{ path, on: 'key' }],
        help: phrase`remove \`automated\`, or the strategy`,
      }
    },
  },
  {
    id: 'argocd/differences-shown',
    severity: 'warning',
    summary: 'ignoreDifferences hide no part of a Cluster that people change',
    *check(manifest) {
      const { plain, base, settings } = manifest
      const path = [...base, 'spec', 'ignoreDifferences']
      const list = at(plain, ...path)
      if (!Array.isArray(list) || list.length === 0 || writtenDeployments([manifest], [settings]).length === 0) return
      for (const [index, entry] of list.entries()) {
        if (!isJsonMap(entry) || !['Cluster', '*'].includes(printed(entry['kind']))) continue
        if (!['postgresql.cnpg.io', '*'].includes(printed(entry['group'] ?? ''))) continue
        const own = listOf(entry['managedFieldsManagers']).indexOf(ownManager)
        if (own >= 0)
          yield {
            message: phrase`managedFieldsManagers hold ${ownManager}, which is Argo CD itself: no change of a Cluster is ever seen or synced`,
            places: [{ path: [...path, index, 'managedFieldsManagers', own] }],
            help: phrase`name who else writes those fields; the operator is \`manager\``,
          }
        for (const field of ['jsonPointers', 'jqPathExpressions'])
          for (const [item, text] of listOf(entry[field]).entries()) {
            if (!hidesTooMuch(text)) continue
            yield {
              message: phrase`ignoreDifferences hide ${named(text)}, but a change there would then never be seen or healed`,
              places: [{ path: [...path, index, field, item] }],
              help: phrase`name single fields that the operator fills in, such as /spec/managed/roles/0/inherit`,
            }
          }
      }
    },
  },
]

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(printed) : []
}

/** `/spec/postgresql` or `.spec.postgresql`: the spec itself, one of its fields, or a sub-tree that people write. */
function hidesTooMuch(text: string): boolean {
  const path = text.startsWith('/') || text === '' ? text.slice(1).replaceAll('/', '.') : text.replace(/^\./, '')
  if (path === '' || path === 'spec') return true
  if (!path.startsWith('spec.')) return false
  const below = path.slice('spec.'.length)
  return watched.some((field) => field === below) || deeper.has(below)
}

function* stepMistake(all: readonly Json[], { applications }: Manifest): Iterable<Finding> {
  for (const application of applications ?? []) {
    if (JSON.stringify(at(application, 'metadata', 'labels') ?? null).includes(unknownText)) continue
    const found = all.flatMap((step, index) => (selects(step, application) ? [index + 1] : []))
    if (found.length === 1) continue
    const name = applicationName(application).slice(0, 40)
    const [, second] = found
    yield second === undefined
      ? {
          message: phrase`Application ${named(name)} is in no step, but RollingSync never syncs what no step selects`,
          places: [{ path: [...steps], on: 'key' }],
          help: phrase`give the template the labels that the steps select, or add a step`,
        }
      : {
          message: phrase`Application ${named(name)} is in steps ${found.join(' and ')}, but must be in exactly one`,
          places: [{ path: [...steps, second - 1, 'matchExpressions'], on: 'key' }],
          help: phrase`narrow one of the steps`,
        }
    return
  }
}
