// Which changes does everything accept, although they cost data, backups or a server that starts?
import { ending, here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { bytesOf } from '../../kubernetes/bytes.ts'
import { formatQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import { majorOf } from '../../operator/major.ts'
import { parseImageReference, versionOfTag } from '../../operator/image.ts'
import { printed } from '../../values/printed.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { daysOf, isWritten, writtenArchives } from '../backup/archive.ts'
import { debianOf } from '../../operator/official-image.ts'
import { reached } from '../../operator/version.ts'
import { imageOf } from '../versions/images.ts'
import { standbySettings } from '../capacity/standby-settings.ts'
import { instancesIn, listAt, objectOf, plainAt, textAt } from '../subject.ts'
import { operatorChanges } from './operator.ts'
import type { ChangeRule, ChangeSubject } from './subject.ts'

interface Clusters {
  readonly was: RenderedObject
  readonly now: RenderedObject
}

function clustersOf({ before, after }: ChangeSubject): Clusters | undefined {
  const [was, now] = [objectOf(before, 'Cluster'), objectOf(after, 'Cluster')]
  return was === undefined || now === undefined ? undefined : { was, now }
}

/** Images on both sides with the place of the new one; undefined: unknown or the same. */
function imagesOf(
  subject: ChangeSubject,
): { readonly from: string; readonly to: string; readonly path: Path; readonly now: RenderedObject } | undefined {
  const clusters = clustersOf(subject)
  if (clusters === undefined) return undefined
  const [from, to] = [imageOf(clusters.was, subject.before), imageOf(clusters.now, subject.after)]
  if (from === undefined || to === undefined || from.image === to.image) return undefined
  return { from: from.image, to: to.image, path: to.path, now: clusters.now }
}

/** A text that two values share if their quantities are the same. */
function sameAmounts(value: Json | undefined): string {
  return JSON.stringify(value ?? null, (_key, one: unknown) => {
    const quantity = typeof one === 'string' || typeof one === 'number' ? readQuantity(one) : undefined
    return quantity === undefined ? one : formatQuantity(quantity)
  })
}

const tagOf = (image: string): string => parseImageReference(image).tag

export const changePolicies: readonly ChangeRule[] = [
  {
    id: 'changes/upgrade-keeps-distribution',
    severity: 'error',
    configurable: true,
    upstream: 'postgres_upgrades.md (1.30): only between images of the same operating system distribution',
    summary: 'a major upgrade stays on the same release of the operating system',
    *check(subject) {
      const images = imagesOf(subject)
      if (images === undefined) return
      const [from, to] = [debianOf(images.from), debianOf(images.to)]
      const [was, is] = [versionOfTag(tagOf(images.from)), versionOfTag(tagOf(images.to))]
      if (from === undefined || to === undefined || from === to || was === undefined || is === undefined || was.major >= is.major) return
      yield {
        object: images.now,
        message: phrase`image goes from PostgreSQL ${was.major} on ${named(from)} to ${is.major} on ${named(to)}, but a major upgrade must stay on one release`,
        places: [{ path: images.path }],
        help: phrase`use ${named(is.major)} on ${named(from)} first: ${named(tagOf(images.to).replace(to, from))}`,
      }
    },
  },
  {
    id: 'changes/collations-stay',
    severity: 'warning',
    configurable: true,
    summary: 'the operating system below a running database, and with it the order of text, stays',
    *check(subject) {
      const images = imagesOf(subject)
      if (images === undefined) return
      const [from, to] = [debianOf(images.from), debianOf(images.to)]
      const [was, is] = [versionOfTag(tagOf(images.from)), versionOfTag(tagOf(images.to))]
      if (from === undefined || to === undefined || from === to || was?.major !== is?.major) return
      yield {
        object: images.now,
        message: phrase`image goes from ${named(from)} to ${named(to)}, whose C library sorts text differently: indexes on text may break`,
        places: [{ path: images.path }],
        help: phrase`afterwards run REINDEX and ALTER DATABASE … REFRESH COLLATION VERSION in each database, or stay on ${named(from)}`,
      }
    },
  },
  {
    id: 'changes/upgrade-without-slot-limit',
    severity: 'error',
    configurable: true,
    upstream: 'postgres_upgrades.md (1.30): PostgreSQL 17.0 to 17.5 with max_slot_wal_keep_size; fixed by f36e5774',
    summary: 'max_slot_wal_keep_size is -1 during an upgrade to PostgreSQL 17.0 to 17.5',
    *check(subject) {
      const [clusters, images] = [clustersOf(subject), imagesOf(subject)]
      if (clusters === undefined || images === undefined) return
      const tag = tagOf(images.to)
      const is = versionOfTag(tag)
      const was = majorOf(clusters.was.plain)
      const isPinned = /^17\.[0-5](?!\d)/.test(tag)
      const path = ['spec', 'postgresql', 'parameters', 'max_slot_wal_keep_size']
      const limit = textAt(clusters.now.plain, ...path)
      if (!isPinned || is === undefined || was === undefined || was >= 17 || limit === undefined || limit.trim() === '-1') return
      yield {
        object: clusters.now,
        message: phrase`${here('max_slot_wal_keep_size')} is ${shown(limit)}, but an upgrade to PostgreSQL 17.${is.minor} fails unless it is -1`,
        places: [{ path }, { path: images.path, label: phrase`the upgrade goes to 17.${is.minor}` }],
        help: phrase`upgrade to 17.6 or later, or set it to "-1" until the upgrade is done`,
      }
    },
  },
  {
    id: 'changes/standby-settings-stay',
    severity: 'warning',
    configurable: true,
    upstream: 'cloudnative-pg#10395: verifyParametersForFollower knows only what is set',
    summary: 'a setting that standbys must not have lower than their primary is lowered, not removed',
    *check(subject) {
      const clusters = clustersOf(subject)
      if (clusters === undefined || (instancesIn(clusters.now) ?? 1) < 2) return
      for (const [name, preset] of standbySettings) {
        const path = ['spec', 'postgresql', 'parameters', name]
        const was = textAt(clusters.was.plain, ...path)
        if (was === undefined || textAt(clusters.now.plain, ...path) !== undefined || !(Number(was) > preset)) continue
        yield {
          object: clusters.now,
          message: phrase`${named(name)} was ${named(was)} and is removed, but standbys that get ${preset} before the primary do not start`,
          places: [{ path }],
          help: phrase`set ${named(name)}: "${preset}" instead: the operator then restarts the primary first`,
        }
      }
    },
  },
  {
    id: 'changes/growth-apart',
    severity: 'warning',
    configurable: true,
    upstream: 'cloudnative-pg#10427: classifyPVC takes the volume of a pod that goes as one that must be resized first; 1.28.3 and 1.29.1',
    summary: 'a volume grows apart from changes that replace the pods, where the operator can get stuck between the two',
    *check(subject) {
      const clusters = clustersOf(subject)
      const { operator } = subject.after
      if (clusters === undefined || reached(operator, ['1.28.3', '1.29.1', '1.30.0'])) return
      const { was, now } = clusters
      const field = ['resources', 'imageName', 'imageCatalogRef'].find(
        (name) => sameAmounts(plainAt(was.plain, 'spec', name)) !== sameAmounts(plainAt(now.plain, 'spec', name)),
      )
      for (const volume of ['storage', 'walStorage']) {
        const path = ['spec', volume, 'size']
        const [from, to] = [bytesOf(plainAt(was.plain, ...path)), bytesOf(plainAt(now.plain, ...path))]
        const isResized = plainAt(now.plain, 'spec', volume, 'resizeInUseVolumes') !== false
        if (field === undefined || from === undefined || to === undefined || to <= from || !isResized) continue
        yield {
          object: now,
          message: phrase`${here('size')} grows together with ${named(field)}, but operator ${named(operator)} can get stuck on both at once`,
          places: [{ path }, { path: ['spec', field], label: phrase`this replaces the pods` }],
          help: phrase`grow it first, and change ${named(field)} when all volumes have grown`,
        }
        return
      }
    },
  },
  {
    id: 'changes/retention-stays',
    severity: 'warning',
    configurable: true,
    summary: 'the window in which a database can be restored does not get shorter',
    *check({ before, after }) {
      for (const now of after.objects) {
        const path = now.kind === 'Cluster' ? ['spec', 'backup', 'retentionPolicy'] : ['spec', 'retentionPolicy']
        if (now.kind !== 'Cluster' && !(now.kind === 'ObjectStore' && isWritten(now.name, after.objects))) continue
        const was = before.objects.find(({ kind, name }) => kind === now.kind && name === now.name)
        const [left, right] = [textAt(was?.plain, ...path), textAt(now.plain, ...path)]
        const [from, to] = [daysOf(left), daysOf(right)]
        if (from === undefined || to === undefined || to >= from) continue
        yield {
          object: now,
          message: phrase`${here('retentionPolicy')} goes from ${named(left)} to ${named(right)}: backups older than that are deleted soon after the merge`,
          places: [{ path }],
          help: phrase`restore ${named(left)} unless nobody will want to go back further than ${named(right)}`,
        }
      }
    },
  },
  {
    id: 'changes/archive-stays',
    severity: 'warning',
    configurable: true,
    summary: 'a database goes on writing to the archive that holds its backups',
    *check({ before, after }) {
      const clusters = clustersOf({ before, after })
      if (clusters === undefined) return
      const [was] = writtenArchives(clusters.was, { objects: before.objects, namespace: '' })
      const [is] = writtenArchives(clusters.now, { objects: after.objects, namespace: '' })
      const part = is?.parts.find(({ object, path }) => {
        const old = (object.kind === 'Cluster' ? [clusters.was] : before.objects).find(
          ({ kind, name }) => kind === object.kind && name === object.name,
        )
        return printed(plainAt(object.plain, ...path)) !== printed(plainAt(old?.plain, ...path))
      })
      const moved = part ?? is?.parts[0]
      if (was === undefined || is === undefined || moved === undefined || was.key === is.key) return
      const { object, path } = moved
      yield {
        object,
        message: phrase`archive moves from ${ending(was.shown)} to ${ending(is.shown)}, where no base backup is yet`,
        places: [{ path }],
        help: phrase`take a base backup right after the merge, and keep the old place as long as you may want to go back`,
      }
    },
  },
  {
    id: 'changes/schedules-stay',
    severity: 'warning',
    configurable: true,
    summary: 'no scheduled backup is dropped from those that a database has',
    *check({ before, after }) {
      const [was, now] = [before, after].map(({ objects }) => objects.filter(({ kind }) => kind === 'ScheduledBackup'))
      const cluster = objectOf(after, 'Cluster')
      // none at all is reported as the end of backups
      if (was === undefined || now === undefined || cluster === undefined || now.length === 0 || now.length >= was.length) return
      for (const gone of was.filter(({ name }) => !now.some((other) => other.name === name)))
        yield {
          object: gone,
          message: phrase`scheduled backup ${named(gone.name)} is removed: base backups get rarer`,
          places: [{ path: ['spec', 'schedule'] }],
          help: phrase`restore it, or delete the object after the merge: without prune it stays and goes on`,
        }
    },
  },
  {
    id: 'changes/pool-mode-stays',
    severity: 'warning',
    configurable: true,
    summary: 'a pooler does not leave session mode, on which clients may rely',
    *check({ before, after }) {
      const path = ['spec', 'pgbouncer', 'poolMode']
      for (const now of after.objects) {
        const was = before.objects.find(({ kind, name }) => kind === 'Pooler' && kind === now.kind && name === now.name)
        const [from, to] = [textAt(was?.plain, ...path) ?? 'session', textAt(now.plain, ...path) ?? 'session']
        if (was === undefined || from !== 'session' || to === 'session') continue
        yield {
          object: now,
          message: phrase`${here('poolMode')} goes from session to ${named(to)}, but SET, LISTEN, advisory locks and temporary tables need a session`,
          places: [{ path }],
          help: phrase`check the clients first, or add another pooler in mode ${named(to)} for those that can`,
        }
      }
    },
  },
  {
    id: 'changes/access-rules-stay',
    severity: 'info',
    configurable: true,
    summary: 'no line of pg_hba that lets somebody in is removed',
    *check(subject) {
      const clusters = clustersOf(subject)
      if (clusters === undefined) return
      const path = ['spec', 'postgresql', 'pg_hba']
      const squeeze = (line: Json): string => printed(line).trim().replaceAll(/\s+/g, ' ')
      const now = new Set(listAt(clusters.now.plain, ...path).map(squeeze))
      for (const [index, line] of listAt(clusters.was.plain, ...path).entries()) {
        if (now.has(squeeze(line)) || /\breject$/.test(squeeze(line)) || squeeze(line).startsWith('#')) continue
        yield {
          object: clusters.now,
          message: phrase`line ${shown(squeeze(line))} of pg_hba is removed: who came in by it is refused after the reload`,
          places: [{ path: isJsonMap(plainAt(clusters.now.plain, 'spec', 'postgresql')) ? [...path, index] : path }],
          help: phrase`nothing to do where that is meant`,
        }
      }
    },
  },
  ...operatorChanges,
]
