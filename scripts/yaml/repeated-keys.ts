// Which keys of a map lose their value to the same key in that map, and how is that reported?
import { named, phrase } from '../findings/message.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Span, Value } from '../values/value.ts'
import { toPlain } from '../values/value.ts'
import type { Reading, YamlProblem } from './reading.ts'

/** A key that is written twice: the last one wins, wherever merge keys are. */
export function ownTwice(r: Reading, { name, first, second }: { name: string; first: Span; second: Span }): YamlProblem {
  return {
    rule: 'yaml/duplicate-key',
    fatal: false,
    message: phrase`key \`${named(name)}\` appears twice in this map, and ${named(r.reader)} silently takes the last one`,
    span: second,
    related: { span: first, message: phrase`\`${named(name)}\` appears here first` },
    fix: { write: 'one of two' },
    help:
      r.reader === 'Helm'
        ? phrase`remove one of the two, or join them`
        : phrase`remove one of the two, or join them; kustomize refuses the file`,
  }
}

/**
 * Values above a merge key that it replaces with other ones. YAML says that a map's own keys win; go-yaml v2 sets what is
 * merged where `<<` appears (decode.go `merge`), so that only keys below it win. A second `<<` replaces what the first one
 * merged in the same way. Equal values are not reported.
 */
export function* overriddenByMerge(
  r: Reading,
  map: {
    readonly entries: ReadonlyMap<string, Value>
    readonly own: ReadonlyMap<string, Span>
    readonly merged: ReadonlyMap<string, Value>
    /** of the `<<` */
    readonly span: Span
  },
): Iterable<[string, YamlProblem]> {
  const mergeKey = { start: r.base + map.span.start, end: r.base + map.span.end }
  for (const [name, value] of map.merged) {
    const before = map.entries.get(name)
    if (before === undefined || before === value || isDeepStrictEqual(toPlain(before), toPlain(value))) continue
    const own = map.own.get(name)
    const mergedHere = { span: mergeKey, message: phrase`this \`<<\` sets \`${named(name)}\` again` }
    yield [
      name,
      own === undefined
        ? {
            rule: 'yaml/merge-key',
            fatal: false,
            message: phrase`a second \`<<\` replaces \`${named(name)}\` of the first one: ${named(r.reader)} lets the last one win`,
            span: mergeKey,
            ...(before.origin.key === null
              ? {}
              : { related: { span: before.origin.key, message: phrase`\`${named(name)}\` of the first \`<<\`` } }),
            help: phrase`write one \`<<: [*first, *second]\`, in which the first one wins`,
          }
        : {
            rule: 'yaml/merge-key',
            fatal: false,
            message: phrase`key \`${named(name)}\` has no effect: ${named(r.reader)} lets the merge key \`<<\` below it replace the value`,
            span: own,
            related: mergedHere,
            help: phrase`move the \`<<\` above \`${named(name)}\`, or remove \`${named(name)}\``,
          },
    ]
  }
}
