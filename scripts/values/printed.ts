// How is a value of any kind turned into text?

/**
 * `String` for untrusted values: a map may have keys such as `toString`, which JavaScript would call. Maps become JSON, lists the
 * texts of their items.
 */
export function printed(value: unknown): string {
  if (Array.isArray(value)) return value.map(printed).join(',')
  // eslint-disable-next-line typescript/no-base-to-string -- the one place: what is left is no object
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** The code of a failed system call, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? printed(error.code) : 'unknown error'
}
