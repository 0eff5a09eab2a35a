// Which repositories that are not checked out do Applications and sets deploy folders of, and may those hold databases?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { normalizeRemote, shownAddress } from '../repository/remote.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { sourcesIn } from '../applicationset/sources.ts'
import { at, gitGenerators, isSameRepository, sourcePath } from './manifest-parts.ts'
import { applicationName } from './manifests.ts'
import type { Manifest } from './manifests.ts'
import type { Skipped } from './skipped.ts'
import { unknownText } from './sets/unknown-text.ts'

/** A folder of a repository that is not at hand, and who deploys it. */
export interface Foreign {
  readonly address: string
  readonly name: string
  readonly path: string
  readonly at: Spot
  /** words about databases are beside it */
  readonly isLikely: boolean
  /** the repository has the owner of this one */
  readonly isNear: boolean
}

/** Words of which one is in nearly every database's name, namespace or folder. */
const words = /cnpg|cloudnative-?pg|postgres|pgsql|databases?|(?:^|[^a-z0-9])(?:dbs?|pg)(?:[^a-z0-9]|$)/i
const operator = /cnpg|cloudnative-?pg/i

/** The folders of an Application, or of the template of a set, that are in repositories which are not at hand. */
export function foreignFolders(manifest: Manifest, application: JsonMap): Foreign[] {
  const { base, plain } = manifest
  const spec = at(application, 'spec')
  const destination = printed(at(spec, 'destination', 'namespace') ?? '')
  return sourcesIn(spec).flatMap((source, nth): Foreign[] => {
    const { path, repoURL, chart, ref, helm = null } = source
    if (typeof path !== 'string' || chart !== undefined || ref !== undefined) return []
    const found = foreign(repoURL, manifest)
    if (found === undefined) return []
    const near: Path = [...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), nth), 'repoURL']
    const text = [applicationName(application), destination, path, found.address].join(' ')
    return [
      {
        ...found,
        path,
        name: applicationName(application),
        at: manifest.spotOf(near),
        isLikely: words.test(text) || operator.test(JSON.stringify(helm)),
      },
    ]
  })
}

/** What a set deploys from elsewhere whose Applications are not known. */
export function foreignOfSet(manifest: Manifest): Foreign[] {
  const template = at(manifest.plain, ...manifest.base)
  const found = isJsonMap(template) ? foreignFolders(manifest, template) : []
  const name = applicationName(manifest.plain)
  const patterns = JSON.stringify(gitGenerators(manifest.plain))
  return found.map((one) => ({ ...one, name, isLikely: one.isLikely || words.test(name) || words.test(patterns) }))
}

function foreign(url: Json | undefined, { settings, tree }: Around): Pick<Foreign, 'address' | 'isNear'> | undefined {
  if (typeof url !== 'string' || url === '' || url.includes('{{') || url.includes(unknownText) || /^oci:/i.test(url)) return undefined
  const here = [settings.repository.url, ...(tree.homes ?? []).map((home) => home.url)]
  if (here.some((one) => isSameRepository(one, url))) return undefined
  const owner = ownerOf(url)
  // the operator's own manifests and charts make no database
  if (owner === 'github.com/cloudnative-pg') return undefined
  return { address: shownAddress(url), isNear: owner !== undefined && here.some((one) => ownerOf(one) === owner) }
}

interface Around {
  readonly settings: Settings
  readonly tree: Tree
}

const ownerOf = (url: string): string | undefined => normalizeRemote(url)?.split('/').slice(0, -1).join('/')

/** One for each address that likely holds databases. */
export function likelyForeign(all: readonly Foreign[]): Skipped[] {
  const byAddress = groups(all.filter(({ isLikely }) => isLikely))
  return byAddress.flatMap(([first, ...others]): Skipped[] => {
    if (first === undefined) return []
    const { name, path, address, at: spot } = first
    const names = [...new Set(others.map((one) => one.name))].filter((one) => one !== name)
    const reason = `it deploys ${path} of ${address}, which is not checked out here`
    return [{ name, reason, repository: address, at: spot, ...(names.length > 0 && { others: names }) }]
  })
}

/** One note for all repositories beside this one that nothing else is known of. */
export function otherForeign(all: readonly Foreign[]): LocatedFinding[] {
  const likely = all.filter(({ isLikely }) => isLikely)
  const left = all.filter(({ isNear, address }) => isNear && !likely.some((one) => isSameRepository(one.address, address)))
  const [[first] = [], ...others] = groups(left)
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return [
    {
      rule: 'argocd/not-computed',
      severity: 'info',
      message: phrase`${named(first.address)}${named(more)} is not checked out here, so that databases in it are not judged`,
      at: first.at,
      related: others
        .slice(0, 8)
        .flatMap(([one]) => (one === undefined ? [] : [{ ...one.at, message: phrase`nor ${named(one.address)}` }])),
      help: phrase`if there are any, give the other repository: --checkout ${named(first.address)}=DIR`,
    },
  ]
}

function groups(all: readonly Foreign[]): Foreign[][] {
  const found: Foreign[][] = []
  for (const one of all) {
    const group = found.find(([first]) => first !== undefined && isSameRepository(first.address, one.address))
    if (group === undefined) found.push([one])
    else group.push(one)
  }
  return found
}
