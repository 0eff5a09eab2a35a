// In which words is a deployment reported that another maker has now, or nobody?
import type { Message } from '../../../findings/finding.ts'
import { named, phrase } from '../../../findings/message.ts'
import { idOf } from '../application/deployments.ts'
import type { Deployment, Handover, Part } from '../application/deployments.ts'
import type { Settings } from '../../../model.ts'
import { lostNamespaceLabels } from './namespace-labels.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'

export interface Wording {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  readonly part: Part
  readonly message: Message
  readonly help: Message
}

/** A missing value is reported as such, and one that only the parent's values define may be the same. */
export const isChanged = (was: string, is: string): boolean => was !== is && was !== '' && is !== '' && isKnown(was, is)

const isKnown = (...texts: readonly string[]): boolean => texts.every((text) => !text.includes(unknownText))

/** An element of a set whose place another one took. */
export function renameWording(before: Deployment, after: Deployment): Wording {
  const cluster = before.cluster ?? before.release
  return {
    rule: 'changes/no-rename',
    severity: 'error',
    part: 'application',
    message: phrase`Application ${named(after.application)} makes a new, empty Cluster in place of ${named(before.application)}, which leaves ${named(cluster)}`,
    help: phrase`bring ${named(before.application)} back; where one goes and another comes, make it two changes`,
  }
}

/** A deployment that a take-over left out; one that the settings retire was meant to go. */
function leftOutWording(before: Deployment, isRetired: boolean): Wording {
  const { application, cluster = before.release } = before
  const common = { rule: 'changes/take-over-complete', part: 'application' } as const
  if (isRetired)
    return {
      ...common,
      severity: 'warning',
      message: phrase`Application ${named(application)} is retired: nothing deploys its Cluster ${named(cluster)} now`,
      help: phrase`delete both by hand after the merge, once nobody needs what is in it`,
    }
  return {
    ...common,
    severity: 'error',
    message: phrase`Application ${named(application)} is left out: nothing deploys its Cluster ${named(cluster)} now`,
    help:
      before.isFolder === true
        ? phrase`restore it, or first retire it in a change of its own: \`retired: {${named(application)}: {reason: …, since: …}}\` in the settings`
        : phrase`restore it next to the others, under the same Application, Cluster and namespace`,
  }
}

/** What is reported about a deployment that changed hands; `retired`: those that the settings give up. */
export function wordings({ result, before, after, swap }: Handover, retired: Settings['retired']): Wording[] {
  const name = before.application
  const isUnsure = swap?.isSameChart === true || (before.cluster === undefined && swap?.what.startsWith('path ') === false)
  if (swap !== undefined)
    return [
      {
        rule: 'changes/database-stays',
        // a chart of the same name from another place is most likely a mirror
        severity: isUnsure ? 'warning' : 'error',
        part: 'cluster',
        message: isUnsure
          ? phrase`${swap.what} of Application ${named(name)} is not known to make the Cluster ${named(before.cluster ?? before.release)}`
          : phrase`${swap.what} of Application ${named(name)} no longer makes the Cluster ${named(before.cluster ?? before.release)}`,
        help:
          before.isPlain === true
            ? phrase`bring the Cluster back under its name and namespace`
            : phrase`restore the chart; a mirror of it must be named in clusterChart.repository of an environment`,
      },
    ]
  if (after === undefined) return [leftOutWording(before, Object.hasOwn(retired, name))]
  if (result === 'gone')
    return [
      {
        rule: 'changes/take-over-complete',
        severity: 'error',
        part: 'cluster',
        message: phrase`${idOf(after)} makes Cluster ${named(after.cluster)}, new and empty, but ${named(before.cluster ?? before.release)} of ${named(name)} is left out`,
        help: phrase`deploy Cluster ${before.cluster ?? before.release} in ${named(before.namespace)} with Application ${named(before.application)}`,
      },
    ]
  if (result === 'renamed')
    return [
      {
        rule: 'changes/application-name-stays',
        severity: 'error',
        part: 'application',
        message: phrase`Application ${named(name)} becomes ${named(after.application)}, but both would own Cluster ${named(before.cluster)}`,
        help: phrase`name the Application ${named(before.application)} again`,
      },
    ]
  if (result === 'unknown')
    return [
      {
        rule: 'changes/set-comparable',
        severity: 'error',
        part: 'cluster',
        message: phrase`Cluster of ${named(name)} can't be compared with what ${named(before.maker)} deployed: its name is not known here`,
        help: phrase`${before.unknown ?? after.unknown ?? 'only the values of the parent define it'}: set fullnameOverride in the values of the Application, in a separate change`,
      },
    ]
  if (result === 'handed-over') return [...ownedWordings(name, before, after), ...lostNamespaceLabels(before, after)]
  return recreatedWordings(name, before, after)
}

/** A generated set keeps what it owns: whoever wants its Applications is refused, or fights over them, until it lets go. */
function ownedWordings(name: string, { database, key }: Deployment, { manifest, maker }: Deployment): Wording[] {
  const set = `postgres-clusters-${database?.environment.name ?? ''}`
  const namespace = key.slice(0, key.indexOf('/'))
  if (database === undefined || manifest === undefined || manifest.key === `${namespace}/${set}`) return []
  const drop = `--type json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'`
  return [
    {
      rule: 'changes/application-stays',
      severity: 'warning',
      part: 'application',
      message: phrase`Application ${named(name)} is wanted by ${named(maker)}, but ${named(set)} owns it`,
      help: phrase`after the merge: kubectl patch application -n ${named(namespace)} ${named(name)} ${drop}`,
    },
  ]
}

function recreatedWordings(name: string, before: Deployment, after: Deployment): Wording[] {
  const found: Wording[] = []
  const add = (part: 'cluster' | 'namespace' | 'destination', was: string | undefined, is: string | undefined): void => {
    if (was === undefined || is === undefined || !isChanged(was, is)) return
    const isMove = part === 'destination'
    const isSuffix = part === 'cluster' && was === `${is}-cluster`
    found.push({
      rule: `changes/${part === 'cluster' ? 'cluster-name' : part}-stays`,
      severity: isMove ? 'warning' : 'error',
      part: part === 'cluster' && before.release !== after.release && after.cluster?.startsWith(after.release) === true ? 'release' : part,
      message: phrase`${named(part)} of Application ${named(name)} goes from ${named(was)} to ${named(is)}, but ${isMove ? 'the database stays where it is' : 'that is new and empty'}`,
      help: isMove
        ? phrase`move the database by hand: dump and restore, or a replica cluster`
        : isSuffix && after.database !== undefined
          ? phrase`the chart appended \`-cluster\` to the release: write it in postgres.layout.cluster, so that the name is ${named(was)}`
          : after.database !== undefined && part === 'cluster'
            ? phrase`set postgres.layout.cluster so that the name is ${named(was)}`
            : phrase`restore ${named(was)}`,
    })
  }
  add('cluster', before.cluster, after.cluster)
  add('namespace', before.namespace, after.namespace)
  add('destination', before.destination, after.destination)
  return found
}
