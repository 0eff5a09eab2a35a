// Where does output go, and where was the program started?
import { guarded } from '../values/untrusted.ts'

/** The line that the user typed; `stopped`: they ended the dialogue with Ctrl-C, or the input ended (Ctrl-D). */
export type Answer = string | { readonly stopped: 'interrupt' | 'end' }

export type OutputKind = 'commands' | 'exact'

/** What a command may read and write; tests pass their own. Results go to stdout, messages to stderr. */
export interface Terminal {
  readonly cwd: string
  readonly color: boolean
  /** the width of the terminal; absent: not a terminal, so lines are not wrapped */
  readonly columns?: number | undefined
  /** `kind`: the text holds workflow commands of our own, or is a patch whose bytes must stay; else it is escaped like any text */
  stdout(text: string, kind?: OutputKind): void
  stderr(text: string): void
  /** a progress line that the next one replaces, and an empty one removes; absent: not a terminal */
  readonly progress?: (line: string) => void
  /** asks the user one question; absent: not interactive */
  readonly ask?: (question: string) => Promise<Answer>
}

/** A terminal that untrusted text can't steer: each text that a command writes goes through here. */
export function guard(terminal: Terminal): Terminal {
  const { color, ask, progress } = terminal
  return {
    ...terminal,
    stdout: (text, kind) => terminal.stdout(kind === 'exact' ? text : guarded(text, { color, ownCommands: kind === 'commands' })),
    stderr: (text) => terminal.stderr(guarded(text, { color })),
    ...(progress === undefined ? {} : { progress: (line) => progress(guarded(line, { color: false })) }),
    ...(ask === undefined ? {} : { ask: async (question) => ask(guarded(question, { color })) }),
  }
}
