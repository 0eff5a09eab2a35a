// Which texts do parameters with their own grammar refuse, whatever the image?
import { lookup } from '../values/lookup.ts'
import { clientEncodings } from './encodings.ts'
import { isPointInTime } from './date-time.ts'
import { splitList } from './list.ts'
import { imageNames } from './names.ts'
import { nearestZone, timeZoneVerdict, zoneNamed } from './time-zone.ts'
import type { ZoneVerdict } from './time-zone.ts'

/** What the text must be; undefined: it is accepted, or that depends on more than the text. */
type Refusal = string | Refused | undefined
export interface Refused {
  readonly must: string
  readonly help?: string
  /** another image may accept it: one from before Debian trixie, or another build */
  readonly byImage?: 'trixie' | 'build'
}
type TextRule = (text: string, major: number) => Refusal

const list = 'a list with commas between names, none of them empty'
const wordsOnly =
  (words: readonly string[]): TextRule =>
  (text) => {
    const names = splitList(text)
    if (names === undefined) return list
    return names.every((name) => words.includes(name.toLowerCase())) ? undefined : `a list of ${words.join(', ')}`
  }
const listOnly: TextRule = (text) => (splitList(text) === undefined ? list : undefined)

/** Reproduces `check_datestyle`. */
function dateStyle(text: string): Refusal {
  const names = splitList(text)
  if (names === undefined) return list
  const styles = new Set<string>()
  const orders = new Set<string>()
  for (const name of names.map((one) => one.toUpperCase())) {
    if (name === 'DEFAULT') continue
    if (name === 'ISO' || name === 'SQL' || name === 'GERMAN') styles.add(name)
    else if (name.startsWith('POSTGRES')) styles.add('POSTGRES')
    else if (name === 'YMD') orders.add('YMD')
    else if (name === 'DMY' || name.startsWith('EURO')) orders.add('DMY')
    else if (name === 'MDY' || name === 'US' || name.startsWith('NONEURO')) orders.add('MDY')
    else return 'a style (ISO, SQL, Postgres, German) and an order (DMY, MDY, YMD)'
  }
  return styles.size > 1 || orders.size > 1 ? 'one style and one order' : undefined
}

/** 18 turned a bool into a list; the words of the bool are still accepted, alone and in full. */
function logConnections(text: string): Refusal {
  const names = splitList(text)
  if (names === undefined) return list
  const bools = ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0']
  const aspects = ['all', 'authentication', 'authorization', 'receipt', 'setup_durations']
  const isTaken =
    (names.length === 1 && bools.includes((names[0] as string).toLowerCase())) || names.every((name) => aspects.includes(name))
  return isTaken ? undefined : 'on, off or a list of all, authentication, authorization, receipt, setup_durations'
}

/** Names are files of the image; a bare number is an offset, which `pg_tzset_offset` takes below a week. */
function timeZone(verdict: ZoneVerdict, text: string, must: string): Refusal {
  if (verdict === 'legacy') return { must: 'a name that images from Debian trixie on have, such as Europe/Rome', byImage: 'trixie' }
  if (verdict === 'known' || text === 'posixrules') return undefined
  const meant = nearestZone(text)
  return { must, ...(meant !== undefined && { help: `did you mean \`${meant}\`?` }) }
}
/** Names are those of glibc; which of them are there is left to the image. Reproduces `check_locale`. */
function locale(text: string): Refusal {
  if (text === '' || /^(?:C|POSIX|C\.utf-?8)$/.test(text) || /^C\.UTF-?8$/i.test(text)) return undefined
  const [language = ''] = text.split(/[.@]/)
  const { locales, localeAliases } = imageNames()
  const isKnown = /^[\w.@-]+$/.test(text) && (locales.includes(language) || localeAliases.includes(text))
  return isKnown ? undefined : 'a locale of the image, such as C, C.UTF-8 or en_US.UTF-8'
}

