// Can a new Cluster, or a Database in it, have the encoding and the locale that it asks for?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { RenderedObject } from '../../model.ts'
import { majorOf } from '../../operator/major.ts'
import { officialImage } from '../../operator/official-image.ts'
import { lookup } from '../../values/lookup.ts'
import { isServerEncoding, isUtf8 } from '../../postgres/encodings.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { isAbsent, listAt, objectOf, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

interface Wrong {
  readonly field: string
  readonly message: Message
  readonly help: Message
}

const libc = ['locale', 'localeCollate', 'localeCType']

/** Since which major, and in which field each provider wants its locale. */
const providers: Readonly<Record<string, { readonly since: number; readonly own?: string }>> = lookup({
  libc: { since: 15 },
  icu: { since: 15, own: 'icuLocale' },
  builtin: { since: 17, own: 'builtinLocale' },
})

/** The text of a field that is written and not empty. */
function written(fields: Json | undefined, name: string): string | undefined {
  return textAt(fields, name) || undefined
}

/** What neither `initdb` nor `CREATE DATABASE` takes; tried on 15.20, 16.14, 17.10 and 18.4. `major`: undefined if it is not known. */
function* refused(fields: Json | undefined, major: number | undefined): Iterable<Wrong> {
  const encoding = written(fields, 'encoding')
  if (encoding !== undefined && !isServerEncoding(encoding))
    yield {
      field: 'encoding',
      message: phrase`${here('encoding')} is ${shown(encoding)}, but must be one of PostgreSQL's server encodings`,
      help: phrase`write UTF8`,
    }
  const provider = written(fields, 'localeProvider')
  if (provider === undefined) return
  const { own, since } = providers[provider] ?? {}
  if (since === undefined || (major !== undefined && major < since)) {
    const instead = since === undefined ? phrase`must be libc, icu or builtin` : phrase`PostgreSQL ${major} does not have it`
    yield {
      field: 'localeProvider',
      message: phrase`${here('localeProvider')} is ${shown(provider)}, but ${instead}`,
      help: since === undefined ? phrase`write one of them` : phrase`remove it, or run PostgreSQL ${since} or later`,
    }
    return
  }
  if (own === undefined) return
  const rules = written(fields, 'icuRules')
  if (provider === 'icu' && rules !== undefined && (major ?? 16) < 16)
    yield {
      field: 'icuRules',
      message: phrase`${here('icuRules')} is ${shown(rules)}, but PostgreSQL ${major} takes no rules: it was added in 16`,
      help: phrase`remove it, or run PostgreSQL 16 or later`,
    }
  const locale = written(fields, own)
  if (locale === undefined && (written(fields, 'locale') === undefined || (major ?? 16) < 16))
    yield {
      field: 'localeProvider',
      message: phrase`${here('localeProvider')} is ${shown(provider)}, but ${named(own)} is not set: PostgreSQL asks for a locale`,
      help: phrase`set ${named(own)} beside it, such as ${own === 'icuLocale' ? 'en-US' : 'C.UTF-8'}`,
    }
  if (own !== 'builtinLocale' || locale === undefined) return
  const isKnown = /^(?:C|C\.UTF-?8)$/.test(locale) || (locale === 'PG_UNICODE_FAST' && (major ?? 18) >= 18)
  if (!isKnown)
    yield {
      field: own,
      message: phrase`${here(own)} is ${shown(locale)}, but must be C, C.UTF-8 or (from PostgreSQL 18 on) PG_UNICODE_FAST`,
      help: phrase`write C.UTF-8, or set localeProvider: icu with an icuLocale`,
    }
  else if (locale !== 'C' && encoding !== undefined && isServerEncoding(encoding) && !isUtf8(encoding))
    yield {
      field: own,
      message: phrase`${here(own)} is ${shown(locale)}, but needs the encoding UTF8, which is ${shown(encoding)} here`,
      help: phrase`set encoding: UTF8`,
    }
}

/** Languages whose locales without a codeset are of an 8-bit encoding in the C library (localedata/SUPPORTED); not all countries. */
const eightBit =
  /^(?:(?:be|bg|cs|da|de|el|et|fi|fr|hr|hu|it|nb|nn|pl|pt|ro|ru|sk|sl|sv|tr|uk)_[A-Z]{2}|en_(?:AU|CA|GB|IE|NZ|US|ZA)|es_(?:ES|MX|AR|CO|CL)|nl_(?:BE|NL))$/

