// Does Argo CD apply what a Cluster needs before it waits for that Cluster?
import { hookAnnotations, isHook, waveAnnotation, waveOf } from '../../applicationset/sync-wave.ts'
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { filledBy } from '../../operator/objects.ts'
import { once } from '../../values/once.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { initLists } from '../sql/sql-texts.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const annotation: Path = ['metadata', 'annotations', waveAnnotation]

/** Phases of Argo CD; where none is named, it reads Helm's (gitops-engine, `hook.Types`). */
const known = /^(?:PreSync|Skip|Sync|PostSync|SyncFail|PreDelete|PostDelete)$/
/** What Argo CD applies after everything is healthy, or when something fails, or never: no Cluster may wait for it. */
const late = /^(?:PostSync|SyncFail|P(?:re|ost)Delete|post-(?:install|upgrade|delete)|pre-delete)$/

/** Where an object is made a hook that comes too late; Argo CD reads Helm's annotation where its own names no phase. */
function lateHook({ plain }: RenderedObject): { readonly path: Path; readonly text: string; readonly early: string } | undefined {
  if ('sops' in plain) return undefined
  for (const [index, name] of hookAnnotations.entries()) {
    const path = ['metadata', 'annotations', name]
    const text = textAt(plain, ...path) ?? ''
    const phases = text.split(',').map((phase) => phase.trim())
    if (text === '') continue
    // a phase that there is not is reported as such (`argocd/hook-known`)
    const counted = index === 0 ? phases.filter((phase) => known.test(phase)) : phases
    if (counted.length === 0) return undefined
    return counted.every((phase) => late.test(phase))
      ? { path, text, early: index === 0 ? 'PreSync' : 'pre-install,pre-upgrade' }
      : undefined
  }
  return undefined
}

/** Undefined: it is no number, a hook has it, which belongs to a phase of its own, or another program decrypts the object first. */
function ownWave({ plain }: RenderedObject): number | undefined {
  return isHook(plain) || 'sops' in plain ? undefined : waveOf(plain)
}

/** Kubernetes does not wait for what is optional. */
const namesIn = (list: readonly Json[], ...path: readonly (string | number)[]): string[] =>
  list.flatMap((one) => (plainAt(one, ...path.slice(0, -1), 'optional') === true ? [] : (textAt(one, ...path) ?? [])))

/** Without these no instance is made, or none of its pods starts. */
function needsOf({ plain }: RenderedObject): readonly (readonly [kind: string, names: readonly string[]])[] {
  const [bootstrap, certificates] = [plainAt(plain, 'spec', 'bootstrap'), plainAt(plain, 'spec', 'certificates')]
  const initdb = plainAt(bootstrap, 'initdb')
  const held = (list: string): string[] => initLists.flatMap((init) => namesIn(listAt(initdb, `${init}Refs`, list), 'name'))
  const env = listAt(plain, 'spec', 'env')
  const sources = [textAt(bootstrap, 'recovery', 'source'), textAt(plain, 'spec', 'replica', 'source')]
  const plugins = [
    ...listAt(plain, 'spec', 'plugins').filter((plugin) => plainAt(plugin, 'enabled') !== false),
    ...listAt(plain, 'spec', 'externalClusters')
      .filter((external) => sources.includes(textAt(external, 'name')))
      .map((external) => plainAt(external, 'plugin') ?? null),
  ].filter((plugin) => textAt(plugin, 'name') === barmanPlugin)
  return [
    [
      'Secret',
      [
        ...namesIn([initdb ?? null], 'secret', 'name'),
        ...(isJsonMap(certificates) ? Object.values(certificates).filter((name) => typeof name === 'string') : []),
        ...held('secretRefs'),
        ...namesIn(env, 'valueFrom', 'secretKeyRef', 'name'),
        ...namesIn(listAt(plain, 'spec', 'envFrom'), 'secretRef', 'name'),
      ],
    ],
    [
      'ConfigMap',
      [
        ...held('configMapRefs'),
        ...namesIn(env, 'valueFrom', 'configMapKeyRef', 'name'),
        ...namesIn(listAt(plain, 'spec', 'envFrom'), 'configMapRef', 'name'),
      ],
    ],
    ['ObjectStore', namesIn(plugins, 'parameters', 'barmanObjectName')],
    [textAt(plain, 'spec', 'imageCatalogRef', 'kind') ?? '', namesIn([plainAt(plain, 'spec', 'imageCatalogRef') ?? null], 'name')],
  ]
}

export const waves: readonly ObjectRule[] = [
  {
    // Argo CD from 3.1 on waits until a Cluster is healthy before the next wave; the operator waits for what is named here (`APP_USERNAME`
    // of its jobs, volumes, `reconcileImage`, `PluginConfiguration.Validate`)
    id: 'policy/wave-brings-needs',
    severity: 'warning',
    configurable: true,
    summary: 'what a Cluster needs to start is in no later sync wave than the Cluster',
    reads: [],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const own = ownWave(cluster)
        if (own === undefined) continue
        const needs = once(() => needsOf(cluster))
        const isNeeded = (object: RenderedObject): boolean =>
          needs().some(([kind, names]) =>
            kind === object.kind ? names.includes(object.name) : kind === 'Secret' && filledBy(object).some((name) => names.includes(name)),
          )
        for (const object of objects) {
          const hook = object === cluster ? undefined : lateHook(object)
          if (hook !== undefined && isNeeded(object)) {
            yield {
              object,
              message: phrase`hook is ${named(hook.text)}, but Cluster ${named(cluster.name)} waits for this before the sync ends`,
              places: [{ path: hook.path }],
              help: phrase`write ${hook.early}, or remove the annotation`,
            }
            break
          }
          const wave = ownWave(object)
          if (object === cluster || wave === undefined || wave <= own || !isNeeded(object)) continue
          const isWritten = plainAt(object.plain, ...annotation) !== undefined
          yield {
            object: isWritten ? object : cluster,
            message: isWritten
              ? phrase`${here('sync-wave')} is ${named(wave)}, but Cluster ${named(cluster.name)} of wave ${named(own)} waits for this, and Argo CD for the Cluster`
              : phrase`${here('sync-wave')} is ${named(own)}, but the Cluster waits for ${object.kind} ${named(object.name)} of wave ${named(wave)}, and Argo CD for the Cluster`,
            places: [{ path: annotation }],
            help: isWritten
              ? phrase`write ${named(own)} or less`
              : phrase`write ${named(wave)} or more, or a lower wave for the ${object.kind}`,
          }
          break
        }
      }
    },
  },
]
