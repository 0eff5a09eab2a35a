// Can the entries of ignoreDifferences be read, and do they match anything?
import type { Message } from '../../../findings/finding.ts'
import { named, phrase } from '../../../findings/message.ts'
import { at, textItems } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { operatorKinds } from '../../../operator/objects.ts'
import { lookup } from '../../../values/lookup.ts'
import { nearest } from '../../../values/path.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'

interface Mistake {
  readonly message: Message
  readonly help: Message
}

const kindsOf = {
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  'barmancloud.cnpg.io': ['ObjectStore'],
  batch: ['CronJob', 'Job'],
  'external-secrets.io': ['ClusterSecretStore', 'ExternalSecret', 'SecretStore'],
  'monitoring.coreos.com': ['PodMonitor', 'PrometheusRule', 'ServiceMonitor'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'postgresql.cnpg.io': operatorKinds,
}
/** The group of kinds that the core group, which has no name, does not have. */
const groupOf: Readonly<Record<string, string>> = lookup(
  Object.fromEntries(Object.entries(kindsOf).flatMap(([group, kinds]) => kinds.map((kind) => [kind, group]))),
)

/** `glob.Match` compares the whole text; without wildcards it is equality. */
const isPlain = (text: string): boolean => !/[*?[{]/.test(text)

/** Why the group and the kind of an entry are those of no object. */
function* wrongKinds(entry: JsonMap): Iterable<Mistake & { readonly field: 'group' | 'kind' }> {
  const [group, kind] = [entry['group'] ?? '', entry['kind']]
  if (typeof group !== 'string' || typeof kind !== 'string' || isOpen(group) || isOpen(kind)) return
  if (group.includes('/') || group === 'v1')
    yield {
      field: 'group',
      message: phrase`group is ${named(group)}, but a group has no version, so that this entry matches nothing`,
      help: group === 'v1' ? phrase`remove it: the group of ${named(kind)} has no name` : phrase`write ${named(group.split('/')[0])}`,
    }
  if (!isPlain(kind) || kind === '') return
  const home = groupOf[kind]
  if (group === '' && home !== undefined)
    yield {
      field: 'kind',
      message: phrase`kind is ${named(kind)} without a group, but its group is ${named(home)}, so that this entry matches nothing`,
      help: phrase`add \`group: ${named(home)}\``,
    }
  const all: readonly string[] = group === 'postgresql.cnpg.io' ? kindsOf[group] : Object.keys(groupOf)
  const isUnlike = /^[a-z]/.test(kind) || (group === 'postgresql.cnpg.io' && !all.includes(kind))
  const meant = isUnlike
    ? (all.find((one) => one.toLowerCase() === kind.toLowerCase().replace(/s$/, '')) ?? nearest(kind, [...all]))
    : undefined
  if (/^[a-z]/.test(kind) || meant !== undefined)
    yield {
      field: 'kind',
      message: phrase`kind is ${named(kind)}, but kinds are spelt in capitals and in the singular, so that this entry matches nothing`,
      help: phrase`write ${named(meant ?? kind.charAt(0).toUpperCase() + kind.slice(1))}`,
    }
}

/** Why a JSON pointer leads nowhere: what can't be removed is passed over without a word. */
function pointerMistake(text: string): Mistake | undefined {
  // the whole object, which is reported as such (`argocd/differences-shown`)
  if (text === '') return undefined
  const said = phrase`jsonPointers hold \`${named(text)}\``
  if (text.startsWith('.') || text.startsWith('$'))
    return { message: phrase`${said}, but a pointer begins with a slash`, help: phrase`move it to jqPathExpressions` }
  if (!text.startsWith('/')) return { message: phrase`${said}, but a pointer begins with a slash`, help: phrase`write /${named(text)}` }
  const indexed = /\[(\d*|\*)\]/.exec(text)
  if (indexed !== null || /\/\*(?:\/|$)/.test(text))
    return {
      message: phrase`${said}, but a pointer has no wildcards or brackets, and matches nothing`,
      help: phrase`move it to jqPathExpressions: ${named(asJq(text))}`,
    }
  // the keys of these maps have a prefix that ends in a slash, and their values are texts
  const steps = text.split('/')
  const map = steps.findIndex((step) => mapsOfTexts.has(step))
  const [key = '', ...below] = map < 0 ? [] : steps.slice(map + 1)
  if (!key.includes('.') || below.length === 0) return undefined
  return {
    message: phrase`${said}, but a slash inside of a key is written ~1, so that this matches nothing`,
    help: phrase`write ${named([...steps.slice(0, map + 1), [key, ...below].join('~1')].join('/'))}`,
  }
}

const mapsOfTexts: ReadonlySet<string> = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector'])

/** A pointer with wildcards as the path that jq takes. */
function asJq(pointer: string): string {
  return pointer
    .replaceAll(/\/\*(?=\/|$)/g, '[]')
    .replaceAll('[*]', '[]')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^[A-Za-z_]\w*(?:\[\d*\])*$/.test(step) || step === '' ? step : `["${step}"]`))
    .join('.')
}

/** What a path is made of, without the strings, the operators and the functions that other expressions have. */
const pathOnly = /^[\w.\-/[\]*\\$?@:'"]+$/
/** What is a function of jq behind a minus or a slash, and not a part of a key. */
const builtIn =
  /[-/](?:add|all|any|empty|env|first|floor|input|inputs|keys|last|length|max|min|not|now|null|paths|reverse|round|sort|sqrt|true|false|type|unique|values)$/
const simplePath = /^\.(?:(?:[A-Za-z_]\w*|"[^"]*"|\[(?:-?\d*|-?\d*:-?\d*|"[^"]*")\])\??(?:\.?(?=\[)|\.(?=["A-Za-z_])|$))*$/

/** Why gojq can't parse `del` with the expression, which Argo CD then reports as a ComparisonError; checked with gojq 0.12.17. */
function jqMistake(text: string): Mistake | undefined {
  const said = phrase`jqPathExpressions hold \`${named(text)}\``
  if (/^\/[\w-]+(?:\/|$)/.test(text))
    return { message: phrase`${said}, but that is a JSON pointer, and no jq path`, help: phrase`move it to jsonPointers` }
  const outside = text.replaceAll(/"[^"]*"/g, '')
  if (!pathOnly.test(text))
    return outside.includes("'")
      ? {
          message: phrase`${said}, but jq takes no single quotes, so that nothing of the Application is compared`,
          help: phrase`write "…" for '…'`,
        }
      : undefined
  if (simplePath.test(text) || text.startsWith('..') || builtIn.test(text)) return undefined
  const meant = quotedKey(text)
    .replace(/^\$/, '')
    .replaceAll('[*]', '[]')
    .replaceAll(/\['([^'"]*)'\]/g, '["$1"]')
    .replace(/^(?=[\w"[])/, '.')
    .replace(/\.$/, '')
    .replaceAll('..', '.')
    .replaceAll(/\.(\d+)(?=[.[]|$)/g, '[$1]')
  // an arithmetic of two paths can be read, though it deletes nothing
  if (meant === text || !simplePath.test(meant)) return outside.split('[').length === outside.split(']').length ? undefined : brackets(said)
  return {
    message: phrase`${said}, but jq can't read that, so that nothing of the Application is compared`,
    help: phrase`write ${named(meant)}`,
  }
}

/** `.metadata.annotations.cnpg.io/hibernation` has a key that must be in quotes. */
function quotedKey(text: string): string {
  const start = ['.annotations.', '.labels.']
    .map((map) => (text.includes(map) ? text.indexOf(map) + map.length : -1))
    .find((index) => index >= 0)
  const key = start === undefined ? '' : text.slice(start)
  if (start === undefined || !/[-/\\]/.test(key) || /["[\]]/.test(key)) return text
  return `${text.slice(0, start - 1)}["${key.replaceAll('\\', '')}"]`
}

const brackets = (said: Message): Mistake => ({
  message: phrase`${said}, but its brackets are not closed, so that nothing of the Application is compared`,
  help: phrase`write a list as .spec.managed.roles[].inherit`,
})

export const differenceRules: readonly ManifestRule[] = [
  {
    // `NewIgnoreNormalizer` of Argo CD 3.5: `gojq.Parse("del(" + expression + ")")`; its error is that of the comparison
    id: 'argocd/differences-readable',
    severity: 'error',
    upstream: 'NewIgnoreNormalizer',
    summary: 'jqPathExpressions of ignoreDifferences are ones that jq can read',
    *check(manifest) {
      for (const { entry, path } of entriesOf(manifest))
        for (const { index, text } of textItems(entry['jqPathExpressions'])) {
          const mistake = isOpen(text) ? undefined : jqMistake(text)
          if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, 'jqPathExpressions', index] }] }
        }
    },
  },
  {
    // `ignoreNormalizer.Normalize` of Argo CD 3.5 and evanphx/json-patch: a path that can't be removed is passed over (argo-cd#2795, #5276)
    id: 'argocd/differences-match',
    severity: 'warning',
    upstream: 'ignoreNormalizer.Normalize',
    summary: 'entries of ignoreDifferences are spelt so that they can match something',
    *check(manifest) {
      for (const { entry, path } of entriesOf(manifest)) {
        const [wrong] = wrongKinds(entry)
        if (wrong !== undefined) {
          const { field, ...mistake } = wrong
          yield { ...mistake, places: [{ path: [...path, field] }] }
          continue
        }
        for (const { index, text } of textItems(entry['jsonPointers'])) {
          const mistake = isOpen(text) ? undefined : pointerMistake(text)
          if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, 'jsonPointers', index] }] }
        }
      }
    },
  },
]

/** Those of Applications, and what a set leaves alone in the Applications that it made, which `applyIgnoreDifferences` reads the same way. */
function entriesOf({ kind, plain, base }: Manifest): { readonly entry: JsonMap; readonly path: Path }[] {
  const lists: Path[] = [
    [...base, 'spec', 'ignoreDifferences'],
    ...(kind === 'ApplicationSet' ? [['spec', 'ignoreApplicationDifferences']] : []),
  ]
  return lists.flatMap((path) => {
    const list = at(plain, ...path)
    return (Array.isArray(list) ? list : []).flatMap((entry, index) => (isJsonMap(entry) ? [{ entry, path: [...path, index] }] : []))
  })
}