/** What the libc provider of the image can't give. */
function* strange(fields: Json | undefined, cluster: RenderedObject, kind: 'Cluster' | 'Database'): Iterable<Wrong> {
  const image = textAt(cluster.plain, 'spec', 'imageName')
  const isMinimal = image !== undefined && officialImage(image)?.flavour === 'minimal'
  const encoding = written(fields, 'encoding') ?? 'UTF8'
  for (const field of libc) {
    const locale = written(fields, field)
    if (locale === undefined || (field === 'locale' && written(fields, 'localeProvider') !== undefined)) continue
    if (isMinimal && !/^(?:C|POSIX|C\.utf-?8)$/i.test(locale))
      yield {
        field,
        // postgres-containers: the target `minimal` installs no locales
        message: phrase`${here(field)} is ${shown(locale)}, but a minimal image has only C, POSIX and C.UTF-8`,
        help: phrase`use a standard image, or the icu provider with C here`,
      }
    else if (eightBit.test(locale) && isUtf8(encoding) && (field !== 'locale' || kind === 'Database'))
      yield {
        field,
        message: phrase`${here(field)} is ${shown(locale)}, whose characters are not UTF-8, but the encoding is ${shown(encoding)}`,
        help: phrase`write ${`${locale}.UTF-8`}`,
      }
  }
}

const initdb: Path = ['spec', 'bootstrap', 'initdb']

/** `buildInitDBFlags`: with `options`, all other fields are ignored. */
function initdbOf({ plain }: RenderedObject): Json | undefined {
  const fields = plainAt(plain, ...initdb)
  return isJsonMap(fields) && listAt(fields, 'options').length === 0 ? fields : undefined
}

function finding(object: RenderedObject, above: Path, { field, message, help }: Wrong): ObjectFinding {
  return { object, message, places: [{ path: [...above, field] }], help }
}

function databasesOf(subject: ObjectsSubject, cluster: RenderedObject): RenderedObject[] {
  return objectsOfCluster(subject, cluster, 'Database').filter(({ plain }) => !isAbsent(plain['spec']))
}

/** What `template1` is like where this tool sees how the Cluster was made: without SQL of its own, and not copied from another. */
function templateOf(cluster: RenderedObject): Readonly<Record<string, string>> | undefined {
  const methods = plainAt(cluster.plain, 'spec', 'bootstrap') ?? {}
  if (!isJsonMap(methods) || Object.keys(methods).some((method) => method !== 'initdb')) return undefined
  const fields = methods['initdb'] === undefined ? {} : initdbOf(cluster)
  if (fields === undefined || isJsonMap(plainAt(fields, 'import'))) return undefined
  return {
    encoding: written(fields, 'encoding') ?? 'UTF8',
    // `defaultInitDB` fills them in, whatever `locale` is
    localeCollate: written(fields, 'localeCollate') ?? 'C',
    localeCType: written(fields, 'localeCType') ?? 'C',
    localeProvider: written(fields, 'localeProvider') ?? 'libc',
  }
}

/** SQL of a new Cluster may make the database before. */
function mayExist(cluster: RenderedObject, name: string): boolean {
  const fields = plainAt(cluster.plain, ...initdb)
  const sql = ['postInitSQL', 'postInitApplicationSQL', 'postInitTemplateSQL']
  return (
    name === (written(fields, 'database') ?? 'app') ||
    sql.some((list) => listAt(fields, list).some((text) => typeof text === 'string' && /\bdatabase\b/i.test(text))) ||
    sql.some((list) => isJsonMap(plainAt(fields, `${list}Refs`)))
  )
}

const same = (one: string, other: string): boolean => {
  const [a, b] = [one, other].map((name) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z\d]/g, '')
      .replace(/^posix$/, 'c')
      .replace(/^unicode$/, 'utf8'),
  )
  return a === b
}

