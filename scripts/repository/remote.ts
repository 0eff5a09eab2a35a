// What is a checkout other than the root's own called?
import { trimEndOf } from '../values/trim.ts'
import { basename } from 'node:path'
import { ask, calls } from './git-command.ts'
import { findRepository } from './place.ts'

/**
 * Host and path of the remote `origin`, the same for each way to write it (`git@host:team/deploy.git`, `https://host/team/deploy`);
 * no user, password or port. Without a remote it is the name of the folder.
 */
export function remoteName(top: string): string {
  return normalizeRemote(originOf(top) ?? '') ?? basename(top)
}

/** The address that a repository was cloned from, as it is written there. */
export function originOf(root: string): string | undefined {
  return findRepository(root) === undefined ? undefined : ask(root, calls.originUrl())
}

export function normalizeRemote(url: string): string | undefined {
  const spelled =
    /^[a-z][a-z+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/+([^/\n].*)$/i.exec(url) ??
    /^(?:[^/@:]*@)?([^/:@]{2,}):(?!\/\/)\/*([^/\n].*)$/.exec(url)
  if (spelled === null || /^file:/i.test(url)) return undefined
  const path = trimEndOf((spelled[2] as string).replace(/[?#].*/, ''), '/').replace(/\.git$/, '')
  return `${(spelled[1] as string).toLowerCase()}/${path}`
}

/** An address as a report may show it: without a password, nor the user beside it. `git@host:path` keeps its user, which is no secret. */
export function shownAddress(url: string): string {
  const scheme = /^[a-z][a-z\d+.-]{0,20}:\/{1,2}/i.exec(url)?.[0] ?? ''
  const rest = url.slice(scheme.length)
  const [authority = ''] = rest.split('/', 1)
  const at = authority.lastIndexOf('@')
  const isBare = scheme === '' && !authority.slice(0, at).includes(':')
  return at < 0 || isBare ? url : scheme + rest.slice(at + 1)
}
