// Which values of a map does a rule read?

/** A copy of a map that reports each value that is read; reading only the keys is not reported. */
export class NotedMap extends Map<string, string> {
  readonly note: (name: string) => void

  constructor(of: ReadonlyMap<string, string>, note: (name: string) => void) {
    super()
    this.note = note
    for (const [name, value] of of) super.set(name, value)
  }

  override get(name: string): string | undefined {
    this.note(name)
    return super.get(name)
  }

  override *[Symbol.iterator](): MapIterator<[string, string]> {
    for (const name of super.keys()) yield [name, this.get(name) as string]
  }

  override entries(): MapIterator<[string, string]> {
    return this[Symbol.iterator]()
  }

  override *values(): MapIterator<string> {
    for (const [, value] of this) yield value
  }

  override forEach(use: (value: string, name: string, map: Map<string, string>) => void): void {
    for (const [name, value] of this) use(value, name, this)
  }
}
