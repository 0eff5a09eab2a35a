// How does go-yaml v3 write a value?
import type { Budget } from '../go-template/budget.ts'
import { TemplateError, isGoMap, isInteger, isStruct } from '../go-template/go-value.ts'
import type { GoValue } from '../go-template/go-value.ts'
import { writeGoYaml } from '../yaml/go-text.ts'
import type { YamlNode } from '../yaml/go-text.ts'
import { formatGoFloat } from '../yaml/scalars.ts'

/** `yaml.Encoder` with an indent of two, without the last line break. */
export function writePrettyYaml(value: GoValue, budget: Budget): string {
  budget.whole(value)
  return writeGoYaml(nodeOf(value), 'v3').replace(/\n$/, '')
}

function nodeOf(value: GoValue): YamlNode {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.map(nodeOf)
  if (isGoMap(value)) return new Map([...value.keys()].map((key) => [key, nodeOf(value.get(key))]))
  if (isInteger(value)) return { number: String(value.value) }
  if (isStruct(value)) {
    if (value.type === 'complex128') throw new TemplateError('cannot marshal type: complex128')
    return value.members === undefined
      ? (value.json ?? value.text)
      : new Map(value.inside.map(([name, item]) => [name.toLowerCase(), nodeOf(item)]))
  }
  if (typeof value !== 'number') return value
  return { number: Number.isFinite(value) ? formatGoFloat(value) : Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf' }
}
