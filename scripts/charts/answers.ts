// What does a status other than 200 mean?
import { PullFailure, shownUrl } from './failure.ts'
import { loginVariable } from './login.ts'

/** One line, with what to do about it. */
export function answerProblem(url: URL, status: number, what: string): PullFailure {
  if (status === 401 || status === 403)
    return new PullFailure(`${url.host} refuses ${what} without a valid login (${status})`, {
      help: `a public chart needs none, so check the address; for a private one put the address with user and password into ${loginVariable}`,
    })
  if (status === 404 || status === 410) return new PullFailure(`${shownUrl(url)} does not exist (${status})`)
  if (status === 429) return new PullFailure(`${url.host} accepts no more requests for now (429)`)
  if (status >= 500) return new PullFailure(`${url.host} fails to answer (${status})`, { help: 'try again later' })
  return new PullFailure(`${url.host} answers ${status} for ${what}`)
}
