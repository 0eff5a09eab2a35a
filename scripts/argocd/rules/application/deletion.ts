// Could a hand-written Application or set delete a database unintentionally?
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { guardOptions } from '../../../deployed/values/application-values.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { sourcesIn } from '../../../applicationset/sources.ts'
import { splitOptions } from '../../../applicationset/sync-options.ts'
import { objectsIn } from '../../../deployed/folders/folder-objects.ts'
import { at, holds, indexOfText, isDatabase, texts } from '../../../deployed/manifest-parts.ts'

const cascading = /^resources-finalizer\.argocd\.argoproj\.io(?:\/(?:background|foreground))?$/
const options = 'annotate the Cluster through values: cluster.annotations with argocd.argoproj.io/sync-options: Prune=false,Delete=false'

/** A database without the guard, where that can be known. */
function unguarded({ applications, settings, tree }: Manifest, what: 'Prune' | 'Delete'): JsonMap | undefined {
  return applications?.find((application) => {
    if (!isDatabase(application, settings)) return false
    const found = guardOptions(application, { settings, tree })
    return found !== undefined && !holds(found, what)
  })
}

/** Whether a folder has a Cluster of its own without the guard: Argo CD prunes what goes from it, but an empty folder only where that is allowed. */
function hasUnguardedFolder(manifest: Manifest): boolean {
  return (manifest.applications ?? []).some((application) => {
    const own = texts(at(application, 'spec', 'syncPolicy', 'syncOptions'))
    return sourcesIn(at(application, 'spec')).some((source) =>
      objectsIn(source, manifest).some(({ kind, plain }) => {
        const written = printed(at(plain, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options') ?? '')
        return kind === 'Cluster' && !holds(new Set([...own, ...splitOptions(written)]), 'Prune')
      }),
    )
  })
}

export const deletionRules: readonly ManifestRule[] = [
  {
    id: 'argocd/finalizer-defeats-preserve',
    severity: 'error',
    upstream: 'template.GenerateApplications: a finalizer of the template stays',
    summary: 'preserveResourcesOnDeletion is not undone by a finalizer of the template',
    *check({ kind, plain }) {
      const path: Path = ['spec', 'template', 'metadata', 'finalizers']
      if (kind !== 'ApplicationSet' || at(plain, 'spec', 'syncPolicy', 'preserveResourcesOnDeletion') !== true) return
      const index = indexOfText(at(plain, ...path), (finalizer) => cascading.test(finalizer))
      if (index < 0) return
      yield {
        message: phrase`finalizers of the template delete everything, but preserveResourcesOnDeletion asks to keep it`,
        places: [
          { path: [...path, index] },
          { path: ['spec', 'syncPolicy', 'preserveResourcesOnDeletion'], label: phrase`this has no effect` },
        ],
        help: phrase`remove the finalizer from the template`,
      }
    },
  },
  {
    id: 'argocd/set-keeps-databases',
    severity: 'warning',
    summary: 'removing an element does not delete its database',
    *check(manifest) {
      const { kind, plain } = manifest
      const policy = at(plain, 'spec', 'syncPolicy')
      const sync = at(policy, 'applicationsSync')
      if (
        kind !== 'ApplicationSet' ||
        sync === 'create-update' ||
        sync === 'create-only' ||
        at(policy, 'preserveResourcesOnDeletion') === true
      )
        return
      if (unguarded(manifest, 'Delete') === undefined) return
      yield {
        message: phrase`applicationsSync is ${typeof sync === 'string' ? sync : 'not set'}, but an element that goes would then delete its database`,
        places: [{ path: ['spec', 'syncPolicy', 'applicationsSync'] }],
        help: phrase`set spec.syncPolicy.applicationsSync: create-update and preserveResourcesOnDeletion: true`,
      }
    },
  },
  {
    id: 'argocd/prune-spares-databases',
    severity: 'warning',
    summary: 'automated pruning does not reach an unguarded database',
    *check(manifest) {
      const path = [...manifest.base, 'spec', 'syncPolicy', 'automated']
      const { plain } = manifest
      const isEmptied = at(plain, ...path, 'allowEmpty') === true
      const name = isEmptied ? 'allowEmpty' : 'prune'
      // without pruning nothing goes, whatever else is allowed
      if (at(plain, ...path, 'prune') !== true) return
      if (unguarded(manifest, 'Prune') === undefined && !(isEmptied && hasUnguardedFolder(manifest))) return
      yield {
        message: phrase`automated.${named(name)} is true, but nothing keeps the Cluster from being pruned`,
        places: [{ path: [...path, name] }],
        help: phrase`set ${named(name)}: false, or ${named(options)}`,
      }
    },
  },
  {
    id: 'argocd/server-side-diff',
    severity: 'warning',
    summary: 'defaults that the operator fills in do not show as permanent differences',
    *check({ applications, plain, base, settings }) {
      // it is what our own sets ask for: without settings, it is a matter of taste
      if (!settings.generate || applications?.some((application) => isDatabase(application, settings)) !== true) return
      const path = [...base, 'metadata', 'annotations', 'argocd.argoproj.io/compare-options']
      const written = at(plain, ...path)
      if (typeof written === 'string' && written.includes('ServerSideDiff=true')) return
      // the misspelt annotation is reported separately
      if (printed(at(plain, ...path.slice(0, -1), 'argocd.argoproj.io/diff-options')).includes('ServerSideDiff=true')) return
      yield {
        message: phrase`compare-options have no ServerSideDiff=true, but the operator fills in fields that then always differ`,
        places: [{ path }],
        help: phrase`annotate the Application with argocd.argoproj.io/compare-options: ServerSideDiff=true`,
      }
    },
  },
]
