// Do the certificates that cert-manager makes for a Cluster let its standbys in?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { listAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const user = 'streaming_replica'
const map = 'cnpg_streaming_replica'

export const certificates: readonly ObjectRule[] = [
  {
    // the operator's lines: `hostssl replication streaming_replica all cert map=cnpg_streaming_replica`; certificates.md of 1.30 has both ways
    id: 'policy/replication-certificate-names-user',
    severity: 'error',
    configurable: true,
    summary: 'the certificate of the standbys has the name of their user, or one that pg_ident maps to it',
    reads: [],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const secret = textAt(cluster.plain, 'spec', 'certificates', 'replicationTLSSecret') ?? ''
        const made = objects.filter(({ kind, plain }) => kind === 'Certificate' && textAt(plain, 'spec', 'secretName') === secret)
        const [certificate] = made
        if (secret === '' || certificate === undefined || made.length > 1) continue
        const maps = listAt(cluster.plain, 'spec', 'postgresql', 'pg_ident')
        const name = textAt(certificate.plain, 'spec', 'commonName')
        const literal = textAt(certificate.plain, 'spec', 'literalSubject')
        const isMapped = maps.some((line) => typeof line === 'string' && new RegExp(`^\\s*"?${map}\\b`).test(line))
        if (name !== user && literal === undefined && !isMapped)
          yield {
            object: certificate,
            message:
              name === undefined
                ? phrase`commonName is not set, but must be ${user}: no standby can connect`
                : phrase`${here('commonName')} is ${shown(name)}, but must be ${user}: no standby can connect`,
            places: [{ path: name === undefined ? ['spec', 'secretName'] : ['spec', 'commonName'] }],
            help: phrase`write ${user}, or add \`${map} ${named(name ?? '<name>')} ${user}\` to pg_ident of ${named(cluster.name)}`,
          }
        const usages = listAt(certificate.plain, 'spec', 'usages')
        const index = usages.indexOf('server auth')
        if (index < 0 || usages.includes('client auth') || usages.includes('any')) continue
        yield {
          object: certificate,
          message: phrase`${here('usages')} has server auth alone, but standbys are clients: no standby can connect`,
          places: [{ path: ['spec', 'usages', index] }],
          help: phrase`write client auth`,
        }
      }
    },
  },
]
