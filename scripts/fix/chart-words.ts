// What does the chart know beside a key, and which field is a value of it?
import { valueFacts } from '../chart/value-facts.ts'
import type { Target } from '../chart/value-facts.ts'
import type { Value } from '../model.ts'

/** The keys that templates read where an unknown key stands. */
export function chartWords(node: Value): readonly string[] {
  const facts = valueFacts(node.origin.path)
  return 'known' in facts ? facts.known : []
}

/** The field that a value becomes unchanged, where the table of values says so. */
export function targetOf(node: Value): Target | undefined {
  const facts = valueFacts(node.origin.path)
  return 'known' in facts ? undefined : facts.target
}
