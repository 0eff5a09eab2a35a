// Can Kubernetes log in at a registry with the Secrets that a Cluster names for that?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { listAt, objectsOf, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const types = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']

/** Where the type of the Secret is that an object is or makes. */
const typeAt: ReadonlyMap<string, Path> = new Map([
  ['ExternalSecret', ['spec', 'target', 'template', 'type']],
  ['SealedSecret', ['spec', 'template', 'type']],
  ['Secret', ['type']],
])

/** Whether an object says of what type the Secret is: one that fills in a Secret that is there, or of another program of that name, does not. */
function saysType({ kind, plain }: RenderedObject): boolean {
  if (kind !== 'ExternalSecret') return typeAt.has(kind)
  const policy = textAt(plain, 'spec', 'target', 'creationPolicy') || 'Owner'
  return (textAt(plain, 'apiVersion') ?? '').startsWith('external-secrets.io/') && (policy === 'Owner' || policy === 'Orphan')
}

const nameOf = ({ kind, name, plain }: RenderedObject): string =>
  (kind === 'ExternalSecret' ? textAt(plain, 'spec', 'target', 'name') : undefined) ?? name

export const pullSecrets: readonly ObjectRule[] = [
  {
    // Kubernetes, credentialprovider/secrets, MakeDockerKeyring: looks at Secrets of these two types only, and pulls without any of the others
    id: 'policy/pull-secret-type',
    severity: 'error',
    configurable: true,
    summary: 'a Secret for pulling images has the type of such Secrets',
    reads: [['cluster', 'imagePullSecrets']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const [index, entry] of listAt(cluster.plain, 'spec', 'imagePullSecrets').entries()) {
          const name = textAt(entry, 'name') ?? ''
          const made = subject.objects.filter((object) => typeAt.has(object.kind) && nameOf(object) === name)
          const [secret] = made
          const path = typeAt.get(secret?.kind ?? '')
          if (secret === undefined || path === undefined || made.length > 1 || !saysType(secret)) continue
          const type = textAt(secret.plain, ...path) || 'Opaque'
          if (types.includes(type) || /[{$<]/.test(type)) continue
          const isWritten = textAt(secret.plain, ...path) !== undefined
          yield {
            object: isWritten ? secret : cluster,
            message: phrase`${here(isWritten ? 'type' : 'name')} is ${shown(isWritten ? type : name)}, ${isWritten ? phrase`but ${named(cluster.name)} pulls images by it` : phrase`a Secret of type Opaque`}: no registry is logged in at`,
            places: [{ path: isWritten ? path : ['spec', 'imagePullSecrets', index, 'name'] }],
            help: phrase`write ${named(path.join('.'))}: ${types[0]} in ${named(secret.kind)} ${named(secret.name)}, with the key .dockerconfigjson`,
          }
        }
    },
  },
]
