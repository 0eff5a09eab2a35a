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

/** An address as a file may hold it: without a login over HTTP, nor a password elsewhere. `ssh://git@host/…` keeps its user. */
export function withoutPassword(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@\s]{1,1024}@|^([a-z][a-z+.-]*:\/\/)[^/@:\s]{0,1024}:[^/@\s]{0,1024}@/i, '$1$2')
}

/**
 * An address as a report may show it: without a password, nor the user beside it, both of which end at the last `@`, and
 * without what is asked for but a revision. `git@host:path` keeps its user, which is no secret.
 */
export function shownAddress(url: string): string {
  const [whole = '', ...query] = url.split(/[?&]/)
  const scheme = /^(?:[a-z]+::)?[a-z][a-z\d+.-]{0,20}:\/{1,2}|^/i.exec(whole)?.[0] ?? ''
  const rest = whole.slice(scheme.length)
  const end = rest.lastIndexOf('@')
  const before = rest.slice(0, Math.max(end, 0))
  const isPath = before.includes('/') && !before.replace(/^[^/:@]*:\d{1,5}\//, '').includes(':')
  const isBare = scheme === '' && /^[^/:]*(?:@|$)/.test(before)
  const address = isPath || isBare ? whole : scheme + rest.slice(end + 1)
  const harmless = query.filter((one) => /^(?:ref|version|timeout|submodules)=/.test(one))
  return query.length === 0 ? address : `${address}?${[...harmless, ...(harmless.length < query.length ? ['…'] : [])].join('&')}`
}
