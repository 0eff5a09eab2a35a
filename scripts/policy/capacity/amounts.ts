// Are memory and volumes as large as intended, or is a unit missing?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { compareQuantities, parseQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import type { Quantity } from '../../kubernetes/quantity.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { ofLatest } from '../../values/once.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** Neither a container nor PostgreSQL's files fit into less, and nobody asks for less on purpose. */
const smallest = parseQuantity('1Mi') as Quantity
const zero = parseQuantity('0') as Quantity

const countsBytes = /^(?:memory|ephemeral-storage|hugepages-.+)$/
const isRequest = (path: Path): boolean => path.at(-2) === 'requests' || path.at(-2) === 'limits'

interface Amount {
  readonly object: RenderedObject
  readonly path: Path
  readonly name: string
  readonly value: Json | undefined
  readonly isVolume: boolean
  readonly quantity: Quantity | undefined
}

/** The sizes of volumes, and every request and limit. */
const amountsIn = ofLatest((objects: readonly RenderedObject[]): Amount[] =>
  objects.flatMap((object) =>
    pathsIn(object).map((path) => {
      const [name, value] = [String(path.at(-1)), plainAt(object.plain, ...path)]
      return { object, path, name, value, isVolume: name === 'size', quantity: readQuantity(value) }
    }),
  ),
)

function pathsIn({ kind, plain }: RenderedObject): Path[] {
  if (kind === 'Pooler') {
    const containers: Path = ['spec', 'template', 'spec', 'containers']
    return listAt(plain, ...containers).flatMap((_container, index) => requestsIn(plain, [...containers, index, 'resources']))
  }
  if (kind !== 'Cluster') return []
  return [
    ['spec', 'storage', 'size'],
    ['spec', 'walStorage', 'size'],
    ...listAt(plain, 'spec', 'tablespaces').map((_tablespace, index): Path => ['spec', 'tablespaces', index, 'storage', 'size']),
    ['spec', 'ephemeralVolumesSizeLimit', 'shm'],
    ['spec', 'ephemeralVolumesSizeLimit', 'temporaryData'],
    ...requestsIn(plain, ['spec', 'resources']),
  ]
}

function requestsIn(plain: JsonMap, resources: Path): Path[] {
  return ['requests', 'limits'].flatMap((side) => {
    const amounts = plainAt(plain, ...resources, side)
    return isJsonMap(amounts) ? Object.keys(amounts).map((name) => [...resources, side, name]) : []
  })
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
    *check({ objects }) {
      for (const { object, path, value, isVolume, quantity } of amountsIn(objects)) {
        if (!isVolume || typeof value !== 'string' || quantity === undefined || compareQuantities(quantity, zero) > 0) continue
        yield {
          object,
          message: phrase`${here('size')} is ${shown(value)}, but must be above zero: no such volume can be created`,
          places: [{ path }],
          help: phrase`write how large it is to be, such as \`10Gi\``,
        }
      }
    },
  },
  {
    // Kubernetes, ValidateResourceRequirements (ValidateNonnegativeQuantity): the CRD takes any quantity
    id: 'policy/amount-not-negative',
    severity: 'error',
    configurable: true,
    summary: 'requests and limits are not below zero',
    reads: [['cluster', 'resources']],
    *check({ objects }) {
      for (const { object, path, name, value, quantity } of amountsIn(objects)) {
        if (!isRequest(path) || quantity === undefined || compareQuantities(quantity, zero) >= 0) continue
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but must not be below zero: no such pod can be created`,
          places: [{ path }],
          help: phrase`remove the minus sign, or the ${named(name)}`,
        }
      }
    },
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
    *check({ objects }) {
      for (const { object, path, name, value, isVolume, quantity } of amountsIn(objects)) {
        // a volume's size is text to the API server, which reports other types itself
        if ((isVolume && typeof value !== 'string') || (isRequest(path) && !countsBytes.test(name))) continue
        if (quantity === undefined || compareQuantities(quantity, zero) <= 0 || compareQuantities(quantity, smallest) >= 0) continue
        const [number = '', suffix = ''] = /^\s*([\d.]+)\s*(\w*)/.exec(printed(value))?.slice(1) ?? []
        const bytes = suffix === '' ? phrase`${named(number)} bytes` : phrase`less than 1Mi`
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but that is ${bytes}`,
          places: [{ path }],
          help: phrase`did you mean ${named(number)}${isVolume ? 'Gi' : 'Mi'}?`,
        }
      }
    },
  },
]
