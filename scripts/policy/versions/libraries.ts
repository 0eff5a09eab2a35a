// Does the image of a Cluster hold the libraries that PostgreSQL is to load?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { officialImage } from '../../operator/official-image.ts'
import { splitList } from '../../postgres/list.ts'
import { misspelt } from '../../values/misspelt.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, objectsOf, plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'
import { contrib } from '../sql/image-extensions.ts'
import { imageOf } from './images.ts'

/** Libraries of PostgreSQL and its contrib that no extension is named like; Debian's package of the server brings them. */
const ofServer = `_int auth_delay auto_explain basebackup_to_shell basic_archive dict_snowball libpqwalreceiver passwordcheck pg_overexplain
  pg_plan_advice pg_stash_advice pgoutput pgxml sepgsql test_decoding`.split(/\s+/)
/** What the standard images add (postgres-containers, docker-bake.hcl), and the system images with them. */
const added = ['pgaudit', 'pg_failover_slots', 'vector', 'llvmjit']
/** Settings for which the operator preloads the library by itself (`ManagedExtensions`). */
const managed: readonly (readonly [prefix: string, library: string])[] = [
  ['pgaudit.', 'pgaudit'],
  ['pg_failover_slots.', 'pg_failover_slots'],
]

interface Loaded {
  readonly library: string
  readonly path: Path
  /** each session loads it, not the server */
  readonly bySession?: true
  /** from the folder of plugins, which the images do not have */
  readonly isPlugin?: true
  /** of an item with a line break, such as the one that a YAML block ends with */
  readonly isBroken?: true
}

/** The libraries of shared_preload_libraries; the operator joins the items with commas, so that one item may hold several. */
export function listedLibraries(cluster: JsonMap): Loaded[] {
  const list: Path = ['spec', 'postgresql', 'shared_preload_libraries']
  return listAt(cluster, ...list).flatMap((item, index) =>
    (typeof item === 'string' && item !== '' ? item.split(',') : []).map((one) => ({
      library: one.trim(),
      path: [...list, index],
      ...(one.includes('\n') && { isBroken: true as const }),
    })),
  )
}

/** Libraries that will be loaded, and what asks for them. */
function loaded(cluster: JsonMap): Loaded[] {
  const listed = listedLibraries(cluster)
  const parameters = plainAt(cluster, 'spec', 'postgresql', 'parameters')
  const names = isJsonMap(parameters) ? Object.keys(parameters) : []
  const implied = managed.flatMap(([prefix, library]) => {
    const name = names.find((one) => one.startsWith(prefix))
    return name === undefined || listed.some((one) => one.library === library)
      ? []
      : [{ library, path: ['spec', 'postgresql', 'parameters', name] as Path }]
  })
  const bySession = ['session_preload_libraries', 'local_preload_libraries'].flatMap((name) => {
    const path = ['spec', 'postgresql', 'parameters', name]
    const items = splitList(printed(plainAt(cluster, ...path) ?? '')) ?? []
    const isPlugin = name.startsWith('local_')
    return items.map((library): Loaded => ({ library, path, bySession: true, ...(isPlugin && { isPlugin }) }))
  })
  return [...listed, ...implied, ...bySession]
}

export const libraries: readonly ObjectRule[] = [
  {
    // "could not access file …: No such file or directory": the server does not start; for session_preload_libraries, no session does
    id: 'policy/image-has-library',
    severity: 'warning',
    configurable: true,
    summary: 'an image of the project holds the libraries that are preloaded',
    reads: [
      ['cluster', 'imageName'],
      ['cluster', 'postgresql', 'shared_preload_libraries'],
      ['cluster', 'postgresql', 'parameters', 'session_preload_libraries'],
      ['cluster', 'postgresql', 'parameters', 'local_preload_libraries'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const found = imageOf(cluster, subject)
        const official = found === undefined ? undefined : officialImage(found.image)
        if (official === undefined || listAt(cluster.plain, 'spec', 'postgresql', 'extensions').length > 0) continue
        for (const { library, path, bySession, isBroken, isPlugin } of loaded(cluster.plain)) {
          if (isBroken === true) {
            yield {
              object: cluster,
              message: phrase`${here('library')} has a line break, but postgresql.conf takes none in a value: PostgreSQL does not start`,
              places: [{ path }],
              help: phrase`write the name in one line`,
            }
            continue
          }
          // "this option can load only shared libraries located in the plugins subdirectory": PostgreSQL 17, 19.11.3
          if (isPlugin === true) {
            yield {
              object: cluster,
              message: phrase`local_preload_libraries takes ${shown(library)} from $libdir/plugins, which ${official.flavour} images do not have: nobody can log in`,
              places: [{ path }],
              help: phrase`write session_preload_libraries in its place, or remove it`,
            }
            continue
          }
          const name = library.replace(/^\$libdir\//, '').replace(/\.so$/, '')
          if (contrib.has(name) || ofServer.includes(name) || (official.flavour !== 'minimal' && added.includes(name))) continue
          const meant = misspelt(name, [...contrib, ...ofServer, ...added])
          yield {
            object: cluster,
            message: phrase`${here('library')} needs ${shown(name)} preloaded, but ${official.flavour} images do not hold it: ${bySession === true ? 'nobody can log in' : 'PostgreSQL does not start'}`,
            places: [{ path }],
            help: added.includes(name)
              ? phrase`use a standard image`
              : meant !== undefined
                ? phrase`did you mean ${named(meant)}?`
                : phrase`use an image that holds it, mount it by postgresql.extensions (operator 1.27, PostgreSQL 18), or remove it`,
          }
        }
      }
    },
  },
]
