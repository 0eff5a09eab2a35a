// How is a list of any length appended to another, and how is a list split in two, or in groups?

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

/** The items by a text, groups in the order of the first of each. */
export function grouped<Item>(all: readonly Item[], name: (one: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const one of all) {
    const key = name(one)
    const own = groups.get(key)
    if (own === undefined) groups.set(key, [one])
    else own.push(one)
  }
  return groups
}
