// How does sigs.k8s.io/yaml write a value?
import { formatFloat } from './go-format.ts'
import { isGoMap, isInteger, isStruct, sortedKeys } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** Block style, keys sorted, lists not indented inside maps, no final line break. */
export function writeYaml(value: GoValue): string {
  return node(value, 0)
    .replace(/^[ \n]/, '')
    .replace(/\n$/, '')
}

/** A node after `key:` or `-`: starts with a blank, or with a line break where it is a block. */
function node(value: GoValue, depth: number): string {
  const pad = '  '.repeat(depth)
  if (isGoMap(value)) {
    if (value.size === 0) return ' {}\n'
    const keys = [...value.keys()].length === 0 ? [] : naturalOrder(sortedKeys(value))
    return `\n${keys.map((key) => `${pad}${scalar(key, depth)}:${entry(value.get(key), depth)}`).join('')}`
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []\n'
    return `\n${value.map((item) => `${pad}-${item === null || typeof item !== 'object' || isInteger(item) || isStruct(item) ? node(item, depth + 1) : compact(node(item, depth + 1), depth)}`).join('')}`
  }
  return ` ${scalar(value, depth)}\n`
}

/** A list under a key stands at the key's own depth. */
function entry(value: GoValue, depth: number): string {
  return Array.isArray(value) ? node(value, depth) : node(value, depth + 1)
}

/** The first line of a block moves up behind the dash. */
function compact(block: string, depth: number): string {
  return block.startsWith('\n') ? ` ${block.slice(1 + 2 * (depth + 1))}` : block
}

/** yaml.v2 orders digits inside keys by value: `a2` before `a10`. */
function naturalOrder(keys: string[]): string[] {
  const parts = (key: string): (string | number)[] => (key.match(/\d+|\D/g) ?? []).map((part) => (/^\d/.test(part) ? Number(part) : part))
  const rank = (part: string | number): string => (typeof part === 'number' ? '1' : /\p{L}/u.test(part) ? `2${part}` : `0${part}`)
  return keys.sort((a, b) => {
    const [left, right] = [parts(a), parts(b)]
    for (const [index, part] of left.entries()) {
      const other = right[index]
      if (other === undefined) return 1
      if (part === other) continue
      if (typeof part === 'number' && typeof other === 'number') return part - other
      return rank(part) < rank(other) ? -1 : 1
    }
    return left.length - right.length
  })
}

const looksTyped =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|<<|[-+]?(?:0x[0-9a-fA-F_]+|0b[01_]+|0o?[0-7_]+|[0-9][0-9_]*|[0-9_]*\.?[0-9_]+(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF)|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)|\.(?:nan|NaN|NAN)|\d{4}-\d\d?-\d\d?(?:[Tt ].*)?)$/

function scalar(value: GoValue, depth: number): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (isInteger(value)) return String(value.value)
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : formatFloat(value)
  const text = isStruct(value) ? value.text : String(value)
  if (text === '' || looksTyped.test(text)) return JSON.stringify(text)
  if (text.includes('\n') && !/[\0-\x08\x0b-\x1f\x7f]/.test(text) && !/^\s|[ \t]\n|[ \t]$/.test(text)) return literal(text, depth)
  if (/[\0-\x1f\x7f-\x9f\ufeff\u2028\u2029]/.test(text)) return JSON.stringify(text)
  const special = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|^---|^\.\.\.|: |:$| #|^\s|\s$/.test(text)
  return special ? `'${text.replaceAll("'", "''")}'` : text
}

function literal(text: string, depth: number): string {
  const mark = text.endsWith('\n\n') || text === '\n' ? '|+' : text.endsWith('\n') ? '|' : '|-'
  const pad = '  '.repeat(Math.max(depth, 1))
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : pad + line))
  return `${mark}\n${lines.join('\n')}`
}
