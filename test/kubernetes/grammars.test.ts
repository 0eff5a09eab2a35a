// Do the small languages inside fields read as Kubernetes, Go, PostgreSQL and the scheduler read them?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRun, parseSchedule, scheduleWords } from '../../scripts/operator/cron.ts'
import { isDns1035Label, isDns1123Subdomain } from '../../scripts/kubernetes/dns-name.ts'
import { formatGoDuration, parseGoDuration } from '../../scripts/go-template/duration.ts'
import { isGoRegularExpression } from '../../scripts/go-template/regexp.ts'
import {
  isLogSequenceNumber,
  parseGoBoolean,
  parseGoInteger,
  parsePostgresBoolean,
  parsePostgresMemory,
} from '../../scripts/operator/go-text.ts'
import { parseImageReference, versionOfTag } from '../../scripts/operator/image.ts'
import { isLabelValue, isQualifiedName, selectorProblems } from '../../scripts/kubernetes/label-selector.ts'
import { compareQuantities, formatQuantity, isZeroQuantity, parseQuantity, readQuantity } from '../../scripts/kubernetes/quantity.ts'
import { isTargetTime } from '../../scripts/operator/cluster/target-time.ts'

/** Answers recorded from the real programs. */
function recorded<T>(name: string): T[] {
  return JSON.parse(gunzipSync(readFileSync(new URL(`../vectors/${name}.json.gz`, import.meta.url))).toString('utf8')) as T[]
}

const options = { seed: 20260901, numRuns: 300 }

