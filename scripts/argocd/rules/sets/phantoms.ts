// Does a set take the overrides of a database for databases of their own?
import { ending, named, phrase } from '../../../findings/message.ts'
import { posix } from 'node:path'
import { resolveValueFiles } from '../../../applicationset/sources.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { ManifestRule } from '../manifest-rule.ts'

/** The value files of each Application of a set, in order. */
type Files = ReadonlyMap<string, readonly string[]>

export const phantomRules: readonly ManifestRule[] = [
  {
    id: 'argocd/phantom-database',
    severity: 'warning',
    summary: 'a git generator does not take an override for a database of its own',
    *check({ kind, applications }) {
      if (kind !== 'ApplicationSet' || applications === undefined) return
      const files: Files = new Map(applications.map((one) => [applicationName(one), resolveValueFiles(one).files.map(({ path }) => path)]))
      for (const [override, base] of overridesIn(files)) {
        const phantoms = [...files].filter(([, paths]) => paths.includes(override) && !paths.includes(base)).map(([name]) => name)
        const [first] = phantoms
        if (first === undefined) continue
        const more = phantoms.length === 1 ? '' : ` (and ${phantoms.length - 1} more)`
        yield {
          message: phrase`Application ${named(first)}${more} is made of ${ending(override)}, but that overrides ${ending(posix.basename(base))} elsewhere`,
          places: [{ path: ['spec', 'generators'] }],
          help: phrase`exclude overrides from the git generator (\`exclude: true\`); where ${named(first)} is deployed already, first retire it: \`retired: {${named(first)}: {reason: …, since: …}}\` in the settings`,
        }
      }
    },
  },
]

/** Override → its base: a file that follows another one of its folder in some Application, whose name its own begins with. */
function overridesIn(files: Files): Map<string, string> {
  const overrides = new Map<string, string>()
  for (const paths of files.values())
    for (const [index, override] of paths.entries()) {
      const base = paths.slice(0, index).find((path) => isBaseOf(path, override))
      if (base !== undefined) overrides.set(override, base)
    }
  return overrides
}

function isBaseOf(base: string, override: string): boolean {
  const [one, other] = [posix.parse(base), posix.parse(override)]
  return (
    one.dir === other.dir && other.name !== one.name && /^[-._]/.test(other.name.slice(one.name.length)) && other.name.startsWith(one.name)
  )
}
