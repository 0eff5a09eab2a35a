// Is a commit, told from the index and what is staged since, the one that git lists, and are staged texts those that git holds?
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkedOutBlob } from '../../scripts/repository/blobs.ts'
import { commitBytes, indexBytes } from '../../scripts/repository/git-bytes.ts'
import { commitTree, indexTree, listCommit } from '../../scripts/repository/git.ts'
import { entriesAt, openIndex } from '../../scripts/repository/staged.ts'
import { gitIn } from '../support/change-repository.ts'

let top: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'cnpg-values-staged-'))
  gitIn(top, 'init', '-q')
})
afterEach(() => {
  rmSync(top, { recursive: true })
})

const git = (...args: string[]): string => gitIn(top, ...args).trim()

function put(path: string, text: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), text)
}

function commit(): string {
  git('add', '-A')
  git('commit', '-q', '-m', 'change', '--allow-empty')
  return git('rev-parse', 'HEAD')
}

/** As git lists it, and as it follows from the index; both as plain objects, in the order of paths. */
function bothWays(head: string, folders: readonly string[], root = top): { readonly listed: unknown; readonly told: unknown } {
  const plain = (entries: ReadonlyMap<string, unknown> | undefined): unknown => entries && [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return { listed: plain(listCommit(root, head, folders)), told: plain(entriesAt(openIndex(root), head, folders)) }
}

const sides: readonly (readonly [string, () => void])[] = [
  ['nothing staged', () => undefined],
  ['a changed file', () => put('apps/a.yaml', 'other')],
  ['a new file', () => put('apps/new.yaml', 'x')],
  ['a removed file', () => rmSync(join(top, 'apps/a.yaml'))],
  ['a moved file', () => git('mv', 'apps/a.yaml', 'databases/a.yaml')],
  [
    'a file that becomes a folder',
    () => {
      rmSync(join(top, 'apps/a.yaml'))
      put('apps/a.yaml/b.yaml', 'x')
    },
  ],
  [
    'a folder that becomes a file',
    () => {
      rmSync(join(top, 'apps/deep'), { recursive: true })
      put('apps/deep', 'x')
    },
  ],
  [
    'a file that becomes a link',
    () => {
      rmSync(join(top, 'apps/a.yaml'))
      symlinkSync('b.yaml', join(top, 'apps/a.yaml'))
    },
  ],
  ['another mode', () => git('update-index', '--chmod=+x', 'apps/a.yaml')],
  ['names with blanks, quotes and other letters', () => put('apps/ä "b\t.yaml', 'x')],
]

test.each(sides)('a commit is the one that git lists: %s', (_name, change) => {
  put('apps/a.yaml', 'a')
  put('apps/b.yaml', 'b')
  put('apps/deep/c.yaml', 'c')
  put('apps.yaml', 'beside')
  put('databases/one/values.yaml', '')
  const head = commit()
  change()
  git('add', '-A')
  for (const folders of [[''], ['apps'], ['apps', 'databases'], ['apps/a.yaml'], ['apps/deep', 'nowhere']]) {
    const { listed, told } = bothWays(head, folders)
    expect(told, folders.join(' ')).toEqual(listed)
  }
  expect(bothWays(head, [''], join(top, 'apps')).told).toEqual(bothWays(head, [''], join(top, 'apps')).listed)
})

test('a commit is the one that git lists where a path is only announced', () => {
  put('apps/a.yaml', 'a')
  put('apps/empty.yaml', '')
  const head = commit()
  git('rm', '-q', '--cached', 'apps/a.yaml')
  put('apps/announced.yaml', 'x')
  git('add', '-N', 'apps/a.yaml', 'apps/announced.yaml')
  const { listed, told } = bothWays(head, ['apps'])
  expect(told).toEqual(listed)
})

test('a commit is the one that git lists where a submodule is, comes or goes', () => {
  put('apps/a.yaml', 'a')
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},apps/stays`)
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},apps/goes`)
  git('commit', '-q', '-m', 'first')
  const head = git('rev-parse', 'HEAD')
  git('rm', '-q', '--cached', 'apps/goes')
  put('apps/goes/b.yaml', 'b')
  git('add', 'apps/goes/b.yaml')
  const files = (entries: unknown): unknown => (entries as [string, { mode: string }][]).filter(([, { mode }]) => mode !== '160000')
  const { listed, told } = bothWays(head, ['apps'])
  expect(files(told)).toEqual(files(listed))
})

test('a commit is the one that git lists during a merge with conflicts', () => {
  put('apps/a.yaml', 'a')
  put('apps/b.yaml', 'b')
  commit()
  git('switch', '-q', '-c', 'side')
  put('apps/a.yaml', 'side')
  rmSync(join(top, 'apps/b.yaml'))
  commit()
  git('switch', '-q', 'main')
  put('apps/a.yaml', 'main')
  put('apps/b.yaml', 'main')
  const head = commit()
  expect(() => git('merge', '-q', 'side')).toThrow()
  const { listed, told } = bothWays(head, ['apps'])
  expect(told).toEqual(listed)
})

