// What does a chart learn about the cluster and about Helm?
import { takes } from '../go-template/go-function.ts'
import type { GoFunction } from '../go-template/go-function.ts'
import { namedValue } from '../go-template/go-value.ts'
import type { GoStruct, GoValue } from '../go-template/go-value.ts'
import type { HelmGeneration } from '../values/merge.ts'
import { HelmRefusal } from './error.ts'
import { knownApiVersions } from './api-versions.ts'

interface Defaults {
  readonly helm: string
  readonly kubernetes: string
  readonly go: string
}
const defaults: Readonly<Record<HelmGeneration, Defaults>> = {
  '3.16': { helm: 'v3.16.4', kubernetes: 'v1.31.0', go: 'go1.22.7' },
  '3.19': { helm: 'v3.19.5', kubernetes: 'v1.34.0', go: 'go1.24.11' },
  '4.2': { helm: 'v4.2.1', kubernetes: 'v1.36.0', go: 'go1.26.4' },
}

export interface KubeVersion {
  /** as given, with a `v` */
  readonly version: string
  /** the version that constraints are compared with */
  readonly normalized: string
  readonly major: string
  readonly minor: string
}

/** `ParseKubeVersion`. Throws HelmRefusal. */
export function readKubeVersion(given: string | undefined, helm: HelmGeneration): KubeVersion {
  const text = given ?? defaults[helm].kubernetes
  if (helm === '3.16') return semanticKubeVersion(text)
  const match = /^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)$/s.exec(text)
  if (match === null) throw new HelmRefusal('kube-version', `kube version: could not parse ${JSON.stringify(text)} as version`)
  const parts = (match[1] as string).split('.')
  if (parts.length < 2) throw new HelmRefusal('kube-version', `kube version: illegal version string ${JSON.stringify(text)}`)
  if (/^0./.test(parts[0] as string))
    throw new HelmRefusal('kube-version', `kube version: illegal zero-prefixed version component "${parts[0]}" in ${JSON.stringify(text)}`)
  const numbers = parts.map((part) => BigInt(part))
  if (numbers.some((number) => number >= 2n ** 64n))
    throw new HelmRefusal('kube-version', `kube version: illegal version in ${JSON.stringify(text)}`)
  const [major = 0n, minor = 0n] = numbers
  return {
    // Helm 3.19 drops what follows the numbers, 4.2 keeps it separately
    version: helm === '3.19' ? `v${numbers.join('.')}` : text.startsWith('v') ? text : `v${text}`,
    normalized: `v${numbers.join('.')}`,
    major: String(major),
    minor: String(minor),
  }
}

/** Helm 3.16 reads a semantic version and fills in missing parts. */
function semanticKubeVersion(text: string): KubeVersion {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(text)
  if (match === null) throw new HelmRefusal('kube-version', `invalid kube version '${text}': Invalid Semantic Version`)
  const [, major = '0', minor = '0', patch = '0', pre = '', build = ''] = match
  const version = `v${Number(major)}.${Number(minor)}.${Number(patch)}${pre}${build}`
  return { version, normalized: version, major: String(Number(major)), minor: String(Number(minor)) }
}

/** `.Capabilities`. */
export function capabilities(
  kube: KubeVersion,
  given: { readonly helm: HelmGeneration; readonly apiVersions: readonly string[] },
): GoStruct {
  const known = defaults[given.helm]
  const text = given.helm === '3.16' ? kube.version : kube.normalized
  const kubeFields: [string, GoValue][] = [
    ['Version', kube.version],
    ['Major', kube.major],
    ['Minor', kube.minor],
  ]
  const kubeVersion: GoStruct = {
    go: 'struct',
    type: given.helm === '4.2' ? 'common.KubeVersion' : 'chartutil.KubeVersion',
    text,
    inside: [
      kubeFields[0] as [string, GoValue],
      ...(given.helm === '4.2' ? [['normalizedVersion', text] as const] : []),
      ...kubeFields.slice(1),
    ],
    methods: new Map<string, GoFunction>([
      ['String', takes([], () => text)],
      ['GitVersion', takes([], () => kube.version)],
    ]),
    fields: new Map(kubeFields),
    members: kubeFields,
    addressed: true,
  }
  const versions = [...knownApiVersions(given.helm), ...given.apiVersions]
  const apiVersions = namedValue<GoValue[]>(versions, {
    type: given.helm === '4.2' ? 'common.VersionSet' : 'chartutil.VersionSet',
    methods: new Map([['Has', takes(['string'], (name) => versions.includes(name))]]),
  })
  const client = `v${known.kubernetes.slice(1).split('.').slice(0, 2).join('.')}`
  const build: [string, string, string][] = [
    ['Version', 'version', known.helm],
    ['GitCommit', 'git_commit', ''],
    ['GitTreeState', 'git_tree_state', 'clean'],
    ['GoVersion', 'go_version', known.go],
    ...(given.helm === '4.2' ? [['KubeClientVersion', 'kube_client_version', client] as [string, string, string]] : []),
  ]
  const helmVersion: GoStruct = {
    go: 'struct',
    type: 'version.BuildInfo',
    text: '',
    inside: build.map(([name, , value]) => [name, value]),
    methods: new Map(),
    fields: new Map(build.map(([name, , value]) => [name, value])),
    members: build.filter(([, , value]) => value !== '').map(([, key, value]) => [key, value]),
  }
  const fields: [string, GoValue][] = [
    ['KubeVersion', kubeVersion],
    ['APIVersions', apiVersions],
    ['HelmVersion', helmVersion],
  ]
  const type = given.helm === '4.2' ? '*common.Capabilities' : '*chartutil.Capabilities'
  return { go: 'struct', type, text: '', inside: fields, methods: new Map(), fields: new Map(fields), members: fields }
}
