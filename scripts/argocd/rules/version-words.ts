// Which Argo CD version was used for checking, and how is it reported if the pinned one is newer than any known here?
import { hasReached } from '../../applicationset/sync-options.ts'

/** The newest minor whose behaviour is known here, and the Helm inside it. */
const newest = { argocd: '3.5', helm: '4.2' } as const
const next = '3.6'

/** The notice about an Argo CD that is newer than any known one; undefined: it is known. The same words in every command. */
export function newerArgoCd(version: string): string | undefined {
  return hasReached(version, next)
    ? `Argo CD ${version} is newer than any known here: sets and values are checked as by ${newest.argocd}, with Helm ${newest.helm}`
    : undefined
}
