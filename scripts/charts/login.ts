// Which login belongs to a server? It comes from the environment alone, and is never printed.
import { PullFailure } from './failure.ts'
import { parseUrl } from './pin.ts'

/** The variable with the addresses of private repositories, `https://user:password@host/path`, separated by blanks. */
export const loginVariable = 'CNPG_VALUES_REPOSITORIES'

/** What follows `Authorization:` for the user and password of an address; undefined: it has none. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`
}

/** A login may hold a percent sign that escapes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The login for an address: of all entries with its scheme, host and port, the one with the longest path above it. */
export function loginFor(url: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  let best: URL | undefined
  for (const word of (env[loginVariable] ?? '').split(/\s+/)) {
    if (word === '') continue
    const known = parseUrl(word.replace(/^oci:/i, 'https:'))
    if (known === undefined) throw new PullFailure(`${loginVariable} holds a word that is not an address`)
    if (known.origin !== url.origin || !isAbove(known.pathname, url.pathname)) continue
    if (best === undefined || known.pathname.length > best.pathname.length) best = known
  }
  return best === undefined ? undefined : basicAuthorization(best)
}

function isAbove(folder: string, path: string): boolean {
  const start = folder.endsWith('/') ? folder : `${folder}/`
  return path === folder || path.startsWith(start)
}
