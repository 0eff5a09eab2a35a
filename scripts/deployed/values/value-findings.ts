// What is wrong with the values of an Application as a whole?
import { described, ending, phrase } from '../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Value } from '../../values/value.ts'

/** Helm takes one map: of several documents, 3 reads the first and 4 all. */
export function wrongShape(root: Value, count: number): Omit<LocatedFinding, 'at'> | undefined {
  if (count > 1)
    return {
      rule: 'yaml/one-document',
      severity: 'error',
      message: phrase`values hold ${count} documents, but must be one`,
      help: phrase`join them`,
    }
  if (root.kind === 'map' || root.kind === 'null') return undefined
  const message = phrase`values are ${described(root)}, but must be a map`
  return { rule: 'yaml/root-map', severity: 'error', message, help: phrase`write \`key: value\` lines` }
}

/** A value file of another checkout. */
export function missingFile(shown: string, at: Spot): LocatedFinding {
  return {
    rule: 'argocd/value-file-exists',
    severity: 'error',
    message: phrase`value file is ${ending(shown)}, but there is no such file`,
    at,
    help: phrase`correct the path, which is from the root of the repository`,
  }
}

/** `helm template --set-file`: "failed parsing --set-file data: open …: no such file or directory". */
export function missingParameterFile(shown: string, at: Spot): LocatedFinding {
  return {
    rule: 'argocd/value-file-exists',
    severity: 'error',
    message: phrase`file parameter is ${ending(shown)}, but there is no such file`,
    at,
    help: phrase`correct the path, which is from the folder of the chart, or begin it with $ and the ref of a source`,
  }
}
