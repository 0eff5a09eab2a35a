// Would PostgreSQL of this major start with the parameter?
import { lookup } from '../values/lookup.ts'
import { trimOf } from '../values/trim.ts'
import { listed, nearest } from '../values/path.ts'
import { majors, parametersOf } from './catalogue.ts'
import type { Parameter } from './catalogue.ts'
import { isBinary, readInteger, readReal, sizeOf, unitsOf } from './number.ts'
import { fields, removed } from './removed.ts'
import { judgeText } from './texts.ts'

export type Verdict =
  | {
      readonly kind: 'unknown'
      /** `syntax`: not a name at all; `added`, `removed`: in the release `at`; `typo`: `meant` is near; `strange`: nothing is; `elsewhere`: a field of its own */
      readonly reason: 'syntax' | 'added' | 'removed' | 'typo' | 'strange' | 'elsewhere'
      /** the release that added or removed it */
      readonly at?: string
      /** the near name, or what took the place of a removed parameter: a name, or what to type */
      readonly meant?: string
    }
  | {
      readonly kind: 'value'
      /** what the value must be, in a few words */
      readonly must: string
      /** what to type, if that is known */
      readonly help?: string
      /** another image may accept it: one from before Debian trixie, another build, or another setting of the system */
      readonly byImage?: 'trixie' | 'build'
    }

