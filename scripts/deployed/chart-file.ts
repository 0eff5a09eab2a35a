// What is the chart in a folder called?
import { parseFirstDocument } from '../yaml/parse.ts'
import type { Tree } from '../repository/tree.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { fileReader } from './file-cache.ts'

export interface ChartHead {
  readonly name: string
  readonly version: string
  readonly plain: JsonMap
}

/** Name and version of a Chart.yaml; undefined: there is none. */
export function parseChartFile(tree: Tree, path: string): ChartHead | undefined {
  const file = fileReader(tree)(path)
  if (file === undefined) return undefined
  const [document] = parseFirstDocument(file, 'chart').documents
  const plain = document === undefined ? null : toPlain(document)
  return isJsonMap(plain) ? { name: printed(plain['name'] ?? ''), version: printed(plain['version'] ?? ''), plain } : undefined
}