/** The first field in which a Database differs from the template that it is copied from. */
function unlikeTemplate(database: RenderedObject, cluster: RenderedObject): Wrong | undefined {
  const { spec } = database.plain
  const template = templateOf(cluster)
  if (template === undefined || (written(spec, 'template') ?? 'template1') !== 'template1' || mayExist(cluster, textAt(spec, 'name') ?? ''))
    return undefined
  const asked: readonly (readonly [string, string])[] = [
    ['encoding', 'encoding'],
    ['localeProvider', 'localeProvider'],
    ['localeCollate', 'localeCollate'],
    ['localeCType', 'localeCType'],
    ...(written(spec, 'localeCollate') === undefined && written(spec, 'localeProvider') === undefined
      ? [['locale', 'localeCollate'] as const]
      : []),
  ]
  for (const [field, of] of asked) {
    const [value, other] = [written(spec, field), template[of]]
    if (value === undefined || other === undefined || same(value, other)) continue
    return {
      field,
      message: phrase`${here(field)} is ${shown(value)}, but template1, which is copied, has ${shown(other)}`,
      help:
        field === 'encoding' && isUnchecked(value)
          ? phrase`write ${other}, or remove it`
          : phrase`set template: template0, which may be copied with another locale or encoding`,
    }
  }
  return undefined
}

/** In which the server takes bytes as they come. */
const isUnchecked = (encoding: string): boolean => same(encoding, 'SQL_ASCII')

function* unchecked(object: RenderedObject, above: Path, fields: Json | undefined): Iterable<ObjectFinding> {
  const encoding = written(fields, 'encoding')
  if (encoding === undefined || !isUnchecked(encoding)) return
  yield finding(object, above, {
    field: 'encoding',
    message: phrase`${here('encoding')} is ${shown(encoding)}, but then any bytes are stored, in whatever encoding each client has`,
    help: phrase`write UTF8, or remove it`,
  })
}

export const locales: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 23.3.1: "In most cases, if you are working with any non-ASCII data, it is unwise to use the SQL_ASCII setting"
    id: 'policy/encoding-checked',
    severity: 'warning',
    configurable: true,
    summary: 'a database has an encoding by which the server checks and converts text',
    reads: [['cluster', 'initdb'], ['databases']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      yield* unchecked(cluster, initdb, initdbOf(cluster))
      for (const database of databasesOf(subject, cluster))
        // what can't be made is reported as such
        if (unlikeTemplate(database, cluster)?.field !== 'encoding') yield* unchecked(database, ['spec'], database.plain['spec'])
    },
  },
  {
    id: 'policy/locale-exists',
    severity: 'error',
    configurable: true,
    summary: 'PostgreSQL can make a database with the encoding and the locale that are asked for',
    reads: [['cluster', 'initdb'], ['databases']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      const major = majorOf(cluster.plain)
      const fields = initdbOf(cluster)
      for (const wrong of [...refused(fields, major), ...strange(fields, cluster, 'Cluster')]) yield finding(cluster, initdb, wrong)
      for (const database of databasesOf(subject, cluster)) {
        const { spec } = database.plain
        for (const wrong of [...refused(spec, major), ...strange(spec, cluster, 'Database')]) yield finding(database, ['spec'], wrong)
      }
    },
  },
  {
    // `defaultInitDB` of CloudNativePG 1.27 to 1.30 sets localeCollate and localeCType to C, and `initdb` prefers them to `--locale`
    id: 'policy/locale-sorts',
    severity: 'warning',
    configurable: true,
    summary: 'the locale of a new Cluster also is the one that sorts text',
    reads: [['cluster', 'initdb']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const fields = cluster === undefined ? undefined : initdbOf(cluster)
      const locale = written(fields, 'locale')
      const unset = ['localeCollate', 'localeCType'].filter((field) => written(fields, field) === undefined)
      if (cluster === undefined || locale === undefined || same(locale, 'C') || unset.length === 0) return
      if ((written(fields, 'localeProvider') ?? 'libc') !== 'libc') return
      yield finding(cluster, initdb, {
        field: 'locale',
        message: phrase`${here('locale')} is ${shown(locale)}, but the operator sets ${unset.join(' and ')} to C, so that text is not sorted by it`,
        help: phrase`set ${unset.join(' and ')} to ${locale}, too`,
      })
    },
  },
  {
    // createdb() of PostgreSQL: "new collation (…) is incompatible with the collation of the template database (…)"; tried on 15 to 18
    id: 'policy/locale-of-template',
    severity: 'warning',
    configurable: true,
    summary: 'a Database with another encoding or locale than its Cluster is made from template0',
    reads: [['databases'], ['cluster', 'initdb']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      for (const database of cluster === undefined ? [] : databasesOf(subject, cluster)) {
        const major = cluster === undefined ? undefined : majorOf(cluster.plain)
        if (cluster === undefined || [...refused(database.plain['spec'], major)].length > 0) continue
        const wrong = unlikeTemplate(database, cluster)
        if (wrong !== undefined) yield finding(database, ['spec'], wrong)
      }
    },
  },
]
