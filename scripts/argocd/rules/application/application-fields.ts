// Do the small fields of an Application mean what they were meant to?
import { named, phrase } from '../../../findings/message.ts'
import type { Finding } from '../../../findings/finding.ts'
import { hasReached } from '../../../applicationset/sync-options.ts'
import { filledPath } from '../../../deployed/sets/filled-in.ts'
import { split } from '../../../values/append.ts'
import { at, isDatabase, placedSources, textItems } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { isDns1123Label, nearestLabel } from '../../../kubernetes/dns-name.ts'
import { holdsSecret } from '../../../secret/message.ts'
import { parseGoDuration } from '../../../go-template/duration.ts'
import { nearest } from '../../../values/path.ts'
import { printed } from '../../../values/printed.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'

const resources = 'resources-finalizer.argocd.argoproj.io'
/** `application_defaults.go` of Argo CD 3.5; the hooks' finalizers may have a stage behind a slash. */
const finalizers = [
  resources,
  `${resources}/background`,
  `${resources}/foreground`,
  'pre-delete-finalizer.argocd.argoproj.io',
  'post-delete-finalizer.argocd.argoproj.io',
]
const isKnownFinalizer = (text: string): boolean =>
  finalizers.includes(text) || /^(?:pre|post)-delete-finalizer\.argocd\.argoproj\.io\//.test(text)

