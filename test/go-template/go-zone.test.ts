// Is a moment shown in a time zone as Go shows it? The answers are those of Go 1.26 with its own database.
import { expect, test } from 'vitest'
import { formatMoment, utc } from '../../scripts/go-template/go-time-layout.ts'
import { zoneAt } from '../../scripts/go-template/go-zone.ts'

const [winter, summer] = [1709249400, 1719792000]

test.each([
  ['UTC', winter, '2024-02-29 23:30:00 +0000 UTC'],
  ['', winter, '2024-02-29 23:30:00 +0000 UTC'],
  ['GMT', winter, '2024-02-29 23:30:00 +0000 GMT'],
  ['Europe/Paris', winter, '2024-03-01 00:30:00 +0100 CET'],
  ['Europe/Paris', summer, '2024-07-01 02:00:00 +0200 CEST'],
  ['Europe/London', summer, '2024-07-01 01:00:00 +0100 BST'],
  ['Europe/Dublin', summer, '2024-07-01 01:00:00 +0100 IST'],
  ['Europe/Istanbul', summer, '2024-07-01 03:00:00 +0300 +03'],
  ['America/New_York', summer, '2024-06-30 20:00:00 -0400 EDT'],
  ['America/St_Johns', winter, '2024-02-29 20:00:00 -0330 NST'],
  ['America/Sao_Paulo', winter, '2024-02-29 20:30:00 -0300 -03'],
  ['Asia/Kathmandu', winter, '2024-03-01 05:15:00 +0545 +0545'],
  ['Asia/Tokyo', winter, '2024-03-01 08:30:00 +0900 JST'],
  ['Australia/Sydney', winter, '2024-03-01 10:30:00 +1100 AEDT'],
  ['Etc/GMT+5', winter, '2024-02-29 18:30:00 -0500 -05'],
])('%s at %d', (name, seconds, shown) => {
  const zone = zoneAt(name, seconds) ?? utc
  expect(formatMoment({ seconds, nanoseconds: 0, zone }, '2006-01-02 15:04:05 -0700 MST')).toBe(shown)
})

test.each(['europe/paris', 'Nowhere/City', '../Europe/Paris', '+02:00'])('%s is no zone to Go', (name) => {
  expect(zoneAt(name, winter)).toBeUndefined()
})
