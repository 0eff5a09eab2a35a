// Which Clusters are plain manifests here that no Application or set, as far as they can be read, deploys?
import type { LooseFiles } from '../../discover/loose.ts'
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Database } from '../../model.ts'
import { layoutPathOf } from '../../values/value.ts'
import type { Span } from '../../values/value.ts'
import type { Tree } from '../../repository/tree.ts'
import { appliedAsPatch } from '../kustomize/transformed.ts'
import type { PlainCluster } from './folders.ts'
import type { ManifestFile } from '../manifests.ts'
import { undeployed } from '../skipped.ts'
import type { Skipped } from '../skipped.ts'

interface Deployed {
  readonly databases: readonly Database[]
  /** folders of what is not run here, whatever it makes of the Clusters in them */
  readonly unread: readonly string[]
}

/** The files whose values databases have. */
const filesOf = (databases: readonly Database[]): ReadonlySet<string> =>
  new Set(databases.flatMap(({ layers }) => layers.map(({ file }) => file.path)))

/** Each Cluster once: what nobody deploys is not judged, which is said. */
export function undeployedClusters(files: readonly ManifestFile[], tree: Tree, { databases, unread }: Deployed): Skipped[] {
  const read = filesOf(databases)
  return files.flatMap(({ file, clusters = [], isTemplate }) => {
    const path = layoutPathOf(file)
    if (isTemplate === true || read.has(file.path) || unread.some((folder) => path.startsWith(folder))) return []
    // a part of a Cluster that is written elsewhere
    if (clusters.length > 0 && appliedAsPatch(path, tree) !== undefined) return []
    return clusters.map(({ name, spot }: PlainCluster): Skipped => ({ name, reason: undeployed, at: spot }))
  })
}

/** `argocd/not-computed`: one note for what is passed over in folders of tests, examples, archives and documents, as nobody deploys that. */
export function passedOver(loose: LooseFiles, files: readonly ManifestFile[], { databases, unread }: Deployed): LocatedFinding[] {
  const read = new Set([...files.map(({ file }) => file.path), ...filesOf(databases)])
  const left = (loose.passedOver ?? []).filter(({ path }) => !read.has(path) && !unread.some((folder) => path.startsWith(folder)))
  const [first] = left
  if (first === undefined) return []
  return [
    {
      rule: 'argocd/not-computed',
      severity: 'info',
      message: phrase`this manifest${named(andMore(left.length - 1))} is passed over: no Application here names what is in tests, examples, archives and documents`,
      at: { file: first, span: wordIn(first.text) },
      help: phrase`if it is deployed, name its folder: --apps DIR`,
    },
  ]
}

/** The same of Applications that somebody has switched off where they are applied from. */
export function leftOut({ leftOut: [first, ...others] = [] }: LooseFiles): LocatedFinding[] {
  if (first === undefined) return []
  const start = first.text.indexOf('kind')
  return [
    {
      rule: 'argocd/not-computed',
      severity: 'info',
      message: phrase`this Application${named(andMore(others.length))} is passed over: the kustomization beside it names its file in a comment`,
      at: { file: first, span: { start, end: start + 'kind'.length } },
      help: phrase`if it is applied all the same, name it in the kustomization`,
    },
  ]
}

/** The same of manifests that are only on this disk: nobody else has them, and Argo CD has not. */
export function notTracked({ untracked = [] }: LooseFiles, { databases }: Pick<Deployed, 'databases'>): LocatedFinding[] {
  // Applications of folders are judged by what is in the work tree
  const read = filesOf(databases)
  const [first, ...others] = untracked.filter(({ path }) => !read.has(path))
  if (first === undefined) return []
  const start = Math.max(0, first.text.search(/kind["']?[ \t]*:/))
  return [
    {
      rule: 'argocd/not-computed',
      severity: 'info',
      message: phrase`this manifest${named(andMore(others.length))} is passed over: git does not track its file`,
      at: { file: first, span: { start, end: start + 'kind'.length } },
      help: phrase`\`git add\` it if it is to be deployed`,
    },
  ]
}

const andMore = (count: number): string => (count === 0 ? '' : ` (and ${count} more)`)

function wordIn(text: string): Span {
  const [word, start] = ['postgresql.cnpg.io', 'cloudnative-pg']
    .map((one) => [one, text.indexOf(one)] as const)
    .find(([, at]) => at >= 0) ?? ['', 0]
  return { start, end: start + word.length }
}
