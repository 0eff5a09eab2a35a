// Which readings does a schedule of five fields have, and when does each run?
import { said } from '../support/said.ts'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { examine } from '../../scripts/admit/examine.ts'
import { readingsOf } from '../../scripts/operator/schedule-text.ts'

const findings = (schedule: string) =>
  examine(
    {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'ScheduledBackup',
      metadata: { name: 'nightly' },
      spec: { cluster: { name: 'orders' }, schedule },
    },
    { operator: '1.27.1' },
  )

describe('readings', () => {
  test.each([
    ['0 0 2 * *', 'every day at 02:00', 'on day 2 of every month at 00:00'],
    ['0 7 * * *', 'every hour at :07', 'every day at 07:00'],
    ['* * * * *', 'every second', 'every minute'],
    ['0 1 * * 0', undefined, 'every Sunday at 01:00'],
    ['0 1 * * 7', 'every hour at :01, every day in July', 'every Sunday at 01:00'],
    ['0 30 2 * *', 'every day at 02:30', undefined],
    ['15 30 2 1 *', 'on day 1 of every month at 02:30:15', undefined],
    ['15 3 1 * *', 'every day at 01:03:15', 'on day 1 of every month at 03:15'],
    ['0 2,14 * * mon', undefined, 'every Monday at 02:00, 14:00'],
    ['0 0 31 2 *', undefined, 'never'],
    ['0 0 1 1 *', 'on day 1 of every month at 01:00', 'on day 1 of January at 00:00'],
  ])('%s', (schedule, operator, crontab) => {
    expect({ operator: readingsOf(schedule)?.operator?.runs, crontab: readingsOf(schedule)?.crontab?.runs }).toEqual({ operator, crontab })
  })
  test('six fields and descriptors have one reading', () => {
    for (const schedule of ['0 0 2 * * *', '@daily', '@every 1h', '@ a b c d']) expect(readingsOf(schedule)).toBeUndefined()
  })
  test('the operator accepts the five fields exactly where it accepts its own reading', () => {
    const vectors = JSON.parse(gunzipSync(readFileSync(new URL('../vectors/cron-robfig-1.2.0.json.gz', import.meta.url))).toString()) as {
      expr: string
      ok: boolean
    }[]
    for (const { expr, ok } of vectors) {
      const readings = readingsOf(expr)
      if (readings !== undefined) expect(readings.operator !== undefined, expr).toBe(ok)
    }
  })
})

test('both readings are named where both are valid', () => {
  expect(findings('0 0 2 * *').map(said)).toMatchObject([
    {
      rule: 'scheduled-backup/six-fields',
      message: 'schedule is "0 0 2 * *", but should have six fields, seconds first: it runs every day at 02:00',
      help: 'write "0 0 2 * * *" to keep that, or "0 0 0 2 * *" to run on day 2 of every month at 00:00',
    },
  ])
})
test('the remaining reading is named where the operator refuses', () => {
  expect(findings('0 1 * * 0').map(said)).toMatchObject([
    {
      rule: 'scheduled-backup/schedule-readable',
      message: 'schedule is "0 1 * * 0", but seconds come first: its month is `0` and must be 1 to 12, or a name of three letters',
      help: 'write "0 0 1 * * 0" to run every Sunday at 01:00',
    },
  ])
})