describe('quantities', () => {
  const vectors = recorded<{ text: string; ok: boolean; canonical?: string }>('quantity')
  for (const { text, ok, canonical } of vectors)
    it(`${JSON.stringify(text)} is ${ok ? `stored as ${canonical}` : 'refused'}`, () => {
      const quantity = parseQuantity(text)
      expect(quantity !== undefined).toBe(ok)
      if (quantity) expect(formatQuantity(quantity)).toBe(canonical)
    })

  const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'e3', 'E-2')
  const written = fc.tuple(fc.constantFrom('', '-', '+'), fc.nat(99999), fc.option(fc.nat(999), { nil: undefined }), suffix)
  const text = written.map(([sign, whole, fraction, end]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${end}`)

  it('keep their value and their form when they are stored', () => {
    fc.assert(
      fc.property(text, (source) => {
        const quantity = parseQuantity(source)
        const stored = quantity && parseQuantity(formatQuantity(quantity))
        // a decimal number beyond exa has no suffix that could hold it
        if (!quantity || !stored || /E/.test(source)) return
        expect(compareQuantities(quantity, stored)).toBe(0)
        expect(formatQuantity(stored)).toBe(formatQuantity(quantity))
      }),
      options,
    )
  })
  it('are ordered', () => {
    fc.assert(
      fc.property(text, text, text, (...sources) => {
        const [a, b, c] = sources.map((source) => parseQuantity(source))
        if (!a || !b || !c) throw new Error(sources.join())
        expect(compareQuantities(a, b)).toBe(0 - compareQuantities(b, a))
        if (compareQuantities(a, b) <= 0 && compareQuantities(b, c) <= 0) expect(compareQuantities(a, c)).toBeLessThanOrEqual(0)
      }),
      options,
    )
  })
  it('compare exactly across units and at any size', () => {
    const compare = (left: string, right: string) => {
      const [a, b] = [parseQuantity(left), parseQuantity(right)]
      return a && b && compareQuantities(a, b)
    }
    expect(compare('1Gi', '1G')).toBe(1)
    expect(compare('1000m', '1')).toBe(0)
    expect(compare('9007199254740993', '9007199254740992')).toBe(1)
    expect(compare('1e2000000000', '1e1999999999')).toBe(1)
    expect(compare('-1', '0')).toBe(-1)
  })
  it('tolerate blanks and JSON numbers in typed fields only', () => {
    expect(readQuantity(' 1Gi ')).toEqual(parseQuantity('1Gi'))
    expect(formatQuantity(readQuantity(1.5) ?? { coefficient: 0n, exponent: 0, format: 'decimal' })).toBe('1500m')
    expect(parseQuantity(' 1Gi')).toBeUndefined()
    expect(isZeroQuantity(readQuantity('Gi'))).toBe(true)
    expect(readQuantity(true)).toBeUndefined()
    // a blank that JSON writes as an escape is no longer a blank
    for (const text of ['1\t', '1\n', '1\u2028', '\ufeff1', '1\u200b']) expect(readQuantity(text)).toBeUndefined()
    for (const text of ['1\u0085', '\u00a01', '\u30001\u2003']) expect(readQuantity(text)).toEqual(parseQuantity('1'))
  })
})

describe('Go durations', () => {
  for (const { text, ok, ns, canonical } of recorded<{ text: string; ok: boolean; ns?: number; canonical?: string }>('go-duration'))
    it(`${JSON.stringify(text)} is ${ok ? canonical : 'refused'}`, () => {
      const duration = parseGoDuration(text)
      expect(duration !== undefined).toBe(ok)
      if (duration === undefined) return
      expect(Number(duration)).toBe(ns)
      expect(formatGoDuration(duration)).toBe(canonical)
    })
  it('survive being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }), (nanoseconds) => {
        expect(parseGoDuration(formatGoDuration(nanoseconds))).toBe(nanoseconds)
      }),
      options,
    )
  })
})

describe('schedules', () => {
  const vectors = recorded<{ expr: string; ok: boolean; next5From2026_03_01Z?: string[] }>('cron-robfig-1.2.0')
  for (const { expr, ok, next5From2026_03_01Z: runs } of vectors)
    it(`${JSON.stringify(expr)} is ${ok ? 'accepted' : 'refused'}`, () => {
      const schedule = parseSchedule(expr)
      expect(schedule !== undefined).toBe(ok)
      if (!schedule || !runs) return
      const found: string[] = []
      let at: Date | null = new Date('2026-03-01T00:00:00Z')
      for (let count = 0; count < 5 && at; count++) {
        at = nextRun(schedule, at)
        if (at) found.push(at.toISOString().replace('.000', ''))
      }
      expect(found).toEqual(runs)
    })
  it('of plain numbers are accepted, and run at those times', () => {
    const fields = fc.tuple(fc.nat(59), fc.nat(59), fc.nat(23), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 12 }))
    fc.assert(
      fc.property(fields, ([second, minute, hour, day, month]) => {
        const schedule = parseSchedule(`${second} ${minute} ${hour} ${day} ${month} *`)
        const run = schedule && nextRun(schedule, new Date('2026-03-01T00:00:00Z'))
        expect([run?.getUTCSeconds(), run?.getUTCMinutes(), run?.getUTCHours()]).toEqual([second, minute, hour])
        expect([run?.getUTCDate(), (run?.getUTCMonth() ?? -1) + 1]).toEqual([day, month])
      }),
      options,
    )
  })
  it('count their words as Go does', () => {
    expect(scheduleWords(' 0\t0\u00a00 * *\n* ')).toHaveLength(6)
    expect(scheduleWords('@daily')).toHaveLength(1)
  })
})

describe('image references', () => {
  const digest = '@sha256:abcdef'
  const cases: [string, string, number | undefined][] = [
    ['postgres', 'latest', undefined],
    ['localhost:5000/postgres', 'latest', undefined],
    ['postgres:', 'latest', undefined],
    ['ghcr.io/cloudnative-pg/postgresql:17', '17', 17],
    ['r/p:17.5.3.2-1', '17.5.3.2-1', 17],
    ['r/p:017.4', '017.4', 17],
    ['r/p:17_5', '17_5', 17],
    ['r/p:19rc1', '19rc1', 19],
    ['localhost:5000/postgres:16.4', '16.4', 16],
    [`postgres${digest}`, '', undefined],
    [`postgres:17${digest}`, '17', 17],
    ['postgres:17@sha512:abcdef', '17@sha512:abcdef', 17],
    ['postgres:17.', '17.', undefined],
    ['postgres:17..5', '17..5', undefined],
    ['postgres:v17', 'v17', undefined],
    ['postgres:2024.01.15', '2024.01.15', 2024],
    ['postgres:17:x', '17:x', 17],
    ['postgres:17 ', '17 ', 17],
    ['postgres:99999999999999999999', '99999999999999999999', undefined],
  ]
  for (const [text, tag, major] of cases)
    it(`${JSON.stringify(text)} has the major version ${major}`, () => {
      expect(parseImageReference(text).tag).toBe(tag)
      expect(versionOfTag(tag)?.major).toBe(major)
    })
  it('name the registry and the digest', () => {
    expect(parseImageReference(`a/b:1${digest}`)).toEqual({ name: 'docker.io/a/b', tag: '1', digest: 'sha256:abcdef' })
    expect(parseImageReference('b:1').name).toBe('docker.io/library/b')
  })
})

describe('memory sizes of PostgreSQL', () => {
  const good: [string, number][] = [
    ['128', 134217728],
    ['128MB', 134217728],
    [' 128 MB', 134217728],
    ['1.5GB', 1610612736],
    ['16384kB', 16777216],
    ['16384KB', 16777216],
    ['100B', 100],
    ['-1MB', -1048576],
    ['16384 8kB', 163848 * 1024],
    ['GB', 0],
    ['0', 0],
  ]
  for (const [text, bytes] of good)
    it(`${JSON.stringify(text)} is ${bytes} bytes`, () => {
      const size = parsePostgresMemory(text)
      expect(size && compareQuantities(size, { coefficient: BigInt(bytes), exponent: 0 })).toBe(0)
    })
  for (const text of ['128MB ', '128mb', '128Mb', '128M', '128MiB', '1e3B', 'B', '5gB', '5mB', '0x10MB', '25%', '9223372036854775808'])
    it(`${JSON.stringify(text)} is refused`, () => expect(parsePostgresMemory(text)).toBeUndefined())
})

describe('recovery target times', () => {
  const good = `2021-09-01 10:22:47|2021-09-01 10:22:47.000000+06|2021-09-01 10:22:47+06:30:15|2021-09-01 10:22:47Z|2021-09-01|21-01-01
    |12345-01-01 00:00:00|2021-02-30|2021-09-01 24:00:00|0044-03-15 BC|2021-09-01T10:22:47Z|2021-09-01T10:22:47.123456789+02:00
    |2021-09-01T10:22:47|2021-09-01T10:22:47.5|2000-02-29T00:00:00Z|2021-13-45 99:99:99`
  const bad = `2021-09-01T10:22|2021-09-01 10:22|2021-9-1|2021-02-30T00:00:00Z|2021-09-01T24:00:00Z|2021-09-01T10:22:47+0200|1900-02-29T00:00:00Z
    |2021-09-01 10:22:47+0200|2021-09-01 10:22:47 +02|2021-09-01 10:22:47 UTC|2021-09-01T10:22:47-07|2021-09-01t10:22:47z|now|infinity`
  for (const text of good.split(/\s*\|/)) it(`${text} is accepted`, () => expect(isTargetTime(text)).toBe(true))
  for (const text of bad.split(/\s*\|/)) it(`${text} is refused`, () => expect(isTargetTime(text)).toBe(false))
})

describe('booleans and numbers', () => {
  it('of Go', () => {
    for (const text of ['1', 't', 'T', 'TRUE', 'true', 'True']) expect(parseGoBoolean(text)).toBe(true)
    for (const text of ['0', 'f', 'F', 'FALSE', 'false', 'False']) expect(parseGoBoolean(text)).toBe(false)
    for (const text of ['', 'yes', 'tRUE', ' true']) expect(parseGoBoolean(text)).toBeUndefined()
    expect(parseGoInteger('+9223372036854775807')).toBe(2n ** 63n - 1n)
    for (const text of ['9223372036854775808', '1_000', ' 1', '', '+', '0x1']) expect(parseGoInteger(text)).toBeUndefined()
  })
  it('of PostgreSQL', () => {
    for (const text of ['1', 'on', 'y', 'ye', 'yes', 't', 'tr', 'tru', 'TRUE']) expect(parsePostgresBoolean(text)).toBe(true)
    for (const text of ['0', 'of', 'OFF', 'n', 'no', 'f', 'fa', 'fal', 'fals', 'false']) expect(parsePostgresBoolean(text)).toBe(false)
    for (const text of ['o', '', ' on', '2', 'enabled']) expect(parsePostgresBoolean(text)).toBeUndefined()
  })
  it('of the write-ahead log', () => {
    for (const text of ['0/16B3748', 'ffffffffffffffff/0']) expect(isLogSequenceNumber(text)).toBe(true)
    for (const text of ['0', '0/g', '0x1/1', '/1', '1/2/3', '10000000000000000/0']) expect(isLogSequenceNumber(text)).toBe(false)
  })
})

describe('names and labels', () => {
  it('are DNS labels and subdomains', () => {
    expect([isDns1035Label('a-1'), isDns1035Label('1a'), isDns1035Label('a.b'), isDns1035Label('a-')]).toEqual([true, false, false, false])
    expect([isDns1123Subdomain('1a.b'), isDns1123Subdomain('a..b'), isDns1123Subdomain('A')]).toEqual([true, false, false])
  })
  it('are label names and values', () => {
    for (const text of ['a', 'a.b/c', 'A_b', 'a/B.c']) expect(isQualifiedName(text)).toBe(true)
    for (const text of ['', 'a/', '/a', 'a/b/c', 'A.b/c', 'k-', 'a'.repeat(64)]) expect(isQualifiedName(text)).toBe(false)
    expect([isLabelValue(''), isLabelValue('v.1'), isLabelValue('-v'), isLabelValue('v'.repeat(64))]).toEqual([true, true, false, false])
  })
  it('make label selectors', () => {
    const types = (selector: Parameters<typeof selectorProblems>[0]) =>
      selectorProblems(selector).map(({ path, type }) => `${path.join('.')} ${type}`)
    expect(types({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] })).toEqual([])
    expect(types({ matchExpressions: [{ key: 'a', operator: 'In' }] })).toEqual(['matchExpressions.0.values FieldValueRequired'])
    expect(types({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] })).toEqual([
      'matchExpressions.0.values FieldValueForbidden',
    ])
    expect(types({ matchExpressions: [{ key: 'a/', operator: 'Is' }] })).toEqual([
      'matchExpressions.0.operator FieldValueInvalid',
      'matchExpressions.0.key FieldValueInvalid',
    ])
  })
})

describe('regular expressions of Go', () => {
  const good = ['', '(', ')', '{', ']'].map((text) => (text === '(' || text === ')' ? `\\${text}` : text))
  const accepted = [
    ...good,
    'a{,5}',
    'a{1000}',
    '\\101',
    '\\p{L}',
    '\\pL',
    '\\p{greek}',
    '[]a]',
    '[a-]',
    '[[:alpha:]]',
    '(?i)a',
    '(?P<n>a)',
    '(?P<n>a)(?P<n>b)',
    '\\Q*\\E',
    'a*?',
  ]
  const refused = `( ) (?=a) (?>a) (a)\\1 [^] [a [z-a] \\cA \\k<x> \\u0041 \\y a\\ a\\Z a{1001} a** *a (a{1000}){2} [\\b] [a-\\d] \\p{Latn} \\p{Old_Italic}`
  for (const text of accepted) it(`${text} is accepted`, () => expect(isGoRegularExpression(text)).toBe(true))
  for (const text of refused.split(' ')) it(`${text} is refused`, () => expect(isGoRegularExpression(text)).toBe(false))
})
