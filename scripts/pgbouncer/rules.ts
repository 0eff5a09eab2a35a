// Would the PgBouncer of a Pooler start with its parameters?
import { here, named, phrase } from '../findings/message.ts'
import type { Finding, Rule } from '../findings/finding.ts'
import type { RenderedObject } from '../model.ts'
import { reached } from '../operator/version.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'
import type { Path } from '../values/value.ts'
import { skippedByPgBouncer } from './hba.ts'
import { refusedByPgBouncer, refusedTogether } from './parameters.ts'

export interface RunningPooler {
  readonly object: RenderedObject
  readonly operator: string
}

const path = (name: string): Path => ['spec', 'pgbouncer', 'parameters', name]

/** The minor of PgBouncer 1.x, by the image of the Pooler or the operator's own; undefined: not known. */
export function pgBouncerMinor({ object, operator }: RunningPooler): number | undefined {
  const containers = jsonAt(object.plain, ['spec', 'template', 'spec', 'containers'])
  const own = (Array.isArray(containers) ? containers : []).find((container) => jsonAt(container, ['name']) === 'pgbouncer')
  const image = jsonAt(object.plain, ['spec', 'pgbouncer', 'image']) ?? jsonAt(own, ['image'])
  if (isJsonMap(jsonAt(object.plain, ['spec', 'pgbouncer', 'imageCatalogRef']))) return undefined
  // `DefaultPgbouncerImage` is 1.24.1 up to 1.27.1, then 1.25.1
  if (image === undefined) return reached(operator, ['1.27.2', '1.28.0']) ? 25 : 24
  const minor = typeof image === 'string' ? /:1\.(\d{1,3})\b[^/]*$/.exec(image)?.[1] : undefined
  return minor === undefined ? undefined : Number(minor)
}

export const pgBouncerRules: readonly Rule<RunningPooler>[] = [
  {
    id: 'pgbouncer/parameter-value',
    severity: 'error',
    summary: 'PgBouncer accepts the value of each parameter of a Pooler: type, words, no units',
    *check(running): Iterable<Finding> {
      const parameters = jsonAt(running.object.plain, ['spec', 'pgbouncer', 'parameters'])
      if (!isJsonMap(parameters)) return
      const minor = pgBouncerMinor(running)
      const written = new Map(Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
      for (const [name, value] of written) {
        const refused = refusedByPgBouncer(name, value, minor)
        if (refused !== undefined) yield finding(name, value, refused)
      }
      const together = refusedTogether(written)
      if (together !== undefined) yield finding(together.name, written.get(together.name) ?? '', together.refused)
    },
  },
  {
    // the template of pg_hba.conf ends with `host all all 0.0.0.0/0 md5` and its like for IPv6
    id: 'pgbouncer/hba-line',
    severity: 'warning',
    configurable: true,
    summary: 'PgBouncer takes each line of pg_hba: it skips those that it can not read, and lets in whom they keep out',
    *check(running): Iterable<Finding> {
      const items = jsonAt(running.object.plain, ['spec', 'pgbouncer', 'pg_hba'])
      const minor = pgBouncerMinor(running)
      if (!Array.isArray(items) || minor === undefined || minor < 24) return
      for (const [index, item] of items.entries())
        for (const line of typeof item === 'string' ? item.split('\n') : []) {
          const reason = skippedByPgBouncer(line, minor)
          if (reason === undefined) continue
          yield {
            message: phrase`PgBouncer skips this line: ${reason}`,
            places: [{ path: ['spec', 'pgbouncer', 'pg_hba', index] }],
            help: phrase`correct it: without the line, everybody may log in with a password`,
          }
        }
    },
  },
]

function finding(name: string, value: string, { must, help }: { readonly must: string; readonly help?: string }): Finding {
  return {
    message: phrase`${here(name)} is ${{ shown: `\`${value}\`` }}, but must be ${must}: PgBouncer would not start`,
    places: [{ path: path(name) }],
    help: help === undefined ? phrase`correct ${named(name)}, or remove it` : phrase`${help}`,
  }
}
