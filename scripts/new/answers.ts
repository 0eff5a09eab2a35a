// Which line does the user answer a question with at the terminal, or do they stop?
import type { Answer } from '../emit/terminal.ts'

/**
 * Asks on `output` and reads lines from `input`, a terminal. Between questions the terminal is in its normal mode, so Ctrl-C ends
 * the program. Lines that arrive early (pasted text) answer the questions that follow.
 */
export function openQuestions(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): (question: string) => Promise<Answer> {
  const early: string[] = []
  return async (question) => {
    const pasted = early.shift()
    if (pasted !== undefined) {
      output.write(`${question}${pasted}\n`)
      return pasted
    }
    const { createInterface } = await import('node:readline')
    const lines = createInterface({ input, output, terminal: true })
    // by events: Node's own `question` rejects on both Ctrl-C and Ctrl-D, and never settles if the input ends in another way
    const answer = await new Promise<Answer>((resolve) => {
      lines.once('line', (first) => {
        lines.on('line', (line) => early.push(line))
        resolve(first)
      })
      lines.on('SIGINT', () => resolve({ stopped: 'interrupt' }))
      lines.on('close', () => resolve({ stopped: 'end' }))
      lines.setPrompt(question)
      lines.prompt()
    })
    lines.close()
    return answer
  }
}
