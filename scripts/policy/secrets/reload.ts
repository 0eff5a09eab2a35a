// Does the operator take up changes of the Secrets and ConfigMaps that it is asked to watch?
import { named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const name = 'cnpg.io/reload'

const kinds: ReadonlySet<string> = new Set(['Secret', 'ConfigMap', 'ExternalSecret'])
/** Where an object has the metadata of the Secret that it is, or an ExternalSecret that of the one that it makes. */
const places: readonly Path[] = [['metadata'], ['spec', 'target', 'template', 'metadata'], ['spec', 'template', 'metadata']]

const has = (object: RenderedObject, path: Path): boolean => {
  const marks = plainAt(object.plain, ...path)
  return isJsonMap(marks) && name in marks
}

export const reload: readonly ObjectRule[] = [
  {
    // `hasReloadLabelSet` of CloudNativePG 1.27 to 1.30 looks at labels only; without one, instances look again after hours (SyncPeriod)
    id: 'policy/reload-is-label',
    severity: 'warning',
    configurable: true,
    summary: 'cnpg.io/reload, which makes the operator take up changes of a Secret or ConfigMap, is a label',
    reads: [],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kinds.has(kind))) {
        if (places.some((path) => has(object, [...path, 'labels']))) continue
        const above = places.find((path) => has(object, [...path, 'annotations']))
        if (above === undefined) continue
        const what = object.kind === 'ExternalSecret' ? 'Secret that it makes' : object.kind
        yield {
          object,
          message: phrase`${name} is an annotation, but must be a label: changes of the ${what} are not taken up at once`,
          places: [{ path: [...above, 'annotations', name], on: 'key' }],
          help: phrase`write it below ${named([...above, 'labels'].join('.'))}`,
        }
      }
    },
  },
]
