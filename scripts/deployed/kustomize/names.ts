// Which names does a kustomization change that objects of the operator go on using as they were?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import { leavesOf, valueAt } from '../../values/value.ts'
import type { MapValue, Path, SourceFile, Value } from '../../values/value.ts'
import type { IdlePatch } from './patches.ts'

/** A Secret or ConfigMap whose name gets a hash behind it. */
export interface Hashed {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly at: Spot
}

/** An image that is given another name, tag or digest. */
export interface Swapped {
  readonly name: string
  readonly at: Spot
}

const textAt = (node: Value | undefined, ...path: Path): string | undefined => {
  const found = node?.kind === 'map' ? valueAt(node, path) : undefined
  return found?.kind === 'scalar' ? printed(found.value) : undefined
}

const itemsOf = (root: MapValue, key: string): readonly Value[] => {
  const list = root.entries.get(key)
  return list?.kind === 'list' ? list.items : []
}

/** What the generators of one kustomization make, unless it says that names stay. */
export function hashedBy(root: MapValue): Hashed[] {
  const always = textAt(root, 'generatorOptions', 'disableNameSuffixHash')
  return (['Secret', 'ConfigMap'] as const).flatMap((kind) =>
    itemsOf(root, kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator').flatMap((item): Hashed[] => {
      const name = textAt(item, 'name')
      const node = item.kind === 'map' ? valueAt(item, ['name']) : undefined
      const at = node === undefined ? undefined : spotOf(node)
      const isKept = (textAt(item, 'options', 'disableNameSuffixHash') ?? always) === 'true'
      return name === undefined || at === undefined || isKept ? [] : [{ kind, name, at }]
    }),
  )
}

export function swappedBy(root: MapValue): Swapped[] {
  return itemsOf(root, 'images').flatMap((item): Swapped[] => {
    const name = textAt(item, 'name')
    const node = item.kind === 'map' ? valueAt(item, ['name']) : undefined
    const at = node === undefined ? undefined : spotOf(node)
    return name === undefined || at === undefined ? [] : [{ name, at }]
  })
}

/** The names of Secrets and ConfigMaps that an object of the operator uses, with their places. */
function referencesOf({
  value,
}: RenderedObject): { readonly kind: Hashed['kind']; readonly name: string; readonly at: Spot | undefined }[] {
  return [...leavesOf(value)].flatMap(({ path, value: leaf }) => {
    if (leaf.kind !== 'scalar' || path[0] !== 'spec') return []
    const last = path.at(-1)
    const isNamed =
      last === 'name' &&
      path.some(
        (step) =>
          typeof step === 'string' &&
          /secret|configmap|password|credentials|accessKey|ssl(?:Cert|Key|RootCert)|connectionString|storage(?:Key|SasToken|Account)|endpointCA/i.test(
            step,
          ),
      )
    const kind = path.some((step) => /configmap/i.test(String(step))) ? 'ConfigMap' : 'Secret'
    return isNamed || (typeof last === 'string' && last.endsWith('Secret')) ? [{ kind, name: printed(leaf.value), at: spotOf(leaf) }] : []
  })
}

/**
 * `nameReference` of kustomize knows the fields of Kubernetes' own kinds: in those of others names stay as they are written, as the
 * images in other fields than `image` do (kustomize#2013, #5129).
 */
export function lostNames(
  objects: readonly RenderedObject[],
  {
    hashed,
    swapped,
    files,
  }: { readonly hashed: readonly Hashed[]; readonly swapped: readonly Swapped[]; readonly files: readonly SourceFile[] },
): LocatedFinding[] {
  const references = hashed.length === 0 ? [] : objects.flatMap(referencesOf)
  const lost = hashed.flatMap(({ kind, name, at }): LocatedFinding[] => {
    const user = references.find((one) => one.kind === kind && one.name === name)
    if (user === undefined) return []
    return [
      {
        rule: 'argocd/generated-name-used',
        severity: 'error',
        message: phrase`${kind} ${named(name)} gets a hash behind its name, but kustomize does not change the name where the operator reads it`,
        at,
        ...(user.at && { related: [{ ...user.at, message: phrase`${named(name)} is asked for here` }] }),
        help: phrase`add options: { disableNameSuffixHash: true }`,
      },
    ]
  })
  const images = swapped.flatMap(({ name, at }): LocatedFinding[] => {
    const isUsed = objects.some(({ plain }) => {
      const image = textOf(plain['spec'])
      return image !== undefined && image.replace(/[:@][^/]*$/, '') === name
    })
    // a pod may have the same image
    if (!isUsed || files.some(({ text }) => text.split('\n').some((line) => /^(?:- *)?image:/.test(line.trim()) && line.includes(name))))
      return []
    return [
      {
        rule: 'argocd/image-field',
        severity: 'warning',
        message: phrase`images names ${named(name)}, but kustomize changes no imageName of a Cluster`,
        at,
        help: phrase`write the image into imageName, or patch it there`,
      },
    ]
  })
  return [...lost, ...images]
}

function textOf(spec: unknown): string | undefined {
  const image = typeof spec === 'object' && spec !== null && 'imageName' in spec ? spec.imageName : undefined
  return typeof image === 'string' ? image : undefined
}

/** `argocd/patch-applies`: `ResMap.Select` finds nothing, which kustomize passes over (`PatchTransformer`). */
export function idlePatches(patches: readonly IdlePatch[]): LocatedFinding[] {
  return patches.flatMap(({ kind, name, at, meant }): LocatedFinding[] => {
    const spot = spotOf(at)
    if (spot === undefined) return []
    return [
      {
        rule: 'argocd/patch-applies',
        severity: 'warning',
        message: phrase`target is ${named(kind)} ${named(name)}, but no such object is here: the patch changes nothing, without a word`,
        at: spot,
        help: meant === undefined ? phrase`correct the target, or remove the patch` : phrase`did you mean ${named(meant)}?`,
      },
    ]
  })
}