/** `validate_sync_standby_slots`: each name is lower-cased and cut to 63 bytes. */
function slotNames(text: string): Refusal {
  const names = splitList(text)
  if (names === undefined) return list
  return names.every((name) => /^[a-z0-9_]+$/.test(name)) ? undefined : 'names of slots: lower-case letters, digits and _'
}

const standby = '(?:(?!(?:any|first)(?![\\w$]))[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*|"(?:[^"]|"")*"|\\*|\\d+)'
const standbys = `${standby}(?:\\s*,\\s*${standby})*`
const synchronous = new RegExp(`^\\s*(?:${standbys}|(?:(?:any|first)\\s+)?0*[1-9]\\d*\\s*\\(\\s*${standbys}\\s*\\))\\s*$`, 'i')

/** Those with something to check. */
const resourceManagers = ['all', 'brin', 'btree', 'generic', 'gin', 'gist', 'hash', 'heap', 'heap2', 'sequence', 'spgist']

/** By lower-case name. Files and libraries depend on the image, so they are not judged. */
const rules: Readonly<Record<string, TextRule>> = lookup({
  backtrace_functions: (text) => (/^[0-9A-Za-z_, \n\t]*$/.test(text) ? undefined : 'names of functions with commas between them'),
  client_encoding: (text) =>
    clientEncodings.has(text.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase()) ? undefined : 'an encoding such as UTF8',
  createrole_self_grant: wordsOnly(['inherit', 'set']),
  datestyle: dateStyle,
  debug_io_direct: wordsOnly(['data', 'wal', 'wal_init']),
  default_table_access_method: (text) => (text === '' ? 'the name of a table access method' : undefined),
  log_connections: logConnections,
  log_destination: (text, major) =>
    wordsOnly(major < 15 ? ['csvlog', 'stderr', 'syslog'] : ['csvlog', 'jsonlog', 'stderr', 'syslog'])(text, major),
  lc_messages: (text) => (text === '' ? 'a locale of the image, such as C' : locale(text)),
  lc_monetary: locale,
  lc_numeric: locale,
  lc_time: locale,
  log_timezone: (text) => timeZone(zoneNamed(text), text, 'the name of a time zone'),
  primary_slot_name: (text) => (/^[a-z0-9_]{0,63}$/.test(text) ? undefined : 'lower-case letters, digits and _, at most 63'),
  recovery_target: (text) => (text === '' || text === 'immediate' ? undefined : '`immediate`'),
  recovery_target_lsn: (text) => (/^(?:[0-9a-f]{1,8}\/[0-9a-f]{1,8})?$/i.test(text) ? undefined : 'a position such as 16/B374D848'),
  recovery_target_time: (text) => (text === '' || isPointInTime(text) ? undefined : 'a point in time such as 2026-01-31 12:00:00+00'),
  recovery_target_name: (text) => (Buffer.byteLength(text) < 64 ? undefined : 'at most 63 bytes long'),
  restrict_nonsystem_relation_kind: wordsOnly(['foreign-table', 'view']),
  role: (text) => (text === 'none' ? undefined : '`none` in a file'),
  search_path: listOnly,
  session_authorization: () => 'left to sessions',
  synchronous_standby_names: (text) => (text === '' || synchronous.test(text) ? undefined : 'a list such as `ANY 1 (a, b)`'),
  synchronized_standby_slots: slotNames,
  temp_tablespaces: listOnly,
  timezone: (text) => timeZone(timeZoneVerdict(text), text, 'the name of a time zone, or hours between -167 and 167'),
  timezone_abbreviations: (text) => (['Default', 'Australia', 'India'].includes(text) ? undefined : 'Default, Australia or India'),
  // from 15 on libraries may add resource managers
  wal_consistency_checking: (text, major) => (major < 15 ? wordsOnly(resourceManagers)(text, major) : listOnly(text, major)),
})

/** Judges the text of a parameter of type string. */
export function judgeText(name: string, text: string, major: number): Refused | undefined {
  // whether a vertical tab is a blank depends on the minor release
  const refusal = text.includes('\v') ? undefined : rules[name]?.(text, major)
  return typeof refusal === 'string' ? { must: refusal } : refusal
}
