// Are the external clusters usable, unique and safely named?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Rule } from '../../findings/finding.ts'
import { refusal, withPlaces } from '../finding.ts'
import { itemsAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const base = ['spec', 'externalClusters'] as const

/** Whether a text, used as a file name, would leave its folder. */
function isUnsafe(text: string): boolean {
  return text === '.' || text === '..' || /[/\\]/.test(text)
}

/** In the order of `validateExternalClusters`. */
export const externalClusters: readonly Rule<OperatorSubject>[] = [
  {
    id: 'external-clusters/unique-names',
    severity: 'error',
    upstream: 'validateExternalClusters',
    summary: 'external clusters have different names',
    *check({ object }) {
      const seen = new Map<string, number>()
      for (const [index, item] of itemsAt(object, ...base)) {
        const name = stringAt(item, 'name')
        const first = seen.get(name)
        if (first === undefined) seen.set(name, index)
        else {
          const message = phrase`the external cluster ${shown(name)} is listed twice, but names must differ`
          const finding = refusal([...base, index, 'name'], message, phrase`remove one of them`)
          yield { ...withPlaces(finding, { path: [...base, first, 'name'], label: phrase`the first one` }), field: base.join('.') }
          return
        }
      }
    },
  },
  {
    id: 'external-clusters/has-connection',
    severity: 'error',
    upstream: 'validateExternalCluster',
    summary: 'an external cluster defines how it is reached',
    *check({ object, operator }) {
      for (const [index, item] of itemsAt(object, ...base)) {
        if (['connectionParameters', 'plugin', 'barmanObjectStore'].some((member) => mapAt(item, member))) continue
        const message = phrase`external cluster ${shown(stringAt(item, 'name'))} has no connectionParameters and no plugin, but needs one`
        const type = reached(operator, releases.minor30) ? 'FieldValueRequired' : 'FieldValueInvalid'
        yield { ...refusal([...base, index], message, phrase`add connectionParameters with a host, or a plugin`), type }
      }
    },
  },
  {
    id: 'external-clusters/name-without-path',
    severity: 'error',
    upstream: 'validateExternalCluster',
    since: releases.june2026,
    summary: 'the name of an external cluster is not a path',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...base)) {
        const name = stringAt(item, 'name')
        if (!isUnsafe(name)) continue
        const message = phrase`${here('the external cluster name')} is ${shown(name)}, but must not be a path`
        yield refusal([...base, index, 'name'], message, phrase`rename it with letters, digits and dashes`)
      }
    },
  },
  {
    id: 'external-clusters/secret-without-path',
    severity: 'error',
    upstream: 'validateExternalCluster',
    since: releases.june2026,
    summary: 'the TLS secrets of an external cluster, and their keys, are not paths',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...base))
        for (const secret of ['sslCert', 'sslKey', 'sslRootCert'])
          for (const member of ['name', 'key']) {
            const text = stringAt(item, secret, member)
            if (!isUnsafe(text)) continue
            const message = phrase`${here(`${secret}.${member}`)} is ${shown(text)}, but must not be a path`
            yield refusal([...base, index, secret, member], message, phrase`write the plain ${named(member)} of the secret`)
          }
    },
  },
]
