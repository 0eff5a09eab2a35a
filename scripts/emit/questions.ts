// What does the user answer to a question, until it is a valid answer?
import type { Answer, Terminal } from './terminal.ts'

/** The user ended the dialogue. */
export class Stopped extends Error {
  readonly by: 'interrupt' | 'end'
  constructor(by: 'interrupt' | 'end') {
    super('the dialogue was ended')
    this.by = by
  }
}

/** What is wrong with an answer, or undefined. */
export type Judge = (text: string) => string | undefined

/** The given value, else a valid answer, else undefined: an empty answer if the question shows a default in `[]`, or no terminal. */
export async function settle(
  question: string,
  given: string | undefined,
  problemOf: Judge,
  terminal: Pick<Terminal, 'ask' | 'stderr'>,
): Promise<string | undefined> {
  if (given !== undefined || terminal.ask === undefined) return given
  const hasDefault = question.includes('[')
  for (;;) {
    const answer: Answer = await terminal.ask(question)
    if (typeof answer !== 'string') throw new Stopped(answer.stopped)
    const text = answer.trim()
    if (text === '' && hasDefault) return undefined
    const problem = problemOf(text)
    if (problem === undefined) return text
    // no flag was typed here
    terminal.stderr(`  ${problem.replace(/^--/, '')}\n`)
  }
}
