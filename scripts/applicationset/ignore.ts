// What is left of an Application once the ignored differences are taken out?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** A key, an index, or `[]` for every item. */
type Step = string | number

/** A copy without what the entries name by JSON pointers and by jq paths (plain ones such as `.spec.sources[].path`). */
export function dropIgnored(application: JsonMap, entries: readonly JsonMap[]): JsonMap {
  const copy = structuredClone(application)
  const metadata = isJsonMap(copy['metadata']) ? copy['metadata'] : {}
  for (const entry of entries) {
    const { name } = entry
    if (typeof name === 'string' && name !== '' && name !== metadata['name']) continue
    for (const pointer of list(entry['jsonPointers'])) drop(copy, fromPointer(pointer))
    for (const expression of list(entry['jqPathExpressions'])) {
      const steps = fromJq(expression)
      if (steps !== undefined) drop(copy, steps)
    }
  }
  return copy
}

const list = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(printed) : [])

function fromPointer(pointer: string): Step[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `.spec.sources[0].targetRevision`, `.metadata.labels["a.b"]`; undefined: an expression that is not just a path. */
function fromJq(expression: string): Step[] | undefined {
  const steps: Step[] = []
  const step = /\.?\[\]\??|\.?\[(\d+)\]\??|\.?\["((?:[^"\\]|\\.)*)"\]\??|\.([A-Za-z_][A-Za-z0-9_]*)\??|\."((?:[^"\\]|\\.)*)"\??/y
  const text = expression.trim()
  while (step.lastIndex < text.length) {
    const match = step.exec(text)
    if (match === null) return undefined
    const [, index, bracketed, bare, quoted] = match
    const key = bracketed ?? bare ?? quoted
    steps.push(index !== undefined ? Number(index) : (key ?? '[]'))
  }
  return steps.length > 0 ? steps : undefined
}

function drop(node: Json | undefined, steps: readonly Step[]): void {
  const [step, ...rest] = steps
  if (step === undefined || typeof node !== 'object' || node === null) return
  if (step === '[]') {
    if (rest.length > 0) for (const child of Array.isArray(node) ? node : Object.values(node)) drop(child, rest)
    else if (Array.isArray(node)) node.length = 0
    else for (const key of Object.keys(node)) delete node[key]
    return
  }
  if (Array.isArray(node)) {
    const index = Number(step)
    if (!Number.isInteger(index) || index < 0 || index >= node.length) return
    if (rest.length > 0) drop(node[index], rest)
    else node.splice(index, 1)
  } else if (rest.length > 0) drop(node[step], rest)
  else delete node[step]
}
