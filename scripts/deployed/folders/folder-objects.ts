// Which objects does a folder of plain manifests hold?
import { posix } from 'node:path'
import { trimEndOf } from '../../values/trim.ts'
import { printed } from '../../values/printed.ts'
import { pathsBelow } from '../../repository/tree.ts'
import type { RenderedObject } from '../../model.ts'
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { nearest } from '../../values/path.ts'
import type { JsonMap, MapValue, SourceFile } from '../../values/value.ts'
import { holdersByName, isHolder, isOperators } from '../../operator/objects.ts'
import type { Holders } from '../../operator/objects.ts'
import { yamlFindings } from '../../yaml/findings.ts'
import { notJson } from '../../yaml/json.ts'
import { readManifests } from '../../yaml/manifests.ts'
import { directoryFilter } from './directory-filter.ts'
import { fileReader } from '../file-cache.ts'
import { folderOf, isSkippedFile } from './folders.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { repositoryPath } from '../repository-path.ts'

/** The objects that the operator and its webhooks see, in the order of the files, with places in them. */
export function objectsIn(source: JsonMap, manifest: Manifest): RenderedObject[] {
  const folder = folderOf(source, manifest)
  if (folder.kind === 'manifests' && folder.built !== undefined) return [...folder.built.objects]
  return objectsWith('cnpg.io', source, manifest).filter(({ kind, plain }) => kind !== '' && isOperators(plain))
}

/** The Secrets, ConfigMaps, Certificates and NetworkPolicies of a folder; of a kustomization those that nothing in it changes. */
export function holdersIn(source: JsonMap, manifest: Manifest, namespace: string): Holders {
  const folder = folderOf(source, manifest)
  if (folder.kind !== 'manifests') return new Map()
  if (folder.built !== undefined) return byNamespace(folder.built.beside, namespace)
  const files = filesWith('kind', source, manifest).filter(({ text }) =>
    /(?:Secret|ConfigMap|Certificate|NetworkPolicy|OnePasswordItem|PodDisruptionBudget|Monitor|Service|ResourceQuota|LimitRange|Autoscaler|ScaledObject)\b/.test(
      text,
    ),
  )
  return byNamespace(
    objectsOf(files).filter(({ plain }) => isHolder(plain)),
    namespace,
  )
}

const byNamespace = (holders: readonly RenderedObject[], namespace: string): Holders =>
  holdersByName(holders, ({ plain }) => printed(at(plain, 'metadata', 'namespace') ?? namespace))

/** What keeps a file of the folder from being read, as Argo CD can't read it either. */
export function brokenIn(source: JsonMap, manifest: Manifest): LocatedFinding[] {
  const folder = folderOf(source, manifest)
  const built = folder.kind === 'manifests' ? folder.built : undefined
  return (built?.broken ?? filesWith('cnpg.io', source, manifest)).flatMap((file) => {
    const { manifests, findings } = readManifests(file)
    if (findings.length > 0) return findings
    return [...yamlFindings(file, [notJson(file) ?? []].flat()), ...manifests.flatMap(({ value }) => misspeltHead(value))]
  })
}

/** An object without a `kind` or an `apiVersion` is none: Argo CD passes over it or can't read the file, and the database is missing. */
function misspeltHead(value: MapValue): LocatedFinding[] {
  const group = [...value.entries.values()].some((node) => node.kind === 'scalar' && isOperators({ apiVersion: node.value }))
  if (!group) return []
  return ['apiVersion', 'kind'].flatMap((wanted): LocatedFinding[] => {
    if (value.entries.has(wanted)) return []
    const known = ['apiVersion', 'kind', 'metadata', 'spec', 'data']
    const meant = [...value.entries].find(([key]) => !known.includes(key) && nearest(key, [wanted]) !== undefined)
    const first = meant ?? [...value.entries][0]
    const at = first === undefined ? undefined : spotOf(first[1], 'key')
    if (at === undefined) return []
    return [
      {
        rule: 'schema/kind',
        severity: 'error',
        message:
          meant === undefined
            ? phrase`${wanted} is not set, but must be`
            : phrase`unknown field \`${named(meant[0])}\`, and ${wanted} is not set, but must be`,
        at,
        help: meant === undefined ? phrase`set ${wanted}` : phrase`did you mean \`${wanted}\`?`,
      },
    ]
  })
}

/** All objects of the files with a word in them. */
export function objectsWith(word: string, source: JsonMap, manifest: Manifest): RenderedObject[] {
  return objectsOf(filesWith(word, source, manifest))
}

/** All objects of files that are applied as they are. */
export function objectsOf(files: readonly SourceFile[]): RenderedObject[] {
  return files.flatMap((file) =>
    readManifests(file).manifests.map(({ value, plain, kind, name }): RenderedObject => ({ kind, name, value, plain, hook: false })),
  )
}

function filesWith(word: string, source: JsonMap, { settings, tree }: Manifest): SourceFile[] {
  const { path, repoURL, directory } = source
  const local = posix.normalize(`${trimEndOf(printed(path ?? ''), '/')}/`)
  const folder = repositoryPath({ kind: 'local', path: local === './' ? '' : local, repoURL: printed(repoURL ?? '') }, { settings, tree })
  if (folder === undefined) return []
  const all = tree.wide?.() ?? tree
  const isWanted = directoryFilter(directory)
  const reader = fileReader(tree)
  return pathsBelow(all, folder).flatMap((one) => {
    if (!isWanted(one.slice(folder.length))) return []
    const file = reader(one)
    return file === undefined || !file.text.includes(word) || isSkippedFile(file.text) ? [] : [file]
  })
}
