// Which template functions read and write JSON, YAML, Base64 and hashes?
import { textOf } from '../../findings/message.ts'
import { createHash } from 'node:crypto'
import type { Json } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { readPlainDocument } from '../../yaml/plain.ts'
import { toPlain } from '../../values/value.ts'
import type { Budget } from '../budget.ts'
import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from '../go-base64.ts'
import { bytesOf } from '../go-bytes.ts'
import { readJson } from '../go-json.ts'
import { goYamlMessage } from '../go-yaml-error.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { TemplateError, fromJson, isGoMap, isInteger, isNilList, isNilMap, isStruct, bytesIn, sortedKeys } from '../go-value.ts'
import type { GoValue } from '../go-value.ts'
import { writeYaml } from '../go-yaml.ts'

/** YAML text → JSON as sigs.k8s.io/yaml reads it (the first document); throws TemplateError on bad YAML. */
export function readYaml(text: string): Json {
  const plain = readPlainDocument({ path: '', text })
  if (plain !== undefined) return toPlain(plain)
  const { documents, problems } = parseFirstDocument({ path: '', text }, 'service')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined)
    throw new TemplateError(`error converting YAML to JSON: ${goYamlMessage(text, { message: textOf(fatal.message), span: fatal.span })}`)
  const [first] = documents
  return first === undefined ? null : toPlain(first)
}

/** encoding/json: keys sorted; `html` writes `<`, `>` and `&` as escapes. */
export function writeJson(value: GoValue, style: { html: boolean; indent?: string; budget: Budget }): string {
  const { html, indent = '', budget } = style
  budget.whole(value)
  const separator = indent === '' ? ':' : ': '
  const write = (node: GoValue, margin: string): string => {
    if (node === undefined || node === null || isNilList(node) || (isGoMap(node) && isNilMap(node))) return 'null'
    const bytes = bytesIn(node)
    if (bytes !== undefined) return writeText(Buffer.from(bytes).toString('base64'), html)
    if (isInteger(node)) return String(node.value)
    if (typeof node === 'boolean' || typeof node === 'number') return numberText(node)
    if (isStruct(node) && node.type === 'complex128') throw new TemplateError('json: unsupported type: complex128')
    if (isStruct(node) && node.members === undefined) return writeText(node.json ?? node.text, html)
    if (typeof node === 'string') return writeText(node, html)
    const inner = margin + indent
    const member = (key: string, item: GoValue): string => `${writeText(key, html)}${separator}${write(item, inner)}`
    const items = Array.isArray(node)
      ? node.map((item) => write(item, inner))
      : isGoMap(node)
        ? sortedKeys(node).map((key) => member(key, node.get(key)))
        : (node.members ?? []).map(([key, item]) => member(key, item))
    const [open, close] = !Array.isArray(node) ? ['{', '}'] : ['[', ']']
    if (items.length === 0 || indent === '') return `${open}${items.join(',')}${close}`
    return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`
  }
  return write(value, '')
}

function numberText(value: boolean | number): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TemplateError('json: unsupported value')
  return Object.is(value, -0) ? '-0' : String(value)
}

function writeText(text: string, html: boolean): string {
  const escaped = JSON.stringify(text)
    .replace(/\\ud[89a-f][\da-f]{2}/g, '\\ufffd')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
  if (!html) return escaped
  return escaped.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}

function parseJson(text: string, budget: Budget): GoValue {
  const value = fromJson(readJson(text))
  budget.parsed(value)
  return value
}

/** The function and its result when it fails silently. */
function quietly(body: (text: string, budget: Budget) => GoValue, fallback: GoValue): GoFunction {
  return takes(['string'], (text, budget) => {
    try {
      return body(text, budget)
    } catch (error) {
      if (error instanceof TemplateError) return fallback
      throw error
    }
  })
}

function parseYaml(text: string, budget: Budget): GoValue {
  budget.parse(text)
  const value = fromJson(readYaml(text))
  budget.parsed(value)
  return value
}

function readYamlMap(text: string, budget: Budget): GoValue {
  const value = parseYaml(text, budget)
  if (value === null || value === undefined) return new Map()
  return isGoMap(value) ? value : failType('a map')
}
function readYamlList(text: string, budget: Budget): GoValue {
  const value = parseYaml(text, budget)
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value : failType('a list')
}
function failType(wanted: string): never {
  throw new TemplateError(`json: cannot unmarshal the value into ${wanted}`)
}

const hash = (name: string): GoFunction => takes(['string'], (text) => createHash(name).update(bytesOf(text)).digest('hex'))

function adler32(text: string): string {
  let [low, high] = [1, 0]
  for (const byte of bytesOf(text)) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  return String(high * 65536 + low)
}

const json = (html: boolean, indent = ''): GoFunction => takes(['any'], (value, budget) => writeJson(value, { html, indent, budget }))

/** Without `must` an encoding error gives an empty string. */
const quietJson = (html: boolean, indent = ''): GoFunction =>
  takes(['any'], (value, budget) => {
    try {
      return writeJson(value, { html, indent, budget })
    } catch (error) {
      if (error instanceof TemplateError) return ''
      throw error
    }
  })

export const encodingFunctions: GoFunctions = {
  toJson: quietJson(true),
  mustToJson: json(true),
  toPrettyJson: quietJson(true, '  '),
  mustToPrettyJson: json(true, '  '),
  toRawJson: json(false),
  mustToRawJson: json(false),
  fromJson: quietly(parseJson, null),
  mustFromJson: takes(['string'], parseJson),
  toYaml: takes(['any'], writeYaml),
  fromYaml: takes(['string'], readYamlMap),
  fromYamlArray: takes(['string'], readYamlList),
  b64enc: takes(['string'], encodeBase64),
  b64dec: takes(['string'], decodeBase64),
  b32enc: takes(['string'], encodeBase32),
  b32dec: takes(['string'], decodeBase32),
  sha1sum: hash('sha1'),
  sha256sum: hash('sha256'),
  sha512sum: hash('sha512'),
  adler32sum: takes(['string'], adler32),
  ...pathFunctions(),
}

function pathFunctions(): GoFunctions {
  const clean = (path: string): string => {
    const rooted = path.startsWith('/')
    const parts: string[] = []
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue
      if (part !== '..') parts.push(part)
      else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
      else if (!rooted) parts.push('..')
    }
    return rooted ? `/${parts.join('/')}` : parts.join('/') || '.'
  }
  const base = (path: string): string => (path === '' ? '.' : (path.split('/').findLast((part) => part !== '') ?? '/'))
  const directory = (path: string): string => clean(path.slice(0, path.lastIndexOf('/') + 1))
  const extension = (path: string): string => /\.[^./]*$/.exec(path.slice(Math.max(path.lastIndexOf('.'), 0)))?.[0] ?? ''
  const one = (body: (path: string) => GoValue): GoFunction => takes(['string'], body)
  return {
    base: one(base),
    osBase: one(base),
    dir: one(directory),
    osDir: one(directory),
    clean: one(clean),
    osClean: one(clean),
    ext: one(extension),
    osExt: one(extension),
    isAbs: one((path) => path.startsWith('/')),
    osIsAbs: one((path) => path.startsWith('/')),
  }
}
