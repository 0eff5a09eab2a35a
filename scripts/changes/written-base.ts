// What was deployed as written where this change began?
import { isDeepStrictEqual } from 'node:util'
import type { Charts } from '../charts/find.ts'
import { readWritten } from '../deployed/loader.ts'
import { settingsAsWritten } from '../discover/settings-values.ts'
import type { Database, Settings } from '../model.ts'
import type { Base } from './base-state.ts'

/** Hand-written deployments that keep their names, of which nothing else was compared. */
export function leftUncompared(kept: number, base: Base | undefined, databases: readonly Database[]): number {
  return Math.max(0, kept - databases.filter(({ id, written }) => written !== undefined && base?.databases.has(id) === true).length)
}

/** The base under the address that this repository has now, where its own settings name none. */
export function withAddress(base: Base, { repository }: Settings): Base {
  const { settings } = base
  if (settings === undefined || settings.generate || settings.repository.url !== '') return base
  const { revision } = settings.repository
  return { ...base, settings: { ...settings, repository: { ...repository, revision } } }
}

/** The base with the databases of its Applications and sets, whether it had settings of ours or not. */
export async function withWritten(
  base: Base,
  { settings, charts, isElsewhereSame }: { readonly settings: Settings; readonly charts: Charts; readonly isElsewhereSame: boolean },
): Promise<Base> {
  const { repository, argocd } = settings
  // an operator that nothing installs is the one of now, on both sides
  const { environments } = settings
  const asWritten = { ...settingsAsWritten({ repository, argocd }), environments }
  const before =
    base.settings?.generate === false && base.settings.operator === undefined ? { ...base.settings, environments } : base.settings
  const known = before ?? (settings.generate ? asWritten : settings)
  // what is looked at now is looked at before; what is retired only now was not then
  const isSame = isDeepStrictEqual(known.apps, settings.apps) && (base.settings !== undefined || Object.keys(known.retired).length === 0)
  const then = isSame ? known : { ...known, apps: settings.apps, retired: base.settings?.retired ?? {} }
  const own = [...base.databases.values()]
  const { databases } = await readWritten({ settings: then, tree: base.tree, charts, databases: own, isElsewhereSame })
  // a base whose settings can't be read is reported, and nothing else is known of it
  if (base.settings === undefined && (base.findings.length > 0 || (databases.length === 0 && settings.generate))) return base
  return { ...base, settings: then, databases: new Map([...own, ...databases].map((database) => [database.id, database])) }
}
