// Would the server load the lines of `pg_hba` and `pg_ident`, and can each line ever match?
import { named, phrase } from '../../findings/message.ts'
import type { Finding, Place, Rule } from '../../findings/finding.ts'
import type { EffectiveLine } from './effective.ts'
import { authLines } from './tokens.ts'
import { readHba, refusedIdentLines } from './hba.ts'
import type { RefusedLine } from './hba.ts'

/** The lines that users add to the operator's own, in the order of the files. */
export interface AuthFiles {
  readonly major: number
  /** undefined: an item that is not text */
  readonly hba: readonly (string | undefined)[]
  readonly ident: readonly (string | undefined)[]
  /** the whole pg_hba.conf */
  readonly effective: readonly EffectiveLine[]
}

/** Physical line of the items joined → the item that holds it. */
function* located(field: string, items: readonly (string | undefined)[], refused: readonly RefusedLine[]): Iterable<Finding> {
  const firstLines: number[] = []
  let next = 1
  for (const item of items) {
    firstLines.push(next)
    next += (item ?? '').split('\n').length
  }
  for (const { line, message, help } of refused) {
    const index = firstLines.findLastIndex((first) => first <= line)
    const place: Place = { path: ['spec', 'postgresql', field, index] }
    const inside = line - (firstLines[index] ?? 1)
    const which = inside > 0 ? `line ${inside + 1} of this text` : 'this line'
    yield {
      message: phrase`PostgreSQL refuses ${which}: ${message}`,
      places: [place],
      ...(help === undefined ? {} : { help: phrase`${help}` }),
    }
  }
}

const text = (items: readonly (string | undefined)[]): string => items.map((item) => item ?? '').join('\n')

export const authRules: readonly Rule<AuthFiles>[] = [
  {
    id: 'postgres/hba-line',
    severity: 'error',
    summary: 'PostgreSQL loads each line of pg_hba: with a wrong one it does not start, or keeps the previous rules',
    *check({ major, hba }) {
      yield* located('pg_hba', hba, readHba(text(hba), major).refused)
    },
  },
  {
    id: 'postgres/ident-line',
    severity: 'error',
    summary: 'PostgreSQL loads each line of pg_ident',
    *check({ major, ident }) {
      yield* located('pg_ident', ident, refusedIdentLines(text(ident), major))
    },
  },
  {
    // PostgreSQL 17, 20.1: "The first record with a matching connection type, client address, requested database, and user name is used"
    id: 'postgres/hba-line-used',
    severity: 'warning',
    configurable: true,
    summary: 'each line of pg_hba can match a connection that no earlier line takes',
    *check({ effective }) {
      for (const { item, coveredBy } of effective) {
        const earlier = coveredBy === undefined ? undefined : effective[coveredBy]
        if (item === undefined || earlier === undefined) continue
        const whose = earlier.item === undefined ? "the operator's line " : ''
        const before: readonly Place[] =
          earlier.item === undefined
            ? []
            : [{ path: ['spec', 'postgresql', 'pg_hba', earlier.item], label: phrase`this line takes them first` }]
        yield {
          message: phrase`this line never matches: ${whose}\`${named(earlier.text.trim())}\` above takes its connections`,
          places: [{ path: ['spec', 'postgresql', 'pg_hba', item] }, ...before],
          help:
            earlier.item === undefined ? phrase`remove it: the operator's lines come first` : phrase`move it above that line, or remove it`,
        }
      }
    },
  },
  {
    id: 'postgres/auth-file-there',
    severity: 'warning',
    summary: 'pg_hba and pg_ident name no file (`@file`, include) in the data directory, where files cannot be added',
    *check({ major, hba, ident }) {
      for (const [field, items] of [
        ['pg_hba', hba],
        ['pg_ident', ident],
      ] as const)
        for (const [index, item] of items.entries()) {
          const file = item === undefined ? undefined : fileOf(item, major)
          if (file === undefined || file.startsWith('/')) continue
          yield {
            message: phrase`${named(field)} names the file \`${named(file)}\`, but no file can be added to the data directory`,
            places: [{ path: ['spec', 'postgresql', field, index] }],
            help: phrase`write the names here; mounted files have an absolute path below /projected`,
          }
        }
    },
  },
]

function fileOf(item: string, major: number): string | undefined {
  for (const { fields } of authLines(item, major)) {
    const first = fields[0]?.[0]?.text ?? ''
    if (major >= 16 && fields.length === 2 && ['include', 'include_dir'].includes(first)) return fields[1]?.[0]?.text
    const named = fields.flat().find(({ file }) => file)
    if (named !== undefined) return named.text.slice(1)
  }
  return undefined
}
