// Do the volumes of a cluster have readable sizes?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { meantQuantity } from '../../findings/sizes.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isZeroQuantity, parseQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import { refusal, withPlaces } from '../finding.ts'
import { itemsAt, jsonAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

interface Volume {
  readonly path: Path
  /** the prefix that the operator reports */
  readonly field: Path
  readonly name: string
  readonly storage: JsonMap | undefined
}

function dataVolumes(cluster: JsonMap): Volume[] {
  const path = ['spec', 'storage']
  return [{ path, field: path, name: 'storage', storage: mapAt(cluster, ...path) }]
}

function walVolumes(cluster: JsonMap): Volume[] {
  const path = ['spec', 'walStorage']
  const storage = mapAt(cluster, ...path)
  return storage ? [{ path, field: path, name: 'walStorage', storage }] : []
}

function tablespaceVolumes(cluster: JsonMap): Volume[] {
  return itemsAt(cluster, 'spec', 'tablespaces').map(([index, item]) => {
    const field = ['spec', 'tablespaces', index]
    const name = `tablespace ${JSON.stringify(stringAt(item, 'name'))}`
    return { path: [...field, 'storage'], field, name, storage: mapAt(item, 'storage') }
  })
}

function* unreadable(volumes: readonly Volume[]): Iterable<Finding> {
  for (const volume of volumes) {
    const size = stringAt(volume.storage, 'size')
    if (size === '' || parseQuantity(size)) continue
    const message = phrase`${here(`size of ${volume.name}`)} is ${shown(size)}, but must be a quantity such as 10Gi`
    const meant = meantQuantity(size)
    const help = meant === undefined ? phrase`write a number and Mi, Gi or Ti, without blanks` : phrase`did you mean ${named(meant)}?`
    const finding = refusal([...volume.field, 'size'], message, help)
    yield { ...finding, fix: { write: 'quantity' }, places: [{ path: [...volume.path, 'size'] }] }
  }
}

function* missing(volumes: readonly Volume[]): Iterable<Finding> {
  for (const volume of volumes) {
    const request = readQuantity(jsonAt(volume.storage, 'pvcTemplate', 'resources', 'requests', 'storage'))
    if (stringAt(volume.storage, 'size') !== '' || !isZeroQuantity(request)) continue
    const message = phrase`${here(`size of ${volume.name}`)} is not set, but each volume must have one`
    const finding = refusal([...volume.field, 'size'], message, phrase`set size, such as 10Gi`)
    yield { ...finding, places: [{ path: [...volume.path, 'size'] }] }
  }
}

function volumeRules(name: string, of: (cluster: JsonMap) => Volume[], upstream: string, needs?: Path): Rule<OperatorSubject>[] {
  return [
    {
      id: `storage/${name}-size-readable`,
      severity: 'error',
      upstream,
      ...(needs && { needs }),
      summary: `the size of the ${name} volume is a quantity`,
      check: ({ object }) => unreadable(of(object)),
    },
    {
      id: `storage/${name}-size-set`,
      severity: 'error',
      upstream,
      ...(needs && { needs }),
      summary: `the ${name} volume has a size`,
      check: ({ object }) => missing(of(object)),
    },
  ]
}

/** In the order of `validateStorageSize` … `validateTablespaceStorageSize`. */
export const storage: readonly Rule<OperatorSubject>[] = [
  ...volumeRules('data', dataVolumes, 'validateStorageSize'),
  ...volumeRules('wal', walVolumes, 'validateWalStorageSize', ['spec', 'walStorage']),
  {
    id: 'storage/one-ephemeral-volume-style',
    severity: 'error',
    upstream: 'validateEphemeralVolumeSource',
    needs: ['spec', 'ephemeralVolumeSource'],
    summary: 'ephemeralVolumeSource is not combined with a size limit for temporary data',
    *check({ object }) {
      const limit = ['spec', 'ephemeralVolumesSizeLimit', 'temporaryData']
      if (!mapAt(object, 'spec', 'ephemeralVolumeSource') || jsonAt(object, ...limit) === undefined) return
      const message = phrase`${here('ephemeralVolumeSource')} is set, but must not be with ephemeralVolumesSizeLimit.temporaryData`
      const finding = refusal(['spec', 'ephemeralVolumeSource'], message, phrase`remove one of the two`)
      yield { ...withPlaces(finding, { path: limit, label: phrase`the limit is here` }), type: 'FieldValueDuplicate' }
    },
  },
  ...volumeRules('tablespace', tablespaceVolumes, 'validateTablespaceStorageSize', ['spec', 'tablespaces']),
]
