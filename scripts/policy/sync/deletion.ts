// Would Argo CD delete, re-create or lose sight of a database because of an annotation?
import { hookAnnotations } from '../../applicationset/sync-wave.ts'
import { named, phrase } from '../../findings/message.ts'
import { printed } from '../../values/printed.ts'
import type { Value } from '../../values/value.ts'
import { judgeReplacing } from '../../applicationset/replacing.ts'
import { valueAt } from '../../values/value.ts'
import type { PolicyRule, PolicySubject } from '../subject.ts'

const annotations = ['cluster', 'annotations'] as const
const options = 'argocd.argoproj.io/sync-options'

function textOf({ values }: PolicySubject, name: string): string | undefined {
  const value: Value | undefined = valueAt(values, [...annotations, name])
  return value?.kind === 'scalar' ? printed(value.value) : undefined
}

/**
 * A hook is deleted before it is created again, unless an annotation says otherwise (gitops-engine, BeforeHookCreation). Also
 * checked if no object is left: Helm prints no hook of a kind that it does not know.
 */
export const deletion: readonly PolicyRule[] = [
  {
    id: 'argocd/cluster-is-no-hook',
    severity: 'error',
    configurable: true,
    summary: 'the Cluster is not a hook, which Argo CD would delete and re-create at each sync, or never apply',
    reads: hookAnnotations.map((name) => [...annotations, name]),
    *check(subject) {
      for (const name of hookAnnotations) {
        if (textOf(subject, name) === undefined) continue
        yield {
          message: phrase`cluster.annotations has ${named(name)}, but a Cluster that is a hook is deleted and re-created at each sync`,
          places: [{ path: [...annotations, name], on: 'key' }],
          help: phrase`remove it: the chart copies these annotations onto the Cluster itself`,
        }
      }
    },
  },
  {
    id: 'argocd/cluster-is-not-replaced',
    severity: 'error',
    configurable: true,
    upstream: 'syncContext.applyObject',
    summary: 'no sync option makes Argo CD delete and re-create the Cluster',
    reads: [[...annotations, options]],
    *check(subject) {
      const found = judgeReplacing(textOf(subject, options) ?? '', subject.syncOptions)
      if (found?.deletes === true) yield { message: found.message, help: found.help, places: [{ path: [...annotations, options] }] }
    },
  },
  {
    id: 'argocd/cluster-is-not-overwritten',
    severity: 'warning',
    configurable: true,
    upstream: 'syncContext.applyObject',
    summary: 'no sync option overwrites what was set on the live Cluster, such as the annotation that fences an instance',
    reads: [[...annotations, options]],
    *check(subject) {
      const found = judgeReplacing(textOf(subject, options) ?? '', subject.syncOptions)
      if (found?.deletes === false) yield { message: found.message, help: found.help, places: [{ path: [...annotations, options] }] }
    },
  },
]
