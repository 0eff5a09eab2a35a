// Do the generators of an ApplicationSet produce the same parameters as Argo CD's?
import { expect, test } from 'vitest'
import { generateApplications } from '../../scripts/applicationset/generate.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'
import { costOf } from '../support/cost.ts'

const gitFiles = {
  'databases/a/values.yaml': 'service: a\nenv: dev\n',
  'databases/b/values.yaml': 'service: b\nenv: prd\n',
  'apps/x.yaml': 'service: x\n',
  'root.yaml': 'service: root\n',
}

function generate(generators: Json[], given: { out?: string; option?: string; project?: string; projects?: string[] } = {}) {
  const { out = '', option = 'error', project = 'data', projects } = given
  const spec = {
    project,
    destination: { server: 'https://kubernetes.default.svc', namespace: 'db' },
    source: { repoURL: 'https://git.example.com/infra.git', path: 'x' },
  }
  const template = { metadata: { name: '{{ .service }}', annotations: { out } }, spec }
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 's', namespace: 'argocd' },
    spec: { generators, template, goTemplate: true, goTemplateOptions: [`missingkey=${option}`] },
  }
  const { errors, applications } = generateApplications(set, { argocd: '3.5.1', gitFiles, ...(projects === undefined ? {} : { projects }) })
  return {
    stages: errors.map((error) => error.stage),
    names: applications.map((application) => application.metadata['name']),
    out: (applications[0]?.metadata['annotations'] as { out?: string } | undefined)?.out,
  }
}
const git = (more: Record<string, Json>) => ({ git: { repoURL: 'u', revision: 'm', ...more } })
const files = (...paths: string[]) => [git({ files: paths.map((path) => ({ path })) })]

// each result is what Argo CD 3.5.1's own code gave, with the files in a real repository
test.each([
  ['./root.yaml', ['root']],
  ['databases//a/../a/values.yaml', ['a']],
  ['databases', ['a', 'b']],
  ['root.yaml/', []],
  ['*.yaml', ['a', 'b', 'root', 'x']],
  [':(glob)*.yaml', ['root']],
  [':(glob)**/values.yaml', ['a', 'b']],
  [':!databases', ['root', 'x']],
  [':(icase)ROOT.yaml', ['root']],
  [':/root.yaml', ['root']],
  ['.', ['a', 'b', 'root', 'x']],
  [':', ['a', 'b', 'root', 'x']],
  ['databases/[!a]/*', ['b']],
  ['databases/[^a]/*', ['b']],
  ['databases/[', []],
])('git matches %s for %j', (path, names) => {
  expect(generate(files(path))).toMatchObject({ stages: [], names })
})

test.each([
  '*a'.repeat(60) + '*b',
  ':(glob)databases/' + '*a'.repeat(60) + '*b',
  ':(glob)' + '**/'.repeat(60) + 'x',
  '[a-z]*'.repeat(60) + '-',
])('the time for stars is their number times the length of a path: %s', (path) => {
  const name = 'a'.repeat(250)
  const manyFiles = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${`${name}/`.repeat(8)}${index}.yaml`, 'a: 1']))
  const set = (generator: Json): JsonMap => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set', namespace: 'argocd' },
    spec: { goTemplate: true, generators: [generator], template: { metadata: { name: 'x' }, spec: { project: 'p', destination: {} } } },
  })
  const cost = costOf(() => {
    generateApplications(set(git({ files: [{ path }] })), { argocd: '3.5.1', gitFiles: manyFiles })
    generateApplications(set(git({ directories: [{ path }] })), { argocd: '3.5.1', gitFiles: manyFiles })
  })
  expect(cost).toBeLessThan(10_000)
})

test.each(['', '/root.yaml', '../x', ':(nope)x'])('git refuses %j', (path) => {
  expect(generate(files(path)).stages).toEqual(['params'])
})

test('a directory pattern negates with a caret only', () => {
  const directories = (path: string) =>
    generate([{ matrix: { generators: [{ list: { elements: [{ service: 'z' }] } }, git({ directories: [{ path }] })] } }], {
      out: '{{ .path.path }}',
    })
  expect(directories('databases/[^a]').out).toBe('databases/b')
  expect(directories('databases/[!a]').out).toBe('databases/a')
})

test('the git generator asks for the project of the set', () => {
  expect(generate(files('root.yaml'), { projects: ['other'] }).stages).toEqual(['params'])
  expect(generate(files('root.yaml'), { projects: ['root'], project: '{{ .service }}' }).stages).toEqual([])
})

const nested = (inner: Json) => [
  {
    matrix: {
      generators: [{ list: { elements: [{ service: 'a' }] } }, { matrix: { generators: [inner, { list: { elements: [{ j: 2 }] } }] } }],
    },
  },
]

test('generators inside generators are read into Go types', () => {
  expect(generate(nested({ LIST: { Elements: [{ k: 1 }] } }), { out: '{{ .k }} {{ .j }}' })).toMatchObject({ stages: [], out: '1 2' })
  expect(generate(nested({ list: { elements: [{ k: 1 }], elementsYaml: 5 } })).stages).toEqual(['params'])
  expect(generate(nested({ list: -1 })).stages).toEqual(['params'])
})

test('values of the second child are rendered early if the first has their keys', () => {
  const values = { 'x{{ .service }}': '{{ .service }}', late: '{{ .path.filename }}-{{ .service }}' }
  const generators = [
    { matrix: { generators: [{ list: { elements: [{ service: 'a' }] } }, git({ files: [{ path: 'root.yaml' }], values })] } },
  ]
  expect(generate(generators, { out: '{{ toJson .values }}' }).out).toBe('{"late":"root.yaml-root","x{{ .service }}":"a"}')
})

test('values of a git generator are a map of texts', () => {
  const generators = [git({ files: [{ path: 'root.yaml' }], values: { r: 'x' } })]
  const out = '{{ typeOf .values }} {{ .values.q }}|{{ index .values "q" }}|{{ typeOf .path.segments }} {{ typeOf (split "/" "a/b") }}'
  expect(generate(generators, { out, option: 'zero' }).out).toBe('map[string]string ||[]string map[string]string')
  for (const refused of ['{{ get .values "r" }}', '{{ hasKey .values "r" }}', '{{ keys .values }}', '{{ dig "values" "r" "" . }}'])
    expect(generate(generators, { out: refused }).stages).toEqual(['render'])
})
