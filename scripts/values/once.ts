// How is something asked for only once, and only if somebody wants it?
/** Asks when the answer is wanted first, and keeps it. */
export function once<Answer>(ask: () => Answer): () => Answer {
  let answer: { readonly value: Answer } | undefined
  return () => (answer ??= { value: ask() }).value
}