/** The metadata of the manifest itself, and that of what a set makes. */
const heads = ({ kind, base }: Manifest): Path[] => (kind === 'ApplicationSet' ? [[], base] : [[]])
/** Whether no namespace can have the name; what is not filled in is not known. */
const isImpossible = (namespace: string): boolean =>
  namespace !== '' && !isOpen(namespace) && !/<no value>|map\[/.test(namespace) && !isDns1123Label(namespace)

/** Units that people write for those of Go. */
const units: readonly (readonly [RegExp, string])[] = [
  [/^(\d+) *(?:s|secs?|seconds?)$/i, 's'],
  [/^(\d+) *(?:m|mins?|minutes?)$/i, 'm'],
  [/^(\d+) *(?:h|hrs?|hours?)$/i, 'h'],
]

/** `parseStringToDuration`: a number is seconds; undefined: it can be read. */
function durationHelp(text: string): string | undefined {
  if (/^[+-]?\d+$/.test(text) || parseGoDuration(text) !== undefined) return undefined
  const days = /^(\d{1,4}) *(?:d|days?)$/i.exec(text)
  if (days !== null) return `${Number(days[1]) * 24}h`
  return units.flatMap(([pattern, unit]) => pattern.exec(text)?.[1]?.concat(unit) ?? [])[0] ?? '5s'
}

export const fieldRules: readonly ManifestRule[] = [
  {
    // a finalizer that no controller knows is never removed; only those of `isPropagationPolicyFinalizer` delete what was deployed
    id: 'argocd/finalizer-known',
    severity: 'warning',
    upstream: 'Application.CascadedDeletion',
    summary: 'finalizers of Argo CD are spelt as it knows them',
    *check(manifest) {
      for (const head of heads(manifest)) {
        const path = [...head, 'metadata', 'finalizers']
        for (const { index, text } of textItems(at(manifest.plain, ...path))) {
          if (isKnownFinalizer(text) || isOpen(text)) continue
          // others may have finalizers of their own
          if (!/argoproj(?:\.io)?(?:\/|$)/.test(text) && nearest(text, finalizers) === undefined) continue
          const meant = text.includes('foreground') ? finalizers[2] : text.includes('background') ? finalizers[1] : undefined
          yield {
            message: phrase`finalizer is ${named(text)}, but Argo CD knows no such one: it deletes nothing, and nobody ever removes it`,
            places: [{ path: [...path, index] }],
            help: phrase`write ${named(meant ?? nearest(text, finalizers) ?? resources)}`,
          }
        }
      }
    },
  },
  {
    // argo-cd#11350 and "Namespace Metadata" in the documentation of sync options; `WithNamespaceModifier` hangs on the option
    id: 'argocd/namespace-metadata-applies',
    severity: 'warning',
    upstream: 'syncNamespace',
    summary: 'managedNamespaceMetadata come with CreateNamespace=true',
    *check({ plain, base }) {
      const policy = [...base, 'spec', 'syncPolicy']
      const options = textItems(at(plain, ...policy, 'syncOptions'))
      const metadata = at(plain, ...policy, 'managedNamespaceMetadata')
      // an empty one asks for nothing
      if (!isJsonMap(metadata) || Object.keys(metadata).length === 0 || options.some(({ text }) => isOpen(text))) return
      if (options.some(({ text }) => text === 'CreateNamespace=true')) return
      yield {
        message: phrase`managedNamespaceMetadata is set without CreateNamespace=true, but Argo CD then leaves the namespace alone`,
        places: [{ path: [...policy, 'managedNamespaceMetadata'], on: 'key' }],
        help: phrase`add CreateNamespace=true to syncOptions, or label a Namespace manifest`,
      }
    },
  },
  {
    // `RetryStrategy.NextRetryAt`: "failed to retry: unable to parse … as a duration"
    id: 'argocd/retry-readable',
    severity: 'warning',
    upstream: 'RetryStrategy.NextRetryAt',
    summary: 'Argo CD can read the times of a retry',
    *check({ plain, base }) {
      const backoff = [...base, 'spec', 'syncPolicy', 'retry', 'backoff']
      for (const field of ['duration', 'maxDuration']) {
        const text = at(plain, ...backoff, field)
        const help = typeof text !== 'string' || text === '' || isOpen(text) ? undefined : durationHelp(text)
        if (help === undefined) continue
        yield {
          message: phrase`${field} is ${named(printed(text))}, but must be a duration as Go reads it, or a failed sync is never retried`,
          places: [{ path: [...backoff, field] }],
          help: phrase`write ${named(help)}`,
        }
      }
    },
  },
  {
    // `handleRefreshAnnotation` removes it, whoever syncs the manifest puts it back; `defaultPreservedAnnotations` for sets
    id: 'argocd/refresh-not-kept',
    severity: 'warning',
    upstream: 'AnnotationKeyRefresh: removed by the application controller',
    summary: 'no manifest asks for a refresh for ever',
    *check(manifest) {
      for (const head of heads(manifest))
        for (const key of ['argocd.argoproj.io/refresh', 'argocd.argoproj.io/application-set-refresh', 'argocd.argoproj.io/hydrate']) {
          const path = [...head, 'metadata', 'annotations', key]
          if (at(manifest.plain, ...path) === undefined) continue
          yield {
            message: phrase`annotation is ${named(key)}, but Argo CD removes it each time, and each sync of this manifest puts it back`,
            places: [{ path, on: 'key' }],
            help: phrase`remove it: it is a request, to be made once with kubectl annotate`,
          }
        }
    },
  },
  {
    // the API server makes no such namespace, and puts no object into it
    id: 'argocd/destination-namespace',
    severity: 'error',
    upstream: 'ValidateNamespaceName of Kubernetes',
    summary: 'the namespace of a destination is one that Kubernetes can have',
    *check(manifest) {
      const { applications, base, plain, settings, refusals } = manifest
      const path: Path = [...base, 'spec', 'destination', 'namespace']
      // a name that is made of the same word is reported already
      const all = refusals.length > 0 ? [] : (applications ?? []).filter((application) => isDatabase(application, settings))
      const namespaceOf = (application: JsonMap): string => printed(at(application, 'spec', 'destination', 'namespace') ?? '')
      const [wrong, right] = split(all, (application) => isImpossible(namespaceOf(application)))
      const [first] = wrong
      if (first === undefined) return
      // where all that an element fills in is wrong, and nothing else, the template is right
      const text = printed(at(plain, ...path) ?? '')
      const filledIn = (some: readonly JsonMap[]): Set<string> =>
        new Set(some.map((application) => JSON.stringify(filledPath(text, manifest, application))))
      const filled = right.length > 0 && filledIn(wrong).size === 1 ? filledPath(text, manifest, first) : undefined
      const isElement = filled !== undefined && !filledIn(right).has(JSON.stringify(filled))
      const namespace = namespaceOf(first)
      const likely = nearestLabel(namespace)
      yield {
        message: phrase`namespace is ${named(namespace)}, but a namespace has lower-case letters, digits and \`-\`, at most 63`,
        places: [{ path: isElement ? filled : path }],
        help: likely === undefined ? phrase`write the name of a namespace` : phrase`write ${named(likely)}`,
      }
    },
  },
  {
    // "Sync waves" order the objects of one sync; the controller of sets writes all Applications at once ("Progressive Syncs")
    id: 'argocd/wave-in-set',
    severity: 'warning',
    upstream: 'createOrUpdateInCluster',
    summary: 'no sync wave is meant to order the Applications of a set',
    *check({ kind, plain, base }) {
      const path = [...base, 'metadata', 'annotations', 'argocd.argoproj.io/sync-wave']
      if (kind !== 'ApplicationSet' || at(plain, ...path) === undefined) return
      yield {
        message: phrase`sync-wave is set for the Applications of a set, but the set writes all of them at once, whatever their wave`,
        places: [{ path, on: 'key' }],
        help: phrase`remove it; to order them, use spec.strategy of type RollingSync`,
      }
    },
  },
  {
    id: 'argocd/chart-address',
    severity: 'error',
    upstream: 'ApplicationSource.IsOCI, helm.IsHelmOciRepo',
    summary: 'the address of a chart is that of a chart repository',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const url = source['repoURL']
        if (typeof source['chart'] !== 'string' || source['chart'] === '' || typeof url !== 'string' || isOpen(url)) continue
        const finding = addressMistake(url, source['chart'], manifest)
        if (finding !== undefined) yield { ...finding, places: [{ path: [...path, 'repoURL'] }] }
      }
    },
  },
  {
    // `runManifestGen`: a source with a ref, and without path and chart, gives no manifests
    id: 'argocd/helm-of-chart',
    severity: 'warning',
    upstream: 'runManifestGen',
    summary: 'values are given to the source of the chart, not to that of the value files',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        if (source['ref'] === undefined || source['path'] !== undefined || source['chart'] !== undefined || !isJsonMap(source['helm']))
          continue
        yield {
          message: phrase`helm is set in the source that has a ref alone, but that source renders no chart, and nobody reads it`,
          places: [{ path: [...path, 'helm'], on: 'key' }],
          help: phrase`move it to the source of the chart, and begin its valueFiles with $${named(printed(source['ref']))}/`,
        }
      }
    },
  },
]

