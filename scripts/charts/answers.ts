// What does a status other than 200 say of a repository?
import { PullFailure, shownUrl } from './failure.ts'
import { loginVariable } from './login.ts'

/** One line for a person, with what to do about it. */
export function answerProblem(url: URL, status: number, what: string): PullFailure {
  if (status === 401 || status === 403)
    return new PullFailure(`${url.host} refuses ${what} without a login that it knows (${status})`, {
      help: `a public chart needs none, so check the address; a private one is put into ${loginVariable} with user and password`,
    })
  if (status === 404 || status === 410) return new PullFailure(`${shownUrl(url)} does not exist (${status})`)
  if (status === 429) return new PullFailure(`${url.host} answers no more requests for now (429)`)
  if (status >= 500) return new PullFailure(`${url.host} fails to answer (${status})`, { help: 'try again later' })
  return new PullFailure(`${url.host} answers ${status} for ${what}`)
}
