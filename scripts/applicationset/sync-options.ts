// Which sync options does Argo CD know, which values do they take, and since which version?
import { lookup } from '../values/lookup.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { byCodeUnit, nearest } from '../values/path.ts'

/** Where options are written: in `syncPolicy.syncOptions` of an Application, or in an annotation of an object. */
export type OptionPlace = 'application' | 'object'

interface SyncOption {
  readonly values: readonly string[]
  /** first minor of Argo CD that reads it at this place; absent there: it is not read */
  readonly application?: string
  readonly object?: string
}

const flag = ['false', 'true'] as const
/** From `common.go` of gitops-engine and the documentation of each release. */
const known: Readonly<Record<string, SyncOption>> = lookup({
  ApplyOutOfSyncOnly: { values: flag, application: '1.8' },
  ClientSideApplyMigration: { values: flag, application: '3.1', object: '3.1' },
  CreateNamespace: { values: flag, application: '1.7' },
  Delete: { values: ['confirm', 'false', 'true'], application: '3.4', object: '1.8' },
  FailOnSharedResource: { values: flag, application: '1.8' },
  Force: { values: flag, object: '1.8' },
  Prune: { values: ['confirm', 'false', 'true'], application: '3.4', object: '1.1' },
  PruneLast: { values: flag, application: '1.8', object: '1.8' },
  PrunePropagationPolicy: { values: ['background', 'foreground', 'orphan'], application: '1.7' },
  Replace: { values: flag, application: '1.8', object: '1.8' },
  RespectIgnoreDifferences: { values: flag, application: '2.3' },
  ServerSideApply: { values: flag, application: '2.5', object: '2.5' },
  SkipDryRunOnMissingResource: { values: flag, application: '1.8', object: '1.8' },
  Validate: { values: flag, application: '1.2', object: '1.2' },
})
/** Options of the annotation `compare-options`, often written in the wrong place. */
const compareOptions = ['IgnoreExtraneous', 'IncludeMutationWebhook', 'ServerSideDiff']
/** The value `confirm` is newer than the options that take it. */
const confirmSince = '2.14'

/** Whether `version` (`3.5.1`) is of the minor `since` (`3.4`) or later. */
export function hasReached(version: string, since: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = since.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

export interface OptionMistake {
  readonly message: Message
  readonly help: Message
}

/**
 * Why an option (`Prune=false`) does nothing where it is written; undefined: it works, or nothing is known about it. Unknown names
 * are reported only if a known one is near, since later releases may have more.
 */
export function judgeSyncOption(option: string, place: OptionPlace, argocd: string): OptionMistake | undefined {
  const [name = '', value = ''] = option.split('=', 2)
  const found = known[name]
  if (found === undefined) return unknownOption(name, value)
  const since = found[place]
  if (since === undefined)
    return {
      message: phrase`sync option is ${named(name)}, but it applies to ${place === 'object' ? 'an Application' : 'an object'} only`,
      help: helpForPlace(name, place),
    }
  const parts = option.split(/[;|\s]+/).filter((part) => part !== '')
  if (parts.length > 1 && parts.every((part) => /^[A-Za-z]+=/.test(part)))
    return {
      message: phrase`sync option is \`${named(option)}\`, but options are separated by commas`,
      help: phrase`write ${named(parts.join(','))}`,
    }
  if (!found.values.includes(value)) {
    // an option without a value was meant to be on; for those that guard, `false` is on
    const meant = name === 'Prune' || name === 'Delete' || name === 'Validate' ? 'false' : 'true'
    const said = /^(?:yes|on|1|enabled?)$/i.test(value)
      ? 'true'
      : /^(?:no|off|0|disabled?)$/i.test(value)
        ? 'false'
        : value === ''
          ? meant
          : ''
    const guess = nearest(value, found.values) ?? (found.values.includes(said) ? said : undefined)
    return {
      message: phrase`sync option is \`${named(option)}\`, but ${named(name)} takes ${found.values.join(', ')}`,
      help: phrase`write ${named(name)}=${guess ?? found.values[0] ?? ''}`,
    }
  }
  if (!hasReached(argocd, since))
    return {
      message: phrase`sync option is ${named(option)}, but Argo CD reads it here only since ${named(since)}`,
      help:
        since === '3.4'
          ? phrase`set the annotation argocd.argoproj.io/sync-options on the objects, or upgrade Argo CD`
          : phrase`upgrade Argo CD, or remove it`,
    }
  if (value === 'confirm' && !hasReached(argocd, confirmSince))
    return {
      message: phrase`sync option is ${named(option)}, but Argo CD knows \`confirm\` only since ${named(confirmSince)}`,
      help: phrase`write ${named(name)}=false, or upgrade Argo CD`,
    }
  return undefined
}

/** An object that is deleted and created again is nothing to ask for in passing. */
function helpForPlace(name: string, place: OptionPlace): Message {
  if (place === 'object') return phrase`move it to syncPolicy.syncOptions`
  return name === 'Force' ? phrase`remove it, it does nothing here` : phrase`move it to an annotation of the object`
}

function unknownOption(name: string, value: string): OptionMistake | undefined {
  if (compareOptions.includes(name)) {
    const help = phrase`set the annotation argocd.argoproj.io/compare-options: ${named(name)}=${value === '' ? 'true' : value} on the Application`
    return { message: phrase`sync option is ${named(name)}, but that is a compare option, which does nothing here`, help }
  }
  const guess = nearest(name, Object.keys(known).sort(byCodeUnit))
  if (guess === undefined) return undefined
  return { message: phrase`sync option is \`${named(name)}\`, but Argo CD knows no such option`, help: phrase`did you mean ${guess}?` }
}

/** `Prune=false, Delete=false` of an annotation → its options, blanks removed. */
export function splitOptions(text: string): string[] {
  return text
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '')
}

const prefix = 'argocd.argoproj.io/'
/** Annotations that Argo CD reads on Applications or objects. */
const annotations = [
  'application-set-refresh',
  'compare-options',
  'deletion-approved',
  'hook',
  'hook-delete-policy',
  'hydrate',
  'ignore-default-links',
  'ignore-healthcheck',
  'ignore-resource-updates',
  'manifest-generate-paths',
  'refresh',
  'skip-reconcile',
  'sync-options',
  'sync-wave',
  'tracking-id',
]

/** Why an annotation of Argo CD does nothing: its name is almost, but not exactly, that of a known one. */
export function judgeAnnotation(key: string): OptionMistake | undefined {
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : undefined
  if (name === undefined || annotations.includes(name)) return undefined
  // a common mistake, since Argo CD calls a diff what its annotation calls a comparison
  const guess = name === 'diff-options' ? 'compare-options' : nearest(name, annotations)
  if (guess === undefined) return undefined
  return { message: phrase`annotation is ${named(key)}, but Argo CD reads ${guess}`, help: phrase`rename it to ${named(prefix)}${guess}` }
}
