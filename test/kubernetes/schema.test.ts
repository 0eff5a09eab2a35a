// Does the interpreter of structural schemas judge as an independent validator does?
import { textOf } from '../../scripts/findings/message.ts'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasFormat } from '../../scripts/kubernetes/formats.ts'
import { canonicalTime } from '../../scripts/kubernetes/go-time.ts'
import { kubePath } from '../../scripts/kubernetes/issue.ts'
import { checkListTypes } from '../../scripts/kubernetes/list-types.ts'
import { loadKind, type ServedKind } from '../../scripts/kubernetes/load.ts'
import { schemasFolder } from '../../scripts/repository/package.ts'
import { decodeMetadata } from '../../scripts/kubernetes/metadata.ts'
import { copyJson, pruneObject, withDefaults } from '../../scripts/kubernetes/prepare.ts'
import { checkSchema } from '../../scripts/kubernetes/schema.ts'
import { readStructural } from '../../scripts/kubernetes/structural.ts'
import type { Json, JsonMap, Path } from '../../scripts/values/value.ts'

const dialect = { integerRange: false }

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A CRD schema as JSON Schema: an integer or string has two types, formats are judged elsewhere. */
function toJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(toJsonSchema)
  if (!isMap(schema)) return schema
  const { format: _format, anyOf: _anyOf, ...rest } = schema
  const kept = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === 'default' || key === 'enum' ? value : toJsonSchema(value)]),
  )
  return schema['x-kubernetes-int-or-string'] === true ? { ...kept, type: ['integer', 'string'] } : kept
}

const judges = new Map<string, ValidateFunction>()

function judgeOf({ product, version, kind }: ServedKind): ValidateFunction {
  const name = `${product}/${version}/${kind}.json`
  const known = judges.get(name)
  if (known) return known
  const schema = toJsonSchema(JSON.parse(readFileSync(`${schemasFolder()}/${name}`, 'utf8')) as Json) as JsonMap
  const judge = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
  judges.set(name, judge)
  return judge
}

const keywords: Readonly<Record<string, string>> = {
  minLength: 'min-length',
  maxLength: 'max-length',
  minItems: 'min-items',
  maxItems: 'max-items',
}

function ajvFindings(judge: ValidateFunction, object: Json): string[] {
  judge(object)
  const found = (judge.errors ?? []).map((error) => {
    const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : ''
    return `${error.instancePath}${missing} ${keywords[error.keyword] ?? error.keyword}`
  })
  return [...new Set(found)].sort()
}

function ownFindings(kind: ServedKind, object: Json): string[] {
  const pointer = (path: Path): string => path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const issues = checkSchema(object, kind.schema, dialect).filter((issue) => issue.keyword !== 'anyOf' && issue.keyword !== 'format')
  return [...new Set(issues.map((issue) => `${pointer(issue.path)} ${issue.keyword}`))].sort()
}

function samples(): JsonMap[] {
  const text = gunzipSync(readFileSync(new URL('../vectors/admission-1.30.0.jsonl.gz', import.meta.url))).toString('utf8')
  const objects = text
    .trim()
    .split('\n')
    .filter((_, index) => index % 15 === 0)
    .map((line) => (JSON.parse(line) as { object: JsonMap }).object)
  return objects.filter((object) => loadKind(String(object['apiVersion']), String(object['kind']), '1.30.0') !== undefined)
}

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const steps: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return [path, ...steps.flatMap((step) => pathsOf((value as JsonMap)[step] as Json, [...path, step]))]
}

/** What is written to fails then. */
function frozen<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const entry of Object.values(Object.freeze(value))) frozen(entry)
  return value
}

/** Puts a value at a path, or removes what is there. */
function change(object: JsonMap, path: Path, value: Json | undefined): JsonMap {
  const copy = copyJson(object)
  let holder: Json = copy
  for (const step of path.slice(0, -1)) holder = (holder as JsonMap)[step] as Json
  const last = path.at(-1)
  if (last === undefined) return copy
  if (value !== undefined) (holder as JsonMap)[last] = value
  else if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete (holder as JsonMap)[last]
  return copy
}

