// Which keys do the Secrets and ConfigMaps beside a Cluster have, and those that other operators fill?
import type { RenderedObject } from '../../model.ts'
import { filledBy } from '../../operator/objects.ts'
import { grouped } from '../../values/append.ts'
import { ofLatest } from '../../values/once.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'

const keysAt = (object: RenderedObject, ...path: readonly string[]): string[] => {
  const map = plainAt(object.plain, ...path)
  return isJsonMap(map) ? Object.keys(map) : []
}

/**
 * Undefined: some come from where nobody can look. An ExternalSecret takes the keys of its template, if that has any, else those of `data`
 * (external-secrets v1, "Advanced Templating"); a SealedSecret those of `encryptedData` and of its template.
 */
function keysFilledBy(object: RenderedObject): readonly string[] | undefined {
  const { kind, plain } = object
  if (kind === 'SealedSecret') {
    const keys = [...keysAt(object, 'spec', 'encryptedData'), ...keysAt(object, 'spec', 'template', 'data')]
    return keys.length === 0 ? undefined : keys
  }
  if (kind !== 'ExternalSecret') return undefined
  const target = plainAt(plain, 'spec', 'target')
  const template = plainAt(target, 'template')
  const isOpen =
    listAt(plain, 'spec', 'dataFrom').length > 0 ||
    listAt(template, 'templateFrom').length > 0 ||
    ['Merge', 'None'].includes(textAt(target, 'creationPolicy') ?? '') ||
    textAt(template, 'mergePolicy') === 'Merge' ||
    // before v1beta1 the fields have other meanings
    !/^external-secrets\.io\/v1(?:beta1)?$/.test(textAt(plain, 'apiVersion') ?? '')
  if (isOpen) return undefined
  const printed = keysAt(object, 'spec', 'target', 'template', 'data')
  if (printed.length > 0) return printed
  const keys = listAt(plain, 'spec', 'data').map((one) => textAt(one, 'secretKey'))
  return keys.length === 0 || keys.includes(undefined) ? undefined : keys.flatMap((key) => key ?? [])
}

/** A Secret or ConfigMap whose keys are all in the file. */
export interface Held {
  readonly object: RenderedObject
  readonly keys: readonly string[]
}

/** The objects of a Cluster by the Secret or ConfigMap that they are, or whose keys they fill: a Cluster may have a Secret for each of many roles. */
const holdersOf = ofLatest((objects: readonly RenderedObject[]) => ({
  own: grouped(
    objects.filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap'),
    ({ kind, name }) => `${kind} ${name}`,
  ),
  filling: grouped(
    objects.flatMap((object) => [...new Set(filledBy(object))].map((name) => ({ object, name }))),
    ({ name }) => name,
  ),
}))

/** Undefined: there is none, there are several, or another program fills it. */
export function heldNamed(objects: readonly RenderedObject[], kind: 'Secret' | 'ConfigMap', name: string): Held | undefined {
  const { own, filling } = holdersOf(objects)
  const [object, ...others] = own.get(`${kind} ${name}`) ?? []
  if (object === undefined && kind === 'Secret') return filledNamed(filling.get(name) ?? [])
  if (object === undefined || others.length > 0) return undefined
  const annotations = plainAt(object.plain, 'metadata', 'annotations')
  const isFilled =
    isJsonMap(annotations) &&
    Object.keys(annotations).some(
      (key) => !key.startsWith('argocd.argoproj.io/') && /reflect|replicat|sync|vault|inject|generat/i.test(key),
    )
  const keys = ['data', 'stringData', 'binaryData'].flatMap((part) => {
    const held = plainAt(object.plain, part)
    return isJsonMap(held) ? Object.keys(held) : []
  })
  if (isFilled || keys.length === 0 || (kind === 'Secret' && filling.has(name))) return undefined
  return { object, keys }
}

/** A Secret that one other object makes, whose keys are in that object. */
function filledNamed([filler, ...others]: readonly { readonly object: RenderedObject }[]): Held | undefined {
  const keys = filler === undefined || others.length > 0 ? undefined : keysFilledBy(filler.object)
  return filler === undefined || keys === undefined ? undefined : { object: filler.object, keys }
}
