// What does a finding say, as a person reads it?
import { textOf } from '../../scripts/findings/message.ts'
import type { Message } from '../../scripts/findings/finding.ts'

interface Spoken {
  readonly message: Message
  readonly help?: Message | undefined
}

/** A finding, or a problem, with its message and help as texts. */
export function said<F extends Spoken>(finding: F): Omit<F, 'message' | 'help'> & { readonly message: string; readonly help?: string } {
  const { message, help, ...rest } = finding
  return { ...rest, message: textOf(message), ...(help === undefined ? {} : { help: textOf(help, 300) }) }
}
