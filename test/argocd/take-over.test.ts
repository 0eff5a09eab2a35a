// Does every Cluster of the base live on, whoever deploys it: hand-written sets of several styles, Applications, or generated sets?
import { describe, expect, it } from 'vitest'
import { findingsOf, legacyFiles, setFile, shown } from '../support/hand-written-set.ts'
import type { Files } from '../support/hand-written-set.ts'

interface Wanted {
  readonly service: string
  readonly application: string
  readonly release: string
  readonly namespace: string
  /** fullnameOverride in the values, if any */
  readonly full?: string
}
type Style = 'list' | 'files' | 'directories' | 'matrix' | 'merge' | 'application'

const url = 'https://github.com/example/infra.git'
const indent = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))

function specOf(release: string, namespace: string, file: string): string {
  return `project: legacy
destination: { server: https://kubernetes.default.svc, namespace: '${namespace}' }
sources:
  - repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      releaseName: '${release}'
      valueFiles: ['$values/${file}']
  - { repoURL: ${url}, targetRevision: main, ref: values }
`
}

const hide = (text: string): string => text.replaceAll(/\{\{ [^}]* \}\}/g, (braces) => `{{\`${braces}\`}}`)

const generators: Readonly<Record<Exclude<Style, 'application'>, (some: readonly Wanted[]) => string>> = {
  list: (some) =>
    `- list:\n    elements:\n${some.map((one) => `      - { service: "${one.service}", application: "${one.application}", release: "${one.release}", ns: "${one.namespace}" }\n`).join('')}`,
  files: () => `- git:\n    repoURL: ${url}\n    revision: main\n    files:\n      - path: teams/*/db.yaml\n`,
  directories: () => `- git:\n    repoURL: git@github.com:example/infra.git\n    revision: HEAD\n    directories:\n      - path: teams/*\n`,
  matrix: () =>
    `- matrix:\n    generators:\n      - git:\n          files:\n            - path: teams/*/db.yaml\n          repoURL: ${url}\n          revision: main\n      - list:\n          elements:\n            - { env: dev }\n`,
  merge: () =>
    `- merge:\n    mergeKeys: [service]\n    generators:\n      - git:\n          repoURL: ${url}\n          revision: main\n          files:\n            - path: teams/*/db.yaml\n      - list:\n          elements:\n            - { service: none, size: big }\n`,
}

/** Files of a hand-written state; styles with git read the names from the files that Helm reads, too. */
function byHand(style: Style, some: readonly Wanted[], name = 'hand'): Files {
  const values = Object.fromEntries(
    some.map((one) => [
      `teams/${one.service}/db.yaml`,
      `${one.full === undefined ? '' : `fullnameOverride: ${one.full}\n`}service: ${one.service}\napplication: ${one.application}\nrelease: ${one.release}\nns: ${one.namespace}\n`,
    ]),
  )
  if (style === 'application')
    return Object.fromEntries([
      ...Object.entries(values),
      ...some.map((one): [string, string] => [
        `apps/templates/${one.service}.yaml`,
        `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: ${one.application}\n  namespace: argocd\n  annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }\nspec:\n${indent(specOf(one.release, one.namespace, `teams/${one.service}/db.yaml`), 2)}`,
      ]),
    ])
  // a directory tells its name alone
  const by = style === 'directories' ? '{{ .path.basename }}' : undefined
  const template = {
    application: by ?? '{{ .application }}',
    release: by ?? '{{ .release }}',
    namespace: by ?? '{{ .ns }}',
    folder: by ?? '{{ .service }}',
  }
  return {
    ...values,
    [setFile]: `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: ${name}
  namespace: argocd
  annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
${indent(generators[style](some), 4)}  template:
    metadata: { name: '${hide(template.application)}' }
    spec:
${indent(hide(specOf(template.release, template.namespace, `teams/${template.folder}/db.yaml`)), 6)}`,
  }
}

/** Our settings make `<service>-db-<env>` of a service, in `<service>-dev`. */
const generatedFiles = (services: readonly string[]): Files => ({
  ...Object.fromEntries(services.map((service) => [`databases/${service}/values.yaml`, ''])),
  'helm-values/data/postgres-dev-defaults.yaml': '',
})

const generated = (service: string): Wanted => ({
  service,
  application: `${service}-db-dev`,
  release: `${service}-db-dev`,
  namespace: `${service}-dev`,
  full: `${service}-db-dev`,
})

/** What the chart calls the Cluster, and where it is: computed here by the chart's documentation. */
const clusterOf = ({ release, full, namespace }: Wanted): string =>
  `${namespace}/${full ?? (release.includes('cluster') ? release : `${release}-cluster`)}`

const rules = (before: Files, after: Files): string[] =>
  findingsOf({ ...legacyFiles, [setFile]: undefined, ...after }, { base: { ...legacyFiles, [setFile]: undefined, ...before } })
    .filter(({ rule }) => rule.startsWith('changes/'))
    .map(({ rule, severity }) => `${severity} ${rule}`)

const styles: readonly Style[] = ['list', 'files', 'matrix', 'merge', 'application']