const name = /^[A-Za-z_\x80-\uffff][\w\x80-\uffff]*(?:\.[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?$/
const directives = new Set(['include', 'include_dir', 'include_if_exists'])
const boolWords = ['true', 'false', 'yes', 'no', 'on', 'off']

/** Undefined: accepted, or it depends on the image, the environment or the minor release. */
export function judgeParameter(major: number, typed: string, value: string): Verdict | undefined {
  const parameters = parametersOf(major)
  if (parameters === undefined) return undefined
  // blanks around the name are lost in the file
  const written = trimOf(typed, ' \t')
  const key = written.toLowerCase()
  if (directives.has(key)) return value === '' ? { kind: 'value', must: 'the name of a file', help: 'remove it' } : undefined
  const parameter = parameters.get(key)
  if (parameter === undefined) return name.test(written) ? unknown(major, key, parameters) : { kind: 'unknown', reason: 'syntax' }
  if (parameter.context === 'internal') return { kind: 'value', must: 'left to the server', help: 'remove it: the server sets it itself' }
  return judgeValue(parameter, value, major)
}

function unknown(major: number, key: string, parameters: ReadonlyMap<string, Parameter>): Verdict | undefined {
  // the part before a dot is an extension, whose parameters are placeholders until it is loaded
  if (key.includes('.')) return undefined
  const having = majors.filter((other) => parametersOf(other)?.has(key) === true)
  const later = having.find((other) => other > major)
  if (later !== undefined) return { kind: 'unknown', reason: 'added', at: String(later) }
  const last = having.at(-1)
  const gone = removed[key]
  if (last !== undefined)
    return { kind: 'unknown', reason: 'removed', at: String(last + 1), ...(gone?.help !== undefined && { meant: gone.help }) }
  if (gone !== undefined) return { kind: 'unknown', reason: 'removed', at: gone.at, ...(gone.help !== undefined && { meant: gone.help }) }
  if (fields.has(key)) return { kind: 'unknown', reason: 'elsewhere' }
  const meant = nearest(key, parameters.keys())
  return meant === undefined
    ? { kind: 'unknown', reason: 'strange' }
    : { kind: 'unknown', reason: 'typo', meant: parameters.get(meant)?.name ?? meant }
}

function judgeValue(parameter: Parameter, value: string, major: number): Verdict | undefined {
  switch (parameter.type) {
    case 'bool':
      return judgeBool(parameter, value)
    case 'enum':
      return judgeWord(parameter, value)
    case 'integer':
      return isBinary(value) ? judgeBinary(parameter, value, major) : judgeNumber(parameter, value, readInteger(value, parameter.unit))
    case 'real':
      return judgeNumber(parameter, value, readReal(value, parameter.unit))
    case 'string': {
      const refused = judgeText(parameter.name.toLowerCase(), value, major)
      return refused === undefined ? undefined : { kind: 'value', ...refused }
    }
  }
}

/** A unique prefix of a word is enough, or 1 and 0. */
function judgeBool(parameter: Parameter, value: string): Verdict | undefined {
  const lower = value.toLowerCase()
  const isBool = lower === '1' || lower === '0' || (lower !== '' && lower !== 'o' && boolWords.some((word) => word.startsWith(lower)))
  if (!isBool) return { kind: 'value', must: 'on or off', help: `set ${parameter.name} to "on" or "off"` }
  const isOn = lower === '1' || lower === 'on' || lower[0] === 't' || lower[0] === 'y'
  if (parameter.name === 'default_with_oids' && isOn) return { kind: 'value', must: 'off', help: 'remove it' }
  // no build for Linux has it
  if (parameter.name === 'bonjour' && isOn) return { kind: 'value', must: 'off', help: 'remove it' }
  // other checks of the build or of features of the operating system depend on the image
  return undefined
}

/** The C library reads `0b11` from glibc 2.38 on, which recorded servers of PostgreSQL 16 and later had. */
function judgeBinary(parameter: Parameter, value: string, major: number): Verdict | undefined {
  if (major >= 16)
    return judgeNumber(
      parameter,
      value,
      readInteger(
        value.replace(/0b([01]+)/i, (digits) => String(Number(digits))),
        parameter.unit,
      ),
    )
  return { kind: 'value', must: 'a number that every image can read', help: `write ${parameter.name} in decimal digits`, byImage: 'build' }
}

function judgeWord({ words = [], hidden = [], name: own }: Parameter, value: string): Verdict | undefined {
  const lower = value.toLowerCase()
  if ([...words, ...hidden].some((word) => word.toLowerCase() === lower)) return undefined
  const meant = nearest(lower.trim(), words)
  return { kind: 'value', must: listed(words), help: meant === undefined ? `set ${own} to one of them` : `did you mean \`${meant}\`?` }
}

function judgeNumber(parameter: Parameter, value: string, read: number | 'invalid' | undefined): Verdict | undefined {
  const { unit, type } = parameter
  if (read === undefined) return undefined
  const number = type === 'integer' ? 'a whole number' : 'a number'
  if (read === 'invalid') {
    const must = unit === undefined ? `${number} without a unit` : `${number}, alone or with ${unitsOf(unit).toReversed().join(', ')}`
    const meant = unit === undefined ? undefined : respelled(value, unit, type)
    return { kind: 'value', must, ...(meant !== undefined && { help: `did you mean \`${meant}\`?` }) }
  }
  return judgeRange(parameter, read)
}

function judgeRange(parameter: Parameter, read: number): Verdict | undefined {
  const { min = -Infinity, max = Infinity } = parameter
  // `pg_settings` shows the largest double in six digits
  const highest = max > 1e308 ? Number.MAX_VALUE : max
  if (read < min) return atLeast(parameter, amount(min, parameter))
  if (read > highest) {
    const bound = amount(highest, parameter)
    return { kind: 'value', must: `at most ${bound}`, help: `set ${parameter.name} to ${bound} or less` }
  }
  const rule = ofOwn[parameter.name]
  return rule?.(read)
}

function atLeast({ name: own }: Parameter, bound: string): Verdict {
  return { kind: 'value', must: `at least ${bound}`, help: `set ${own} to ${bound} or more` }
}

const slru = (read: number): Verdict | undefined =>
  read % 16 === 0 ? undefined : { kind: 'value', must: 'a multiple of 16 pages of 8kB', help: 'write a multiple of 128kB' }

/** Whole numbers within the bounds that a check of the parameter's own refuses. */
const ofOwn: Readonly<Record<string, (read: number) => Verdict | undefined>> = lookup({
  commit_timestamp_buffers: slru,
  io_max_concurrency: (read) =>
    read === 0 ? { kind: 'value', must: '-1 (chosen by the server) or more than 0', help: 'remove it, or write -1' } : undefined,
  multixact_member_buffers: slru,
  multixact_offset_buffers: slru,
  notify_buffers: slru,
  serializable_buffers: slru,
  subtransaction_buffers: slru,
  transaction_buffers: slru,
  // the usual limit of 8MB for the stack less 512kB; containers inherit it
  max_stack_depth: (read) =>
    read <= 7680 ? undefined : { kind: 'value', must: 'at most 7680kB', help: 'remove it: 2MB is the default', byImage: 'build' },
  vacuum_buffer_usage_limit: (read) => (read === 0 || read >= 128 ? undefined : { kind: 'value', must: '0 or at least 128kB' }),
})

/** A bound in the unit that makes it shortest: 8388608 of 8kB → 64GB. */
function amount(bound: number, { unit }: Parameter): string {
  if (unit === undefined || bound <= 0) return String(bound)
  const size = bound * sizeOf(unit)
  const fitting = unitsOf(unit).find((name) => size % sizeOf(name) === 0) ?? unit
  return `${size / sizeOf(fitting)}${fitting}`
}

/** `512mb`, `512M`, `512MiB` and `5 sec` → the spelling that the server knows. */
function respelled(value: string, unit: string, type: string): string | undefined {
  const [, number = '', word = ''] = /^\s*([+-]?[\d.]+)\s*([A-Za-z]+)\s*$/.exec(value) ?? []
  const [short] = [
    word
      .toLowerCase()
      .replace(/^([kmgt])i?b?$/, '$1b')
      .replace(/^(?:sec|second)s?$/, 's')
      .replace(/^(?:minute|mins)s?$/, 'min')
      .replace(/^(?:hour|hr)s?$/, 'h')
      .replace(/^days?$/, 'd'),
  ]
  const meant = unitsOf(unit).find((known) => known.toLowerCase() === short)
  if (meant === undefined) return undefined
  const text = number + meant
  const read = type === 'integer' ? readInteger(text, unit) : readReal(text, unit)
  return typeof read === 'number' ? text : undefined
}
