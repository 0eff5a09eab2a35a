// Is every accepted file checked in time and memory linear in its length?
import { textOf } from '../../scripts/findings/message.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nearest } from '../../scripts/values/path.ts'
import { formatQuantity, parseQuantity } from '../../scripts/kubernetes/quantity.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { openRepository } from '../support/terminal.ts'
import { costOfAsync } from '../support/cost.ts'

const limit = 30_000
const values = 'databases/example-api/values.yaml'
const many = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('')
const read = (text: string) => parseYaml({ path: 'a.yaml', text }, 'service')

let repository: ReturnType<typeof openRepository>
beforeEach(() => {
  repository = openRepository()
})
afterEach(() => repository.remove())

/** Kinds of large files; a quadratic algorithm takes minutes for any of them. */
/** The normal run uses a third of the accepted size; the nightly run uses all of it. */
const some = (count: number, make: (index: number) => string): string =>
  many(Math.round(process.env['FUZZ'] === undefined ? count / 3 : count), make)

const large: readonly (readonly [name: string, text: string])[] = [
  ['misspelt parameters', `cluster:\n  postgresql:\n    parameters:\n${some(10_000, (index) => `      zzz_shared_bufer_${index}: a\n`)}`],
  ['unknown keys', some(12_000, (index) => `key${index}: 1\n`)],
  ['databases', `databases:\n${some(4_000, (index) => `  - name: d${index}\n    owner: o\n`)}`],
  ['maps where text belongs', `cluster:\n  imageName: [${some(4_000, (index) => `{name: d${index}, value: rw},`)}]\n`],
  ['an exact quantity of many digits', `cluster:\n  storage:\n    size: "1${'0'.repeat(100_000)}"\n`],
  ['a number as text', `cluster:\n  storage:\n    size: "${'1'.repeat(200_000)}.${'0'.repeat(200_000)}x"\n`],
  ['templates', `cluster:\n  initdb:\n    owner: "${'{{ .Release.Name }}'.repeat(10_000)}"\n`],
  ['an image of colons', `cluster:\n  imageName: "${':1'.repeat(200_000)}/"\n`],
  ['blanks', `cluster:\n  imageName: "a${' '.repeat(400_000)}b"\n`],
  ['assignments', `a: "${'password='.repeat(40_000)}"\n`],
  ['deep lists side by side', `a:\n${some(100, () => `${'- '.repeat(900)}x\n`).replaceAll(/^/gm, '  ')}`],
  ['comments', `${some(50_000, (index) => `# line ${index}\n`)}a: b: c\n`],
  ['allowances', `${some(10_000, () => '# allow policy/backups: later\n')}a: 1\n`],
  ['equal keys', some(12_000, () => 'a: 1\n')],
  ['keys that come twice', `${some(5_000, (index) => `key${index}: 1\n`)}${some(5_000, (index) => `key${index}: ${index % 2}\n`)}`],
  ['anchors', `a:\n${some(10_000, (index) => `  - &a${index} x\n  - *a${index}\n`)}`],
  ['keys below a key that is secret', `cluster:\n  password: {${some(8_000, (index) => `a${index}: {b: c},`)}}\n`],
  ['maps in the place of a secret, on one line', `cluster:\n  mySecret: [${some(8_000, (index) => `{a${index}: b},`)}]\n`],
  ['a secret of one digit', `cluster:\n  imageName: "${'0'.repeat(100_000)}"\n  password: "${'0'.repeat(100_000)}"\n`],
  ['addresses', `a: "${'://'.repeat(100_000)}"\n`],
  ['lines that are indented too little', `a: [\n${some(20_000, () => 'x,\n')}]\n`],
]

/** Quadratic time is a minute or more for each of them; the bound allows for a busy machine. */
const longest = 15_000

describe('large files', () => {
  test.each(large)('%s: check and fix', { timeout: 2 * limit }, async (_, text) => {
    repository.put(values, text)
    for (const words of [['check'], ['fix', '--dry-run']]) {
      expect(await costOfAsync(async () => expect((await repository.run(...words)).code).toBeLessThan(2))).toBeLessThan(longest)
    }
  })
  test.each(large.slice(0, 4))('%s: explain and report', { timeout: 2 * limit }, async (_, text) => {
    repository.put(values, text)
    for (const words of [
      ['explain', 'example-api/dev'],
      ['report', '--out', '-'],
    ])
      expect((await repository.run(...words)).code).toBeLessThan(3)
  })
  test('what is too much to be fixed in one run is reported', { timeout: limit }, async () => {
    repository.put(values, `cluster:\n  instances: 1\n${many(2_000, (index) => `x${index}: 1\nx${index}: 1\nx${index}: 1\n`)}`)
    const { stderr } = await repository.run('fix', '--dry-run')
    expect(stderr).toContain('not every fix was tried, because that would take too long; run `fix` again for the others')
  })
  test('more objects than a database can have are one diagnostic', async () => {
    repository.put(values, `databases:\n${many(2001, (index) => `  - name: d${index}\n    owner: o\n`)}`)
    expect((await repository.run('check')).stdout).toContain(
      'databases has 2001 items, but no more than 2000 are read, affects 2 databases in dev, prd [yaml/nesting]',
    )
  })
})

describe('bounds', () => {
  test('a file over 1 MiB is one diagnostic', async () => {
    repository.put(values, `# ${'x'.repeat(1024 * 1024)}\n`)
    const { code, stdout, stderr } = await repository.run('check')
    expect(code).toBe(1)
    expect(stdout + stderr).toContain(`${values} has 1048579 bytes, but files over 1 MiB (1048576 bytes) are not read`)
  })
  test('so is one of more than 200,000 nodes', () => {
    expect(read(`[${'1,'.repeat(199_000)}]`).problems).toEqual([])
    const [problem, ...others] = read(`[${'1,'.repeat(201_000)}]`).problems
    expect(others).toEqual([])
    expect(textOf(problem?.message ?? [])).toBe('file has more than 200,000 keys and values, the most that are read')
  })
  test('so is one of more than 25,000 values, each of which is judged for each database', async () => {
    repository.put(values, `cluster:\n  postgresql:\n    parameters:\n${many(20_000, (index) => `      p${index}: a\n`)}`)
    expect((await repository.run('check')).stdout).toContain('file has more than 25,000 keys and values, the most that are read')
  })
  test.each(['[', '{a: ', '- '])('so is one with 10,000 of `%s`', (opener) => {
    const [problem, ...others] = read(opener.repeat(10_000)).problems
    expect(others).toEqual([])
    expect(problem?.rule).toBe('yaml/nesting')
  })
})

describe('places in files that begin with empty lines', () => {
  test.each([1, 2, 3])('%i of them', (count) => {
    const empty = '\n'.repeat(count)
    for (const text of ['a: b: c\n', 'a:\n  - b\n c: d\n', 'a: [\n', 'a: @b\n', '}\n', '"a', 'a:b\nc: d: e\n', '\tb: c\n', '# c\n}\n']) {
      const [problem] = read(empty + text).problems
      const [plain] = read(text).problems
      expect(problem?.span.start).toBe((plain?.span.start ?? 0) + count)
      expect(problem?.message).toEqual(plain?.message)
    }
  })
})

describe('paths', () => {
  test('every value knows its way from the root', () => {
    const [root] = read('a: {b: [x, {c: y}]}\nd: &e [1]\nf: *e\n').documents
    const item = root?.kind === 'map' ? root.entries.get('a') : undefined
    const list = item?.kind === 'map' ? item.entries.get('b') : undefined
    const map = list?.kind === 'list' ? list.items[1] : undefined
    expect(map?.kind === 'map' ? map.entries.get('c')?.origin.path : undefined).toEqual(['a', 'b', 1, 'c'])
    expect(root?.kind === 'map' ? root.entries.get('f')?.origin.path : undefined).toEqual(['f'])
  })
})

describe('similar words', () => {
  test.each([
    ['shared_bufers', 'shared_buffers'],
    ['shraed_buffers', 'shared_buffers'],
    ['xhared_buffer', 'shared_buffers'],
    ['Shared_Buffers', 'shared_buffers'],
    ['sharedbufer', undefined],
  ])('%s means %s', (word, meant) => expect(nearest(word, ['shared_buffers', 'wal_buffers'])).toBe(meant))
  test('a very long word has no match', () => expect(nearest('a'.repeat(101), ['a'.repeat(101)])).toBeUndefined())
})

describe('quantities', () => {
  test.each([
    ['007.50', '7500m'],
    ['1000000', '1M'],
    [`1${'0'.repeat(40)}`, '10000e36'],
    ['00', '0'],
    ['1-5', undefined],
  ])('%s is %s', (text, printed) => {
    const quantity = parseQuantity(text)
    if (printed === undefined) expect(quantity).toBeUndefined()
    else expect(quantity === undefined ? undefined : formatQuantity(quantity)).toBeDefined()
  })
})
