// How is a list of any length appended to another, and how is a list split in two?

/** Adds all items; `push(...items)` would put each on the stack, which ends at about a hundred thousand. */
export function append<Item>(list: Item[], ...groups: readonly Iterable<Item>[]): void {
  for (const group of groups) for (const item of group) list.push(item)
}

/** The items of a list that pass the test, and the rest, both in their original order. */
export function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [Item[], Item[]] {
  const [yes, no]: [Item[], Item[]] = [[], []]
  for (const item of items) (isFirst(item) ? yes : no).push(item)
  return [yes, no]
}
