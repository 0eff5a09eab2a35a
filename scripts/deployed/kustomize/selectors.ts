// Does a selector of labels or annotations, written as a text, fit an object?
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import type { Json } from '../../values/value.ts'

type Requirement = (labels: ReadonlyMap<string, string>) => boolean

/** What a selector asks for (`labels.Parse` of apimachinery); undefined: it is none. */
export function parseSelector(text: string): ((labels: Json | undefined) => boolean) | undefined {
  const requirements = text.trim() === '' ? [] : partsOf(text).map(requirementOf)
  if (requirements.includes(undefined)) return undefined
  return (labels) => {
    const all = new Map(Object.entries(isJsonMap(labels) ? labels : {}).map(([key, value]) => [key, printed(value)]))
    return requirements.every((fits) => fits?.(all) === true)
  }
}

/** Split at commas that are in no parentheses. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let start = 0
  let isInside = false
  for (const [at, sign] of [...text].entries()) {
    if (sign === '(') isInside = true
    else if (sign === ')') isInside = false
    else if (sign === ',' && !isInside) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim())
}

const key = '[A-Za-z0-9][\\w./-]*'
const absent = new RegExp(`^!\\s*(${key})$`)
const present = new RegExp(`^(${key})$`)
const equal = new RegExp(`^(${key})\\s*(==|=|!=)\\s*([\\w./-]*)$`)
const among = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)

function requirementOf(part: string): Requirement | undefined {
  const [, none] = absent.exec(part) ?? []
  if (none !== undefined) return (labels) => !labels.has(none)
  const [, some] = present.exec(part) ?? []
  if (some !== undefined) return (labels) => labels.has(some)
  const [, name, operator, value] = equal.exec(part) ?? []
  if (name !== undefined) return (labels) => (labels.get(name) === value) === (operator !== '!=')
  const [, one, word, list = ''] = among.exec(part) ?? []
  if (one === undefined) return undefined
  const values = new Set(list.split(',').map((text) => text.trim()))
  return (labels) => {
    const found = labels.get(one)
    return (found !== undefined && values.has(found)) === (word === 'in')
  }
}
