// How is a table of words asked for the words of others?

/** A literal table whose only keys are its own: a name such as `constructor` or `__proto__` is not in it. */
export function lookup<Table extends object>(entries: Table): Table {
  return Object.freeze(Object.assign(Object.create(null), entries) as Table)
}
