// How does sigs.k8s.io/yaml write a value?
import { writeGoYaml } from '../yaml/go-text.ts'
import type { YamlNode } from '../yaml/go-text.ts'
import { formatGoFloat } from '../yaml/scalars.ts'
import type { Budget } from './budget.ts'
import { TemplateError, isGoMap, bytesIn, isInteger, isNilList, isNilMap, isStruct } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** `yaml.Marshal`, which writes JSON, reads it as YAML and writes that; without the last line break. */
export function writeYaml(value: GoValue, budget: Budget): string {
  budget.whole(value)
  return writeGoYaml(nodeOf(value)).replace(/\n$/, '')
}

function nodeOf(value: GoValue): YamlNode {
  if (value === undefined || value === null || isNilList(value) || (isGoMap(value) && isNilMap(value))) return null
  const bytes = bytesIn(value)
  if (bytes !== undefined) return Buffer.from(bytes).toString('base64')
  if (Array.isArray(value)) return value.map(nodeOf)
  if (isGoMap(value)) return new Map([...value.keys()].map((key) => [keyThroughJson(key), nodeOf(value.get(key))]))
  if (isInteger(value)) return wholeNumber(value.value)
  if (isStruct(value) && value.type === 'complex128') throw new TemplateError('json: unsupported type: complex128')
  if (isStruct(value) && value.members !== undefined) return new Map(value.members.map(([key, item]) => [key, nodeOf(item)]))
  if (isStruct(value)) return throughJson(value.json ?? value.text)
  if (typeof value === 'string') return throughJson(value)
  if (typeof value === 'boolean') return value
  if (!Number.isFinite(value)) throw new TemplateError('json: unsupported value')
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? wholeNumber(BigInt(String(value))) : { number: formatGoFloat(value) }
}

/** Digits that do not fit a 64-bit integer are read as a float. */
function wholeNumber(value: bigint): YamlNode {
  return { number: value >= -(2n ** 63n) && value < 2n ** 64n ? String(value) : formatGoFloat(Number(value)) }
}

/** JSON leaves these characters as they are: YAML refuses the first group, and folds a line at U+0085. */
function throughJson(given: string): string {
  // invalid bytes don't survive
  const text = given.replace(/\p{Cs}/gu, '\ufffd')
  // eslint-disable-next-line no-control-regex
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text)) throw new TemplateError('yaml: control characters are not allowed')
  if (/\u0085(?:---|\.\.\.)[ \u0085]/.test(text)) throw new TemplateError('yaml: found unexpected document indicator')
  return text.replace(/(?<! ) *\u0085[ \u0085]*/g, (run) => {
    const breaks = run.replaceAll(' ', '').length
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)
  })
}

/** A key is on one line and not too long. */
function keyThroughJson(key: string): string {
  if (key.includes('\u0085') || JSON.stringify(key).length > 1024) throw new TemplateError('yaml: could not find expected ":"')
  return throughJson(key)
}
