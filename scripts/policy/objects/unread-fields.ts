// Does the operator read a field of a Cluster or a Pooler, or does another one, or it itself, replace it?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parsePostgresBoolean } from '../../operator/go-text.ts'
import type { RenderedObject } from '../../model.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** Fields of which `buildInitDBFlags` makes options, unless there are options. */
const ofInitdb: ReadonlyMap<string, string> = new Map([
  ['builtinLocale', '--builtin-locale'],
  ['dataChecksums', '--data-checksums'],
  ['encoding', '--encoding'],
  ['icuLocale', '--icu-locale'],
  ['icuRules', '--icu-rules'],
  ['locale', '--locale'],
  ['localeCType', '--lc-ctype'],
  ['localeCollate', '--lc-collate'],
  ['localeProvider', '--locale-provider'],
  ['walSegmentSize', '--wal-segsize'],
])

function* besideOptions(object: RenderedObject): Iterable<ObjectFinding> {
  const given = plainAt(object.plain, ...initdb)
  if (!isJsonMap(given) || listAt(given, 'options').length === 0) return
  const unread = [...ofInitdb.keys()].find((field) => !['', 0, false, null, undefined].includes(given[field] as never))
  if (unread === undefined) return
  const option = ofInitdb.get(unread) ?? ''
  const letter = { dataChecksums: '-k', encoding: '-E' }[unread]
  const isThere = listAt(given, 'options').some((item) => {
    const text = printed(item)
    return (
      text === option ||
      (/^[=\s]/.test(text.slice(option.length)) && text.startsWith(option)) ||
      (letter !== undefined && text.startsWith(letter))
    )
  })
  yield {
    object,
    message: phrase`${here(unread)} has no effect: where options are set, they are all that initdb gets`,
    places: [
      { path: [...initdb, unread] },
      { path: [...initdb, 'options'], on: 'key', label: phrase`options, which are deprecated, are set here` },
    ],
    help: isThere
      ? phrase`remove ${unread}`
      : phrase`remove options, or move it there as ${named(unread === 'dataChecksums' ? option : `${option}=${printed(given[unread])}`)}`,
  }
}

function* lagWithoutStreaming(object: RenderedObject): Iterable<ObjectFinding> {
  if (plainAt(object.plain, 'spec', 'probes') === undefined) return
  for (const probe of ['startup', 'readiness']) {
    const path = ['spec', 'probes', probe]
    const type = textAt(object.plain, ...path, 'type') || 'pg_isready'
    if ((plainAt(object.plain, ...path, 'maximumLag') ?? undefined) === undefined || type === 'streaming') continue
    yield {
      object,
      message: phrase`${here('maximumLag')} has no effect: the type of this probe is ${type}, and only streaming looks at the lag`,
      places: [{ path: [...path, 'maximumLag'] }],
      help: phrase`write type: streaming beside it, or remove it`,
    }
  }
}

function* electionOfOldStyle(object: RenderedObject): Iterable<ObjectFinding> {
  const path = ['spec', 'postgresql', 'syncReplicaElectionConstraint']
  if (plainAt(object.plain, ...path, 'enabled') !== true) return
  const isOld = ['minSyncReplicas', 'maxSyncReplicas'].some((field) => Number(plainAt(object.plain, 'spec', field) ?? 0) > 0)
  if (isOld) return
  const isNew = isJsonMap(plainAt(object.plain, 'spec', 'postgresql', 'synchronous'))
  const [first] = listAt(object.plain, ...path, 'nodeLabelsAntiAffinity')
  yield {
    object,
    message: phrase`syncReplicaElectionConstraint has no effect: it is read with minSyncReplicas and maxSyncReplicas only`,
    places: [{ path, on: 'key' }],
    help: isNew
      ? phrase`remove it: synchronous has no such choice; topologySpreadConstraints by ${first === undefined ? 'zone' : shown(first)} keep instances apart`
      : phrase`remove it, or set minSyncReplicas and maxSyncReplicas`,
  }
}

/** From 17 on, where there is the parameter; with an older one PostgreSQL does not know it. */
function* alterSystemAsParameter(object: RenderedObject): Iterable<ObjectFinding> {
  const path = ['spec', 'postgresql', 'parameters', 'allow_alter_system']
  const written = textAt(object.plain, ...path)?.toLowerCase()
  const isOn = plainAt(object.plain, 'spec', 'postgresql', 'enableAlterSystem') === true
  const wanted = written === undefined ? undefined : parsePostgresBoolean(written) === true
  if (wanted === undefined || wanted === isOn || (likelyMajorOf(object.plain) ?? 0) < 17) return
  yield {
    object,
    message: phrase`${here('allow_alter_system')} is ${shown(written)}, but the operator overwrites it by enableAlterSystem, which is ${String(isOn)}`,
    places: [{ path }],
    help: phrase`remove it, and write enableAlterSystem: ${String(wanted)} in spec.postgresql`,
  }
}

/** `pgbouncer.Service`: its name and its selector are the operator's, whatever the template says. */
function* serviceOfPooler(object: RenderedObject): Iterable<ObjectFinding> {
  const template = ['spec', 'serviceTemplate']
  const name = textAt(object.plain, ...template, 'metadata', 'name') ?? ''
  if (name !== '' && name !== object.name)
    yield {
      object,
      message: phrase`${here('name')} is ${shown(name)}, but the operator gives the Service the name of its Pooler`,
      places: [{ path: [...template, 'metadata', 'name'] }],
      help: phrase`remove it, and connect to ${named(object.name)}, or rename the Pooler`,
    }
  const selector = plainAt(object.plain, ...template, 'spec', 'selector')
  if (!isJsonMap(selector) || Object.keys(selector).length === 0) return
  if (Object.keys(selector).length === 1 && selector['cnpg.io/poolerName'] === object.name) return
  yield {
    object,
    message: phrase`${here('selector')} has no effect: the operator overwrites it by one that selects the pods of the Pooler`,
    places: [{ path: [...template, 'spec', 'selector'], on: 'key' }],
    help: phrase`remove it; for other pods write a Service of your own`,
  }
}

export const unreadFields: readonly ObjectRule[] = [
  {
    // CloudNativePG 1.27 to 1.30: `buildInitDBFlags` ("Ignoring explicit configurations if present"), `getProbeRunnerFromCluster`, and
    // replication.md: syncReplicaElectionConstraint "only applies to the legacy implementation of synchronous replication"
    id: 'policy/field-read',
    severity: 'warning',
    configurable: true,
    upstream:
      'buildInitDBFlags, getProbeRunnerFromCluster, legacySynchronousStandbyNames, CreatePostgresqlConfiguration, pgbouncer.Service',
    summary: 'a field of a Cluster or a Pooler is not one that the operator does not read, or overwrites',
    reads: [['cluster', 'initdb']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        yield* alterSystemAsParameter(cluster)
        yield* besideOptions(cluster)
        yield* lagWithoutStreaming(cluster)
        yield* electionOfOldStyle(cluster)
      }
      for (const pooler of objectsOf(subject, 'Pooler')) yield* serviceOfPooler(pooler)
    },
  },
]
