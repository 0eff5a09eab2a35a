// Which SQL comes with a database, and as what does PostgreSQL get it?
import type { RenderedObject } from '../../model.ts'
import { expanded } from '../../kubernetes/expansion.ts'
import type { Json, Path, Value } from '../../values/value.ts'
import { heldNamed } from '../secrets/held-secrets.ts'
import { listAt, textAt } from '../subject.ts'
import type { ObjectsSubject } from '../subject.ts'

export interface SqlText {
  readonly object: RenderedObject
  readonly path: Path
  /** as it is written */
  readonly sql: string
  /** as PostgreSQL gets it */
  readonly run: string
  /** offset in `run` → offset in `sql` */
  readonly placeOf: (offset: number) => number
  /** the scalar, where it is not at the path of the object itself */
  readonly node?: Value
  /** what becomes of a database whose SQL this refuses */
  readonly consequence: string
}

const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** The lists of SQL that runs in a new instance; each has another one of ConfigMaps and Secrets that hold more. */
export const initLists = ['postInitSQL', 'postInitApplicationSQL', 'postInitTemplateSQL'] as const

/** All SQL whose text is known; the subject may have ConfigMaps beside its own objects. */
export function sqlTextsOf(subject: ObjectsSubject): SqlText[] {
  return subject.objects.flatMap((object) => {
    if (object.kind === 'Pooler') return plainTexts(object, 'nobody can log in through the pooler', ['spec', 'pgbouncer'], ['authQuery'])
    if (object.kind !== 'Cluster') return []
    return [
      ...initLists.flatMap((list) => commandTexts(object, [...initdb, list])),
      ...heldSql(object, subject).map(({ holder, key, sql }) => asIs(holder, ['data', key], sql, ofInit)),
      ...plainTexts(object, 'the import fails, and the database is never created', [...initdb, 'import', 'postImportApplicationSQL']),
    ]
  })
}

/** The texts of a list, or of some keys. */
function plainTexts(object: RenderedObject, consequence: string, above: Path, keys?: Path): SqlText[] {
  return (keys ?? [...listAt(object.plain, ...above).keys()]).flatMap((key) => {
    const sql = textAt(object.plain, ...above, key)
    return sql === undefined || sql === '' ? [] : [asIs(object, [...above, key], sql, consequence)]
  })
}

/** SQL that nothing changes on its way. */
export function asIs(object: RenderedObject, path: Path, sql: string, consequence: string): SqlText {
  return { object, path, sql, run: sql, placeOf: (offset) => offset, consequence }
}

const ofInit = 'initdb fails, and the database is never created'

/**
 * `CreatePrimaryJobViaInitdb` of CloudNativePG 1.27 to 1.30 puts the lists into the command of a container, where the kubelet replaces
 * dollars and variables, in quotes that `shellquote.Join` sets around each item with a blank; without one it escapes the dollars.
 * Nothing of an item is known that holds a variable, but what it is called.
 */
function commandTexts(object: RenderedObject, list: Path): SqlText[] {
  return plainTexts(object, ofInit, list).flatMap((text) => {
    if (!/[ \t\n]/.test(text.sql)) return [text]
    const { text: run, placeOf, variables } = expanded(text.sql, (name) => hasVariable(object, name))
    return variables.length > 0 ? [] : [{ ...text, run, placeOf }]
  })
}

/** Those that the operator itself adds: `CreatePodEnvConfig`. */
const added: ReadonlySet<string> = new Set([
  'PGDATA',
  'POD_NAME',
  'NAMESPACE',
  'CLUSTER_NAME',
  'PSQL_HISTORY',
  'PGPORT',
  'PGHOST',
  'TMPDIR',
  'APP_USERNAME',
])

/** Whether the containers of a Cluster may have a variable: what `envFrom` names is somewhere else. */
function hasVariable({ plain }: RenderedObject, name: string): boolean {
  return added.has(name) || listAt(plain, 'spec', 'envFrom').length > 0 || variablesOf(plain).has(name)
}

/** The variables that a Cluster sets by name. */
export function variablesOf(plain: RenderedObject['plain']): ReadonlySet<string> {
  return new Set(listAt(plain, 'spec', 'env').flatMap((variable) => textAt(variable, 'name') ?? []))
}

/** The text that a key of a ConfigMap holds here, as it is: nothing else writes it or fills it in. */
export function heldText(
  objects: readonly RenderedObject[],
  reference: Json,
): { readonly holder: RenderedObject; readonly key: string; readonly text: string } | undefined {
  const [name, key] = [textAt(reference, 'name') ?? '', textAt(reference, 'key') ?? '']
  const holder = heldNamed(objects, 'ConfigMap', name)?.object
  const text = textAt(holder?.plain, 'data', key)
  return holder === undefined || text === undefined || /[$][{]|[{][{]/.test(text) ? undefined : { holder, key, text }
}

/** SQL that is in a ConfigMap. */
export interface HeldSql {
  readonly holder: RenderedObject
  readonly key: string
  readonly sql: string
  /** the list of the Cluster whose ConfigMap it is */
  readonly list: (typeof initLists)[number]
}

/** The SQL of ConfigMaps that come with a Cluster and that nothing else writes or fills in. */
export function heldSql(cluster: RenderedObject, { objects }: ObjectsSubject): HeldSql[] {
  return initLists.flatMap((list) =>
    listAt(cluster.plain, ...initdb, `${list}Refs`, 'configMapRefs').flatMap((reference) => {
      const held = heldText(objects, reference)
      return held === undefined ? [] : [{ holder: held.holder, key: held.key, sql: held.text, list }]
    }),
  )
}
