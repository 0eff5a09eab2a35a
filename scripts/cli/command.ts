// What does the command line know of one command?
import type { Terminal } from '../emit/terminal.ts'

export interface Command {
  readonly name: string
  readonly usage: string
  readonly does: string
  readonly options: Record<string, { readonly type: 'string' | 'boolean'; readonly value?: string; readonly does: string }>
  readonly operands?: boolean
  run(flags: Record<string, string | boolean | undefined>, operands: readonly string[], terminal: Terminal): Promise<number>
}
