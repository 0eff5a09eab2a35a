// Does an image of the project hold an extension?
import type { RenderedObject } from '../../model.ts'
import { isPresetImage } from '../../operator/major.ts'
import { officialImage } from '../../operator/official-image.ts'
import type { Flavour } from '../../operator/official-image.ts'
import { imageOf } from '../versions/images.ts'
import { listAt } from '../subject.ts'
import type { ObjectsSubject } from '../subject.ts'

/** Control files of PostgreSQL's own contrib, 13 to 18, which Debian's package of the server brings; those of other languages are packages of their own. */
export const contrib: ReadonlySet<string> = new Set(
  `adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch hstore
  insert_username intagg intarray isn lo ltree moddatetime old_snapshot pageinspect pg_buffercache pg_freespacemap pg_logicalinspect
  pg_prewarm pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple plpgsql postgres_fdw refint
  seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2`.split(/\s+/),
)
/** What standard images add, and system images with them (postgres-containers, docker-bake.hcl: pgaudit, pgvector, pg-failover-slots). */
const added: ReadonlySet<string> = new Set(['pgaudit', 'vector'])

/** The flavour of the project's image that lacks the extension; undefined: it holds it, or nobody knows what the image of a Cluster holds. */
export function flavourWithout(extension: string, cluster: RenderedObject, subject: ObjectsSubject): Flavour | undefined {
  const name = extension.toLowerCase()
  if (contrib.has(name) || listAt(cluster.plain, 'spec', 'postgresql', 'extensions').length > 0) return undefined
  const image = imageOf(cluster, subject)?.image
  const isPreset = subject.ownImage !== true && isPresetImage(cluster.plain)
  const flavour = image === undefined ? (isPreset ? 'system' : undefined) : officialImage(image)?.flavour
  return flavour === undefined || (added.has(name) && flavour !== 'minimal') ? undefined : flavour
}

/** Whether another flavour of the image holds it. */
export const isInStandard = (extension: string): boolean => added.has(extension.toLowerCase())
