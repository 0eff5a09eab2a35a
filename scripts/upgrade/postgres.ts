// What prevents another major version of PostgreSQL?
import { lookup } from '../values/lookup.ts'
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { majorOf } from '../operator/major.ts'
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Finding } from '../findings/finding.ts'
import type { RenderedObject } from '../model.ts'
import { valueAt } from '../values/value.ts'
import type { Evaluated } from '../chart/evaluated.ts'

/** Parameters that a major no longer knows: a server that reads one does not start. */
const removed: Readonly<Record<number, readonly string[]>> = {
  14: ['operator_precedence_warning', 'vacuum_cleanup_index_scale_factor'],
  15: ['stats_temp_directory'],
  16: ['force_parallel_mode', 'lc_collate', 'lc_ctype', 'promote_trigger_file', 'vacuum_defer_cleanup_age'],
  17: ['db_user_namespace', 'old_snapshot_threshold', 'trace_recovery_messages'],
}

/** The majors between which the removals above are complete. */
export const knownMajors = { first: 13, last: 18 } as const

/** Words that a major no longer accepts for a parameter: abbreviations of on and off where a bool became an enum. */
const narrowed: Readonly<Record<number, Readonly<Record<string, RegExp>>>> = lookup({
  14: { password_encryption: /^(?:on|off|true|false|yes|no|1|0|t|f|y|n)$/i },
  15: { wal_compression: /^(?:t|tr|tru|f|fa|fal|fals|y|ye|n|of)$/i },
})

/** Settings of a Cluster that PostgreSQL `to` refuses: removed parameters and removed words. */
export function postgresFindings(before: Evaluated, after: Evaluated, to: number): LocatedFinding[] {
  return after.objects
    .filter(({ kind }) => kind === 'Cluster')
    .flatMap((object) => {
      const from = majorOf(before.objects.find(({ kind }) => kind === 'Cluster')?.plain ?? object.plain)
      const subject = { object, values: after.merged, fallback: serviceSpot(after.database), database: after.database }
      const found = from === undefined ? [] : [...parameterFindings(object, from, to)]
      return found.map((finding) => locateFinding(finding, subject))
    })
}

type Ruled = Finding & { readonly rule: string; readonly severity: 'error' }

function* parameterFindings(object: RenderedObject, from: number, to: number): Iterable<Ruled> {
  const parameters = valueAt(object.value, ['spec', 'postgresql', 'parameters'])
  if (parameters?.kind !== 'map') return
  for (const [name, value] of parameters.entries) {
    const path = ['spec', 'postgresql', 'parameters', name]
    const known = name.toLowerCase()
    for (let major = from + 1; major <= to; major++) {
      if (removed[major]?.includes(known) === true) {
        const message = phrase`parameter ${known} is set, but PostgreSQL ${named(major)} no longer has it and would not start`
        yield {
          rule: 'upgrade/parameter-exists',
          severity: 'error',
          message,
          places: [{ path, on: 'key' }],
          help: phrase`remove it before the upgrade`,
        }
      } else if (value.kind === 'scalar' && narrowed[major]?.[known]?.test(printed(value.value)) === true) {
        const message = phrase`${known} is \`${named(value.value)}\`, but PostgreSQL ${named(major)} no longer accepts that word`
        yield {
          rule: 'upgrade/parameter-word',
          severity: 'error',
          message,
          places: [{ path }],
          help: known === 'wal_compression' ? phrase`write "on" or "off"` : phrase`write "scram-sha-256" or "md5"`,
        }
      }
    }
  }
}

/** What to know about a major upgrade, in whole sentences. `isHandWritten`: some database sets its image itself. */
export function postgresNotes(from: readonly number[], to: number, isHandWritten: boolean): string[] {
  const notes: string[] = []
  const upgraded = from.filter((major) => major < to)
  if (upgraded.length > 0) {
    notes.push('a major upgrade in place stops every instance of the database until pg_upgrade has run: plan an outage')
    notes.push('take a full backup before it and a new base backup after it: point-in-time recovery does not cross a major version')
    notes.push('extensions are not compared: check that the new image has each one, and run ALTER EXTENSION … UPDATE afterwards')
  }
  if (from.some((major) => major < to && to === 17)) notes.push('max_slot_wal_keep_size must be -1 for an upgrade to 17.0 to 17.5')
  if (to > knownMajors.last || to < knownMajors.first)
    notes.push(`PostgreSQL ${to} is not known here: parameters are compared for ${knownMajors.first} to ${knownMajors.last} only`)
  if (isHandWritten)
    notes.push('some databases set cluster.imageName, which overrides version.postgresql; the major was tried at the start of its tag')
  return notes
}
