// When is one value, or one word, reported in several ways that are one mistake?
import { textOf } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'

/** What a reason may look at, in addition to the findings. */
export interface Surroundings {
  /** whether a change creates this database: findings about running ones do not concern it */
  isNew?(database: string): boolean
}

/** Why a finding is not reported next to others. */
export interface Suppression {
  readonly id: string
  readonly reason: string
  /** looks at all findings once, and then answers for each */
  readonly silences: (all: readonly LocatedFinding[], around: Surroundings) => (finding: LocatedFinding) => boolean
}

/** Where a finding is, for comparing. */
export const placeOf = ({ file, span }: Spot): string => `${file.revision ?? ''}\0${file.path}\0${span.start}`

/** Where findings are. */
export const places = (findings: readonly Pick<LocatedFinding, 'at'>[]): Set<string> => new Set(findings.map(({ at }) => placeOf(at)))

/** What some rules say of a place that a finding of another rule names beside its own follows from that. */
export const besides =
  (speaker: string, follows: (rule: string) => boolean): Suppression['silences'] =>
  (all) => {
    const named = places(all.flatMap(({ rule, related = [] }) => (rule === speaker ? related.map((at) => ({ at })) : [])))
    return ({ rule, at }) => follows(rule) && named.has(placeOf(at))
  }

/** Rules about a word, which may say in other words which ones are known. */
const aboutWords: ReadonlySet<string> = new Set(['values/known-choice', 'policy/known-resource'])

/** The reasons that are about one value, in the order in which they are asked. */
export const ofOneValue: readonly Suppression[] = [
  {
    id: 'one-word',
    reason: 'a word that is none of those that are known there is one mistake, however many databases and fields it is in',
    silences: (all) => {
      const key = ({ rule, at }: LocatedFinding): string => `${rule}\0${placeOf(at)}`
      const first = new Map<string, string>()
      const sayings = new Map<LocatedFinding, string>()
      for (const finding of all) {
        if (!aboutWords.has(finding.rule)) continue
        const saying = textOf(finding.message)
        sayings.set(finding, saying)
        const known = first.get(key(finding))
        if (known === undefined || saying < known) first.set(key(finding), saying)
      }
      return (finding) => aboutWords.has(finding.rule) && first.get(key(finding)) !== sayings.get(finding)
    },
  },
  {
    id: 'shared-value',
    reason: 'a value that an anchor gives to several fields is one mistake, reported of the first',
    silences: (all) => {
      const first = new Map<string, LocatedFinding>()
      for (const finding of all) {
        const key = complaint(finding)
        const known = first.get(key)
        if (quotesItsPlace(finding) && finding.path !== undefined && (known?.path === undefined || finding.path < known.path))
          first.set(key, finding)
      }
      // its name and its old size are among the words
      const shrunk = places(all.filter(({ rule }) => rule === 'changes/storage-grows'))
      return (finding) =>
        (quotesItsPlace(finding) && first.get(complaint(finding))?.path !== finding.path) ||
        (finding.rule === 'changes/wal-storage-grows' && shrunk.has(placeOf(finding.at)))
    },
  },
  {
    id: 'unrendered-template',
    reason: 'what a template is that nobody renders says nothing of the value that it was to become',
    silences: (all) => {
      const objectOf = ({ at, object }: LocatedFinding): string => `${at.file.revision ?? ''}\0${at.file.path}\0${object}`
      const unrendered = new Set(all.filter(({ rule }) => rule === 'policy/template-rendered').map(objectOf))
      const isTemplate = ({ file, span }: Spot): boolean => file.text.slice(span.start, span.end).includes('{{')
      return (finding) => finding.rule !== 'policy/template-rendered' && isTemplate(finding.at) && unrendered.has(objectOf(finding))
    },
  },
  {
    id: 'idle-include',
    reason: 'a Cluster that a pattern for files leaves out is not judged for that reason',
    silences: besides('argocd/include-matches', (rule) => rule === 'argocd/not-computed'),
  },
  {
    id: 'lost-to-a-default',
    reason: 'a value that the template of a chart passes over is right as it is written',
    silences: besides('chart/default-keeps-value', (rule) => rule.startsWith('policy/')),
  },
]

/** Whether a message shows the text at its place: what is missing is reported at what is around it, which several fields share. */
function quotesItsPlace({ path, at: { file, span }, message }: LocatedFinding): boolean {
  const written = file.text.slice(span.start, span.end).replaceAll(/^["']|["']$/g, '')
  return (
    path !== undefined &&
    written !== '' &&
    message.some((part) => typeof part === 'object' && 'shown' in part && part.shown.includes(written))
  )
}

/** What is said of a value, whichever field it is of. */
function complaint({ at, severity, database, object, message, help = [] }: LocatedFinding): string {
  const words = [...message, '\0', ...help].map((part) => (typeof part === 'string' ? part : 'shown' in part ? part.shown : '\u0001'))
  return [placeOf(at), severity, database, object, ...words].join('\0')
}
