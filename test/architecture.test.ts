// Does data go one way? Import directions, file sizes, opening questions.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../scripts/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
const text = (path: string) => readFileSync(join(folder, path), 'utf8')
const importsOf = (path: string) =>
  [...text(path).matchAll(/^(?:import|export)\b[^'\n]*?from '(\.[^']+)'|import\('(\.[^']+)'\)|^\} from '(\.[^']+)'/gm)].map((match) =>
    normalize(join(dirname(path), match[1] ?? match[2] ?? match[3] ?? '')),
  )

/** A folder of scripts/, or a file beside them. */
const roomOf = (path: string) => path.split('/')[0] as string

/** The rooms of docs/architecture.md, from the top floor to the ground. */
const floors = [
  ...(readFileSync(join(folder, '../docs/architecture.md'), 'utf8').split('## Floors')[1] ?? '').matchAll(/^ {4}(\S.*)$/gm),
].map(([, line = '']) => [...line.matchAll(/(?:^| {2})([a-z-]+(?:\.ts)?)(?= {2}|$)/g)].map(([, room = '']) => room))
const floorOf = new Map(floors.toReversed().flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)))

test('the picture has each room once', () => {
  expect(floors.flat().toSorted()).toEqual([...new Set(files.map(roomOf))].toSorted())
})

test('a room uses what is below it, and nothing above or beside it', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((target) => !target.startsWith('..') && roomOf(target) !== roomOf(path))
      .filter((target) => (floorOf.get(roomOf(target)) ?? 99) >= (floorOf.get(roomOf(path)) ?? -1))
      .map((target) => `${path} → ${target}`),
  )
  expect(wrong).toEqual([])
})

test('no files import each other in a circle, but for the types of the template language', () => {
  const reach = new Map<string, Set<string>>()
  const targets = new Map(files.map((path) => [path, importsOf(path).filter((target) => !target.startsWith('..'))]))
  const reachable = (path: string): Set<string> => {
    const known = reach.get(path)
    if (known !== undefined) return known
    const found = new Set<string>()
    const open = [...(targets.get(path) ?? [])]
    for (let next = open.pop(); next !== undefined; next = open.pop())
      if (!found.has(next)) {
        found.add(next)
        open.push(...(targets.get(next) ?? []))
      }
    reach.set(path, found)
    return found
  }
  // a value may be a function, which is called with a state and a budget, which hold values
  const core = ['budget', 'go-function', 'go-state', 'go-tree', 'go-value'].map((name) => `go-template/${name}.ts`)
  expect(files.filter((path) => reachable(path).has(path))).toEqual(core)
})

test('a check of values loads neither the engine of Argo CD nor what only other commands need', () => {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    // import() waits until it is needed, and types are gone by then
    for (const [, target = ''] of text(path).matchAll(/^(?:import|export) (?!type\b)[^'\n]*?from '(\.[^']+)'/gm))
      load(normalize(join(dirname(path), target)))
  }
  load('cli/commands/check.ts')
  expect(
    [...loaded].filter((path) =>
      /^(?:argocd\/(?:rules\/hand-written)|(?:applicationset\/generate|connect|explain|fix|fleet|upgrade|derive)\/)/.test(path),
    ),
  ).toEqual([])
})

test('nothing but `charts pull` can reach the network', () => {
  const opens = /from 'node:(?:net|tls|http|https|http2|dns|dns\/promises|dgram|inspector)'|new (?:WebSocket|EventSource)\(/
  const isAddressOnly = /import \{ (?:isIP|isIPv6|BlockList|, )+ \} from 'node:net'/g
  const network = files.filter((path) => {
    const code = text(path).replaceAll(isAddressOnly, '')
    return opens.test(code) || (/\bfetch\(/.test(code) && !/(?:const|function) fetch\b/.test(code))
  })
  expect(network).toEqual(['charts/connect.ts', 'charts/http.ts'])
  const reachable = (start: string): Set<string> => {
    const seen = new Set([start])
    for (const path of seen) for (const target of files.includes(path) ? importsOf(path) : []) seen.add(target)
    return seen
  }
  const starts = ['pipeline.ts', 'evaluate.ts', 'index.ts', ...files.filter((path) => path.startsWith('cli/commands/'))]
  expect(starts.filter((start) => network.some((path) => reachable(start).has(path)))).toEqual(['cli/commands/charts.ts'])
})

test('nobody imports the pipeline but commands', () => {
  expect(files.filter((path) => importsOf(path).includes('pipeline.ts') && !path.startsWith('cli/commands/'))).toEqual([])
})

test('hand-written files stay under 300 lines and open with the question that they answer', () => {
  const written = files.filter((path) => !path.includes('.generated.'))
  expect(written.filter((path) => text(path).split('\n').length > 301)).toEqual([])
  expect(written.filter((path) => !/^\/\/ .*[?.]$/m.test(text(path).split('\n', 1)[0] ?? ''))).toEqual([])
})

test('no output depends on a locale', () => {
  const found = files.filter((path) => /localeCompare|toLocale|Intl\./.test(text(path)))
  // the platform knows time zones, in a locale that is named there
  expect(found.filter((path) => path !== 'go-template/go-zone.ts')).toEqual([])
})
