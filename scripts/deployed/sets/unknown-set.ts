// Why is it not known which Applications a set makes?
import { shownAddress } from '../../repository/remote.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { isOfficialPlace } from '../../charts/pin.ts'
import { sourcesOf } from '../../applicationset/sources.ts'
import { chartOf } from '../charts/chart-of-source.ts'
import type { Looking } from '../looking.ts'
import { at, gitGenerators, isSameRepository } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { refused } from '../skipped.ts'
import type { Skipped } from '../skipped.ts'
import { unknownText } from './unknown-text.ts'

/** Why it is not known which Applications a set makes. */
export function whyUnknown({ refusals, plain, settings, tree }: Manifest): Pick<Skipped, 'reason' | 'repository'> {
  const [first] = refusals
  if (first?.stage === 'unsupported' || first === undefined) {
    const kinds = generatorKinds(at(plain, 'spec', 'generators') ?? null)
    const outside = kinds.filter((kind) => outsideGenerators.has(kind))
    if (outside.length > 0) return { reason: `what its generator \`${outside[0]}\` finds is only known to the cluster` }
    const here = [settings.repository.url, ...(tree.homes ?? []).map(({ url }) => url)]
    const addresses = gitGenerators(plain).map(({ repoURL }) => printed(repoURL ?? ''))
    const repository = addresses.find(
      (url) => !url.includes(unknownText) && !url.includes('{{') && !here.some((one) => isSameRepository(one, url)),
    )
    if (repository !== undefined) {
      const shown = shownAddress(repository)
      return { reason: `its git generator reads ${shown}, which is not checked out here`, repository: shown }
    }
    if (addresses.some((url) => url.includes('{{') || url.includes(unknownText)))
      return { reason: 'its git generator reads a repository that only the cluster knows' }
    if (kinds.includes('git')) return { reason: 'its git generator reads another revision or folder than the one that is here' }
    return { reason: "its generators can't be computed here" }
  }
  // the refusal is reported where it is, with what it quotes masked
  return { reason: refused }
}

const outsideGenerators: ReadonlySet<string> = new Set(['clusters', 'scmProvider', 'pullRequest', 'plugin', 'clusterDecisionResource'])

function generatorKinds(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(generatorKinds)
  if (!isJsonMap(node)) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'matrix' && key !== 'merge') return key === 'selector' ? [] : [key]
    return generatorKinds(at(value, 'generators') ?? null)
  })
}

/** A set whose Applications are not known deploys databases if its template names a chart or a folder that does. */
export function mayDeploy({ plain, base }: Manifest, { settings, charts }: Pick<Looking, 'settings' | 'charts'>): boolean {
  const spec = at(plain, ...base, 'spec')
  return (
    isJsonMap(spec) &&
    sourcesOf(spec).sources.some((source) => chartOf(source, { settings, charts }) !== undefined || mayBeOfficial(source))
  )
}

/** A chart that the set fills in, of an address that holds the official ones, or that is filled in as well beside words about databases. */
function mayBeOfficial({ chart, repoURL, helm = null }: JsonMap): boolean {
  if (typeof chart !== 'string' || typeof repoURL !== 'string' || !chart.includes('{{')) return false
  return isOfficialPlace(repoURL) || (repoURL.includes('{{') && /cnpg|cloudnative-?pg|postgres/i.test(JSON.stringify(helm)))
}
