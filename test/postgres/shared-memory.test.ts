// Does our model of a server's shared memory agree with real servers?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { serverSettings } from '../../scripts/postgres/budgets/settings.ts'
import { sharedMemory } from '../../scripts/postgres/budgets/shared-memory.ts'

interface Recorded {
  readonly major: number
  readonly parameters: Readonly<Record<string, string>>
  /** as `postgres -C shared_memory_size` prints it, rounded up */
  readonly megabytes: number
}

const recorded = gunzipSync(readFileSync(new URL('../vectors/postgres-shared-memory.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)

const modelled = (major: number, parameters: Readonly<Record<string, string>>): ReturnType<typeof sharedMemory> =>
  sharedMemory(serverSettings({ major, parameters: new Map(Object.entries(parameters)), segment: 16, isOperated: false }))

test('the shared memory of 15 to 18 is known to 0.8 %, beside the rounding to whole megabytes', () => {
  const errors = recorded.map(({ major, parameters, megabytes }) => {
    const bytes = modelled(major, parameters)?.bytes ?? 0
    return Math.max(0, Math.abs(bytes / 1_048_576 - (megabytes - 0.5)) - 0.5) / megabytes
  })
  expect(errors).toHaveLength(1400)
  expect(Math.max(...errors)).toBeLessThan(0.008)
})

test('that of 13 and 14 is estimated as that of 15', () => {
  expect(modelled(14, {})).toEqual({ bytes: modelled(15, {})?.bytes, isEstimate: true })
  expect(modelled(15, {})?.isEstimate).toBe(false)
})

test('with a setting that is not known it is not known', () => {
  expect(modelled(17, { shared_buffers: 'many' })).toBeUndefined()
})
