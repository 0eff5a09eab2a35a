// Are there the access method of tables and the text search that sessions take where statements name none?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { officialImage } from '../../operator/official-image.ts'
import { at as parameter } from '../../postgres/running.ts'
import { misspelt } from '../../values/misspelt.ts'
import { nearest } from '../../values/path.ts'
import { listAt, objectsOf, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'
import { reading } from '../capacity/budgets.ts'
import { imageOf } from './images.ts'

function* methodOfTables(cluster: RenderedObject, subject: ObjectsSubject): Iterable<ObjectFinding> {
  const path = parameter('default_table_access_method')
  const method = textAt(cluster.plain, ...path) ?? ''
  if (method === '' || method === 'heap') return
  const image = imageOf(cluster, subject)?.image
  // extensions bring others
  if (image === undefined || officialImage(image) === undefined || listAt(cluster.plain, 'spec', 'postgresql', 'extensions').length > 0)
    return
  yield {
    object: cluster,
    message: phrase`${here('default_table_access_method')} is ${shown(method)}, but this image has heap only: each CREATE TABLE fails`,
    places: [{ path }],
    help: phrase`remove it, or use an image with the extension that brings it`,
  }
}

/** `pg_ts_config` of PostgreSQL 15 to 18. */
const configurations =
  `arabic armenian basque catalan danish dutch english estonian finnish french german greek hindi hungarian indonesian irish
  italian lithuanian nepali norwegian portuguese romanian russian serbian simple spanish swedish tamil turkish yiddish`.split(/\s+/)

function* textSearch(cluster: RenderedObject): Iterable<ObjectFinding> {
  const path = parameter('default_text_search_config')
  const text = textAt(cluster.plain, ...path) ?? ''
  const [, schema, name = ''] = /^(pg_catalog\.)?(\w+)$/.exec(text.toLowerCase()) ?? []
  if (name === '' || configurations.includes(name)) return
  // a database may have others, but not in this schema
  const meant = schema === undefined ? misspelt(name, configurations) : nearest(name, configurations)
  if (schema === undefined && meant === undefined) return
  yield {
    object: cluster,
    message: phrase`${here('default_text_search_config')} is ${shown(text)}, but PostgreSQL has none of this name: to_tsvector and @@ fail`,
    places: [{ path }],
    help: meant === undefined ? phrase`write one that there is, such as pg_catalog.english` : phrase`did you mean ${named(meant)}?`,
  }
}

export const sessionDefaults: readonly ObjectRule[] = [
  {
    // tried with PostgreSQL 15.18, which starts: "access method … does not exist"; "text search configuration … does not exist"
    id: 'policy/session-default-exists',
    severity: 'warning',
    configurable: true,
    summary: 'the access method of tables and the text search that sessions have by default are there',
    reads: reading('default_table_access_method', 'default_text_search_config'),
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        yield* methodOfTables(cluster, subject)
        yield* textSearch(cluster)
      }
    },
  },
]
