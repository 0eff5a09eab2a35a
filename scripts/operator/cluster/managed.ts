// Are managed services and roles ones that the operator can manage?
import { here, phrase, shown } from '../../findings/message.ts'
import type { Finding, Message, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { refusal, withPlaces } from '../finding.ts'
import { booleanAt, itemsAt, mapAt, numberAt, stringAt, stringsAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const services = ['spec', 'managed', 'services', 'additional'] as const
const roles = ['spec', 'managed', 'roles'] as const
const template = ['serviceTemplate', 'metadata', 'name'] as const

function serviceNames(cluster: JsonMap): [number, string][] {
  return itemsAt(cluster, ...services).map(([index, item]) => [index, stringAt(item, ...template)])
}

/** Names that the operator or PostgreSQL needs for itself. Reproduces `IsRoleReserved`. */
function isReservedRole(name: string): boolean {
  return ['postgres', 'streaming_replica'].includes(name) || name.startsWith('cnpg_') || name.startsWith('pg_')
}

function roleError(index: number, member: string, [message, help]: readonly [Message, Message]): Finding {
  return { ...refusal([...roles, index, member], message, help), field: roles.join('.') }
}

/** In the order of `validateManagedServices`. */
export const managedServices: readonly Rule<OperatorSubject>[] = [
  {
    id: 'managed/rw-service-enabled',
    severity: 'error',
    upstream: 'validateManagedServices',
    summary: 'the rw service is not disabled',
    *check({ object }) {
      const path = ['spec', 'managed', 'services', 'disabledDefaultServices']
      const index = stringsAt(object, ...path).indexOf('rw')
      if (index < 0) return
      const message = phrase`disabledDefaultServices has rw, but the rw service must stay`
      yield { ...refusal([...path, index], message, phrase`remove rw from the list`), field: path.join('.') }
    },
  },
  {
    id: 'managed/unique-services',
    severity: 'error',
    upstream: 'validateManagedServices',
    summary: 'additional services have different names',
    *check({ object }) {
      const seen = new Map<string, number>()
      for (const [index, name] of serviceNames(object)) {
        const first = seen.get(name)
        if (first === undefined) {
          seen.set(name, index)
          continue
        }
        const message = phrase`the service name ${shown(name)} is used twice, but names must differ`
        const finding = refusal([...services, index, ...template], message, phrase`rename one of them`)
        const place = { path: [...services, first, ...template], label: phrase`the first one` }
        yield { ...withPlaces(finding, place), field: services.join('.') }
        return
      }
    },
  },
  {
    id: 'managed/service-name-not-reserved',
    severity: 'error',
    upstream: 'validateManagedServices',
    summary: 'no additional service takes the name of a default one',
    *check({ object }) {
      const cluster = stringAt(object, 'metadata', 'name')
      const reserved = ['rw', 'ro', 'r', 'any'].map((suffix) => `${cluster}-${suffix}`)
      for (const [index, name] of serviceNames(object)) {
        if (!reserved.includes(name)) continue
        const message = phrase`${here('the service name')} is ${shown(name)}, but the operator reserves it`
        const finding = refusal([...services, index, ...template], message, phrase`choose another name`)
        yield { ...finding, field: `${services.join('.')}[${index}]` }
      }
    },
  },
  {
    id: 'managed/service-selector-unset',
    severity: 'error',
    upstream: 'validateServiceTemplate',
    summary: 'an additional service has no selector of its own',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...services)) {
        const path = ['serviceTemplate', 'spec', 'selector']
        if (Object.keys(mapAt(item, ...path) ?? {}).length === 0) continue
        const message = phrase`${here('serviceTemplate.spec.selector')} is set, but the operator must set it`
        const finding = refusal([...services, index, ...path], message, phrase`remove it; selectorType decides`)
        yield { ...finding, field: `${services.join('.')}[${index}]` }
      }
    },
  },
  {
    id: 'managed/service-name-set',
    severity: 'error',
    upstream: 'validateServiceTemplate',
    summary: 'an additional service has a name',
    *check({ object }) {
      for (const [index, name] of serviceNames(object)) {
        if (name !== '') continue
        const message = phrase`${here('serviceTemplate.metadata.name')} is empty, but must be set`
        const finding = refusal([...services, index, ...template], message, phrase`set metadata.name in the template`)
        yield { ...finding, field: `${services.join('.')}[${index}]` }
      }
    },
  },
]

/** In the order of `validateManagedRoles`. */
export const managedRoles: readonly Rule<OperatorSubject>[] = [
  {
    id: 'managed/unique-roles',
    severity: 'error',
    upstream: 'validateManagedRoles',
    summary: 'managed roles have different names',
    *check({ object }) {
      const seen = new Map<string, number>()
      for (const [index, item] of itemsAt(object, ...roles)) {
        const name = stringAt(item, 'name')
        const first = seen.get(name)
        if (first === undefined) seen.set(name, index)
        else {
          const finding = roleError(index, 'name', [
            phrase`the role ${shown(name)} is listed twice, but names must differ`,
            phrase`merge the two`,
          ])
          yield withPlaces(finding, { path: [...roles, first, 'name'], label: phrase`the first one` })
        }
      }
    },
  },
  {
    id: 'managed/role-connection-limit',
    severity: 'error',
    upstream: 'validateManagedRoles',
    summary: 'the connection limit of a role is -1 or more',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...roles)) {
        const limit = numberAt(item, 'connectionLimit') ?? 0
        if (limit >= -1) continue
        const message = phrase`${here('connectionLimit')} is ${limit}, but must be 0 or more, or -1 for no limit`
        yield roleError(index, 'connectionLimit', [message, phrase`use -1`])
      }
    },
  },
  {
    id: 'managed/role-not-reserved',
    severity: 'error',
    upstream: 'validateManagedRoles',
    summary: 'no managed role has a name that the operator or PostgreSQL needs',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...roles)) {
        const name = stringAt(item, 'name')
        if (!isReservedRole(name)) continue
        const message = phrase`${here('the role')} is ${shown(name)}, but postgres, streaming_replica, cnpg_ and pg_ names are reserved`
        yield roleError(index, 'name', [message, phrase`choose another name`])
      }
    },
  },
  {
    id: 'managed/role-password-or-none',
    severity: 'error',
    upstream: 'validateManagedRoles',
    summary: 'a role with a password secret does not disable its password',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...roles)) {
        if (booleanAt(item, 'disablePassword') !== true || !mapAt(item, 'passwordSecret')) continue
        const finding = roleError(index, 'disablePassword', [
          phrase`${here('disablePassword')} is true, but must not be with passwordSecret`,
          phrase`remove disablePassword or passwordSecret`,
        ])
        yield withPlaces(finding, { path: [...roles, index, 'passwordSecret'], label: phrase`the password secret`, on: 'key' })
      }
    },
  },
]