const replacements: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  4096,
  '',
  'A b',
  'x'.repeat(300),
  [],
  {},
  [null],
  [{}, 'x'],
  { name: 1 },
]

describe('structural schemas', () => {
  it('agree with ajv about mutated objects', () => {
    const objects = samples()
    const picks = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...replacements)), { minLength: 0, maxLength: 4 })
    fc.assert(
      fc.property(fc.nat(objects.length - 1), picks, (index, changes) => {
        let object = objects[index] as JsonMap
        const kind = loadKind(String(object['apiVersion']), String(object['kind']), '1.30.0') as ServedKind
        for (const [at, value] of changes) {
          const paths = pathsOf(object['spec'] ?? null, ['spec'])
          object = change(object, paths[at % paths.length] as Path, value)
        }
        expect(ownFindings(kind, object)).toEqual(ajvFindings(judgeOf(kind), object))
      }),
      { seed: 20261124, numRuns: 1500 },
    )
  })

  it('prune nothing from what they pruned, and default nothing twice', () => {
    for (const object of samples()) {
      const { schema } = loadKind(String(object['apiVersion']), String(object['kind']), '1.30.0') as ServedKind
      const once = pruneObject(frozen(copyJson(object)), schema, [])
      const unknown: Path[] = []
      expect(pruneObject(once, schema, unknown)).toBe(once)
      expect(unknown).toEqual([])
      const whole = withDefaults(frozen(once), schema)
      expect(withDefaults(whole, schema)).toBe(whole)
    }
  })

  it('count characters, not UTF-16 units', () => {
    const schema = readStructural({ type: 'string', maxLength: 2 })
    expect(checkSchema('😀😀', schema, dialect)).toEqual([])
    expect(checkSchema('😀😀😀', schema, dialect).map((issue) => issue.type)).toEqual(['FieldValueTooLong'])
  })

  it('refuse numbers outside their format where the server does', () => {
    const schema = readStructural({ type: 'object', properties: { a: { type: 'integer', format: 'int32' } } })
    expect(checkSchema({ a: 2147483648 }, schema, { integerRange: true }).map((issue) => issue.field)).toEqual(['<nil>'])
    expect(checkSchema({ a: 2147483648 }, schema, dialect)).toEqual([])
    expect(checkSchema({ a: 2147483647 }, schema, { integerRange: true })).toEqual([])
  })

  it('treat a number beyond 64 bits like one with a fraction, whatever the format', () => {
    const member = { type: 'integer', format: 'int32', minimum: 1 }
    const schema = readStructural({ type: 'object', properties: { a: member, b: { 'x-kubernetes-int-or-string': true } } })
    const found = (object: JsonMap) => checkSchema(object, schema, dialect).map(({ field, type }) => `${field} ${type}`)
    expect(found({ a: 1e19 })).toEqual(['a FieldValueTypeInvalid'])
    expect(
      checkSchema({ a: 1e19 }, schema, dialect)[0]
        ?.message.map((part) => textOf([part]))
        .join(''),
    ).toBe('a is 10000000000000000000, but must fit 64 bits')
    expect(found({ a: -1e19 })).toEqual(['a FieldValueTypeInvalid', 'a FieldValueInvalid'])
    expect(found({ a: 2 ** 62, b: 2 ** 62 })).toEqual([])
    expect(found({ b: 1e300 })).toContain('b FieldValueTypeInvalid')
  })

  it('allow more numbers than the Go types hold', () => {
    const port = { 'x-kubernetes-int-or-string': true }
    const schema = readStructural({ type: 'object', properties: { port, cpu: { ...port, pattern: 'x' }, modulus: { type: 'integer' } } })
    const found = (object: JsonMap) => checkSchema(object, schema, { ...dialect, goTypes: true }).map(({ field }) => field)
    expect(found({ port: 2 ** 31 - 1 })).toEqual([])
    expect(found({ port: 2 ** 31, cpu: 2 ** 31 })).toEqual(['port'])
    expect(found({ port: -(2 ** 31), modulus: 0 })).toEqual([])
    expect(found({ port: -(2 ** 31) - 1, modulus: -1 })).toEqual(['port', 'modulus'])
  })

  it('name the second of equal list items', () => {
    const map = readStructural({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object' },
    })
    expect(checkListTypes([{ k: 1 }, { k: 2 }, { k: 1 }, { k: 1 }], map).map((issue) => issue.field)).toEqual(['[2]'])
    expect(checkListTypes([{ k: 1 }, 5, { k: 1 }, 'x'], map).map((issue) => issue.field)).toEqual(['[1]'])
    expect(checkListTypes([null, { k: null }, {}], map).map((issue) => issue.field)).toEqual(['[2]'])
    const set = readStructural({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } })
    expect(checkListTypes(['a', 'b', 'a'], set).map((issue) => issue.type)).toEqual(['FieldValueDuplicate'])
  })

  it('keep odd member names as data', () => {
    const schema = readStructural({ type: 'object', properties: { m: { type: 'object', additionalProperties: { type: 'string' } } } })
    const object = JSON.parse('{"m":{"__proto__":"x","constructor":"y"},"__proto__":{"z":1}}') as JsonMap
    const unknown: Path[] = []
    const kept = pruneObject(object, schema, unknown)
    expect(JSON.stringify(kept)).toBe('{"m":{"__proto__":"x","constructor":"y"}}')
    expect(unknown.map(kubePath)).toEqual(['__proto__'])
  })
})

