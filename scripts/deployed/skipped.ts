// What may deploy databases and could not be looked at, and how is that said?
import type { Message } from '../findings/finding.ts'
import { named, phrase } from '../findings/message.ts'
import { shownAddress } from '../repository/remote.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'

/** Something that deploys databases, or may, and could not be looked at. */
export interface Skipped {
  /** the set's or Application's name */
  readonly name: string
  readonly reason: string
  /** the Application of a set, and further ones of which the same could be said */
  readonly application?: string
  readonly others?: readonly string[]
  /** the repository that would have to be checked out */
  readonly repository?: string
  readonly at: Spot
  /** what fills it in there: an error at that place says so already */
  readonly unless?: Spot
  /** what its template says by itself is judged */
  readonly isDraft?: true
  /** an error elsewhere in the manifest is why */
  readonly isExplained?: true
  /** an error says so already */
  readonly isReported?: true
}

/** What is refused is reported where it is wrong. */
export const refused = 'Argo CD refuses it'

/** Of a Cluster. */
export const undeployed = 'no Application and no set that is read here deploys it'

/** One line for each reason and place, with how many there are. */
export function onceEach(skipped: readonly Skipped[]): Skipped[] {
  const seen = new Map<string, Skipped>()
  for (const one of skipped) {
    const key = `${one.at.file.path} ${one.at.span.start} ${one.name}`
    const known = seen.get(key)
    seen.set(key, known === undefined ? one : { ...known, others: [...(known.others ?? []), one.application ?? one.name] })
  }
  return [...seen.values()]
}

/** Why, with the further Applications that it concerns, at most some of them by name. */
export function reasonOf({ reason, others = [] }: Skipped, most = Infinity): string {
  if (others.length === 0) return reason
  const names = [...new Set(others)]
  const more = names.length > most ? `${names.slice(0, most).join(', ')} and others` : names.join(', ')
  return `${reason}, and ${others.length} more: ${more}`
}

/** Words are never cut: the address at their end is what a person has to do something about. No user or password of it is shown. */
const wordsOf = (text: string): Message => [text.replaceAll(/\S+/g, (word) => (word.includes('@') ? shownAddress(word) : word))]

/** What could not be looked at, as findings: never an error, and never silent. */
export function skippedFindings(skipped: readonly Skipped[]): LocatedFinding[] {
  const [first, ...others] = skipped.filter(({ reason }) => reason === undeployed)
  return [
    ...skipped.filter(({ reason, isReported }) => reason !== refused && reason !== undeployed && isReported !== true).map(oneFinding),
    ...(first === undefined ? [] : [undeployedFinding(first, others)]),
  ]
}

/** One note for all Clusters that nothing deploys: a repository may be full of them. */
function undeployedFinding({ name, reason, at }: Skipped, others: readonly Skipped[]): LocatedFinding {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return {
    rule: 'argocd/not-computed',
    severity: 'info',
    message: phrase`Cluster ${named(name)}${named(more)} is not judged: ${named(reason)}`,
    at,
    related: others.slice(0, 8).map((other) => ({ ...other.at, message: phrase`nor is ${named(other.name)}` })),
    help: phrase`judge its manifest alone: cnpg-values admit FILE`,
  }
}

function oneFinding(skipped: Skipped): LocatedFinding {
  const { name, reason, repository, isDraft, at: spot } = skipped
  return {
    rule: 'argocd/not-computed',
    severity: 'info',
    message: phrase`${named(name)} is ${named(isDraft === true ? 'judged in part' : 'not judged')}: ${wordsOf(reasonOf(skipped, 4))}`,
    at: spot,
    help: helpOf(reason, repository),
    ...(skipped.unless !== undefined && { unless: skipped.unless }),
  }
}

function helpOf(reason: string, repository = 'URL'): Message | undefined {
  if (reason.includes('not checked out')) return phrase`give the other repository: --checkout ${named(repository)}=DIR`
  if (reason.endsWith('not here')) return phrase`run \`cnpg-values charts pull\`, or give a folder with the chart: --charts DIR`
  return undefined
}
