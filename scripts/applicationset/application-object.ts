// Which fields of a whole Application may a patch name?
import {
  bool,
  destination,
  difference,
  hydrator,
  int,
  keep,
  list,
  map,
  named,
  namespaceMetadata,
  nameValue,
  omit,
  omitZero,
  pointer,
  raw,
  retry,
  source,
  specShape,
  string,
  struct,
} from './application-type.ts'
import type { Shape } from './application-type.ts'

const time: Shape = { kind: 'time' }
const owner = struct({
  apiVersion: keep(string),
  kind: keep(string),
  name: keep(string),
  uid: keep(string),
  controller: pointer(bool),
  blockOwnerDeletion: pointer(bool),
})
const managedFields = struct({
  ...named('manager operation apiVersion fieldsType subresource', string),
  time: pointer(time),
  fieldsV1: pointer(raw),
})
/** `metav1.ObjectMeta`. */
const metadata = struct({
  ...named('name generateName namespace selfLink uid resourceVersion', string),
  generation: omit(int),
  creationTimestamp: omitZero(time),
  deletionTimestamp: pointer(time),
  deletionGracePeriodSeconds: pointer(int),
  ...named('labels annotations', map(string)),
  ownerReferences: { ...omit(list(owner)), merge: { key: 'uid' } },
  finalizers: { ...omit(list(string)), merge: {} },
  managedFields: omit(list(managedFields)),
})

const initiator = struct({ username: omit(string), automated: omit(bool) })
const force = struct({ force: omit(bool) })
const syncOperation = struct({
  revision: omit(string),
  ...named('prune dryRun', bool),
  syncStrategy: pointer(struct({ apply: pointer(force), hook: pointer(force) })),
  resources: omit(list(struct({ group: omit(string), kind: keep(string), name: keep(string), namespace: omit(string) }))),
  source: pointer(source),
  ...named('manifests syncOptions revisions', list(string)),
  sources: omit(list(source)),
  autoHealAttemptsCount: omit(int),
})
const operation = struct({ sync: pointer(syncOperation), initiatedBy: omit(initiator), info: omit(list(nameValue)), retry: omit(retry) })

const health = struct({ ...named('status message', string), lastTransitionTime: pointer(time) })
const resource = struct({
  ...named('group version kind namespace name status', string),
  health: pointer(health),
  ...named('hook requiresPruning requiresDeletionConfirmation', bool),
  syncWave: omit(int),
})
const comparedTo = struct({
  source: omit(source),
  destination: keep(destination),
  sources: omit(list(source)),
  ignoreDifferences: omit(list(difference)),
})
const history = struct({
  revision: omit(string),
  deployedAt: keep(time),
  id: keep(int),
  source: omit(source),
  deployStartedAt: pointer(time),
  sources: omit(list(source)),
  revisions: omit(list(string)),
  initiatedBy: omit(initiator),
})
const syncResult = struct({
  resources: omit(
    list(
      struct({
        ...named('group version kind namespace name status message hookType hookPhase syncPhase', string),
        images: omit(list(string)),
      }),
    ),
  ),
  revision: keep(string),
  source: omit(source),
  sources: omit(list(source)),
  revisions: omit(list(string)),
  managedNamespaceMetadata: pointer(namespaceMetadata),
})
const operationState = struct({
  operation: keep(operation),
  phase: keep(string),
  message: omit(string),
  syncResult: pointer(syncResult),
  startedAt: keep(time),
  finishedAt: pointer(time),
  retryCount: omit(int),
})
const hydrated = struct({ ...named('drySHA hydratedSHA', string), sourceHydrator: omit(hydrator) })
const hydrating = struct({
  startedAt: omit(time),
  finishedAt: pointer(time),
  ...named('phase message drySHA hydratedSHA', string),
  sourceHydrator: omit(hydrator),
})
const status = struct({
  resources: omit(list(resource)),
  sync: omit(struct({ status: keep(string), comparedTo: omit(comparedTo), revision: omit(string), revisions: omit(list(string)) })),
  health: omit(health),
  history: omit(list(history)),
  conditions: omit(list(struct({ type: keep(string), message: keep(string), lastTransitionTime: pointer(time) }))),
  reconciledAt: pointer(time),
  operationState: pointer(operationState),
  observedAt: pointer(time),
  ...named('sourceType resourceHealthSource controllerNamespace', string),
  summary: omit(struct({ ...named('externalURLs images', list(string)), isAppOfApps: omit(bool) })),
  sourceTypes: omit(list(string)),
  sourceHydrator: omit(
    struct({ lastSuccessfulOperation: pointer(hydrated), currentOperation: pointer(hydrating), lastComparedDryRevision: omit(string) }),
  ),
})

/** `v1alpha1.Application`. */
export const applicationObjectShape: Shape = struct({
  kind: omit(string),
  apiVersion: omit(string),
  metadata: keep(metadata),
  spec: keep(specShape),
  status: omit(status),
  operation: pointer(operation),
})