/** An OCI address is the whole artifact since 3.1, and before that no address of charts; GitHub serves no index.yaml beside its pages. */
function addressMistake(url: string, chart: string, { settings }: Manifest): Omit<Finding, 'places'> | undefined {
  if (url.startsWith('oci://') && hasReached(settings.argocd.version, '3.1'))
    return {
      message: phrase`repoURL begins with oci://, but Argo CD then takes it for the whole address, and does not read \`chart\``,
      help: holdsSecret(url)
        ? phrase`write the address without oci://, or with the chart's name and \`path: .\` instead of \`chart\``
        : phrase`write ${named(url.slice('oci://'.length))}, or ${named(`${url.replace(/\/$/, '')}/${chart}`)} with \`path: .\` instead of \`chart\``,
    }
  const repository = /^(?:https:\/\/(?:www\.)?github\.com\/|git@github\.com:)([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(url)
  if (repository === null) return undefined
  const [, owner = '', name = ''] = repository
  return {
    message: phrase`repoURL is ${named(url.length > 50 ? `${url.slice(0, 49)}…` : url)}, but that is a git repository, and no repository of charts`,
    help: phrase`write the address of its charts, mostly https://${named(owner.toLowerCase())}.github.io/${named(name)}; for git, \`path\` instead of \`chart\``,
  }
}

/** Whether a chart of the operator, its plugin or a database is looked for where there is no repository of charts. */
export function hasMistakenAddress(manifest: Manifest): boolean {
  return placedSources(manifest).some(({ source: { chart, repoURL } }) => {
    if (typeof repoURL !== 'string' || typeof chart !== 'string' || !/^(?:cluster|cloudnative-pg|plugin-barman-cloud)$/.test(chart))
      return false
    return /cloudnative-?pg/i.test(repoURL) && addressMistake(repoURL, chart, manifest) !== undefined
  })
}
