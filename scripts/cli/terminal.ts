// Where does output go, and where was the program started?

/** The line that a person typed; `stopped`: they ended the dialogue with Ctrl-C, or the input ended (Ctrl-D). */
export type Answer = string | { readonly stopped: 'interrupt' | 'end' }

/** What a command may talk to; tests hand in their own. stdout is the product, stderr is talk. */
export interface Terminal {
  readonly cwd: string
  readonly color: boolean
  /** the width of a person's screen; absent: nobody looks, so lines are as long as they are */
  readonly columns?: number | undefined
  stdout(text: string): void
  stderr(text: string): void
  /** asks a person one question; absent: nobody is there to answer */
  readonly ask?: (question: string) => Promise<Answer>
}
