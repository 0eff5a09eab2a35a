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
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

/** Neither a container nor PostgreSQL's files fit into less, and nobody asks for less on purpose. */
const smallest = parseQuantity('1Mi') as Quantity
const zero = parseQuantity('0') as Quantity

const countsBytes = /^(?:memory|ephemeral-storage|hugepages-.+)$/

interface Amount {
  readonly object: RenderedObject
  readonly path: Path
  readonly name: string
  readonly value: Json | undefined
  /** undefined: no quantity, or one that the API server does not read as one and reports itself */
  readonly quantity: Quantity | undefined
  readonly of: 'volume' | 'scratch' | 'container'
}

/** The sizes of volumes, the limits of what is gone with a pod, and what containers request. */
const amountsIn = ofLatest((objects: readonly RenderedObject[]): Amount[] =>
  objects.flatMap((object) =>
    pathsIn(object).map(({ path, of }) => {
      const [name, value] = [String(path.at(-1)), plainAt(object.plain, ...path)]
      // a volume's size is text to the API server; the storage of its claim is any quantity
      const quantity = name === 'size' && typeof value !== 'string' ? undefined : readQuantity(value)
      return { object, path, name, value, quantity, of }
    }),
  ),
)

function pathsIn({ kind, plain }: RenderedObject): Pick<Amount, 'path' | 'of'>[] {
  const of = (what: Amount['of'], paths: readonly Path[]): Pick<Amount, 'path' | 'of'>[] => paths.map((path) => ({ path, of: what }))
  if (kind === 'Pooler') {
    const containers: Path = ['spec', 'template', 'spec', 'containers']
    return listAt(plain, ...containers).flatMap((_container, index) =>
      of('container', requestsIn(plain, [...containers, index, 'resources'])),
    )
  }
  if (kind === 'ObjectStore') return of('container', requestsIn(plain, ['spec', 'instanceSidecarConfiguration', 'resources']))
  if (kind !== 'Cluster') return []
  const tablespaces = listAt(plain, 'spec', 'tablespaces').map((_tablespace, index): Path => ['spec', 'tablespaces', index, 'storage'])
  const volumes = [['spec', 'storage'], ['spec', 'walStorage'], ...tablespaces]
  return [
    ...of(
      'volume',
      // the size, where there is one, takes the place of what the claim requests
      volumes.map((volume): Path =>
        (plainAt(plain, ...volume, 'size') ?? '') === ''
          ? [...volume, 'pvcTemplate', 'resources', 'requests', 'storage']
          : [...volume, 'size'],
      ),
    ),
    ...of(
      'scratch',
      ['shm', 'temporaryData'].map((name) => ['spec', 'ephemeralVolumesSizeLimit', name]),
    ),
    ...of('container', requestsIn(plain, ['spec', 'resources'])),
  ]
}

function requestsIn(plain: JsonMap, resources: Path): Path[] {
  return ['requests', 'limits'].flatMap((side) => {
    const amounts = plainAt(plain, ...resources, side)
    return isJsonMap(amounts) ? Object.keys(amounts).map((name) => [...resources, side, name]) : []
  })
}

const isTiny = (quantity: Quantity): boolean => compareQuantities(quantity, zero) > 0 && compareQuantities(quantity, smallest) < 0

/** What a number without a unit, or with that of thousandths, was most likely meant to be. */
function likelyUnit(of: Amount['of'], number: string, suffix: string): 'Gi' | 'Mi' {
  return of === 'volume' && !(suffix === 'm' && Number(number) >= 256) ? 'Gi' : 'Mi'
}

/** Requests above limits in pods of Poolers and in sidecars; those of a Cluster are the operator's own matter. */
function* requestsAboveLimits({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const { object, path, name, value, quantity } of amountsIn(objects)) {
    if (object.kind === 'Cluster' || path.at(-2) !== 'requests' || quantity === undefined) continue
    const limitPath = [...path.slice(0, -2), 'limits', name]
    const written = plainAt(object.plain, ...limitPath)
    const limit = readQuantity(written)
    // one without a unit is reported as that
    if (limit === undefined || (countsBytes.test(name) && isTiny(limit)) || compareQuantities(quantity, limit) <= 0) continue
    yield {
      object,
      message: phrase`${here(name)} is ${shown(value)}, but the limit is ${shown(written)}: no such pod can be created`,
      places: [{ path }, { path: limitPath, label: phrase`the limit` }],
      help: phrase`lower the request, or raise the limit`,
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
    *check({ objects }) {
      for (const { object, path, name, value, quantity, of } of amountsIn(objects)) {
        if (of !== 'volume' || quantity === undefined || compareQuantities(quantity, zero) > 0) continue
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but must be above zero: no such volume can be created`,
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
      for (const { object, path, name, value, quantity, of } of amountsIn(objects)) {
        if (of !== 'container' || quantity === undefined || compareQuantities(quantity, zero) >= 0) continue
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
    *check({ objects }) {
      for (const { object, path, name, value, quantity, of } of amountsIn(objects)) {
        if (of === 'container' && !countsBytes.test(name)) continue
        if (quantity === undefined || !isTiny(quantity)) continue
        const [number = '', suffix = ''] = /^\s*([\d.]+)\s*(\w*)/.exec(printed(value))?.slice(1) ?? []
        const bytes = suffix === '' ? phrase`${named(number)} bytes` : phrase`less than 1Mi`
        yield {
          object,
          message: phrase`${here(name)} is ${shown(value)}, but that is ${bytes}`,
          places: [{ path }],
          help: phrase`did you mean ${named(number)}${likelyUnit(of, number, suffix)}?`,
        }
      }
    },
  },
]
