// Do our verdicts on PostgreSQL's parameters agree with those of real servers?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { derivePostgresCatalogue } from '../../scripts/derive/postgres-catalogue.ts'
import type { JsonMap } from '../../scripts/values/value.ts'
import { judgeParameter } from '../../scripts/postgres/judge-parameter.ts'
import { objectionsTo } from '../../scripts/postgres/judge.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

interface Recorded {
  readonly major: number
  readonly name: string
  readonly value: string
  readonly accepted: boolean
}

const folder = new URL('../vectors/', import.meta.url)
const recorded = gunzipSync(readFileSync(new URL('postgres-parameters.jsonl.gz', folder)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)
/** Servers up to 15 ran on distributions from before Debian trixie. */
const isAlreadyReported = ({ major, name, value }: Recorded): boolean => {
  const verdict = judgeParameter(major, name, value)
  return verdict !== undefined && !(verdict.kind === 'value' && verdict.byImage === 'trixie' && major < 16)
}

/** What servers refused and we do not report, by what the refusal depends on. */
const untold: Readonly<Record<string, (record: Recorded) => boolean>> = {
  'files that are included': ({ name }) => /^include(?:_dir)?$/.test(name),
  'the sum of all processes, of which `starts` knows': ({ name, value }) =>
    value === '262143' && /^max_\w+$|^autovacuum_max_workers$/.test(name),
}

describe('recorded verdicts', () => {
  test('what a server of a distribution accepted is never reported', () => {
    expect(recorded.filter((record) => record.accepted && isAlreadyReported(record))).toEqual([])
  })

  test('what a server refused is reported, except for a few classes', () => {
    const refused = recorded.filter(({ accepted }) => !accepted)
    const left = refused.filter((record) => !isAlreadyReported(record))
    expect(left.filter((record) => !Object.values(untold).some((isOf) => isOf(record)))).toEqual([])
    expect(1 - left.length / refused.length).toBeGreaterThan(0.995)
  })

  test('each class of what is left has a record', () => {
    const left = recorded.filter((record) => !record.accepted && !isAlreadyReported(record))
    expect(Object.entries(untold).filter(([, isOf]) => !left.some(isOf))).toEqual([])
  })
})

describe('names', () => {
  test.each([
    [17, 'work_men', { kind: 'unknown', reason: 'typo', meant: 'work_mem' }],
    [17, 'datestile', { kind: 'unknown', reason: 'typo', meant: 'DateStyle' }],
    [15, 'transaction_timeout', { kind: 'unknown', reason: 'added', at: '17' }],
    [17, 'trace_recovery_messages', { kind: 'unknown', reason: 'removed', at: '17' }],
    [17, 'force_parallel_mode', { kind: 'unknown', reason: 'removed', at: '16', meant: 'set debug_parallel_query instead' }],
    [
      17,
      'wal_keep_segments',
      { kind: 'unknown', reason: 'removed', at: '13', meant: 'set wal_keep_size instead: wal_keep_segments × 16MB' },
    ],
    [17, 'pg_hba', { kind: 'unknown', reason: 'elsewhere' }],
    [17, 'a.b.c', { kind: 'unknown', reason: 'syntax' }],
    [17, 'frobnicate', { kind: 'unknown', reason: 'strange' }],
  ])('PostgreSQL %i does not know %s', (major, name, verdict) => {
    expect(judgeParameter(major, name, '1')).toEqual(verdict)
  })

  test.each(['WORK_MEM', 'sort_mem', 'pg_stat_statements.max', 'anything.at_all', 'include_if_exists', 'output_plugin_libraries'])(
    'nothing is reported about %s',
    (name) => expect(judgeParameter(17, name, '64')).toBeUndefined(),
  )

  test('a major that is not known here has no verdicts', () => {
    expect(judgeParameter(12, 'work_men', 'x')).toBeUndefined()
    expect(judgeParameter(19, 'work_men', 'x')).toBeUndefined()
  })
})

describe('values', () => {
  const said = (name: string, value: string): unknown => judgeParameter(17, name, value)
  test.each([
    ['work_mem', '64mb', 'a whole number, alone or with B, kB, MB, GB, TB', 'did you mean `64MB`?'],
    ['work_mem', '32kB', 'at least 64kB', 'set work_mem to 64kB or more'],
    ['max_connections', '100MB', 'a whole number without a unit', undefined],
    ['statement_timeout', '5sec', 'a whole number, alone or with us, ms, s, min, h, d', 'did you mean `5s`?'],
    ['autovacuum_vacuum_scale_factor', '101', 'at most 100', 'set autovacuum_vacuum_scale_factor to 100 or less'],
    ['log_statement', 'dll', 'all, ddl, mod, none', 'did you mean `all`?'],
    ['autovacuum', 'enabled', 'on or off', 'set autovacuum to "on" or "off"'],
    ['transaction_buffers', '200kB', 'a multiple of 16 pages of 8kB', 'write a multiple of 128kB'],
    ['search_path', 'app,,public', 'a list with commas between names, none of them empty', undefined],
    ['TimeZone', 'Europe/Berlim', 'the name of a time zone, or hours between -167 and 167', 'did you mean `Europe/Berlin`?'],
    // `strtol` stays at the start of the text, where a point must then be
    ['max_connections', '+.5e3', 'a whole number without a unit', undefined],
    ['max_connections', ' .5e3', 'a whole number without a unit', undefined],
    ['ssl_renegotiation_limit', '0kB', 'a whole number without a unit', undefined],
    ['TimeZone', '200', 'the name of a time zone, or hours between -167 and 167', undefined],
  ])('%s is not %s', (name, value, must, help) => {
    expect(said(name, value)).toEqual({ kind: 'value', must, ...(help !== undefined && { help }) })
  })

  test.each([
    ['max_connections', ' 0x10 '],
    ['work_mem', '1.5GB'],
    ['work_mem', '0b1000000'],
    ['wal_compression', 'zstd'],
    ['autovacuum', 'of'],
    ['max_connections', '1e2'],
    ['random_page_cost', '.5'],
    ['random_page_cost', ' +.5'],
    ['max_connections', '.5e3'],
    ['TimeZone', 'CET-1CEST,M3.5.0,M10.5.0/3'],
    ['lc_monetary', 'de_DE.UTF-8@euro'],
    ['recovery_target_time', '2026-01-31 12:00:00.5+02'],
  ])('%s may be %s', (name, value) => expect(said(name, value)).toBeUndefined())
})

test('a catalogue is derived from the list of a server and from the words that were tried', () => {
  const settings = 'work_mem\tinteger\tkB\t64\t2147483647\t\tuser\nwal_level\tenum\t\t\t\tminimal|replica\tpostmaster\n'
  const { parameters } = JSON.parse(derivePostgresCatalogue(18, settings, 'wal_level\tarchive\n')) as { parameters: JsonMap }
  expect(parameters).toMatchObject({
    work_mem: { type: 'integer', unit: 'kB', min: 64, max: 2147483647, context: 'user' },
    wal_level: { type: 'enum', words: ['minimal', 'replica'], hidden: ['archive'], context: 'postmaster' },
    ssl_ecdh_curve: { alias: 'ssl_groups' },
  })
})

describe('what depends on the image', () => {
  const said = (image: string, name: string, value: string): (string | undefined)[] => {
    const text = `kind: Cluster\nmetadata: {name: a}\nspec:\n  imageName: ${image}\n  postgresql: {parameters: {${name}: "${value}"}}\n`
    const [manifest] = readManifests({ path: 'cluster.yaml', text }).manifests
    if (manifest === undefined) throw new Error('no Cluster')
    const object = { kind: 'Cluster', name: 'a', value: manifest.value, plain: manifest.plain, hook: false }
    return [...objectionsTo(object, '1.30.0')].map(({ rule }) => rule.id)
  }
  const official = 'ghcr.io/cloudnative-pg/postgresql'
  test.each([
    ['a legacy name is refused by trixie', `${official}:17.6-standard-trixie`, 'TimeZone', 'US/Eastern', ['postgres/parameter-value']],
    ['and by its images of 15', `${official}:15.14-standard-trixie`, 'TimeZone', 'US/Eastern', ['postgres/parameter-value']],
    ['not by bookworm', `${official}:17.6-standard-bookworm`, 'TimeZone', 'US/Eastern', []],
    ['nor by the old system images', `${official}:17.6`, 'TimeZone', 'US/Eastern', []],
    ['perhaps by another image', 'registry.example.com/postgresql:17.6', 'TimeZone', 'US/Eastern', ['postgres/parameter-portable']],
    ['a minimal image has few locales', `${official}:17.6-minimal-trixie`, 'lc_time', 'de_DE.UTF-8', ['postgres/parameter-value']],
    ['but the one of C', `${official}:17.6-minimal-trixie`, 'lc_time', 'C.UTF-8', []],
    ['a standard image has all', `${official}:17.6-standard-trixie`, 'lc_time', 'de_DE.UTF-8', []],
  ])('%s', (_, image, name, value, rules) => expect(said(image, name, value)).toEqual(rules))
})

// tried on 13.23, 17.10 and 18.4: `postgres -D DIR -C recovery_target_time`
describe('points in time as the configuration file takes them', () => {
  const isTaken = (text: string): boolean => judgeParameter(17, 'recovery_target_time', text) === undefined
  test.each(
    [
      '2026-01-31',
      '20260131T120000',
      '260131',
      '2026.031',
      '5 January 2026',
      '1/2/2026 24:00',
      '2026-01-31 12:00-15',
      '2026-01-31 UTC',
      'Now',
    ].map((text) => [text]),
  )('%s', (text) => expect(isTaken(text)).toBe(true))
  test.each(
    [
      '2026-01-31T12:00:00Z',
      '2026-02-29',
      '13/2/2026',
      '202601',
      'y m d',
      '12:00',
      'Jan 5',
      '1 2',
      '2026-01-31 24:01',
      '2026-01-31 12:00-16',
    ].map((text) => [text]),
  )('not %s', (text) => expect(isTaken(text)).toBe(false))
})
