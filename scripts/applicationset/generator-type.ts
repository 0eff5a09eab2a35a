// Which fields does a generator inside another one have in Argo CD's Go types?
import { lookup } from '../values/lookup.ts'
import { applicationShape, bool, int, keep, list, map, named, omit, pointer, raw, string, struct } from './application-type.ts'
import type { Field, Shape } from './application-type.ts'

const requirement = struct({ key: keep(string), operator: keep(string), values: omit(list(string)) })
const selector = struct({ matchLabels: omit(map(string)), matchExpressions: omit(list(requirement)) })
const item = struct({ path: keep(string), exclude: omit(bool) })
const template = omit(applicationShape)
const asked: Record<string, Field> = lookup({ requeueAfterSeconds: pointer(int), template, values: omit(map(string)) })

/** Generators that ask a server are never evaluated: only the settings common to all of them are checked. */
const terminal: Record<string, Field> = lookup({
  list: pointer(struct({ elements: keep(list(raw)), template, elementsYaml: omit(string) })),
  clusters: pointer(struct({ selector: omit(selector), template, values: omit(map(string)), flatList: omit(bool) })),
  git: pointer(
    struct({
      ...named('repoURL revision pathParamPrefix', string),
      directories: omit(list(item)),
      files: omit(list(item)),
      ...asked,
    }),
  ),
  scmProvider: pointer(struct({ ...asked, cloneProtocol: omit(string) })),
  clusterDecisionResource: pointer(struct({ ...named('configMapRef name', string), labelSelector: omit(selector), ...asked })),
  pullRequest: pointer(struct({ ...asked, continueOnRepoNotFoundError: omit(bool) })),
  plugin: pointer(struct(asked)),
  selector: pointer(selector),
})
const generators = keep(list(struct(terminal)))

/** `NestedMatrixGenerator` and `NestedMergeGenerator`. */
export const nestedShapes: Readonly<Record<'matrix' | 'merge', Shape>> = {
  matrix: struct({ generators }),
  merge: struct({ generators, mergeKeys: keep(list(string)) }),
}
