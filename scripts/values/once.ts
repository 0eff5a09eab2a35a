// How is something asked for only once, and only if somebody wants it?
/** Asks when the answer is wanted first, and keeps it. */
export function once<Answer>(ask: () => Answer): () => Answer {
  let answer: { readonly value: Answer } | undefined
  return () => (answer ??= { value: ask() }).value
}

/**
 * Keeps the answer about the thing that was asked about last, for many that ask about one thing after the other; things must not
 * change. A map of all would keep them alive.
 */
export function ofLatest<Thing extends object, Answer>(ask: (thing: Thing) => Answer): (thing: Thing) => Answer {
  let latest: { readonly thing: Thing; readonly answer: Answer } | undefined
  return (thing) => {
    if (latest?.thing !== thing) latest = { thing, answer: ask(thing) }
    return latest.answer
  }
}
