// Which objects of the operator name another by the name that it had before a kustomization changed it?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import type { Value } from '../../values/value.ts'
import { leavesOf, valueAt } from '../../values/value.ts'
import type { Tree } from '../../repository/tree.ts'
import { readManifests } from '../../yaml/manifests.ts'
import type { Made } from './targets.ts'

interface Reference {
  readonly kind: string
  readonly name: Value
}

/** Fields that name another object of the operator or a store of its plugin. */
function referencesOf({ kind, value }: Made): Reference[] {
  const at = (...path: string[]): Value | undefined => valueAt(value, path)
  const to = (target: string, name: Value | undefined): Reference[] => (name?.kind === 'scalar' ? [{ kind: target, name }] : [])
  if (kind !== 'Cluster') return to('Cluster', at('spec', 'cluster', 'name'))
  const catalog = at('spec', 'imageCatalogRef', 'kind')
  const stores = [...leavesOf(value)].flatMap(({ path, value: leaf }) =>
    path.at(-1) === 'barmanObjectName' ? to('ObjectStore', leaf) : [],
  )
  return [
    ...(catalog?.kind === 'scalar' ? to(printed(catalog.value), at('spec', 'imageCatalogRef', 'name')) : []),
    ...to('Backup', at('spec', 'bootstrap', 'recovery', 'backup', 'name')),
    ...stores,
  ]
}

/** `argocd/affixed-name-used`: `nameReference` of kustomize knows no field of the operator, so that names there stay as they are (kustomize#3130). */
export function affixedNames(objects: readonly Made[], isElsewhere: (kind: string, name: string) => boolean): LocatedFinding[] {
  return objects.flatMap((object) =>
    referencesOf(object).flatMap(({ kind, name }): LocatedFinding[] => {
      const text = name.kind === 'scalar' ? printed(name.value) : ''
      const ofKind = objects.filter((one) => one.kind === kind)
      const [now, another] = ofKind.filter((one) => one.name !== text && one.earlier.some((id) => id.name === text))
      const spot = spotOf(name)
      if (now === undefined || another !== undefined || spot === undefined || ofKind.some((one) => one.name === text)) return []
      if (isElsewhere(kind, text)) return []
      return [
        {
          rule: 'argocd/affixed-name-used',
          severity: 'error',
          message: phrase`${object.kind} ${named(object.name)} names ${kind} ${named(text)}, but kustomize calls that ${named(now.name)}, and leaves the name here`,
          at: spot,
          help: phrase`teach kustomize this field: a nameReference in \`configurations\`; or patch it to ${named(now.name)}`,
        },
      ]
    }),
  )
}

/** Says whether another file than those that are read has an object: that may be the one that is meant. */
export function objectsElsewhere(tree: Tree): (kind: string, name: string, read: ReadonlySet<string>) => boolean {
  const all = tree.loose?.() ?? tree
  return (kind, name, read) =>
    all.paths.some((path) => {
      const file = read.has(path) ? undefined : all.read(path)
      if (file?.ok !== true || !file.text.includes(kind) || !file.text.includes(name)) return false
      return readManifests({ path, text: file.text }).manifests.some((one) => one.kind === kind && one.name === name)
    })
}
