// Which files belong to a base file that does not exist?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { fileFinding } from './file-reader.ts'
import type { Reader } from './file-reader.ts'
import { fill, matcher, overrideMatcher } from './layout.ts'
import type { Settings } from '../model.ts'

interface WithoutBase {
  /** overrides without a base */
  readonly overrides: readonly string[]
  /** service → path of service.yaml, of services without any base */
  readonly serviceFiles: ReadonlyMap<string, string>
  /** paths of bases that already have a finding: misnamed, unreadable, or of a service without a valid name */
  readonly reported: ReadonlySet<string>
}

/** One finding per missing base, at the override that needs it; at `service.yaml` if there is no override. */
export function missingBases({ overrides, serviceFiles, reported }: WithoutBase, settings: Settings, source: Reader): LocatedFinding[] {
  const { layout } = settings
  const environments = settings.environments.map(({ name }) => name)
  const asBase = matcher(layout.databases)
  const asOverride = overrideMatcher(layout.overrides, environments)
  const servicesOf = (paths: Iterable<string>): Set<string | undefined> => new Set([...paths].map((path) => asBase(path)?.service))
  const missing = new Map<string, string>()
  for (const path of [...overrides].sort()) {
    const base = fill(layout.databases, asOverride(path) ?? { service: '' })
    if (!reported.has(base) && !missing.has(base)) missing.set(base, path)
  }
  const covered = servicesOf([...reported, ...missing.keys()])
  const lonely = [...serviceFiles].filter(([service]) => !covered.has(service))
  return [
    ...[...missing].map(([base, path]) => baseFinding(path, base, `overrides ${base}, but that file does not exist`, source)),
    ...lonely.map(([service, path]) => {
      const base = fill(layout.databases, { service, name: '<name>' })
      return baseFinding(path, base, `describes a service, but ${base} does not exist`, source)
    }),
  ]
}

function baseFinding(path: string, base: string, what: string, source: Reader): LocatedFinding {
  return fileFinding('discover/base-exists', phrase`${named(path)} ${what}`, path, source, phrase`create ${named(base)} (it may be empty)`)
}
