// In which words is a deployment reported that nobody makes now, or whose place another one took?
import { named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { Deployment, Part } from './deployments.ts'

export interface Wording {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  readonly part: Part
  readonly message: Message
  readonly help: Message
}

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
export function leftOutWording(before: Deployment, isRetired: boolean): Wording {
  const { application, cluster = before.release } = before
  const rule = 'changes/take-over-complete'
  if (isRetired)
    return {
      rule,
      severity: 'warning',
      part: 'application',
      message: phrase`Application ${named(application)} is retired: nothing deploys its Cluster ${named(cluster)} now`,
      help: phrase`delete both by hand after the merge, once nobody needs what is in it`,
    }
  return {
    rule,
    severity: 'error',
    part: 'application',
    message: phrase`Application ${named(application)} is left out: nothing deploys its Cluster ${named(cluster)} now`,
    help: phrase`restore it next to the others, under the same Application, Cluster and namespace`,
  }
}
