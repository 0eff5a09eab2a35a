// Has PostgreSQL the huge pages that it insists on, or that were set aside for it?
import { here, named, phrase } from '../../findings/message.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import { isOff } from '../../postgres/budgets/settings.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { objectOf, plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

const mebibyte = 1_048_576
const setting: Path = ['spec', 'postgresql', 'parameters', 'huge_pages']
const reads: readonly Path[] = [
  ['cluster', 'resources'],
  ['cluster', 'postgresql', 'parameters', 'huge_pages'],
]

/** A container that asks for no huge pages has none: the kubelet sets the limit of its cgroup to 0. */
function* without(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const object = objectOf(subject, 'Cluster')
  const pages = plainAt(object?.plain, ...setting)
  const limits = plainAt(object?.plain, 'spec', 'resources', 'limits')
  if (object === undefined || typeof pages !== 'string' || !/^(?:on|true|yes|1)$/i.test(pages)) return
  if (isJsonMap(limits) && Object.keys(limits).some((name) => name.startsWith('hugepages-'))) return
  yield {
    object,
    message: phrase`${here('huge_pages')} is ${named(pages)}, but the limits ask for no huge pages: PostgreSQL does not start`,
    places: [{ path: setting }],
    help: phrase`set huge_pages: try, or add hugepages-2Mi to the limits and the requests`,
  }
}

/** Shared memory is one piece: it is in huge pages as a whole, or not at all. */
function* tooFew(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const budgets = budgetsOf(subject.objects)
  const limits = plainAt(budgets?.cluster.plain, 'spec', 'resources', 'limits')
  if (budgets?.memory === undefined || !isJsonMap(limits)) return
  const [name, ...others] = Object.keys(limits).filter((one) => one.startsWith('hugepages-'))
  const [size, page] = [bytesOf(limits[name ?? '']), bytesOf(name?.slice('hugepages-'.length))]
  const isUnused = isOff(budgets.settings.written('huge_pages') ?? '')
  if (name === undefined || others.length > 0 || size === undefined || page === undefined || page < 1 || isUnused) return
  // fewer than the buffers alone, where memory is short, too, is what the operator refuses (`resources/memory-fits-shared-buffers`)
  const { bytes } = budgets.memory.shared
  if (size === 0 || size >= bytes) return
  // libraries that are preloaded take some, too, and amounts are whole pages
  const enough = `${(Math.ceil((bytes * 1.05) / page) * page) / mebibyte}Mi`
  yield {
    object: budgets.cluster,
    message: phrase`${named(name)} is ${named(showQuantity(size))}, but shared memory takes ${named(showQuantity(bytes))}: PostgreSQL uses none of it, or crashes`,
    places: [{ path: ['spec', 'resources', 'limits', name] }],
    help: phrase`ask for ${named(enough)} in limits and requests, lower shared_buffers, or set huge_pages: off and ask for none`,
  }
}

export const hugePages: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.4.1: "With on, failure to request huge pages will prevent the server from starting up" (cloudnative-pg#714)
    id: 'policy/huge-pages-there',
    severity: 'error',
    configurable: true,
    summary: 'huge pages that PostgreSQL insists on are asked for',
    reads,
    check: without,
  },
  {
    // PostgreSQL 17, 18.4.5: shared_memory_size_in_huge_pages; beyond the limit of the pod the kernel sends SIGBUS (cnpg#2815)
    id: 'policy/huge-pages-suffice',
    severity: 'warning',
    configurable: true,
    summary: 'the huge pages of an instance hold the shared memory of PostgreSQL',
    reads: [...reads, ['cluster', 'postgresql', 'parameters', 'shared_buffers']],
    check: tooFew,
  },
]
