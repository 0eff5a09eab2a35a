// Which parameters does a major version of PostgreSQL have, and what values do they take, according to its own server?
import { lookup } from '../values/lookup.ts'
import type { JsonMap } from '../values/value.ts'
import { byCodeUnit } from '../values/path.ts'

// The server lists its parameters in `settings`, one per line:
//   psql -At -F "$(printf '\t')" -c "select name, vartype, unit, min_val, max_val, array_to_string(enumvals, '|'), context from pg_settings"
// and accepts more words than it lists. Those are found by trying, one `NAME<tab>WORD` per line in `words`:
//   echo "NAME = 'WORD'" >DIR/postgresql.conf; postgres -D DIR -C NAME && printf 'NAME\tWORD\n' >>words
// node derive.mjs postgres MAJOR SETTINGS WORDS writes schemas/postgresql/MAJOR.json.

/** Parameters that servers accept but `pg_settings` does not list, in every major. */
const unlisted: Readonly<Record<string, JsonMap>> = lookup({
  default_with_oids: { type: 'bool', context: 'user' },
  is_superuser: { type: 'bool', context: 'internal' },
  role: { type: 'string', context: 'user' },
  seed: { type: 'real', min: -1, max: 1, context: 'user' },
  session_authorization: { type: 'string', context: 'user' },
  sort_mem: { alias: 'work_mem' },
  ssl_renegotiation_limit: { type: 'integer', min: 0, max: 0, context: 'user' },
  vacuum_mem: { alias: 'maintenance_work_mem' },
})
/** Those of some majors: of distributions, or added by a late minor release. */
const ofSome: readonly (readonly [readonly number[], string, JsonMap])[] = [
  [[15, 17], 'composite_type_mismatch', { type: 'enum', words: ['disabled', 'warn', 'error'], context: 'user' }],
  [[13, 14, 15, 16, 17], 'extension_destdir', { type: 'string', context: 'superuser' }],
  [[14, 15, 16, 17, 18], 'output_plugin_libraries', { type: 'string', context: 'sighup' }],
  [[18], 'ssl_ecdh_curve', { alias: 'ssl_groups' }],
]

/** Words that need a library missing from plain builds, by the major that introduced them. */
const ofDistributions: readonly (readonly [number, string, readonly string[]])[] = [
  [14, 'default_toast_compression', ['lz4']],
  [15, 'wal_compression', ['lz4', 'zstd']],
  [18, 'io_method', ['io_uring']],
]

/** The text of the catalogue of a major: one parameter per line, sorted. */
export function derivePostgresCatalogue(major: number, settings: string, words: string): string {
  const parameters: Record<string, JsonMap> = { ...unlisted }
  for (const [having, name, parameter] of ofSome) if (having.includes(major)) parameters[name] = parameter
  for (const row of linesOf(settings)) {
    const [name = '', type = '', unit = '', min = '', max = '', choices = '', context = ''] = row
    const bounds = type === 'integer' || type === 'real' ? { min: Number(min), max: Number(max) } : {}
    const added = ofDistributions.flatMap(([since, of, more]) => (of === name && since <= major ? more : []))
    const listed = type === 'enum' ? { words: [...new Set([...choices.split('|').filter((word) => word !== ''), ...added])] } : {}
    const hidden = linesOf(words).flatMap(([of, word = '']) => (of === name ? [word] : []))
    parameters[name] = { type, ...(unit && { unit }), ...bounds, ...listed, ...(hidden.length > 0 && { hidden }), context }
  }
  const lines = Object.keys(parameters)
    .sort(byCodeUnit)
    .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(parameters[name])}`)
  return `{\n  "major": ${major},\n  "parameters": {\n${lines.join(',\n')}\n  }\n}\n`
}

function linesOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}
