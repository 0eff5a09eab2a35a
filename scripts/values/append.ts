// How does a list grow by others of any length, and how is it parted?

/** Adds all items; `push(...items)` would put each on the stack, which ends at about a hundred thousand. */
export function append<Item>(list: Item[], ...groups: readonly Iterable<Item>[]): void {
  for (const group of groups) for (const item of group) list.push(item)
}

/** The items of a list that pass, and the others, each in their order. */
export function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [Item[], Item[]] {
  const [yes, no]: [Item[], Item[]] = [[], []]
  for (const item of items) (isFirst(item) ? yes : no).push(item)
  return [yes, no]
}
