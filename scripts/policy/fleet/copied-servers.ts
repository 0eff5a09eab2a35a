// Does a server of a database here let others copy it byte by byte?
import { named, phrase } from '../../findings/message.ts'
import type { LazySpot, LocatedFinding } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'

/** A connection by which the files of a server are copied, or its WAL. */
export interface CopyingUser {
  readonly user: string
  readonly host: string
  /** what it proves that with */
  readonly by: 'certificate' | 'password'
  /** all the time, and not only to begin with */
  readonly isFollowing: boolean
  readonly at: LazySpot
}

/**
 * Who copies a server: for `pg_basebackup`, and to follow one that has no archive beside it. One with neither password nor certificate may get
 * them elsewhere.
 */
export function copyingUsers({ plain }: RenderedObject, followed: string | undefined, spot: (path: Path) => LazySpot): CopyingUser[] {
  const copied = textAt(plain, 'spec', 'bootstrap', 'pg_basebackup', 'source')
  return listAt(plain, 'spec', 'externalClusters').flatMap((external, index) => {
    const [name, parameters] = [textAt(external, 'name'), plainAt(external, 'connectionParameters')]
    const [user, host] = [textAt(parameters, 'user'), textAt(parameters, 'host')]
    if (name === undefined || user === undefined || host === undefined) return []
    const hasArchive = isJsonMap(plainAt(external, 'barmanObjectStore')) || isJsonMap(plainAt(external, 'plugin'))
    if (name !== copied && (name !== followed || hasArchive)) return []
    const hasCertificate = isJsonMap(plainAt(external, 'sslCert')) || textAt(parameters, 'sslcert') !== undefined
    if (!hasCertificate && !isJsonMap(plainAt(external, 'password'))) return []
    return [
      {
        user,
        host,
        by: hasCertificate ? 'certificate' : 'password',
        isFollowing: name === followed,
        at: spot(['spec', 'externalClusters', index, 'connectionParameters', 'user']),
      },
    ]
  })
}

/** Lines of pg_hba for replication, or for its user; an included file may have one. */
export function replicationRules({ plain }: RenderedObject): string[] {
  return listAt(plain, 'spec', 'postgresql', 'pg_hba').flatMap((line) =>
    typeof line === 'string' && /\breplication\b|streaming_replica|^\s*include|@/.test(line) ? [line] : [],
  )
}

interface Known {
  readonly database: string
  readonly source: { readonly copying: readonly CopyingUser[]; readonly replicationRules: readonly string[] }
}

/**
 * `policy/source-lets-copy`: who copies a database here is let in. pg_hba of CloudNativePG 1.27 to 1.30 has one line for replication, that
 * asks streaming_replica for a certificate; the last one, `host all all all`, is not for replication (PostgreSQL, "The pg_hba.conf File").
 */
export function refusedCopies<One extends Known>(
  fleet: readonly One[],
  atHost: (host: string, from: One) => One | undefined,
): LocatedFinding[] {
  return fleet.flatMap((one): LocatedFinding[] =>
    one.source.copying.flatMap(({ user, host, by, isFollowing, at }): LocatedFinding[] => {
      const other = atHost(host, one)
      if (other === undefined || other.source.replicationRules.length > 0) return []
      const isOwn = user === 'streaming_replica'
      if (isOwn && by === 'certificate') return []
      return [
        {
          rule: 'policy/source-lets-copy',
          // one that was copied long ago goes on, and pg_hba may have had a line then
          severity: isFollowing ? 'error' : 'warning',
          message: isOwn
            ? phrase`the user is streaming_replica, but ${named(other.database)} asks it for a certificate, not for a password`
            : phrase`the user is ${named(user)}, but pg_hba of ${named(other.database)} lets only streaming_replica replicate: \`all\` does not include that`,
          at: at(),
          related: [],
          help: isOwn
            ? phrase`give sslKey, sslCert and sslRootCert from the Secrets <cluster>-replication and <cluster>-ca of ${named(other.database)}`
            : phrase`connect as streaming_replica with the certificate of ${named(other.database)}, or give the role REPLICATION, and its pg_hba a line for replication`,
          database: one.database,
        },
      ]
    }),
  )
}
