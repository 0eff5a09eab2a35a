// Where does output go, and where was the program started?
import { guarded } from '../values/untrusted.ts'

/** The line that a person typed; `stopped`: they ended the dialogue with Ctrl-C, or the input ended (Ctrl-D). */
export type Answer = string | { readonly stopped: 'interrupt' | 'end' }

export type OutputKind = 'commands' | 'exact'

/** What a command may talk to; tests hand in their own. stdout is the product, stderr is talk. */
export interface Terminal {
  readonly cwd: string
  readonly color: boolean
  /** the width of a person's screen; absent: nobody looks, so lines are as long as they are */
  readonly columns?: number | undefined
  /** `kind`: the text holds workflow commands of our own, or is a patch whose bytes must stay; else it is guarded as any text */
  stdout(text: string, kind?: OutputKind): void
  stderr(text: string): void
  /** a line on a person's screen that the next one replaces, and an empty one removes; absent: nobody looks */
  readonly progress?: (line: string) => void
  /** asks a person one question; absent: nobody is there to answer */
  readonly ask?: (question: string) => Promise<Answer>
}

/** A terminal that nothing untrusted steers: each text that a command writes goes through here. */
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
