// How does a list grow by others of any length?

/** Adds all items; `push(...items)` would put each on the stack, which ends at about a hundred thousand. */
export function append<Item>(list: Item[], ...groups: readonly Iterable<Item>[]): void {
  for (const group of groups) for (const item of group) list.push(item)
}
