// Are the secrets of the superuser and of TLS complete?
import { here, named, phrase } from '../../findings/message.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { refusal, withPlaces } from '../finding.ts'
import { listAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const base = ['spec', 'certificates'] as const

function* missingAuthority(cluster: JsonMap, secret: string, authority: string) {
  if (stringAt(cluster, ...base, secret) === '' || stringAt(cluster, ...base, authority) !== '') return
  const message = phrase`${here(`certificates.${authority}`)} is empty, but must be set, since ${named(secret)} is set`
  const finding = refusal([...base, authority], message, phrase`set ${named(authority)} to the secret with the CA certificate`)
  const others = withPlaces(finding, { path: [...base, secret], label: phrase`${named(secret)} is set here` })
  yield { ...others, field: [...base, authority.toLowerCase()].join('.') }
}

export const certificates: readonly Rule<OperatorSubject>[] = [
  {
    id: 'certificates/superuser-secret-named',
    severity: 'error',
    upstream: 'validateSuperuserSecret',
    needs: ['spec', 'superuserSecret'],
    summary: 'superuserSecret has a name',
    *check({ object }) {
      if (!mapAt(object, 'spec', 'superuserSecret') || stringAt(object, 'spec', 'superuserSecret', 'name') !== '') return
      const message = phrase`${here('superuserSecret.name')} is empty, but must name a secret`
      const finding = refusal(['spec', 'superuserSecret', 'name'], message, phrase`set the name, or remove superuserSecret`)
      yield { ...finding, field: 'spec.superusersecret.name' }
    },
  },
  {
    id: 'certificates/alt-names-without-own-certificate',
    severity: 'error',
    upstream: 'validateCerts',
    needs: base,
    summary: 'serverAltDNSNames is used only with the certificate of the operator',
    *check({ object }) {
      const names = listAt(object, ...base, 'serverAltDNSNames')?.length ?? 0
      if (names === 0 || stringAt(object, ...base, 'serverTLSSecret') === '') return
      const message = phrase`serverAltDNSNames has ${names === 1 ? 'one name' : `${names} names`}, but must be empty, since serverTLSSecret is set`
      const finding = refusal([...base, 'serverAltDNSNames'], message, phrase`put the names into your own certificate`)
      const others = withPlaces(finding, { path: [...base, 'serverTLSSecret'], label: phrase`serverTLSSecret is set here` })
      yield { ...others, field: 'spec.certificates.serveraltdnsnames' }
    },
  },
  {
    id: 'certificates/server-ca-set',
    severity: 'error',
    upstream: 'validateCerts',
    needs: base,
    summary: 'serverCASecret is set if serverTLSSecret is',
    check: ({ object }) => missingAuthority(object, 'serverTLSSecret', 'serverCASecret'),
  },
  {
    id: 'certificates/client-ca-set',
    severity: 'error',
    upstream: 'validateCerts',
    needs: base,
    summary: 'clientCASecret is set if replicationTLSSecret is',
    check: ({ object }) => missingAuthority(object, 'replicationTLSSecret', 'clientCASecret'),
  },
]
