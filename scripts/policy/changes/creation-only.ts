// Which changed fields of a manifest are read only when something is created?
import { here, phrase } from '../../findings/message.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, objectOf, plainAt, textAt } from '../subject.ts'
import type { ChangeRule } from './subject.ts'

const initdb: Path = ['spec', 'bootstrap', 'initdb']

/** In a repository the values are compared, with the lines that decide (`changes/creation-only.ts`); a manifest is its own values. */
export const creationOnly: ChangeRule = {
  id: 'changes/read-at-creation',
  severity: 'warning',
  summary: 'what is read only at creation does not change',
  *check({ before, after }) {
    const [was, now] = [objectOf(before, 'Cluster'), objectOf(after, 'Cluster')]
    if (was === undefined || now === undefined) return
    for (const volume of volumesOf(now.plain)) {
      const before = sameVolume(was.plain, now.plain, volume)
      const field = classFields.find((one) => textAt(now.plain, ...volume, ...one) !== undefined) ?? ['storageClass']
      if (!isJsonMap(before) || classOf(before) === classOf(plainAt(now.plain, ...volume))) continue
      yield {
        object: now,
        message: phrase`${here(field.at(-1) ?? '')} changes, but is read only when a volume is created`,
        places: [{ path: [...volume, ...field] }],
        help: phrase`restore it, or replace the instances one by one: a new one gets the new class`,
      }
    }
    const [left, right] = [plainAt(was.plain, ...initdb), plainAt(now.plain, ...initdb)]
    if (!isJsonMap(left) || !isJsonMap(right)) return
    const names = new Set([...Object.keys(left), ...Object.keys(right)])
    const changed = [...names].find((name) => name !== 'secret' && JSON.stringify(left[name]) !== JSON.stringify(right[name]))
    if (changed === undefined) return
    yield {
      object: now,
      message: phrase`${here(changed)} of initdb changes, but is read only when the cluster is created`,
      places: [{ path: [...initdb, changed] }],
      help: phrase`restore it; an existing database is changed by SQL, or by Database objects and managed roles`,
    }
  },
}

/** The class of a volume; `storageClass` wins over that of the template. */
const classFields: readonly (readonly string[])[] = [['storageClass'], ['pvcTemplate', 'storageClassName']]

function classOf(storage: Json | undefined): string | undefined {
  return classFields.map((field) => textAt(storage, ...field)).find((name) => name !== undefined)
}

/** The storage of a volume before the change; tablespaces go by their name. */
function sameVolume(was: Json, now: Json, volume: Path): Json | undefined {
  if (volume[1] !== 'tablespaces') return plainAt(was, ...volume)
  const name = plainAt(now, ...volume.slice(0, -1), 'name')
  return plainAt(
    listAt(was, 'spec', 'tablespaces').find((one) => plainAt(one, 'name') === name),
    'storage',
  )
}

function volumesOf(cluster: Json): Path[] {
  const tablespaces = listAt(cluster, 'spec', 'tablespaces').map((_, index): Path => ['spec', 'tablespaces', index, 'storage'])
  return [['spec', 'storage'], ['spec', 'walStorage'], ...tablespaces]
}
