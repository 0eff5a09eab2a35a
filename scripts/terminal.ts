// Where does output go, and where was the program started?

/** What a command may talk to; tests hand in their own. stdout is the product, stderr is talk. */
export interface Terminal {
  readonly cwd: string
  readonly color: boolean
  stdout(text: string): void
  stderr(text: string): void
  /** asks a person one question and gives the line that they type; absent: nobody is there to answer */
  readonly ask?: (question: string) => Promise<string>
}
