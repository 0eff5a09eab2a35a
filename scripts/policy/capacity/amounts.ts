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
    yield ['spec', 'storage', 'size']
    yield ['spec', 'walStorage', 'size']
    for (const index of listAt(plain, 'spec', 'tablespaces').keys()) yield ['spec', 'tablespaces', index, 'storage', 'size']
    for (const name of ['shm', 'temporaryData']) yield ['spec', 'ephemeralVolumesSizeLimit', name]
  }
  for (const resources of resourcesOf(object))
    for (const { name, path } of requestsIn(plain, resources)) if (/^(?:memory|ephemeral-storage|hugepages-.+)$/.test(name)) yield path
}

/** Where an object says what its containers request. */
function resourcesOf({ kind, plain }: RenderedObject): Path[] {
  const containers: Path = ['spec', 'template', 'spec', 'containers']
  if (kind === 'Pooler') return [...listAt(plain, ...containers).keys()].map((index) => [...containers, index, 'resources'])
  if (kind === 'ObjectStore') return [['spec', 'instanceSidecarConfiguration', 'resources']]
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

/** Requests above limits in pods of Poolers and in sidecars; those of a Cluster are the operator's own matter. */
function* requestsAboveLimits({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects.filter(({ kind }) => kind !== 'Cluster'))
    for (const resources of resourcesOf(object)) {
      const requests = plainAt(object.plain, ...resources, 'requests')
      for (const [name, value] of isJsonMap(requests) ? Object.entries(requests) : []) {
        const limit = plainAt(object.plain, ...resources, 'limits', name)
        const [asked, most] = [readQuantity(value), readQuantity(limit)]
        // one without a unit is reported as that
        if (asked === undefined || most === undefined || isTiny(limit) || compareQuantities(asked, most) <= 0) continue
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but the limit is ${shown(limit)}: no such pod can be created`,
          places: [{ path: [...resources, 'requests', name] }, { path: [...resources, 'limits', name], label: phrase`the limit` }],
          help: phrase`lower the request, or raise the limit`,
        }
      }
    }
}

/** Sizes of volumes that are no more than nothing. */
function* emptyVolumes({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects)
    for (const path of amountsOf(object)) {
      const value = plainAt(object.plain, ...path)
      const size = path.at(-1) === 'size' && typeof value === 'string' ? readQuantity(value) : undefined
      if (size === undefined || compareQuantities(size, zero) > 0) continue
      yield {
        object,
        message: phrase`${here('size')} is ${shown(value)}, but must be above zero: no such volume can be created`,
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
    // Kubernetes, ValidateContainerResourceRequirements: "must be less than or equal to … limit"
    id: 'policy/request-within-limit',
    severity: 'error',
    configurable: true,
    summary: 'containers of Poolers, and those of the Barman plugin, request no more than their limits',
    reads: [['poolers'], ['backups', 'instanceSidecarConfiguration']],
    check: requestsAboveLimits,
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
          const isVolume = path.at(-1) === 'size'
          // a volume's size is text to the API server, which reports other types itself
          if ((isVolume && typeof value !== 'string') || !isTiny(value)) continue
          const [number = '', suffix = ''] = /^\s*([\d.]+)\s*(\w*)/.exec(printed(value))?.slice(1) ?? []
          const bytes = suffix === '' ? phrase`${named(number)} bytes` : phrase`less than 1Mi`
          yield {
            object,
            message: phrase`${here(printed(path.at(-1)))} is ${shown(value)}, but that is ${bytes}`,
            places: [{ path }],
            help: phrase`did you mean ${named(number)}${isVolume ? 'Gi' : 'Mi'}?`,
          }
        }
      }
    },
  },
]
