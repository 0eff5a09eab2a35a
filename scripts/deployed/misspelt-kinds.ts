// Which manifests were meant as Applications, sets or Clusters, but nobody serves such a kind?
import type { LocatedFinding } from '../findings/spot.ts'
import type { Settings } from '../model.ts'
import { decodeObject } from '../kubernetes/decode.ts'
import { nearest } from '../values/path.ts'
import { knownOperators } from '../operator/version.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { at } from './manifest-parts.ts'
import type { ManifestFile } from './manifests.ts'
import { unknownText } from './sets/unknown-text.ts'

const argo = { group: 'argoproj.io', version: 'v1alpha1', kinds: ['Application', 'ApplicationSet', 'AppProject'] }
const operator = { group: 'postgresql.cnpg.io', version: 'v1', kinds: ['Cluster'] }

/** `schema/kind`: the API server knows no such kind, so that the object, and what it deploys, is never made. */
export function misspeltKinds(files: readonly ManifestFile[], settings: Settings): LocatedFinding[] {
  return files.flatMap(({ objects }) =>
    objects.flatMap(({ plain, spotOf }): LocatedFinding[] => {
      const meant = isArgos(plain) ? argo : isOperatorsCluster(plain) ? operator : undefined
      if (meant === undefined) return []
      const kind = nearest(printed(plain['kind']), meant.kinds) ?? printed(plain['kind'])
      const apiVersion = `${meant.group}/${meant.version}`
      if (plain['kind'] === kind && plain['apiVersion'] === apiVersion) return []
      // one word at a time: with both misspelt, the kind is reported once the group is right
      const seen = plain['apiVersion'] === apiVersion ? plain : { ...plain, kind }
      const decoded = decodeObject(seen, meant === argo ? settings.argocd.version : (settings.operator ?? knownOperators.last))
      const issue = 'issues' in decoded ? decoded.issues[0] : undefined
      if (issue === undefined) return []
      return [{ rule: 'schema/kind', severity: 'error', message: issue.message, at: spotOf(issue.path), help: issue.help }]
    }),
  )
}

/** An object of Argo CD by its group, or by what only its objects have where that is misspelt. */
function isArgos(plain: JsonMap): boolean {
  const { apiVersion = null, kind = null } = plain
  const [group = ''] = printed(apiVersion).split('/')
  if (typeof kind !== 'string' || kind.includes(unknownText) || nearest(kind, argo.kinds) === undefined) return false
  if (group === argo.group) return true
  const spec = at(plain, 'spec')
  const inner = kind.toLowerCase().endsWith('set') ? at(spec, 'template', 'spec') : spec
  const isLike = isJsonMap(inner) && isJsonMap(inner['destination']) && (inner['source'] !== undefined || inner['sources'] !== undefined)
  return isLike || nearest(group, [argo.group]) !== undefined
}

/** A Cluster whose group is misspelt; a misspelt kind is judged with the folder that it is in. */
function isOperatorsCluster({ apiVersion = null, kind = null }: JsonMap): boolean {
  const [group = ''] = printed(apiVersion).split('/')
  return kind === 'Cluster' && group !== operator.group && nearest(group, [operator.group]) !== undefined
}
