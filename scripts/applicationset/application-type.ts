// Which fields does an Application have in Argo CD's Go types, and which of them are always written?

/** How a field is written: `keep` always, `omit` unless empty, `pointer` unless nil, `omitzero` unless it is the zero value. */
type FieldMode = 'keep' | 'omit' | 'pointer' | 'omitzero'
export type Shape =
  | { readonly kind: 'string' | 'bool' | 'int' | 'raw' | 'int-or-string' | 'time' }
  | { readonly kind: 'list' | 'map'; readonly of: Shape }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [string, Field])[] }
export interface Field {
  readonly shape: Shape
  readonly mode: FieldMode
  /** `patchStrategy: merge`: a patch merges this list; maps in it are identified by `key` */
  readonly merge?: { readonly key?: string }
}

export const string: Shape = { kind: 'string' }
export const bool: Shape = { kind: 'bool' }
export const int: Shape = { kind: 'int' }
export const raw: Shape = { kind: 'raw' }
export const list = (of: Shape): Shape => ({ kind: 'list', of })
export const map = (of: Shape): Shape => ({ kind: 'map', of })
export const omit = (shape: Shape): Field => ({ shape, mode: 'omit' })
export const keep = (shape: Shape): Field => ({ shape, mode: 'keep' })
export const pointer = (shape: Shape): Field => ({ shape, mode: 'pointer' })
export const omitZero = (shape: Shape): Field => ({ shape, mode: 'omitzero' })
export const struct = (fields: Record<string, Field>): Shape => ({ kind: 'struct', fields: Object.entries(fields) })
export const named = (names: string, shape: Shape): Record<string, Field> =>
  Object.fromEntries(names.split(' ').map((name) => [name, omit(shape)]))

const parameter = struct({ ...named('name value', string), forceString: omit(bool) })
export const nameValue = struct({ name: keep(string), value: keep(string) })
const helm = struct({
  ...named('valueFiles apiVersions', list(string)),
  parameters: omit(list(parameter)),
  ...named('releaseName values version namespace kubeVersion', string),
  fileParameters: omit(list(struct(named('name path', string)))),
  ...named('passCredentials ignoreMissingValueFiles skipCrds skipTests skipSchemaValidation', bool),
  valuesObject: pointer(raw),
})
const patchTarget = struct(named('group version kind name namespace annotationSelector labelSelector', string))
const kustomize = struct({
  ...named('namePrefix nameSuffix version namespace kubeVersion', string),
  ...named('images components apiVersions', list(string)),
  ...named('commonLabels commonAnnotations', map(string)),
  ...named(
    'forceCommonLabels forceCommonAnnotations commonAnnotationsEnvsubst labelWithoutSelector labelIncludeTemplates ignoreMissingComponents',
    bool,
  ),
  replicas: omit(list(struct({ name: keep(string), count: keep({ kind: 'int-or-string' }) }))),
  patches: omit(list(struct({ ...named('path patch', string), target: pointer(patchTarget), options: omit(map(bool)) }))),
})
const jsonnetVariable = struct({ name: keep(string), value: keep(string), code: omit(bool) })
const directory = struct({
  recurse: omit(bool),
  jsonnet: omitZero(struct({ ...named('extVars tlas', list(jsonnetVariable)), libs: omit(list(string)) })),
  ...named('exclude include', string),
})
const plugin = struct({
  name: omit(string),
  env: omit(list(nameValue)),
  parameters: omit(list(struct({ name: omit(string), string: pointer(string), map: pointer(map(string)), array: pointer(list(string)) }))),
})
const types = { helm: pointer(helm), kustomize: pointer(kustomize), directory: pointer(directory), plugin: pointer(plugin) }
export const source = struct({ repoURL: keep(string), ...named('path targetRevision chart ref name tagPrefix', string), ...types })
const dry = struct({ repoURL: keep(string), targetRevision: keep(string), path: keep(string), ...types })
export const hydrator = struct({
  drySource: keep(dry),
  syncSource: keep(struct({ repoURL: omit(string), targetBranch: keep(string), path: keep(string) })),
  hydrateTo: pointer(struct({ targetBranch: keep(string) })),
})
const automated = struct(Object.fromEntries(['prune', 'selfHeal', 'allowEmpty', 'enabled'].map((name) => [name, pointer(bool)])))
const backoff = struct({ duration: omit(string), factor: pointer(int), maxDuration: omit(string) })
export const retry = struct({ limit: omit(int), backoff: pointer(backoff), refresh: omit(bool) })
export const namespaceMetadata = struct(named('labels annotations', map(string)))
const syncPolicy = struct({
  automated: pointer(automated),
  syncOptions: omit(list(string)),
  retry: pointer(retry),
  managedNamespaceMetadata: pointer(namespaceMetadata),
})
export const difference = struct({
  ...named('group name namespace', string),
  kind: keep(string),
  ...named('jsonPointers jqPathExpressions managedFieldsManagers', list(string)),
})

export const destination = struct(named('server namespace name', string))

/** `v1alpha1.ApplicationSpec`. */
export const specShape: Shape = struct({
  source: pointer(source),
  destination: keep(destination),
  project: keep(string),
  syncPolicy: pointer(syncPolicy),
  ignoreDifferences: omit(list(difference)),
  info: omit(list(nameValue)),
  revisionHistoryLimit: pointer(int),
  sources: omit(list(source)),
  sourceHydrator: pointer(hydrator),
})

/** `ApplicationSetTemplateMeta`, and of an Application's metadata the part that a set can write. */
const metadataShape: Shape = struct({
  ...named('name namespace', string),
  ...named('labels annotations', map(string)),
  finalizers: omit(list(string)),
})

export const applicationShape: Shape = struct({ metadata: keep(metadataShape), spec: keep(specShape) })
