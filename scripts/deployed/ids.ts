// What is a database as written called?
import type { Database, Settings } from '../model.ts'

/** Ids are the Applications' names, with the namespace before or the Cluster behind where two would be the same. */
export function withIds(databases: readonly Database[], { argocd }: Settings): Database[] {
  const byName = new Map<string, Database[]>()
  for (const database of databases) byName.set(database.id, [...(byName.get(database.id) ?? []), database])
  return [...byName.values()].flatMap((group) => {
    if (group.length === 1) return group
    const keys = new Set(group.map(({ written }) => written?.key))
    const used = new Set<string>()
    return group.map((database) => {
      const { key = '' } = database.written ?? {}
      const isElsewhere = keys.size > 1 && !key.startsWith(`${argocd.namespace}/`)
      const own = isElsewhere ? key : database.id
      const clashes = group.filter(({ written }) => written?.key === key).length > 1
      const wanted = clashes ? `${own}#${database.cluster}` : own
      let id = wanted
      for (let count = 2; used.has(id); count++) id = `${wanted}#${count}`
      used.add(id)
      return id === database.id ? database : { ...database, id }
    })
  })
}
