// What do the sync options Replace and Force make Argo CD do to a live Cluster?
import { named, phrase } from '../findings/message.ts'
import type { OptionMistake } from './sync-options.ts'
import { splitOptions } from './sync-options.ts'

/** What the two options of an object do to it; `deletes`: it goes, and its volumes with it. */
export interface Replacing extends OptionMistake {
  readonly deletes: boolean
}

const replace = 'Replace=true'
const force = 'Force=true'

/**
 * `syncContext.applyObject` of gitops-engine, and what it calls of kubectl: `replace --force` deletes and creates, `apply --force` does
 * so where the update is refused as invalid or conflicts (`Patcher.Patch`), never server-side; `replace` alone is one update. Force is
 * read of objects alone; of Replace `ofApplication` counts as well.
 */
export function judgeReplacing(text: string, ofApplication: readonly string[] = []): Replacing | undefined {
  const own = splitOptions(text)
  const given = [...own, ...ofApplication]
  if (own.includes(force) && given.includes(replace))
    return {
      deletes: true,
      message: phrase`sync options are \`${named(force)}\` and \`${named(replace)}\`, which delete the Cluster with its volumes at each sync`,
      help: phrase`remove \`${named(force)}\`: Argo CD creates an empty Cluster instead`,
    }
  const isServerSide = given.includes('ServerSideApply=true') && !own.includes('ServerSideApply=false')
  if (own.includes(force) && !isServerSide)
    return {
      deletes: true,
      message: phrase`sync option is \`${named(force)}\`, but with it a refused update deletes the Cluster with its volumes and creates it anew`,
      help: phrase`remove \`${named(force)}\`: an update that can't be applied must fail`,
    }
  return own.includes(replace) ? { deletes: false, ...overwriting } : undefined
}

/** Whatever is on the live object and not in Git goes. */
export const overwriting: OptionMistake = {
  message: phrase`sync option is \`${named(replace)}\`, but each sync then removes what was set on the live Cluster, such as a fence or a hibernation`,
  help: phrase`remove \`${named(replace)}\`; what is too long for an annotation is applied with ServerSideApply=true`,
}
