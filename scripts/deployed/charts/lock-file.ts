// Does the Chart.lock of a chart in the repository still hold for what its Chart.yaml asks for?
import { createHash } from 'node:crypto'
import { fitsRange } from '../../go-template/sprig/semver.ts'
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { pathsBelow, prefixOf } from '../../repository/tree.ts'
import type { Json, Value } from '../../values/value.ts'
import { toPlain, valueAt } from '../../values/value.ts'
import { chartRoot, fileReader } from '../file-cache.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { dependencyEntries } from './dependencies.ts'

/** The fields of `chart.Dependency` in the order in which Go writes them; `import-values` may be of any shape. */
const fields = ['name', 'version', 'repository', 'condition', 'tags', 'enabled', 'alias'] as const

/**
 * `argocd/lock-fits`: Argo CD runs `helm dependency build` for a chart whose dependencies are not packed into it, which stops with
 * "the lock file (Chart.lock) is out of sync" where the digest of both lists is another one (`Manager.Build`, `resolver.HashReq`).
 */
export function staleLock(folder: string, { tree }: Manifest): LocatedFinding | undefined {
  const top = prefixOf(folder)
  const [chart, lock] = ['Chart.yaml', 'Chart.lock'].map((name) => {
    const file = fileReader(tree)(top + name)
    return file === undefined ? undefined : chartRoot(file)
  })
  if (chart?.kind !== 'map' || lock?.kind !== 'map' || at(toPlain(chart), 'apiVersion') !== 'v2') return undefined
  const digest = valueAt(lock, ['digest'])
  const [wanted, locked] = [chart, lock].map((root) => dependenciesOf(root))
  if (digest?.kind !== 'scalar' || wanted === undefined || locked === undefined || wanted.length === 0) return undefined
  const packed = pathsBelow(tree.wide?.() ?? tree, `${top}charts/`).map((path) => path.slice(`${top}charts/`.length))
  const unpacked = new Set(
    packed.flatMap((path) => {
      const file = /^[^/]+\/Chart\.yaml$/.test(path) ? fileReader(tree)(`${top}charts/${path}`) : undefined
      const root = file === undefined ? undefined : chartRoot(file)
      return root === undefined ? [] : [at(toPlain(root), 'name')]
    }),
  )
  const isPacked = (name: string): boolean =>
    unpacked.has(name) || packed.some((path) => path.startsWith(`${name}/`) || path.startsWith(`${name}-`))
  if (wanted.every(({ name }) => isPacked(name)) || digest.value === digestOf(wanted, locked)) return undefined
  const changed = wanted.find((one) => !locked.some(({ name, version }) => name === one.name && fitsRange(one.version, version)))
  const spot = spotOf(changed?.at ?? digest)
  if (spot === undefined) return undefined
  const held = locked.find(({ name }) => name === changed?.name)?.version
  const what =
    changed === undefined
      ? phrase`Chart.lock is not of the dependencies of Chart.yaml`
      : phrase`${named(changed.name)} is ${named(changed.version)}, but Chart.lock has ${named(held ?? 'none')}`
  return {
    rule: 'argocd/lock-fits',
    severity: 'error',
    message:
      changed === undefined ? phrase`${what}, but Helm then fetches none of them` : phrase`${what}, and Helm then fetches no dependency`,
    at: spot,
    help: phrase`run \`helm dependency update ${named(top === '' ? '.' : folder)}\`, and commit Chart.lock with it`,
  }
}

interface Dependency {
  readonly name: string
  readonly version: string
  readonly plain: Readonly<Record<string, Json>>
  readonly at: Value
}

/** Undefined where the digest can't be known: names of repositories, which Helm replaces first, and fields of any shape. */
function dependenciesOf(root: Value): Dependency[] | undefined {
  const all = dependencyEntries(root).map((item): Dependency | undefined => {
    const plain = toPlain(item)
    const [name, version, repository] = ['name', 'version', 'repository'].map((key) => at(plain, key))
    const url = repository ?? ''
    if (typeof name !== 'string' || typeof version !== 'string' || typeof url !== 'string') return undefined
    if (item.kind !== 'map' || item.entries.has('import-values') || /^(?:@|alias:)/.test(url)) return undefined
    return { name, version, plain: plain as Dependency['plain'], at: item.entries.get('version') ?? item }
  })
  return all.every((one) => one !== undefined) ? all : undefined
}

function digestOf(wanted: readonly Dependency[], locked: readonly Dependency[]): string {
  const written = [wanted, locked].map((all) =>
    all.map(({ plain }) =>
      Object.fromEntries(
        fields.flatMap((key) => {
          const value = key === 'repository' ? (plain[key] ?? '') : plain[key]
          const isEmpty = value === undefined || value === null || value === false || (key !== 'repository' && value === '')
          return isEmpty || (Array.isArray(value) && value.length === 0) ? [] : [[key, value]]
        }),
      ),
    ),
  )
  // `json.Marshal` of Go
  const text = JSON.stringify(written).replaceAll(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
