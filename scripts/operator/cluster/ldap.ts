// Is the LDAP section complete, with one method?
import { here, phrase } from '../../findings/message.ts'
import type { Rule } from '../../findings/finding.ts'
import { refusal, withPlaces } from '../finding.ts'
import { mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const base = ['spec', 'postgresql', 'ldap'] as const
const field = base.join('.')

export const ldap: readonly Rule<OperatorSubject>[] = [
  {
    id: 'ldap/server-set',
    severity: 'error',
    upstream: 'validateLDAP',
    summary: 'ldap names a server',
    *check({ object }) {
      if (!mapAt(object, ...base) || stringAt(object, ...base, 'server') !== '') return
      yield {
        ...refusal([...base, 'server'], phrase`${here('ldap.server')} is empty, but must be set`, phrase`set ldap.server to the host name`),
        field,
      }
    },
  },
  {
    id: 'ldap/one-method',
    severity: 'error',
    upstream: 'validateLDAP',
    summary: 'ldap uses one of bindAsAuth and bindSearchAuth',
    *check({ object }) {
      if (!mapAt(object, ...base, 'bindAsAuth') || !mapAt(object, ...base, 'bindSearchAuth')) return
      const message = phrase`ldap has bindAsAuth and bindSearchAuth, but must have only one of them`
      const finding = refusal([...base, 'bindSearchAuth'], message, phrase`remove bindAsAuth or bindSearchAuth`)
      yield { ...withPlaces(finding, { path: [...base, 'bindAsAuth'], label: phrase`bindAsAuth is here`, on: 'key' }), field }
    },
  },
]
