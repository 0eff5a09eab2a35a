// What did a grammar say of a text the last time?

/** More texts than a fleet has of one kind; beyond that it begins anew, so that no input fills the memory. */
const limit = 10_000
/** Longer texts are rare, and are not worth keeping. */
const longest = 200

/** A function of nothing but a text, with a memory: fleets write the same sizes and schedules again and again. Its result must not be changed. */
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
