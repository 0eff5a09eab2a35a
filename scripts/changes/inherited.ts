// Was a shared generated file already as stale at the base as it is now?
import type { Base } from './base-state.ts'
import type { LocatedFinding } from '../findings/spot.ts'

type Written = readonly { readonly path: string; readonly text: string }[]

/**
 * Recognizes findings about generated files that the change did not cause: it touches neither the file nor what belongs in it.
 * `write` makes the files of a state that all databases share.
 */
export function inheritedStaleness(
  { settings, inputs, differs }: Base,
  now: Written,
  write: (settings: NonNullable<Base['settings']>, databases: Base['inputs']) => Written,
): (finding: LocatedFinding) => boolean {
  if (settings === undefined) return () => false
  const wanted = new Map(now.map(({ path, text }) => [path, text]))
  let before: ReadonlyMap<string, string> | undefined
  return ({ at: { file }, database }) => {
    if (database !== undefined || differs(file.path)) return false
    before ??= new Map(write(settings, inputs).map(({ path, text }) => [path, text]))
    return before.get(file.path) === wanted.get(file.path)
  }
}
