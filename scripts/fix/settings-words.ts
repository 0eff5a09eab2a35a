// Which keys do the settings and a service.yaml know beside a key?
import type { Value } from '../model.ts'
import { siblings } from '../discover/schema-findings.ts'
import { settingsFile } from '../discover/settings.ts'

/** The keys that their schemas have where an unknown key stands; of apps/values.yaml only `postgres` is ours. */
export function settingsWords({ origin }: Value): readonly string[] {
  const parent = origin.path.slice(0, -1)
  if (origin.file.path !== settingsFile) return siblings(parent, [])
  return parent.length === 0 ? ['postgres'] : siblings(parent.slice(1), parent.slice(0, 1))
}
