// Are the names of the tablespaces usable?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { byteLength } from '../../kubernetes/dns-name.ts'
import type { Finding, Message, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { refusal } from '../finding.ts'
import { itemsAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const base = ['spec', 'tablespaces'] as const
const syntax = /^[a-zA-Z_][a-zA-Z0-9_$]*$/
const nameLimit = 63

type Problem = 'duplicate' | 'reserved' | 'syntax' | 'length' | undefined

interface Tablespace {
  readonly index: number
  readonly name: string
  /** the first of the operator's tests that fails, which hides the later ones */
  readonly problem: Problem
  readonly first?: number
}

function tablespacesOf(cluster: JsonMap): Tablespace[] {
  const seen = new Map<string, number>()
  const found: Tablespace[] = []
  for (const [index, item] of itemsAt(cluster, ...base)) {
    const name = stringAt(item, 'name')
    const first = seen.get(name.toLowerCase())
    if (first === undefined) {
      seen.set(name.toLowerCase(), index)
      found.push({ index, name, problem: nameProblem(name) })
    } else found.push({ index, name, problem: 'duplicate', first })
  }
  return found
}

function nameProblem(name: string): Problem {
  if (name.startsWith('pg_')) return 'reserved'
  if (!syntax.test(name)) return 'syntax'
  return byteLength(name) > nameLimit ? 'length' : undefined
}

/** The name of the volume; tablespace names that map to the same one would share it. Reproduces `VolumeMountNameForTablespace`. */
export function tablespaceVolumeName(name: string, operator: string): string {
  const volume = name.replace(/^_/, '1').replace(/[$_]/g, '-').toLowerCase()
  return reached(operator, releases.march2026) ? `tbs-${volume}` : volume
}

/** In the order of `validateTablespaceNames`, then `validateTablespaceBackupSnapshot`. */
export const tablespaceNames: readonly Rule<OperatorSubject>[] = [
  {
    id: 'tablespaces/unique-names',
    severity: 'error',
    upstream: 'validateTablespaceNames',
    summary: 'tablespaces differ in more than upper and lower case',
    *check({ object }) {
      for (const { index, name, problem, first } of tablespacesOf(object)) {
        if (problem !== 'duplicate' || first === undefined) continue
        const message = phrase`the tablespace ${shown(name)} is listed twice, but names must differ, ignoring case`
        const finding = refusal([...base, index], message, phrase`rename or remove one of them`)
        yield { ...finding, places: [{ path: [...base, index, 'name'] }, { path: [...base, first, 'name'], label: phrase`the first one` }] }
      }
    },
  },
  {
    id: 'tablespaces/name-not-reserved',
    severity: 'error',
    upstream: 'validateTablespaceNames',
    summary: 'no tablespace name starts with pg_',
    check: ({ object }) => badNames(object, 'reserved', ['must not start with pg_', phrase`rename it`]),
  },
  {
    id: 'tablespaces/name-syntax',
    severity: 'error',
    upstream: 'validateTablespaceNames',
    summary: 'a tablespace name is letters, digits, _ and $, no digit first',
    check: ({ object }) => badNames(object, 'syntax', ['must be letters, digits, _ and $, no digit first', phrase`use letters and _`]),
  },
  {
    id: 'tablespaces/name-length',
    severity: 'error',
    upstream: 'validateTablespaceNames',
    summary: 'a tablespace name has at most 63 characters',
    check: ({ object }) => badNames(object, 'length', [`must have at most ${nameLimit} characters`, phrase`shorten it`]),
  },
  {
    id: 'tablespaces/unique-volume-names',
    severity: 'error',
    upstream: 'validateTablespaceNames',
    since: releases.march2026,
    summary: 'tablespace names stay different as volume names',
    *check({ object, operator }) {
      const seen = new Map<string, number>()
      for (const { index, name, problem } of tablespacesOf(object)) {
        if (problem === 'duplicate') continue
        const volume = tablespaceVolumeName(name, operator)
        const first = seen.get(volume)
        if (first === undefined) {
          seen.set(volume, index)
          continue
        }
        const message = phrase`the tablespace ${shown(name)} gets the volume ${named(volume)}, but another one has it already`
        const finding = refusal([...base, index], message, phrase`rename it: _ and $ both become - in volume names`)
        yield { ...finding, places: [{ path: [...base, index, 'name'] }, { path: [...base, first, 'name'], label: phrase`the other one` }] }
      }
    },
  },
]

export const tablespaceSnapshots: readonly Rule<OperatorSubject>[] = [
  {
    id: 'tablespaces/snapshot-class-known',
    severity: 'error',
    upstream: 'validateTablespaceBackupSnapshot',
    summary: 'each snapshot class is for a tablespace of the cluster',
    *check({ object }) {
      const path = ['spec', 'backup', 'volumeSnapshot', 'tablespaceClassName']
      const names = new Set(itemsAt(object, ...base).map(([, item]) => stringAt(item, 'name')))
      for (const name of Object.keys(mapAt(object, ...path) ?? {})) {
        if (names.has(name)) continue
        const message = phrase`tablespaceClassName has ${shown(name)}, but must name tablespaces of the cluster`
        const finding = refusal([...path, name], message, phrase`correct the name, or add the tablespace`)
        yield { ...finding, field: path.join('.'), places: [{ path: [...path, name], on: 'key' }] }
      }
    },
  },
]

function* badNames(cluster: JsonMap, wanted: Problem, [must, help]: readonly [string, Message]): Iterable<Finding> {
  for (const { index, name, problem } of tablespacesOf(cluster)) {
    if (problem !== wanted) continue
    const finding = refusal([...base, index], phrase`${here('the tablespace name')} is ${shown(name)}, but ${must}`, help)
    yield { ...finding, places: [{ path: [...base, index, 'name'] }] }
  }
}
