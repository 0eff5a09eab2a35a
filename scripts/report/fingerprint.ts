// How is the same mistake recognised in the next run?
import { createHash } from 'node:crypto'
import type { Diagnostic } from '../findings/finding.ts'

/**
 * One fingerprint per diagnostic, in their order: 32 hexadecimal digits, unique within the list. Lines and columns are not
 * part of it, so that a mistake keeps its fingerprint when text is added above it; equal mistakes in one file are numbered.
 */
export function fingerprints(diagnostics: readonly Diagnostic[]): readonly string[] {
  const seen = new Map<string, number>()
  return diagnostics.map(({ rule, at, message, object, path }) => {
    // some messages name a line, which moves
    const words = message.replaceAll(/\bline \d+/g, 'line')
    // a shared mistake is reported for the first database that has it, and that may change
    const place = path === undefined ? '' : `${object?.split('/')[0] ?? ''} ${path}`
    const identity = [rule, at.revision ?? '', at.file, words, place].join('\0')
    const nth = seen.get(identity) ?? 0
    seen.set(identity, nth + 1)
    return createHash('sha256').update(`${identity}\0${nth}`).digest('hex').slice(0, 32)
  })
}
