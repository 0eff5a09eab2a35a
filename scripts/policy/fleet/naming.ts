// Does Kubernetes accept the names, and those that are derived from them?
import { here, named, phrase } from '../../findings/message.ts'
import { printed } from '../../values/printed.ts'
import { isHook } from '../../applicationset/sync-wave.ts'
import { judgeAnnotation, judgeSyncOption, splitOptions } from '../../applicationset/sync-options.ts'
import { nearestSpot } from '../../findings/spot.ts'
import { namespaceOf } from '../../chart/release.ts'
import type { RenderedObject } from '../../model.ts'
import { valueAt } from '../../values/value.ts'
import { textAt } from '../subject.ts'
import type { PolicyRule, PolicySubject } from '../subject.ts'

const syncOptions = ['cluster', 'annotations', 'argocd.argoproj.io/sync-options'] as const

/** The longest Kubernetes label value, and the longest name of a Service. */
const limit = 63
/** The longest name of a Cluster for the operator; `cluster-name/length` reports longer ones. */
const clusterLimit = 50

/** Whether a name is too long although the Cluster's, from which it is derived, is not. */
function isTooLong({ name }: RenderedObject, subject: PolicySubject): boolean {
  const excess = Math.max(subject.database.cluster.length - clusterLimit, 0)
  return name.length - excess > limit
}

export const naming: readonly PolicyRule[] = [
  {
    id: 'policy/pooler-name-fits',
    severity: 'error',
    configurable: true,
    upstream: 'pgbouncer.Service: the Service has the name of the Pooler',
    summary: 'the name of a pooler is short enough for its Service',
    reads: [['poolers']],
    *check(subject) {
      for (const object of subject.objects) {
        if (object.kind !== 'Pooler' || !isTooLong(object, subject)) continue
        yield {
          object,
          message: phrase`pooler is named ${named(object.name)} (${named(object.name.length)} characters), but a Service name has at most 63`,
          places: [{ path: ['metadata', 'name'] }],
          help: phrase`shorten the pooler's name by ${object.name.length - 63}`,
        }
      }
    },
  },
  {
    id: 'policy/schedule-name-fits',
    severity: 'error',
    configurable: true,
    upstream: 'ScheduledBackup controller: the name is a label of each Backup',
    summary: 'the name of a scheduled backup is short enough for a label',
    reads: [['backups', 'scheduledBackups']],
    *check(subject) {
      for (const object of subject.objects) {
        if (object.kind !== 'ScheduledBackup' || !isTooLong(object, subject)) continue
        yield {
          object,
          message: phrase`scheduled backup is named ${named(object.name)} (${named(object.name.length)} characters), but a label has at most 63`,
          places: [{ path: ['metadata', 'name'] }],
          help: phrase`shorten its name by ${object.name.length - 63}: every Backup carries it as a label`,
        }
      }
    },
  },
  {
    // "cannot use generate name with apply" (kubectl); "generateName" in Argo CD's "Resource Hooks"
    id: 'argocd/name-written',
    severity: 'error',
    configurable: true,
    summary: 'only hooks leave their name to the API server',
    reads: [],
    *check({ objects }) {
      for (const object of objects) {
        const prefix = textAt(object.plain, 'metadata', 'generateName')
        if (prefix === undefined || object.name !== '' || isHook(object.plain)) continue
        yield {
          object,
          message: phrase`${here('generateName')} is ${named(prefix)}, but Argo CD applies objects by their names, and only creates hooks without one`,
          places: [{ path: ['metadata', 'generateName'] }],
          help: phrase`write metadata.name, or make it a hook`,
        }
      }
    },
  },
  {
    id: 'argocd/object-once',
    severity: 'error',
    configurable: true,
    summary: 'no two objects of a release have the same kind, namespace and name',
    reads: [['databases'], ['poolers'], ['backups', 'scheduledBackups']],
    *check({ objects, database }) {
      const seen = new Set<string>()
      for (const object of objects) {
        // the API server names what has `generateName`; what has neither is refused for that
        if (object.name === '') continue
        const namespace = textAt(object.plain, 'metadata', 'namespace') ?? namespaceOf(database)
        const key = `${printed(object.plain['apiVersion'])} ${object.kind} ${namespace}/${object.name}`
        if (seen.has(key))
          yield {
            object,
            message: phrase`${here('name')} is taken by another ${object.kind} (${named(object.name)}), but only one of the two would be applied`,
            places: [{ path: ['metadata', 'name'] }],
            help:
              object.kind === 'Database'
                ? phrase`use another name (\`_\` and \`-\` become the same), or merge the two`
                : phrase`use another name, or merge the two`,
          }
        seen.add(key)
      }
    },
  },
  {
    id: 'argocd/sync-option-known',
    severity: 'warning',
    configurable: true,
    summary: 'the sync options of a database are known to Argo CD',
    reads: [syncOptions],
    *check({ values, settings, database }) {
      const written = valueAt(values, syncOptions)
      const text = written?.kind === 'scalar' ? printed(written.value) : undefined
      if (text === undefined || nearestSpot(values, syncOptions) === undefined) return
      // the generator's own options are judged with the version, not with the service
      const guard = new Set(['Prune=false', 'Delete=false', 'Prune=confirm', 'Delete=confirm'])
      for (const option of splitOptions(text)) {
        if (database.environment.guard !== 'none' && guard.has(option)) continue
        const mistake = judgeSyncOption(option, 'object', settings.argocd.version)
        if (mistake !== undefined) yield { ...mistake, places: [{ path: syncOptions }] }
      }
    },
  },
  {
    id: 'argocd/annotation-known',
    severity: 'warning',
    configurable: true,
    summary: 'the annotations of a database are ones that Argo CD reads there',
    reads: [['cluster', 'annotations']],
    *check({ values }) {
      const path = ['cluster', 'annotations']
      const written = valueAt(values, path)
      if (written?.kind !== 'map') return
      for (const [key, value] of written.entries) {
        const mistake = judgeAnnotation(key)
        if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, key], on: 'key' as const }] }
        const option = /\b(?:ServerSideDiff|IncludeMutationWebhook)\b/.exec(value.kind === 'scalar' ? printed(value.value) : '')?.[0]
        if (key !== 'argocd.argoproj.io/compare-options' || option === undefined) continue
        yield {
          message: phrase`compare option is ${named(option)}, but only the Application reads it, not the Cluster`,
          places: [{ path: [...path, key] }],
          help: phrase`remove it: the generated Applications have ServerSideDiff=true`,
        }
      }
    },
  },
]
