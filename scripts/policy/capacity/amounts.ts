// Are memory and volumes as large as intended, or is a unit missing?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { compareQuantities, parseQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import type { Quantity } from '../../kubernetes/quantity.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

/** Neither a container nor PostgreSQL's files fit into less, and nobody asks for less on purpose. */
const smallest = parseQuantity('1Mi') as Quantity
const zero = parseQuantity('0') as Quantity

/** The amounts of an object that count bytes. */
function* amountsOf(object: RenderedObject): Iterable<Path> {
  const { kind, plain } = object
  if (kind === 'Cluster') {
    const tablespaces = [...listAt(plain, 'spec', 'tablespaces').keys()].map((index): Path => ['spec', 'tablespaces', index, 'storage'])
    for (const volume of [['spec', 'storage'], ['spec', 'walStorage'], ...tablespaces]) {
      yield [...volume, 'size']
      yield [...volume, 'pvcTemplate', 'resources', 'requests', 'storage']
    }
    for (const name of ['shm', 'temporaryData']) yield ['spec', 'ephemeralVolumesSizeLimit', name]
  }
  for (const resources of resourcesOf(object))
    for (const { name, path } of requestsIn(plain, resources)) if (/^(?:memory|ephemeral-storage|hugepages-.+)$/.test(name)) yield path
}

/** Where an object says what its containers request. */
function resourcesOf({ kind, plain }: RenderedObject): Path[] {
  const containers: Path = ['spec', 'template', 'spec', 'containers']
  if (kind === 'Pooler') return [...listAt(plain, ...containers).keys()].map((index) => [...containers, index, 'resources'])
  return kind === 'Cluster' ? [['spec', 'resources']] : []
}

/** Every request and limit, by its name. */
function* requestsIn(plain: JsonMap, resources: Path): Iterable<{ readonly name: string; readonly path: Path; readonly value: Json }> {
  for (const side of ['requests', 'limits']) {
    const amounts = plainAt(plain, ...resources, side)
    for (const [name, value] of isJsonMap(amounts) ? Object.entries(amounts) : []) yield { name, path: [...resources, side, name], value }
  }
}

function isTiny(value: Json | undefined): boolean {
  const quantity = readQuantity(value)
  return quantity !== undefined && compareQuantities(quantity, zero) > 0 && compareQuantities(quantity, smallest) < 0
}

/** `size` is text to the API server, which reports other types itself; `storage` of a claim is any quantity. */
function isVolumeSize(path: Path, value: Json | undefined): boolean {
  return path.at(-1) === 'storage' || (path.at(-1) === 'size' && typeof value === 'string')
}

/** What a number without a unit, or with that of thousandths, was most likely meant to be. */
function likelyUnit(isVolume: boolean, number: string, suffix: string): 'Gi' | 'Mi' {
  return isVolume && !(suffix === 'm' && Number(number) >= 256) ? 'Gi' : 'Mi'
}

/** Requests and limits below nothing, of which Kubernetes makes no pod. */
function* negativeAmounts({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects)
    for (const resources of resourcesOf(object))
      for (const { name, path, value } of requestsIn(object.plain, resources)) {
        const quantity = readQuantity(value)
        if (quantity === undefined || compareQuantities(quantity, zero) >= 0) continue
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but must not be below zero: no such pod can be created`,
          places: [{ path }],
          help: phrase`remove the minus sign, or the ${named(name)}`,
        }
      }
}

/** Sizes of volumes that are no more than nothing. */
function* emptyVolumes({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects)
    for (const path of amountsOf(object)) {
      const value = plainAt(object.plain, ...path)
      const size = isVolumeSize(path, value) ? readQuantity(value) : undefined
      if (size === undefined || compareQuantities(size, zero) > 0) continue
      yield {
        object,
        message: phrase`${here(printed(path.at(-1)))} is ${shown(value)}, but must be above zero: no such volume can be created`,
        places: [{ path }],
        help: phrase`write how large it is to be, such as \`10Gi\``,
      }
    }
}

export const amounts: readonly ObjectRule[] = [
  {
    // Kubernetes, validation.ValidatePersistentVolumeClaimSpec (ValidatePositiveQuantityValue): the operator parses the size only
    id: 'policy/volume-not-empty',
    severity: 'error',
    summary: 'a volume has a size above zero',
    reads: [
      ['cluster', 'storage', 'size'],
      ['cluster', 'walStorage', 'size'],
    ],
    check: emptyVolumes,
  },
  {
    // Kubernetes, ValidateResourceRequirements (ValidateNonnegativeQuantity): the CRD takes any quantity
    id: 'policy/amount-not-negative',
    severity: 'error',
    configurable: true,
    summary: 'requests and limits are not below zero',
    reads: [['cluster', 'resources']],
    check: negativeAmounts,
  },
  {
    id: 'policy/amount-has-unit',
    severity: 'error',
    configurable: true,
    summary: 'memory and volumes have at least 1Mi: less means that a unit is missing',
    reads: [
      ['cluster', 'storage', 'size'],
      ['cluster', 'walStorage', 'size'],
      ['cluster', 'resources'],
    ],
    *check(subject) {
      for (const object of subject.objects) {
        for (const path of amountsOf(object)) {
          const value = plainAt(object.plain, ...path)
          const isVolume = isVolumeSize(path, value)
          if ((path.at(-1) === 'size' && !isVolume) || !isTiny(value)) continue
          const [number = '', suffix = ''] = /^\s*([\d.]+)\s*(\w*)/.exec(printed(value))?.slice(1) ?? []
          const bytes = suffix === '' ? phrase`${named(number)} bytes` : phrase`less than 1Mi`
          yield {
            object,
            message: phrase`${here(printed(path.at(-1)))} is ${shown(value)}, but that is ${bytes}`,
            places: [{ path }],
            help: phrase`did you mean ${named(number)}${likelyUnit(isVolume, number, suffix)}?`,
          }
        }
      }
    },
  },
]
