// Which Applications, sets and Clusters outside of our own templates deploy databases, and what becomes of the Clusters?
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Settings } from '../../model.ts'
import { unknownText } from '../../deployed/sets/unknown-text.ts'
import { hasMistakenAddress } from './application/application-fields.ts'
import { writtenDeployments } from './application/deployments.ts'
import type { Deployment } from './application/deployments.ts'
import type { Handover } from './application/deployments.ts'
import { hasMistakenField } from '../../deployed/unknown-fields.ts'
import { makesDatabases, mentionsDatabases } from '../../deployed/manifest-parts.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../deployed/manifests.ts'
import type { PlainCluster } from '../../deployed/folders/folders.ts'
import { hasMisplacedSource, hasMisspeltSource } from './application/source-names.ts'
import { findUncompared } from './changes/uncompared.ts'
import { idlePatterns } from '../../deployed/sets/idle-generators.ts'

/** The loose files of both sides, with those manifests alone that deploy databases on one of them. */
export function readLoose(
  now: { readonly around: Surroundings; readonly files: readonly ManifestFile[] },
  before: { readonly around: Surroundings; readonly files: readonly ManifestFile[] } | undefined,
): { readonly now: readonly ManifestFile[]; readonly before: readonly ManifestFile[] } {
  const sides = [now, ...(before === undefined ? [] : [before])]
  const settings = sides.map(({ around }) => around.settings)
  const [present = [], old = []] = sides.map(({ files }) => files)
  const keyOf = ({ kind, key }: Manifest): string => `${kind} ${key}`
  const all = [...present, ...old].flatMap(({ manifests }) => manifests)
  const keys = new Set(all.filter((manifest) => deploys(manifest, settings)).map(keyOf))
  const relevant = (files: readonly ManifestFile[]): ManifestFile[] =>
    files.flatMap((file) => {
      const manifests = file.manifests.filter((manifest) => keys.has(keyOf(manifest)))
      const isBroken =
        file.broken !== undefined && (/kind:[ \t]*ApplicationSet/.test(file.file.text) || mentionsDatabases.test(file.file.text))
      const isOfUse =
        isBroken ||
        (file.refused.length > 0 && mentionsDatabases.test(file.file.text)) ||
        file.objects.some(({ kind }) => kind === 'AppProject')
      return manifests.length > 0 || (file.clusters ?? []).length > 0 || isOfUse ? [{ ...file, manifests, isLoose: true as const }] : []
    })
  return { now: relevant(present), before: relevant(old) }
}

function deploys(manifest: Manifest, settings: readonly Settings[]): boolean {
  return (
    writtenDeployments([manifest], settings).length > 0 ||
    makesDatabases(manifest, settings) ||
    idlePatterns(manifest).length > 0 ||
    hasMistakenField(manifest) ||
    hasMistakenAddress(manifest) ||
    hasMisspeltSource(manifest) ||
    hasMisplacedSource(manifest) ||
    // nobody knows what it would have made
    manifest.refusals.some(({ stage }) => stage === 'params' || stage === 'render' || stage === 'panic') ||
    findUncompared([], [manifest]).texts.length > 0
  )
}

interface Clusters {
  readonly files: readonly ManifestFile[]
  /** what Applications deploy on this side, generated ones among them */
  readonly deployments: readonly Deployment[]
}

const nameOf = ({ namespace, name }: Pick<PlainCluster, 'namespace' | 'name'>): string => `${namespace ?? ''}/${name}`

/** The Clusters of loose files that no Application here syncs. */
function ownClusters({ files, deployments }: Clusters): PlainCluster[] {
  const synced = new Set(deployments.flatMap((one) => (one.isPlain === true ? one.spotOf('cluster').file.path : [])))
  return files.flatMap((file) => (file.isLoose === true && !synced.has(file.file.path) ? (file.clusters ?? []) : []))
}

/** Clusters of the base that are plain manifests, and that neither a manifest nor an Application makes now. */
export function lostClusters(before: Clusters, now: Clusters): PlainCluster[] {
  const present = new Set(ownClusters(now).flatMap((cluster) => [nameOf(cluster), `/${cluster.name}`]))
  for (const { namespace, cluster } of now.deployments) {
    present.add(`${namespace}/${cluster ?? ''}`)
    present.add(`/${cluster ?? ''}`)
  }
  return ownClusters(before).filter(
    (cluster) => !present.has(nameOf(cluster)) && !(cluster.namespace === undefined && present.has(`/${cluster.name}`)),
  )
}

/** For a plan, which names who made it. */
export function goneCluster({ name, namespace, spot }: PlainCluster): Handover {
  const file = spot.file.path
  const before: Deployment = {
    key: `file ${file}`,
    application: file,
    maker: `the manifest ${file}`,
    cluster: name,
    release: name,
    namespace: namespace ?? '',
    destination: '',
    isPlain: true,
    isLoose: true,
    spotOf: () => spot,
  }
  return { result: 'gone', before }
}

export function lostClusterFindings(lost: readonly PlainCluster[]): LocatedFinding[] {
  return lost.map(({ name, spot }) => ({
    rule: 'changes/database-stays',
    severity: 'warning',
    message: phrase`Cluster ${named(name)} is gone here, but whoever applied its manifest may delete it with its volumes`,
    at: spot,
    help: phrase`bring it back under its name and namespace, or make sure that nothing prunes it`,
  }))
}

/** `argocd/cluster-once`: a plain Cluster that a database of the settings is, too. */
export function twiceClusters(now: Clusters): LocatedFinding[] {
  const made = new Map(
    now.deployments.flatMap((one) => (one.database === undefined ? [] : [[`${one.namespace}/${one.cluster ?? ''}`, one]])),
  )
  return ownClusters(now).flatMap((cluster): LocatedFinding[] => {
    const other = made.get(nameOf(cluster))
    if (other === undefined || nameOf(cluster).includes(unknownText)) return []
    return [
      {
        rule: 'argocd/cluster-once',
        severity: 'error',
        message: phrase`Cluster is named ${named(cluster.name)}, but ${named(other.application)} deploys that one, too, and one must own it`,
        at: cluster.spot,
        related: [{ ...other.spotOf('application'), message: phrase`${named(other.application)} is made here` }],
        help: phrase`remove one of the two: each sync of one would undo the other`,
      },
    ]
  })
}
