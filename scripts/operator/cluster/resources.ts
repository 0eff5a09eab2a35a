// Do requests and limits match each other and PostgreSQL's memory?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { printed } from '../../values/printed.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { compareQuantities, isZeroQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import type { Quantity } from '../../kubernetes/quantity.ts'
import { memoryParameter, parametersOf } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { parseGoInteger } from '../go-text.ts'
import { jsonAt, mapAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const base = ['spec', 'resources'] as const
type Side = 'requests' | 'limits'

function amount(cluster: JsonMap, side: Side, name: string): Quantity | undefined {
  return readQuantity(jsonAt(cluster, ...base, side, name))
}

function written(cluster: JsonMap, side: Side, name: string): string {
  const value = jsonAt(cluster, ...base, side, name)
  return typeof value === 'string' || typeof value === 'number' ? printed(value) : 'not set'
}

function* requestOverLimit(cluster: JsonMap, name: string, reported: string): Iterable<Finding> {
  const [request, limit] = [amount(cluster, 'requests', name), amount(cluster, 'limits', name)]
  if (!request || !limit || isZeroQuantity(request) || isZeroQuantity(limit) || compareQuantities(request, limit) <= 0) return
  const bound = written(cluster, 'limits', name)
  const message = phrase`${here(`the ${name} request`)} is ${written(cluster, 'requests', name)}, but must not be above the limit, ${named(bound)}`
  const finding = refusal([...base, 'requests', name], message, phrase`lower the request, or raise the limit`)
  const others = withPlaces(finding, { path: [...base, 'limits', name], label: phrase`the limit is ${named(bound)}` })
  yield { ...others, field: [...base, 'requests', reported].join('.') }
}

/** The size of shared_buffers without a unit as PostgreSQL counts it, if that fits into the request; the operator counts more. */
function bareBuffers(cluster: JsonMap, request: Quantity): string | undefined {
  const blocks = parseGoInteger(parametersOf(cluster).get('shared_buffers') ?? '')
  const size = blocks === undefined ? undefined : readQuantity(`${blocks * 8n}Ki`)
  if (blocks === undefined || size === undefined || compareQuantities(size, request) > 0) return undefined
  return blocks % 128n === 0n ? `${blocks / 128n}MB` : `${blocks * 8n}kB`
}

function hugePages(cluster: JsonMap, side: Side): string[] {
  return Object.keys(mapAt(cluster, ...base, side) ?? {}).filter((name) => name.startsWith('hugepages-'))
}

function isIdle(cluster: JsonMap, name: string): boolean {
  return isZeroQuantity(amount(cluster, 'requests', name)) && isZeroQuantity(amount(cluster, 'limits', name))
}

/** In the order of `validateResources`. */
export const resources: readonly Rule<OperatorSubject>[] = [
  {
    id: 'resources/cpu-request-within-limit',
    severity: 'error',
    upstream: 'validateResources',
    summary: 'the CPU request is not above the limit',
    check: ({ object }) => requestOverLimit(object, 'cpu', 'cpu'),
  },
  {
    id: 'resources/memory-request-within-limit',
    severity: 'error',
    upstream: 'validateResources',
    summary: 'the memory request is not above the limit',
    check: ({ object }) => requestOverLimit(object, 'memory', 'memory'),
  },
  {
    id: 'resources/huge-pages-request-equals-limit',
    severity: 'error',
    upstream: 'validateHugePagesResources',
    summary: 'requests and limits of huge pages are equal',
    *check({ object }) {
      for (const name of hugePages(object, 'requests')) {
        const [request, limit] = [amount(object, 'requests', name), amount(object, 'limits', name)]
        if (!request || !limit || compareQuantities(request, limit) === 0) continue
        const bound = written(object, 'limits', name)
        const message = phrase`${here(`the ${name} request`)} is ${written(object, 'requests', name)}, but must equal the limit, ${named(bound)}`
        const finding = refusal([...base, 'requests', name], message, phrase`use one value for both`)
        yield withPlaces(finding, { path: [...base, 'limits', name], label: phrase`the limit is ${named(bound)}` })
      }
    },
  },
  {
    id: 'resources/huge-pages-with-cpu-or-memory',
    severity: 'error',
    upstream: 'validateResources',
    summary: 'huge pages come with CPU or memory',
    *check({ object }) {
      const side = hugePages(object, 'requests').length > 0 ? 'requests' : 'limits'
      const [name] = hugePages(object, side)
      if (name === undefined || !isIdle(object, 'cpu') || !isIdle(object, 'memory')) return
      const message = phrase`resources has ${named(name)}, but neither cpu nor memory, and one of them must be set`
      const finding = refusal([...base, side, name], message, phrase`add requests.memory`)
      yield { ...finding, field: base.join('.'), type: 'FieldValueForbidden' }
    },
  },
  {
    id: 'resources/memory-fits-shared-buffers',
    severity: 'error',
    upstream: 'hasEnoughMemoryForSharedBuffers',
    summary: 'shared_buffers fits into the memory request or into huge pages',
    *check({ object }) {
      const buffers = memoryParameter(object, 'shared_buffers')
      const request = amount(object, 'requests', 'memory')
      if (!buffers || !request || isZeroQuantity(request) || compareQuantities(buffers, request) <= 0) return
      // a limit hides the request of the same size
      const pages = new Map(
        (['requests', 'limits'] as const).flatMap((side) => hugePages(object, side).map((name) => [name, amount(object, side, name)])),
      )
      if ([...pages.values()].some((page) => page && compareQuantities(buffers, page) <= 0)) return
      const setting = shown(parametersOf(object).get('shared_buffers'))
      const message = phrase`${here('the memory request')} is ${written(object, 'requests', 'memory')}, but shared_buffers alone is ${setting}`
      const place = { path: ['spec', 'postgresql', 'parameters', 'shared_buffers'], label: phrase`shared_buffers is ${setting}` }
      const bare = bareBuffers(object, request)
      if (bare !== undefined) {
        const counted = phrase`${here('shared_buffers')} is ${setting}, but the operator counts it as MB, which the memory request does not hold`
        yield {
          ...refusal(place.path, counted, phrase`write ${named(bare)}, or the size that you mean`),
          field: [...base, 'requests'].join('.'),
        }
        return
      }
      const finding = refusal([...base, 'requests', 'memory'], message, phrase`request more memory, or lower shared_buffers`)
      yield { ...withPlaces(finding, place), field: [...base, 'requests'].join('.') }
    },
  },
  {
    id: 'resources/ephemeral-storage-request-within-limit',
    severity: 'error',
    upstream: 'validateResources',
    summary: 'the ephemeral-storage request is not above the limit',
    check: ({ object }) => requestOverLimit(object, 'ephemeral-storage', 'storage'),
  },
]
