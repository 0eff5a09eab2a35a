import { describe, expect, it } from 'vitest'
import type { LocatedFinding } from '../../scripts/findings/spot.ts'
import { suppress, suppressions } from '../../scripts/report/suppress.ts'
import type { Surroundings } from '../../scripts/report/suppress.ts'

const text = 'first: 1\nsecond: 2\nsops: 3\nthird: ENC[AES256_GCM,data:a]\nfourth: "{{ .Values.a }}"\n'
const file = { path: 'databases/orders/values.yaml', text }

/** A finding at a word of the file. */
function at(word: string, rule: string, more: Partial<LocatedFinding> = {}): LocatedFinding {
  const start = text.indexOf(word)
  const severity = rule.startsWith('policy/') || rule === 'changes/application-stays' ? 'warning' : 'error'
  return { rule, severity, message: ['…'], at: { file, span: { start, end: start + word.length } }, database: 'orders/prd', ...more }
}

interface Case {
  readonly silent: LocatedFinding
  /** what silences it; the same at another place, or of another database, does not */
  readonly speaker?: LocatedFinding
  readonly other?: LocatedFinding
  readonly around?: Surroundings
}

const spot = at('second', '').at
const cases: Readonly<Record<string, Case>> = {
  'reported-value': { silent: at('first', 'schema/type', { follows: 'reported-value' }), other: at('first', 'schema/type') },
  'settings-namespace': {
    silent: at('first', 'schema/metadata', { follows: 'settings-namespace' }),
    other: at('first', 'schema/metadata'),
  },
  'missing-defaults': {
    silent: at('first', 'policy/three-instances', { follows: 'missing-defaults' }),
    other: at('first', 'policy/three-instances'),
  },
  'refused-parameter': {
    silent: at('first', 'postgres/parameter-value', { follows: 'refused-parameter' }),
    other: at('first', 'postgres/parameter-value'),
  },
  'error-first': {
    silent: at('first', 'policy/three-instances'),
    speaker: at('first', 'schema/type'),
    other: at('second', 'schema/type'),
  },
  encrypted: {
    silent: at('ENC[AES256_GCM,data:a]', 'schema/enum'),
    other: at('second', 'schema/enum'),
  },
  'misspelt-condition': {
    silent: at('first', 'values/known-keys'),
    speaker: at('second', 'argocd/condition-leads', { related: [{ ...at('first', '').at, message: [] }] }),
    other: at('second', 'argocd/condition-leads'),
  },
  'name-for-a-reference': {
    silent: at('first', 'policy/secret-in-values'),
    speaker: at('1', 'schema/type', { message: ['is "1", but must be a map'] }),
    other: at('1', 'schema/type', { message: ['is 1, but must be text'] }),
  },
  'impossible-namespace': {
    silent: at('first', 'argocd/project-permits'),
    speaker: at('first', 'argocd/destination-namespace'),
    other: at('second', 'argocd/destination-namespace'),
  },
  'invisible-character': {
    silent: at('first', 'yaml/visible-characters', { severity: 'warning' }),
    speaker: at('first', 'policy/named-object-possible'),
    other: at('second', 'policy/named-object-possible'),
  },
  'refused-set': {
    silent: at('first', 'argocd/not-computed', { severity: 'info' }),
    speaker: at('second', 'argocd/set-generates'),
    other: at('second', 'argocd/manifest-schema'),
  },
  'refused-release': {
    silent: at('first', 'chart/release-name'),
    speaker: at('first', 'argocd/set-generates'),
    other: at('second', 'argocd/set-generates'),
  },
  'nothing-deployed': {
    silent: at('first', 'discover/any-database'),
    speaker: at('second', 'argocd/set-generates'),
    other: at('second', 'schema/kind'),
  },
  'judged-name': {
    silent: at('first', 'argocd/cluster-name'),
    speaker: at('second', 'cluster-name/dns-label'),
    other: at('second', 'argocd/set-generates'),
  },
  'unknown-key': {
    silent: at('first', 'changes/storage-grows', { unless: spot }),
    speaker: at('second', 'values/known-keys'),
    other: at('1', 'values/known-keys'),
  },
  'ignored-source-field': {
    silent: at('first', 'values/has-effect', { severity: 'warning' }),
    speaker: at('second', 'argocd/known-fields', { message: ['unknown field `valueFile` in `spec.source.helm`'] }),
    other: at('second', 'argocd/known-fields', { message: ['unknown field `valueFile` in `spec.source`'] }),
  },
  'mistyped-source': {
    silent: at('first', 'argocd/set-generates', { message: ['a source has repoURL not set, but needs repoURL and path or chart'] }),
    speaker: at('second', 'argocd/manifest-schema', { message: ['spec.source is a list, but must be a map'] }),
    other: at('second', 'argocd/manifest-schema', { message: ['spec.project is a list, but must be text'] }),
  },
  'generated-key': {
    silent: at('1', 'schema/metadata'),
    speaker: at('first', 'values/generated-key'),
    other: at('second', 'values/generated-key'),
  },
  'undecided-method': {
    silent: at('first', 'policy/backups-enabled'),
    speaker: at('second', 'values/known-choice', { path: 'backups.method' }),
    other: at('second', 'values/known-choice', { path: 'recovery.method' }),
  },
  'new-database': { silent: at('first', 'policy/recovery-left-on'), around: { isNew: (id) => id === 'orders/prd' } },
  'spoken-for': {
    silent: at('first', 'policy/backups-enabled'),
    speaker: at('second', 'changes/backups-stay'),
    other: at('second', 'changes/backups-stay', { database: 'orders/dev' }),
  },
  'refused-as-it-is': {
    silent: at('1', 'changes/namespace-stays'),
    speaker: at('first', 'argocd/set-generates'),
    other: at('second', 'argocd/set-generates'),
  },
  'in-place-of-generated': {
    silent: at('first', 'argocd/application-once'),
    speaker: at('second', 'emit/foreign-file'),
    other: at('second', 'emit/stale'),
  },
  'left-out-of-take-over': {
    silent: at('first', 'changes/application-stays'),
    speaker: at('first', 'changes/take-over-complete', { severity: 'warning' }),
    other: at('second', 'changes/take-over-complete'),
  },
  'upgrade-covers-it': {
    silent: at('first', 'postgres/known-parameter'),
    speaker: at('first', 'upgrade/parameter-known'),
    other: at('first', 'upgrade/parameter-known', { database: 'orders/dev' }),
  },
  'one-word': {
    silent: at('first', 'values/known-choice', { message: ['the chart compares it'] }),
    speaker: at('first', 'values/known-choice', { message: ['it must be one of'] }),
    other: at('second', 'values/known-choice', { message: ['it must be one of'] }),
  },
  'shared-value': {
    silent: at('first', 'storage/wal-size-readable', {
      message: [{ field: ['walStorage'] }, ' is ', { shown: 'first' }],
      path: 'spec.walStorage',
    }),
    speaker: at('first', 'storage/data-size-readable', {
      message: [{ field: ['storage'] }, ' is ', { shown: 'first' }],
      path: 'spec.storage',
    }),
    other: at('first', 'storage/data-size-readable', {
      message: [{ field: ['storage'] }, ' lacks ', { shown: 'first' }],
      path: 'spec.storage',
    }),
  },
  'unrendered-template': {
    silent: at('{{ .Values.a }}', 'storage/data-size-readable', { object: 'Cluster/pay' }),
    speaker: at('first', 'policy/template-rendered', { object: 'Cluster/pay' }),
    other: at('first', 'policy/template-rendered', { object: 'Cluster/other' }),
  },
  'idle-include': {
    silent: at('first', 'argocd/not-computed'),
    speaker: at('second', 'argocd/include-matches', { related: [{ ...at('first', '').at, message: [] }] }),
    other: at('second', 'argocd/include-matches'),
  },
  'lost-to-a-default': {
    silent: at('first', 'policy/drainable'),
    speaker: at('second', 'chart/default-keeps-value', { related: [{ ...at('first', '').at, message: [] }] }),
    other: at('second', 'chart/default-keeps-value'),
  },
}

describe('a finding is not reported', () => {
  it.each(suppressions.map(({ id, reason }) => [id, reason] as const))('%s: %s', (id) => {
    const { silent, speaker, other, around = {} } = cases[id] as Case
    // a reason of its own
    const isAlone = silent.follows !== undefined || id === 'encrypted'
    expect(suppress([silent, ...(speaker === undefined ? [] : [speaker])], around)).not.toContain(silent)
    if (!isAlone) expect(suppress([silent, ...(other === undefined ? [] : [other])])).toContain(silent)
    else expect(suppress([other as LocatedFinding])).toEqual([other])
  })
  it('of an archive that two Applications share because they have one name', () => {
    const archive = at('first', 'policy/own-archive')
    expect(suppress([archive, at('second', 'argocd/set-generates', { isShared: true })])).not.toContain(archive)
    expect(suppress([archive, at('second', 'argocd/set-generates')])).toContain(archive)
  })
  it('and each reason has a case', () => {
    expect(Object.keys(cases)).toEqual(suppressions.map(({ id }) => id))
  })
})
