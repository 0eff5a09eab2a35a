// What was the result for this text the last time?

/** More texts than a fleet has of one kind; beyond that the cache is cleared, so that no input can fill the memory. */
const limit = 10_000
/** Longer texts are rare and not worth caching. */
const longest = 200

/** Memoizes a function of a text: fleets write the same sizes and schedules again and again. The result must not be modified. */
export function byText<Result>(read: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    if (text.length > longest) return read(text)
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as Result
    if (known.size >= limit) known.clear()
    const result = read(text)
    known.set(text, result)
    return result
  }
}
