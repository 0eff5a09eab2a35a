// Does SQL in ConfigMaps hang on what only SQL in the Cluster itself gets?
import { here, named, phrase } from '../../findings/message.ts'
import { heldSql, variablesOf } from './sql-texts.ts'
import type { ObjectRule } from '../subject.ts'

export const sqlOfHolders: readonly ObjectRule[] = [
  {
    // `executeSQLRefs` of CloudNativePG 1.27 to 1.30 runs the file as it is; `$(NAME)` is what the kubelet replaces in a command (cnpg#9975)
    id: 'policy/variable-put-in',
    severity: 'warning',
    configurable: true,
    summary: 'SQL in a ConfigMap has no `$(NAME)`, which only SQL in the Cluster has replaced',
    reads: [],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const known = variablesOf(cluster.plain)
        for (const { holder, key, sql, list } of heldSql(cluster, subject)) {
          const name = [...sql.replaceAll(/--.*$/gm, '').matchAll(/\$\(([\w.-]+)\)/g)]
            .map(([, found = '']) => found)
            .find((found) => known.has(found))
          if (name === undefined) continue
          yield {
            object: holder,
            message: phrase`${here(key)} has $(${named(name)}), but variables are put into SQL of the Cluster itself only`,
            places: [{ path: ['data', key], on: 'key' }],
            help: phrase`write the statement into ${list}, where it becomes the value`,
          }
        }
      }
    },
  },
]