describe('formats and metadata', () => {
  it.each([
    ['2021-09-01T10:22:47Z', true],
    ['2021-09-01t10:22:47.5+02:00', true],
    ['2021-02-30T00:00:00Z', false],
    ['2021-09-01T24:00:00Z', false],
    ['2021-09-01 10:22:47Z', false],
  ])('date-time %s: %s', (text, expected) => {
    expect(hasFormat(text, 'date-time')).toBe(expected)
  })

  it.each([
    ['2030-01-01T00:00:00+02:00', '2029-12-31T22:00:00Z'],
    ['2030-01-01T00:00:00.75Z', '2030-01-01T00:00:00Z'],
    ['2030-01-01T1:00:00Z', '2030-01-01T01:00:00Z'],
    ['9999-12-31T23:59:59-01:00', '10000-01-01T00:59:59Z'],
    ['0000-01-01T00:00:00+01:00', '-0001-12-31T23:00:00Z'],
    ['0001-01-01T01:00:00+01:00', null],
    ['2030-01-01t00:00:00Z', undefined],
    ['2030-01-01', undefined],
    ['', undefined],
  ])('time %s is stored as %s', (text, expected) => {
    expect(canonicalTime(text)).toBe(expected)
  })

  it('metadata lose what is empty and what is unknown', () => {
    const decoded = decodeMetadata({ name: 'a', labels: {}, generateName: '', team: 'x', annotations: { k: null } })
    expect(decoded.metadata).toEqual({ name: 'a', annotations: { k: '' } })
    expect(decoded.unknown.map(kubePath)).toEqual(['metadata.team'])
    expect(decodeMetadata({ uid: 'u', generation: 3, resourceVersion: '7', creationTimestamp: '2030-01-01T00:00:00Z' }).metadata).toEqual(
      {},
    )
    expect(decodeMetadata({ labels: { k: 1 } }).issues.map((issue) => textOf(issue.message))).toEqual([
      'metadata.labels.k is 1, but must be a string',
    ])
  })
  it('metadata have no null items, and times in one form', () => {
    const time = '2030-01-01T02:00:00.5+02:00'
    const { metadata } = decodeMetadata({
      finalizers: [null],
      ownerReferences: [null],
      managedFields: [{ time, fieldsV1: [1] }, null],
      deletionTimestamp: time,
    })
    expect(metadata).toEqual({
      finalizers: [''],
      ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }],
      managedFields: [{ time: '2030-01-01T00:00:00Z', fieldsV1: [1] }, {}],
      deletionTimestamp: '2030-01-01T00:00:00Z',
    })
    expect(decodeMetadata({ creationTimestamp: '2030-01-01t00:00:00z' }).issues.map(({ field }) => field)).toEqual([
      'metadata.creationTimestamp',
    ])
  })
})
