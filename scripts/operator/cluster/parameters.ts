// Would the operator accept these PostgreSQL parameters?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parsePostgresBoolean, parsePostgresMemory } from '../go-text.ts'
import type { Finding, Message, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { compareQuantities, isZeroQuantity } from '../../kubernetes/quantity.ts'
import type { Quantity } from '../../kubernetes/quantity.ts'
import { archiveMode, instancesOf, isReplica, parametersOf, postgresMajor, storageSize } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { parseImageReference } from '../image.ts'
import { computedParameters, fixedParameters } from './fixed-parameters.ts'
import { booleanAt, listAt, mapAt, numberAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { supportedMajors } from '../support.ts'
import { reached, releases } from '../version.ts'

const base = ['spec', 'postgresql', 'parameters'] as const
const parameterName = /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$/
const oldestMajor = 13
const walSizes = { min_wal_size: '80MB', max_wal_size: '1GB' } as const
type WalSize = keyof typeof walSizes

/** The parameters, or undefined where the major version is unknown: then the operator skips this block. */
function readable(cluster: JsonMap): ReadonlyMap<string, string> | undefined {
  return postgresMajor(cluster) === undefined ? undefined : parametersOf(cluster)
}

function* notBoolean(cluster: JsonMap, name: string): Iterable<Finding> {
  const value = readable(cluster)?.get(name)
  if (value === undefined || parsePostgresBoolean(value) !== undefined) return
  yield refusal(
    [...base, name],
    phrase`${here(name)} is ${shown(value)}, but must be on or off`,
    phrase`set ${named(name)} to "on" or "off"`,
  )
}

/** The size in force: as written, or PostgreSQL's default. */
function walSize(cluster: JsonMap, name: WalSize): Quantity | undefined {
  return parsePostgresMemory(parametersOf(cluster).get(name) || walSizes[name])
}

function* unreadableSize(cluster: JsonMap, name: string): Iterable<Finding> {
  const value = readable(cluster)?.get(name) ?? ''
  if (value === '' || parsePostgresMemory(value)) return
  const message = phrase`${here(name)} is ${shown(value)}, but must be a number with kB, MB, GB or TB`
  const [, number, unit = ''] = /^\s*(\d+)\s*([kmgt])i?b?\s*$/i.exec(value) ?? []
  const likely = `${number}${unit.toLowerCase() === 'k' ? 'k' : unit.toUpperCase()}B`
  const help =
    number === undefined ? phrase`write it as 512MB or 1GB: capital MB, no fraction of a byte` : phrase`did you mean ${named(likely)}?`
  yield refusal([...base, name], message, help)
}

function* overVolume(cluster: JsonMap, name: WalSize): Iterable<Finding> {
  const value = readable(cluster)?.get(name) ?? ''
  const size = value === '' ? undefined : parsePostgresMemory(value)
  const volume = storageSize(mapAt(cluster, 'spec', 'walStorage'))
  if (!size || !volume || isZeroQuantity(size) || compareQuantities(size, volume) < 0) return
  const message = phrase`${here(name)} is ${shown(value)}, but must be smaller than the WAL volume`
  const finding = refusal([...base, name], message, phrase`lower ${named(name)}, or raise walStorage.size`)
  yield withPlaces(finding, { path: ['spec', 'walStorage'], label: phrase`the WAL volume`, on: 'key' })
}

/** In the order of `validateConfiguration`. */
export const parameters: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replication/one-synchronous-style',
    severity: 'error',
    upstream: 'validateConfiguration',
    needs: ['spec', 'postgresql', 'synchronous'],
    summary: 'synchronous replication is configured in one way only',
    *check({ object }) {
      const legacy = ['minSyncReplicas', 'maxSyncReplicas'].find((name) => (numberAt(object, 'spec', name) ?? 0) > 0)
      const path = ['spec', 'postgresql', 'synchronous']
      if (!mapAt(object, ...path) || legacy === undefined) return
      const message = phrase`${here('postgresql.synchronous')} is set, but must not be together with ${named(legacy)}`
      const finding = refusal(path, message, phrase`remove minSyncReplicas and maxSyncReplicas`)
      yield withPlaces(finding, { path: ['spec', legacy], label: phrase`${named(legacy)} is set here` })
    },
  },
  {
    id: 'image/major-supported',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'PostgreSQL is version 13 or later',
    *check({ object, operator }) {
      const major = postgresMajor(object)
      if (major === undefined || major >= oldestMajor) return
      const { first, last } = supportedMajors(operator) ?? { first: oldestMajor, last: undefined }
      const supported = last === undefined ? `${first} or later` : `${first} to ${last}`
      const path = mapAt(object, 'spec', 'imageCatalogRef') ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName']
      const image = stringAt(object, 'spec', 'imageName')
      const tag = mapAt(object, 'spec', 'imageCatalogRef') ? '' : parseImageReference(image).tag
      // no PostgreSQL of our time: the tag begins with the version of something else
      if (tag !== '' && major < 9) {
        const meant = /pg-?(1\d)/i.exec(tag)?.[1] ?? '17'
        const odd = phrase`${here('the tag of imageName')} is ${shown(tag)}, but its first number is taken for PostgreSQL's, and ${named(major)} is too old`
        const help = phrase`list the image in an ImageCatalog with major: ${named(meant)}, and name that in imageCatalogRef instead of imageName`
        yield { ...refusal(path, odd, help), field: 'spec.imageName' }
        return
      }
      const message = phrase`PostgreSQL is version ${named(major)}, but must be ${named(oldestMajor)} or later`
      yield { ...refusal(path, message, phrase`use an image of PostgreSQL ${supported}`), field: 'spec.imageName' }
    },
  },
  {
    id: 'parameters/name-syntax',
    severity: 'error',
    upstream: 'validateConfiguration',
    since: releases.june2026,
    summary: 'each parameter has the name of a PostgreSQL setting',
    *check({ object }) {
      for (const name of readable(object)?.keys() ?? []) {
        if (parameterName.test(name)) continue
        const message = phrase`the parameter ${shown(name)} is not a setting name, but must be letters, digits, _ and at most one dot`
        const finding = refusal([...base, name], message, phrase`correct the name, or remove the parameter`)
        yield { ...finding, places: [{ path: [...base, name], on: 'key' }] }
      }
    },
  },
  {
    id: 'parameters/not-fixed',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'no parameter that the operator sets itself is given another value',
    *check({ object, operator }) {
      const strictNames = reached(operator, releases.june2026)
      for (const [name, value] of readable(object) ?? []) {
        if (!fixedParameters.has(name) || (strictNames && !parameterName.test(name))) continue
        const computed = name === 'archive_mode' ? archiveMode(object) : computedParameters.get(name)
        if (value === computed) continue
        const message = phrase`${here(name)} is ${shown(value)}, but the operator sets this parameter itself`
        yield refusal([...base, name], message, fixedHelp(name))
      }
    },
  },
  {
    id: 'parameters/wal-level-known',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'wal_level is minimal, replica or logical',
    *check({ object }) {
      const level = readable(object)?.get('wal_level') ?? 'logical'
      if (['minimal', 'replica', 'logical'].includes(level)) return
      const message = phrase`${here('wal_level')} is ${shown(level)}, but must be logical, minimal or replica`
      yield refusal([...base, 'wal_level'], message, phrase`use logical, or replica without logical replication`)
    },
  },
  {
    id: 'parameters/wal-level-enough',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'wal_level is minimal only for a single instance that archives nothing',
    *check({ object }) {
      if (readable(object)?.get('wal_level') !== 'minimal') return
      const reason = minimalClash(object)
      if (reason === undefined) return
      const message = phrase`${here('wal_level')} is minimal, but must be replica or logical, since ${reason}`
      yield refusal([...base, 'wal_level'], message, phrase`set wal_level to replica or logical`)
    },
  },
  {
    id: 'parameters/minimal-wal-no-senders',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'with wal_level minimal, max_wal_senders is 0',
    *check({ object }) {
      const settings = readable(object)
      const senders = settings?.get('max_wal_senders')
      if (settings?.get('wal_level') !== 'minimal' || senders === '0') return
      const message = phrase`${here('max_wal_senders')} is ${senders === undefined ? 'not set' : shown(senders)}, but must be "0" with wal_level minimal`
      const finding = refusal([...base, 'max_wal_senders'], message, phrase`set max_wal_senders to "0"`)
      yield withPlaces(finding, { path: [...base, 'wal_level'], label: phrase`wal_level is minimal` })
    },
  },
  {
    id: 'parameters/shared-buffers-size',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'shared_buffers is a memory size',
    check: ({ object }) => unreadableSize(object, 'shared_buffers'),
  },
  {
    id: 'parameters/hot-standby-feedback-boolean',
    severity: 'error',
    upstream: 'tryParseBooleanPostgresParameter',
    needs: [...base, 'hot_standby_feedback'],
    summary: 'hot_standby_feedback is a boolean',
    check: ({ object }) => notBoolean(object, 'hot_standby_feedback'),
  },
  {
    id: 'parameters/sync-replication-slots-boolean',
    severity: 'error',
    upstream: 'tryParseBooleanPostgresParameter',
    needs: [...base, 'sync_replication_slots'],
    summary: 'sync_replication_slots is a boolean',
    check: ({ object }) => notBoolean(object, 'sync_replication_slots'),
  },
  {
    id: 'parameters/wal-log-hints-boolean',
    severity: 'error',
    upstream: 'tryParseBooleanPostgresParameter',
    summary: 'wal_log_hints is a boolean',
    check: ({ object }) => notBoolean(object, 'wal_log_hints'),
  },
  {
    id: 'parameters/wal-log-hints-on',
    severity: 'error',
    upstream: 'validateConfiguration',
    summary: 'wal_log_hints is on if there are replicas',
    *check({ object }) {
      const hints = parsePostgresBoolean(readable(object)?.get('wal_log_hints') ?? 'on')
      const instances = instancesOf(object)
      if (hints !== false || instances <= 1) return
      const message = phrase`${here('wal_log_hints')} is off, but must be on with ${named(instances)} instances`
      const finding = refusal([...base, 'wal_log_hints'], message, phrase`remove wal_log_hints; the operator sets it to on`)
      yield withPlaces(finding, { path: ['spec', 'instances'], label: phrase`instances is ${named(instances)}` })
    },
  },
  {
    id: 'parameters/min-wal-size-readable',
    severity: 'error',
    upstream: 'validateWalSizeConfiguration',
    needs: [...base, 'min_wal_size'],
    summary: 'min_wal_size is a memory size',
    check: ({ object }) => unreadableSize(object, 'min_wal_size'),
  },
  {
    id: 'parameters/max-wal-size-readable',
    severity: 'error',
    upstream: 'validateWalSizeConfiguration',
    needs: [...base, 'max_wal_size'],
    summary: 'max_wal_size is a memory size',
    check: ({ object }) => unreadableSize(object, 'max_wal_size'),
  },
  {
    id: 'parameters/min-wal-size-below-max',
    severity: 'error',
    upstream: 'validateWalSizeConfiguration',
    summary: 'min_wal_size is smaller than max_wal_size, defaults included',
    *check({ object }) {
      const settings = readable(object)
      const [min, max] = [walSize(object, 'min_wal_size'), walSize(object, 'max_wal_size')]
      if (!settings || !min || !max || isZeroQuantity(min) || isZeroQuantity(max) || compareQuantities(min, max) < 0) return
      const written = (name: WalSize) => settings.get(name) || `${walSizes[name]} (default)`
      const message = phrase`${here('min_wal_size')} is ${written('min_wal_size')}, but must be smaller than max_wal_size, ${written('max_wal_size')}`
      const finding = refusal([...base, 'min_wal_size'], message, phrase`set both, min_wal_size the smaller one`)
      yield withPlaces(finding, { path: [...base, 'max_wal_size'], label: phrase`max_wal_size is ${written('max_wal_size')}` })
    },
  },
  {
    id: 'parameters/min-wal-size-fits-volume',
    severity: 'error',
    upstream: 'validateWalSizeConfiguration',
    needs: ['spec', 'walStorage'],
    summary: 'min_wal_size fits into the WAL volume',
    check: ({ object }) => overVolume(object, 'min_wal_size'),
  },
  {
    id: 'parameters/max-wal-size-fits-volume',
    severity: 'error',
    upstream: 'validateWalSizeConfiguration',
    needs: ['spec', 'walStorage'],
    summary: 'max_wal_size fits into the WAL volume',
    check: ({ object }) => overVolume(object, 'max_wal_size'),
  },
  {
    id: 'replication/election-labels-set',
    severity: 'error',
    upstream: 'validateSyncReplicaElectionConstraint',
    needs: ['spec', 'postgresql', 'syncReplicaElectionConstraint'],
    summary: 'an enabled syncReplicaElectionConstraint names node labels',
    *check({ object }) {
      const path = ['spec', 'postgresql', 'syncReplicaElectionConstraint']
      if (postgresMajor(object) === undefined || booleanAt(object, ...path, 'enabled') !== true) return
      if ((listAt(object, ...path, 'nodeLabelsAntiAffinity')?.length ?? 0) > 0) return
      const message = phrase`${here('nodeLabelsAntiAffinity')} is empty, but the enabled constraint must name node labels`
      yield refusal([...path, 'nodeLabelsAntiAffinity'], message, phrase`add a label such as topology.kubernetes.io/zone`)
    },
  },
]

function fixedHelp(name: string): Message {
  if (name === 'shared_preload_libraries') return phrase`list the libraries in postgresql.shared_preload_libraries`
  return phrase`remove ${named(name)}`
}

function minimalClash(cluster: JsonMap): string | undefined {
  if (instancesOf(cluster) > 1) return `instances is ${instancesOf(cluster)}`
  if (isReplica(cluster)) return 'this is a replica cluster'
  return archiveMode(cluster) === 'off' ? undefined : `archive_mode is ${archiveMode(cluster)}`
}