test('a commit is the one that git lists after random changes', () => {
  const paths = ['a', 'b', 'c/a', 'c/b', 'c/d/a', 'c.yaml', 'c/d/b/x'].flatMap((name) => [`apps/${name}`, `databases/${name}`])
  const steps = fc.array(fc.tuple(fc.constantFrom(...paths), fc.constantFrom('', 'a', 'b', 'remove')), { minLength: 3, maxLength: 8 })
  const take = (changes: readonly (readonly [string, string])[]): void => {
    for (const [path, text] of changes) {
      try {
        if (text === 'remove') rmSync(join(top, path), { recursive: true })
        else put(path, text)
      } catch {
        // it is in the way of another, or not there
      }
    }
  }
  fc.assert(
    fc.property(steps, steps, (first, then) => {
      take(first)
      const head = commit()
      take(then)
      git('add', '-A')
      for (const folders of [[''], ['apps'], ['apps/c', 'databases']]) {
        const { listed, told } = bothWays(head, folders)
        expect(told, folders.join(' ')).toEqual(listed)
      }
    }),
    { seed: 3, numRuns: 20 },
  )
})

test('what is above the root is not told from what is staged below it', () => {
  put('infra/a.yaml', 'a')
  put('charts/own/Chart.yaml', 'name: own')
  const head = commit()
  put('charts/own/Chart.yaml', 'name: other')
  git('add', '-A')
  const index = openIndex(join(top, 'infra'))
  index.list([''])
  expect(index.list(['../charts']).map(({ path }) => path)).toEqual(['../charts/own/Chart.yaml'])
  expect(entriesAt(index, head, ['../charts'])).toBeUndefined()
  const text = (bytes: ReturnType<ReturnType<typeof commitBytes>['file']>): unknown =>
    bytes?.ok === true && Buffer.from(bytes.bytes).toString()
  expect(text(commitBytes(join(top, 'infra'), head, { index }).file('../charts/own/Chart.yaml'))).toBe('name: own')
  expect(text(indexBytes(join(top, 'infra'), index).file('../charts/own/Chart.yaml'))).toBe('name: other')
})

test('a staged text is that of the index, whatever the work tree holds', () => {
  put('apps/same.yaml', 'same')
  put('apps/changed.yaml', 'staged')
  put('apps/gone.yaml', 'gone')
  put('apps/link.yaml', 'link')
  put('apps/crlf.yaml', 'a\nb\n')
  put('outside', 'secret')
  git('add', '-A')
  put('apps/changed.yaml', 'not staged')
  rmSync(join(top, 'apps/gone.yaml'))
  rmSync(join(top, 'apps/link.yaml'))
  symlinkSync('../outside', join(top, 'apps/link.yaml'))
  put('apps/crlf.yaml', 'a\r\nb\r\n')
  const tree = indexTree(top, ['apps'])
  const texts = Object.fromEntries(tree.paths.map((path) => [path, tree.read(path)]))
  const staged = { same: 'same', changed: 'staged', gone: 'gone', link: 'link', crlf: 'a\nb\n' }
  expect(texts).toEqual(Object.fromEntries(Object.entries(staged).map(([name, text]) => [`apps/${name}.yaml`, { ok: true, text }])))
  const folder = indexBytes(top).folder('apps')
  const bytes =
    folder?.ok === true ? Object.entries(folder.files).map(([name, one]) => [name.slice(0, -5), Buffer.from(one).toString()]) : []
  expect(Object.fromEntries(bytes)).toEqual(staged)
})

test('a blob is taken from the work tree if its bytes are there, in SHA-256, too', () => {
  rmSync(join(top, '.git'), { recursive: true })
  git('init', '-q', '--object-format=sha256')
  put('apps/a.yaml', 'a')
  const head = commit()
  const id = git('rev-parse', 'HEAD:apps/a.yaml')
  expect(id).toHaveLength(64)
  expect(checkedOutBlob(top, 'apps/a.yaml', id)?.toString()).toBe('a')
  put('apps/a.yaml', 'b')
  expect(checkedOutBlob(top, 'apps/a.yaml', id)).toBeUndefined()
  expect(checkedOutBlob(top, 'apps', id)).toBeUndefined()
  expect(checkedOutBlob(top, 'nowhere', id)).toBeUndefined()
  git('add', '-A')
  const tree = indexTree(top, ['apps'])
  const { tree: before, differs } = commitTree(top, head, { folders: ['apps'], current: tree, wanted: () => true })
  expect([before.read('apps/a.yaml'), tree.read('apps/a.yaml')]).toEqual([
    { ok: true, text: 'a' },
    { ok: true, text: 'b' },
  ])
  expect(differs('apps/a.yaml')).toBe(true)
})