describe.each(styles)('a take-over of databases that are written as %s', (style) => {
  const services = ['alpha', 'beta']
  const now = generatedFiles(services)
  it('keeps names: nobody is alarmed', () => {
    const found = rules(byHand(style, services.map(generated)), now)
    expect(found.filter((text) => text.startsWith('error'))).toEqual([])
  })
  it('loses the suffix of the chart: an error for each', () => {
    const suffixed = services
      .map(generated)
      .map(({ service, application, release, namespace }) => ({ service, application, release, namespace }))
    expect(rules(byHand(style, suffixed), now)).toContain('error changes/cluster-name-stays')
    expect(rules(now, byHand(style, suffixed)).filter((text) => text.startsWith('error'))).toContain('error changes/cluster-name-stays')
  })
  it.each([
    ['application', 'changes/application-name-stays'],
    ['namespace', 'changes/namespace-stays'],
    ['full', 'changes/cluster-name-stays'],
  ] as const)('changes the %s of one: an error, in both directions', (key, rule) => {
    const other = services.map(generated).map((one) => (one.service === 'beta' ? { ...one, [key]: `${one[key]}x` } : one))
    expect(rules(byHand(style, other), now)).toContain(`error ${rule}`)
    expect(rules(now, byHand(style, other))).toContain(`error ${rule}`)
  })
  it('forgets one: an error', () => {
    const found = rules(byHand(style, [...services, 'gamma'].map(generated)), now)
    expect(found.filter((text) => text === 'error changes/take-over-complete')).toHaveLength(1)
  })
})

it('follows a set whose folders name everything', () => {
  const some = [{ service: 'alpha', application: 'alpha', release: 'alpha', namespace: 'alpha' }]
  const before = byHand('directories', some)
  expect(rules(before, byHand('list', some, 'hand'))).toEqual([])
  expect(rules(before, byHand('list', [{ ...some[0]!, release: 'other' }]))).toContain('error changes/cluster-name-stays')
})

/** A small generator of numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

it('reports every lost or renamed Cluster of random changes of hands, and nothing where all live on', () => {
  const names = ['alpha', 'beta', 'gamma', 'delta']
  const mistakes: string[] = []
  for (let seed = 1; seed <= 150; seed++) {
    const next = numbers(seed * 7919)
    const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
    const some = names.slice(0, 1 + next(4)).map(generated)
    const changed = some.flatMap((one): Wanted[] => {
      const kind = next(12)
      if (kind === 0) return [{ ...one, namespace: `${one.namespace}-new` }]
      if (kind === 1) return [{ ...one, full: `${one.service}-pg` }]
      if (kind === 2) return [{ service: one.service, application: one.application, release: one.release, namespace: one.namespace }]
      if (kind === 3) return [{ ...one, application: `${one.application}-x` }]
      return [one]
    })
    const style = pick(styles)
    const isForth = next(2) === 0
    const [hand, ours] = [byHand(style, changed), generatedFiles(some.map(({ service }) => service))]
    const found = isForth ? rules(hand, ours) : rules(ours, hand)
    const errors = found.filter((text) => text.startsWith('error'))
    const wanted = new Set(some.map(clusterOf))
    const isMoved = changed.some((one) => !wanted.has(clusterOf(one))) || changed.some(({ application }) => application.endsWith('-x'))
    if (isMoved !== errors.length > 0) mistakes.push(`${seed} ${style} ${isForth ? 'forth' : 'back'}: ${isMoved} ${found.join()}`)
  }
  expect(mistakes).toEqual([])
})

describe('a set whose Applications only a server knows', () => {
  const { [setFile]: listed = '' } = byHand('list', [generated('alpha')])
  const set = listed
    .replace(/- list:[\s\S]*?(?= {2}template:)/, '- clusters: {}\n')
    .replaceAll(/\{\{ \.(?:application|release|ns|service) \}\}/g, '{{ .name }}')
  const bare = set
    .replace(/ {2}annotations: \{ argocd.argoproj.io\/sync-options.*\n/, '')
    .replace(/ {2}syncPolicy: \{ applicationsSync.*\n/, '')
  const changes = (before: string, after: string | undefined): string[] =>
    findingsOf({ ...legacyFiles, [setFile]: after }, { base: { ...legacyFiles, [setFile]: before } })
      .filter(({ rule }) => rule.startsWith('changes/'))
      .map(shown)
  it('is silent where it stays as it is', () => {
    expect(changes(set, set)).toEqual([])
    expect(changes(set, `# a comment\n${set}`)).toEqual([])
  })
  it('is removed, or renamed', () => {
    expect(changes(bare, undefined)).toEqual(['error changes/database-stays main:legacy.yaml: name: hand'])
    expect(changes(set, undefined)).toEqual(['warning changes/application-stays main:legacy.yaml: name: hand'])
    expect(changes(bare, bare.replace('name: hand', 'name: foot'))).toEqual(['error changes/database-stays legacy.yaml: name: foot'])
    expect(changes(set, set.replace('name: hand', 'name: foot'))).toEqual(['error changes/application-taken legacy.yaml: name: foot'])
  })
  it('names its databases anew, or has other generators', () => {
    const to = (from: string, text: string): string[] => changes(set, set.replace(from, text)).map((line) => line.split(' legacy')[0] ?? '')
    expect(to("name: '{{", "name: 'x-{{")).toEqual(['error changes/application-name-stays'])
    expect(to("namespace: '{{", "namespace: 'x-{{")).toEqual(['error changes/namespace-stays'])
    expect(to("releaseName: '{{", "releaseName: 'x-{{")).toEqual(['error changes/cluster-name-stays'])
    expect(to('- clusters: {}', '- clusters: { selector: { matchLabels: { a: b } } }')).toEqual(['warning changes/set-comparable'])
    expect(to('- clusters: {}', '- list: { elements: [{ name: one }] }')).toEqual(['warning changes/set-comparable'])
  })
  it('is what a set becomes that was known', () => {
    const known = set.replace('- clusters: {}', '- list: { elements: [{ name: one }] }')
    expect(changes(known, set).map((line) => line.split(' legacy')[0])).toEqual(['error changes/set-comparable'])
  })
})
