// Would the server load the lines of `pg_hba` and `pg_ident`, and can each line ever match?
import { named, phrase, shown } from '../../findings/message.ts'
import type { Finding, Place, Rule } from '../../findings/finding.ts'
import { lookup } from '../../values/lookup.ts'
import { nearest } from '../../values/path.ts'
import { fileHelp, whereAbsent } from '../files.ts'
import type { PodFiles } from '../files.ts'
import type { EffectiveLine } from './effective.ts'
import { authLines } from './tokens.ts'
import { isInclude, readHba, refusedIdentLines } from './hba.ts'
import type { HbaRecord, RefusedLine } from './hba.ts'

/** The lines that users add to the operator's own, in the order of the files. */
export interface AuthFiles {
  readonly major: number
  /** undefined: an item that is not text */
  readonly hba: readonly (string | undefined)[]
  readonly ident: readonly (string | undefined)[]
  /** the whole pg_hba.conf */
  readonly effective: readonly EffectiveLine[]
  readonly files: PodFiles
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

/** The fields of `ldap` by the options that the operator makes of them. */
const ldapFields: Readonly<Record<string, string>> = lookup({
  ldapbasedn: 'bindSearchAuth.baseDN',
  ldapprefix: 'bindAsAuth.prefix',
  ldapscheme: 'scheme',
  ldapsearchattribute: 'searchAttribute',
  ldapsearchfilter: 'searchFilter',
  ldapserver: 'server',
  ldapsuffix: 'bindAsAuth.suffix',
})

/** Maps that the operator writes into pg_ident.conf (`postgresIdentTemplate`), 1.27 to 1.30. */
const ownMaps = ['cnpg_metrics_exporter', 'cnpg_pooler_pgbouncer', 'cnpg_streaming_replica', 'local']

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
    // `buildLDAPConfigString` writes one line of `ldap`, above its last one
    id: 'postgres/ldap-line',
    severity: 'error',
    summary: 'PostgreSQL loads the line of pg_hba that the operator makes of ldap',
    *check({ major, effective }) {
      for (const { text: line, item, record } of effective) {
        if (item !== undefined || record !== undefined) continue
        const [refused] = readHba(line, major).refused
        if (refused === undefined) continue
        const spelt = (words: string): string => words.replaceAll(/\bldap[a-z]+/g, (option) => ldapFields[option] ?? option)
        yield {
          message: phrase`PostgreSQL refuses the line that is made of ldap: ${spelt(refused.message)}`,
          places: [{ path: ['spec', 'postgresql', 'ldap'], on: 'key' }],
          help: refused.help?.startsWith('remove') === true ? phrase`${spelt(refused.help)}` : phrase`correct the fields of ldap`,
        }
      }
    },
  },
  {
    id: 'postgres/ident-line',
    severity: 'error',
    summary: 'PostgreSQL loads each line of pg_ident',
    *check({ major, ident }) {
      // what a file holds, and whether it is there, is another rule's
      const refused = refusedIdentLines(text(ident), major).filter(({ byFile }) => byFile !== true)
      yield* located('pg_ident', ident, refused)
    },
  },
  {
    // `check_usermap`, 13 to 18: "no match in usermap"; the operator writes the other maps itself
    id: 'postgres/ident-map-there',
    severity: 'error',
    configurable: true,
    summary: 'the map that a line of pg_hba names is in pg_ident',
    *check({ major, ident, effective }) {
      const lines = ident.map((item) => (item === undefined ? undefined : authLines(item, major)))
      if (lines.some((all) => all?.some((line) => isInclude(line, major)) !== false)) return
      const maps = new Set([...ownMaps, ...lines.flatMap((all) => (all ?? []).map(({ fields }) => fields[0]?.[0]?.text ?? ''))])
      for (const { item, record } of effective) {
        const map = item === undefined ? undefined : record?.options.get('map')
        if (map === undefined || maps.has(map)) continue
        const meant = nearest(map, maps)
        yield {
          message: phrase`this line maps users by ${shown(map)}, but pg_ident has no such map: nobody gets in by it`,
          places: [{ path: ['spec', 'postgresql', 'pg_hba', item ?? 0] }],
          help:
            meant === undefined ? phrase`add \`${named(map)} <name outside> <role>\` to pg_ident` : phrase`did you mean ${named(meant)}?`,
        }
      }
    },
  },
  {
    // PostgreSQL 17, 20.1: "The first record with a matching connection type, client address, requested database, and user name is used"
    id: 'postgres/hba-line-used',
    severity: 'warning',
    configurable: true,
    summary: 'each line of pg_hba can match a connection that no earlier line takes',
    *check({ major, effective }) {
      for (const { text, item, record, coveredBy } of effective) {
        const pattern = item === undefined || record === undefined ? undefined : earlyPattern(record, major)
        if (pattern !== undefined) {
          yield {
            message: phrase`this line never matches: ${named(pattern)} is a plain name to PostgreSQL ${major}, which reads no patterns before 16`,
            places: [{ path: ['spec', 'postgresql', 'pg_hba', item ?? 0] }],
            help: phrase`name the databases and users themselves, or run PostgreSQL 16`,
          }
          continue
        }
        const earlier = coveredBy === undefined ? undefined : effective[coveredBy]
        if (earlier === undefined) continue
        if (item === undefined) {
          if (earlier.item === undefined || !text.startsWith('host all all 0.0.0.0/0 ldap')) continue
          yield {
            message: phrase`ldap is never asked: this line takes its connections, and stands above the one that is made of ldap`,
            places: [
              { path: ['spec', 'postgresql', 'pg_hba', earlier.item] },
              { path: ['spec', 'postgresql', 'ldap'], on: 'key', label: phrase`ldap is set up here` },
            ],
            help: phrase`remove the line, or name fewer users, databases or addresses in it`,
          }
          continue
        }
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
    // 13 to 18: "could not open file …: No such file or directory", "could not load pg_hba.conf"; a reload keeps the previous rules. Without
    // pg_ident the server starts (`PostmasterMain`), but maps nobody, and the operator's own lines are `peer map=local` and the like
    id: 'postgres/auth-file-there',
    severity: 'error',
    summary: 'pg_hba and pg_ident name files (`@file`, include) that are in the pod: in the line itself, or below /projected',
    *check(auth) {
      for (const { file, use, field, index } of absentFiles(auth)) {
        if (use === 'include_if_exists') continue
        const instead = use === '@' ? 'write the names in this line' : `write the lines in ${field}`
        const what = use === 'include_dir' ? 'folder' : 'file'
        const harm = field === 'pg_hba' ? 'PostgreSQL does not start' : "PostgreSQL loads no map, and the operator can't log in"
        yield {
          message: phrase`${named(field)} names the ${what} \`${named(file.name)}\`, but ${file.where} has no such ${what}: ${harm}`,
          places: [{ path: ['spec', 'postgresql', field, index] }],
          help: fileHelp(file.name, instead, auth.files),
        }
      }
    },
  },
  {
    // 16 to 18: "skipping missing authentication file"
    id: 'postgres/optional-file-there',
    severity: 'warning',
    configurable: true,
    summary: 'a file that pg_hba, pg_ident or the parameters include if it exists can exist in the pod',
    *check(auth) {
      for (const { file, use, field, index } of absentFiles(auth))
        if (use === 'include_if_exists')
          yield {
            message: phrase`this line has no effect: ${file.where} has no file \`${named(file.name)}\``,
            places: [{ path: ['spec', 'postgresql', field, index] }],
            help: fileHelp(file.name, `write the lines in ${field}`, auth.files),
          }
    },
  },
]

/** A regular expression where PostgreSQL takes it for the name of a database or a user; undefined: there are other names, too. */
function earlyPattern({ databases, users }: HbaRecord, major: number): string | undefined {
  const isPattern = (text: string): boolean => /^\/.*[\^$*+?()[\]|\\]/.test(text)
  if (major >= 16) return undefined
  return [databases, users].find((field) => field.length > 0 && field.every(({ text: one }) => isPattern(one)))?.[0]?.text
}

interface AbsentFile {
  readonly file: { readonly name: string; readonly where: string }
  readonly use: string
  readonly field: 'pg_hba' | 'pg_ident'
  readonly index: number
}

/** The files that are named and not there, each once in a text of the list. */
function* absentFiles({ major, hba, ident, files }: AuthFiles): Iterable<AbsentFile> {
  for (const [field, items] of [
    ['pg_hba', hba],
    ['pg_ident', ident],
  ] as const)
    for (const [index, item] of items.entries()) {
      const seen = new Set<string>()
      for (const { use, name } of item === undefined ? [] : filesIn(item, major)) {
        const where = seen.has(name) ? undefined : whereAbsent(name, files)
        seen.add(name)
        if (where !== undefined) yield { file: { name, where }, use, field, index }
      }
    }
}

function* filesIn(item: string, major: number): Iterable<{ readonly use: string; readonly name: string }> {
  for (const line of authLines(item, major)) {
    const [directive, name] = line.fields.map((field) => field[0]?.text ?? '')
    if (directive !== undefined && name !== undefined && isInclude(line, major)) yield { use: directive, name }
    else for (const { file, text: word } of line.fields.flat()) if (file) yield { use: '@', name: word.slice(1) }
  }
}
