// What do the connections, the memory, the WAL and the volumes of a database add up to, with the arithmetic?
import { showQuantity } from '../kubernetes/bytes.ts'
import type { Budgets, MemoryBudget, WalBudget } from '../postgres/budgets/budgets.ts'
import type { Connections } from '../postgres/budgets/connections.ts'

type Line = readonly [name: string, text: string]

const servers = { rw: 'to the primary', ro: 'to the standbys', r: 'to any instance' } as const
/** What the kernel hands out at once, if `huge_pages` is on. */
const hugePage = 2 * 1024 * 1024

/** One line for each sum: what it is of, and the arithmetic. */
export function budgetLines({ connections, memory, wal, volumes, instances }: Budgets): readonly Line[] {
  return [
    ...(connections === undefined ? [] : connectionLines(connections)),
    ...(memory === undefined ? [] : memoryLines(memory)),
    ...(wal === undefined ? [] : [['WAL', walText(wal)] as const]),
    ...(volumes.length === 0 ? [] : [['volumes', volumeText(volumes, instances)] as const]),
  ]
}

/** The connections alone. */
export function connectionLines({ free, text, budgets }: Connections): readonly Line[] {
  return [
    ['connections', `${text} = ${free} of each instance`],
    ...budgets.map(({ target, text: sum, needed, available, servers: count }): Line => {
      const all = count === 1 ? `${available}` : `${count} × ${free} = ${available}`
      return [`poolers ${servers[target]}`, `${sum} of ${all}${needed > available ? ': too many' : ''}`]
    }),
  ]
}

function memoryLines({ shared, peak, limit }: MemoryBudget): readonly Line[] {
  const most = limit === undefined ? 'no limit' : `limit ${showQuantity(limit)}`
  const about = shared.isEstimate ? 'about ' : ''
  return [
    ['shared memory', `${about}${showQuantity(shared.bytes)} (${Math.ceil(shared.bytes / hugePage)} huge pages of 2Mi), ${most}`],
    ...(peak === undefined
      ? []
      : [
          [
            'peak memory',
            `${showQuantity(peak)}: work_mem once in each connection, autovacuum at work; a query may use work_mem several times`,
          ] as const,
        ]),
  ]
}

function walText({ maxSize, keep, slots, needed, volume, isOwn }: WalBudget): string {
  const isSlots = slots !== undefined && slots > keep
  const kept = isSlots ? `max_slot_wal_keep_size ${showQuantity(slots)}` : `wal_keep_size ${showQuantity(keep)}`
  const where = isOwn ? 'walStorage' : 'storage, beside the data'
  const more = slots === undefined ? '; without max_slot_wal_keep_size, replication slots keep any amount' : ''
  return `max_wal_size ${showQuantity(maxSize)} + ${kept} = ${showQuantity(needed)} of ${showQuantity(volume)} (${where})${more}`
}

function volumeText(volumes: Budgets['volumes'], instances: number): string {
  const each = volumes.reduce((sum, { bytes }) => sum + bytes, 0)
  const parts = volumes.map(({ name, bytes }) => `${name} ${showQuantity(bytes)}`).join(' + ')
  return `${instances} × ${volumes.length > 1 ? `(${parts})` : parts} = ${showQuantity(instances * each)}`
}

/** A table of two columns. */
export function budgetsToText(budgets: Budgets): string {
  const lines = budgetLines(budgets)
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join('')
}

/** The JSON of `explain DATABASE budgets`, version 1; memory and volumes in bytes. */
export function budgetsToJson(database: string, { connections, memory, wal, volumes, instances }: Budgets): string {
  const poolers = connections?.budgets.map(({ target, needed, available, text }) => ({ target, needed, available, arithmetic: text }))
  const body = {
    version: 1,
    database,
    instances,
    connections: connections && { free: connections.free, arithmetic: connections.text, poolers },
    memory: memory && { shared: memory.shared.bytes, estimate: memory.shared.isEstimate, peak: memory.peak, limit: memory.limit },
    wal: wal && { needed: wal.needed, volume: wal.volume, bounded: wal.slots !== undefined },
    volumes,
  }
  return `${JSON.stringify(body, null, 2)}\n`
}
