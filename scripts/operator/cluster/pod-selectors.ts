// Are the pod selectors and the lines of pg_hba that use them consistent?
import { phrase, shown } from '../../findings/message.ts'
import { selectorProblems } from '../../kubernetes/label-selector.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { formatField, refusal, withPlaces } from '../finding.ts'
import { itemsAt, jsonAt, stringAt, stringsAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { releases } from '../version.ts'

const base = ['spec', 'podSelectorRefs'] as const
const hba = ['spec', 'postgresql', 'pg_hba'] as const

interface LineProblem {
  readonly index: number
  readonly kind: 'type' | 'unknown' | 'many'
  /** what is wrong, as written */
  readonly text: string
}

/** The first problem of each line. */
function* lineProblems(cluster: JsonMap): Iterable<LineProblem> {
  const known = new Set(itemsAt(cluster, ...base).map(([, item]) => stringAt(item, 'name')))
  for (const [index, line] of stringsAt(cluster, ...hba).entries()) {
    const problem = lineProblem(line, known)
    if (problem) yield { index, ...problem }
  }
}

/** What `\$\{([^:]+):([^}]+)\}` finds: the whole match, the part before the colon and the part after it. */
function* referencesIn(line: string): Iterable<readonly [text: string, type: string, name: string]> {
  let from = 0
  for (let open = line.indexOf('${'); open >= 0; open = line.indexOf('${', from)) {
    const colon = line.indexOf(':', open)
    const close = colon < 0 ? -1 : line.indexOf('}', colon)
    if (close < 0) return
    const found = [line.slice(open, close + 1), line.slice(open + 2, colon), line.slice(colon + 1, close)] as const
    const isReference = found[1] !== '' && found[2] !== ''
    if (isReference) yield found
    from = isReference ? close + 1 : colon
  }
}

function lineProblem(line: string, known: ReadonlySet<string>): Omit<LineProblem, 'index'> | undefined {
  let references = 0
  for (const [text, type, name = ''] of referencesIn(line)) {
    if (type !== 'podselector') return { kind: 'type', text }
    if (!known.has(name)) return { kind: 'unknown', text: name }
    references += 1
    if (references > 1) return { kind: 'many', text }
  }
  return undefined
}

/** In the order of `validatePodSelectorRefs`. */
export const podSelectors: readonly Rule<OperatorSubject>[] = [
  {
    id: 'pod-selectors/unique-names',
    severity: 'error',
    upstream: 'validatePodSelectorRefs',
    since: releases.minor29,
    summary: 'pod selectors have different names',
    *check({ object }) {
      const seen = new Map<string, number>()
      for (const [index, item] of itemsAt(object, ...base)) {
        const name = stringAt(item, 'name')
        const first = seen.get(name)
        if (first === undefined) seen.set(name, index)
        else {
          const finding = refusal(
            [...base, index, 'name'],
            phrase`the pod selector ${shown(name)} is listed twice, but names must differ`,
            phrase`rename one`,
          )
          yield { ...withPlaces(finding, { path: [...base, first, 'name'], label: phrase`the first one` }), type: 'FieldValueDuplicate' }
        }
      }
    },
  },
  {
    id: 'pod-selectors/selector-valid',
    severity: 'error',
    upstream: 'ValidateLabelSelector',
    since: releases.minor29,
    summary: 'a pod selector is a label selector',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, ...base))
        for (const { path, type, reason } of selectorProblems(jsonAt(item, 'selector'))) {
          const place = [...base, index, 'selector', ...path]
          const message = phrase`${formatField(['selector', ...path])} ${reason}`
          // labels are reported at their map
          const reported = path[0] === 'matchLabels' ? [...base, index, 'selector', 'matchLabels'] : place
          yield { ...refusal(place, message, phrase`copy the labels of the pods`), field: formatField(reported), type }
        }
    },
  },
  {
    id: 'pod-selectors/reference-type',
    severity: 'error',
    upstream: 'validatePodSelectorRefs',
    since: releases.minor29,
    summary: 'a reference in pg_hba is a podselector',
    *check({ object }) {
      for (const { index, kind, text } of lineProblems(object)) {
        if (kind !== 'type') continue
        yield refusal(
          [...hba, index],
          phrase`pg_hba has ${shown(text)}, but must refer to a podselector`,
          phrase`write \${podselector:name}`,
        )
      }
    },
  },
  {
    id: 'pod-selectors/reference-known',
    severity: 'error',
    upstream: 'validatePodSelectorRefs',
    since: releases.minor29,
    summary: 'a reference in pg_hba names a pod selector',
    *check({ object }) {
      for (const { index, kind, text } of lineProblems(object)) {
        if (kind !== 'unknown') continue
        const message = phrase`pg_hba refers to ${shown(text)}, but podSelectorRefs has no such name`
        yield refusal([...hba, index], message, phrase`correct the name, or add it to podSelectorRefs`)
      }
    },
  },
  {
    id: 'pod-selectors/one-reference-a-line',
    severity: 'error',
    upstream: 'validatePodSelectorRefs',
    since: releases.minor29,
    summary: 'a line of pg_hba has at most one reference',
    *check({ object }) {
      for (const { index, kind } of lineProblems(object)) {
        if (kind !== 'many') continue
        yield refusal(
          [...hba, index],
          phrase`the pg_hba line has several references, but must have at most one`,
          phrase`write one line for each`,
        )
      }
    },
  },
]
