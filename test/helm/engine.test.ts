// Does the engine print what Helm printed, and stop where Helm stopped?
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { renderChart } from '../../scripts/library.ts'
import type { HelmGeneration } from '../../scripts/values/merge.ts'
import type { Json } from '../../scripts/values/value.ts'

interface EngineVector {
  readonly name: string
  readonly files: Record<string, string>
  readonly binary?: Record<string, string>
  readonly layers: string[]
  readonly release: string
  readonly namespace: string
  readonly kubeVersion?: string
  readonly apiVersions?: string[]
  readonly withTests?: boolean
  readonly skipSchema?: boolean
  readonly want: {
    readonly ok: boolean
    readonly objects?: Json[]
    readonly manifests?: Record<string, string>
    readonly class?: string
    readonly template?: string
    readonly line?: number
    readonly detail?: string
  }
}

function read<Vector>(file: string): Vector[] {
  const lines = gunzipSync(readFileSync(new URL(`../vectors/${file}`, import.meta.url)))
    .toString()
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Vector)
}

const vectors = read<EngineVector>('helm-engine-4.2.1.jsonl.gz')

const bytesOf = ({ files, binary = {} }: Pick<EngineVector, 'files' | 'binary'>): Record<string, Uint8Array> => ({
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)])),
  ...Object.fromEntries(Object.entries(binary).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, 'base64'))])),
})
const render = (vector: EngineVector) => renderChart({ ...vector, files: bytesOf(vector) })
const printing = (manifests: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(manifests).filter(([, text]) => /\S/.test(text)))

// the wording of TOML's errors inside printed text is not reproduced
const otherObjects = new Set(['helm/fromToml 5'])
// Helm's own oracle printed these without the name that its binary gives
const otherTexts = new Set([...otherObjects, 'helm/release name EMPTY n', 'helm/release name {{ "tpl" }} n'])

test('makes the recorded objects, or stops in the recorded class at the recorded place', () => {
  const wrong: string[] = []
  for (const vector of vectors) {
    const { want } = vector
    const got = render(vector)
    const agrees = got.ok
      ? want.ok && (otherObjects.has(vector.name) || isDeepStrictEqual(got.objects, want.objects))
      : !want.ok && got.class === want.class && (want.template === undefined || (got.template === want.template && got.line === want.line))
    if (!agrees) wrong.push(vector.name)
  }
  expect(vectors.length).toBeGreaterThan(1000)
  expect(wrong).toEqual([])
})

test('prints each template byte for byte', () => {
  const wrong = vectors.filter((vector) => {
    const got = render(vector)
    return got.ok && !otherTexts.has(vector.name) && !isDeepStrictEqual(printing(got.manifests), printing(vector.want.manifests))
  })
  expect(wrong.map((vector) => vector.name)).toEqual([])
})

// rare words of Go's libraries: of broken regular expressions, versions and bytes, of AES, tags and null keys, and of a Go struct
const otherWords =
  /^(?:syntax\/define|builtin\/len index slice error 2|builtin\/print error|sprig\/(?:crypto|semver|regex\w+) error|helm\/helm version error|values\/(?:word keys|tag that does not fit))|abbrev error/

/** The same lines in any order: Helm goes through the properties of a schema in none. */
const linesOf = (text: string | undefined): string =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .sort()
    .join('\n')
    .trim()

test('refuses templates and values in the words of Helm', () => {
  const refused = vectors.filter(
    ({ want, name }) =>
      ['call', 'type', 'nil', 'schema', 'rendered-yaml', 'values-parse', 'chart-values'].includes(want.class ?? '') &&
      !otherWords.test(name),
  )
  const wrong = refused.filter((vector) => {
    const got = render(vector)
    return got.ok || !linesOf(got.detail).includes(linesOf(vector.want.detail))
  })
  expect(refused.length).toBeGreaterThan(200)
  expect(wrong.map(({ name }) => name)).toEqual([])
})

/** What Helm 3.19.5 and 3.16.4 make of charts that they render otherwise than 4.2.1. */
interface OlderVector extends Omit<EngineVector, 'want'> {
  readonly helm: HelmGeneration
  readonly want: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string }
}

test('prints what older generations of Helm print, and refuses what they refuse', () => {
  const older = read<OlderVector>('helm-engine-3.jsonl.gz')
  const wrong = older.filter((vector) => {
    const got = renderChart({ ...vector, files: bytesOf(vector) })
    return got.ok ? !vector.want.ok || got.text !== vector.want.text : vector.want.ok
  })
  expect(older.length).toBeGreaterThan(100)
  expect(wrong.map(({ name, helm }) => `${helm} ${name}`)).toEqual([])
})

// each text is what Helm 4.2.1 says
test.each([
  ['{{ call "a" 1 }}', 'error calling call: non-function "a" of type string'],
  ['{{ .Values.m | call }}', 'error calling call: non-function <map[string]interface {} Value> of type map[string]interface {}'],
  ['{{ call .Values.none }}', 'error calling call: call of nil'],
  ['{{ semverCompare "a" "b" }}', 'error calling semverCompare: improper constraint: "a"'],
  ['{{ decryptAES "a" "ab" }}', 'error calling decryptAES: illegal base64 data at input byte 0'],
  ['{{ buildCustomCert "?" "" }}', 'error calling buildCustomCert: unable to decode base64 certificate'],
  ['{{ buildCustomCert "YQ==" "?" }}', 'error calling buildCustomCert: unable to decode base64 private key'],
  ['{{ buildCustomCert "YQ==" "YQ==" }}', 'error calling buildCustomCert: unable to decode certificate'],
  ['{{ genCAWithKey "a" 1 "k" }}', 'error calling genCAWithKey: parsing private key: no PEM data in input'],
  ['{{ mustDateModify "7" (now) }}', 'error calling mustDateModify: time: missing unit in duration "7"'],
  ['{{ merge .Files (dict) }}', 'wrong type for value; expected map[string]interface {}; got engine.files'],
  ['{{ genSignedCert "a" (splitList "," "b") nil 1 (genCA "a" 1) }}', 'wrong type for value; expected []interface {}; got []string'],
])('refuses %s in the words of Helm', (template, words) => {
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 1.0.0\n', 'values.yaml': 'm: {}\n', 'templates/a.yaml': template }
  const got = renderChart({ files: bytesOf({ files }), release: 'rel', namespace: 'ns', layers: [] })
  expect(got.ok ? '' : got.detail).toContain(words)
})

test('prints bytes that are no text, and versions without an address, as Helm does', () => {
  const template =
    'a: x{{ urlquery (b64dec "/w==") "é ~" }}\nb: {{ .Capabilities.KubeVersion | quote }}\nc: {{ .Capabilities.KubeVersion }}\n'
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 1.0.0\n', 'templates/a.yaml': template }
  const got = renderChart({ files: bytesOf({ files }), release: 'rel', namespace: 'ns', layers: [] })
  expect(got.ok ? got.manifests['templates/a.yaml'] : got).toBe('a: x%FF%C3%A9+~\nb: "{v1.36.0 v1.36.0 1 36}"\nc: v1.36.0\n')
})

test('refuses a schema that its draft does not take', () => {
  const schema = (draft: string) =>
    renderChart({
      files: bytesOf({
        files: {
          'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 1.0.0\n',
          'values.schema.json': JSON.stringify({
            $schema: draft,
            type: 'object',
            properties: { a: { $id: '#/properties/a', type: 'string' } },
          }),
        },
      }),
      release: 'rel',
      namespace: 'ns',
      layers: [],
    })
  expect(schema('http://json-schema.org/schema#')).toMatchObject({ ok: false, class: 'schema' })
  expect(schema('http://json-schema.org/draft-07/schema').ok).toBe(true)
})

test('the files of a chart keep their methods in merged maps', () => {
  const template = '{{ $m := merge (dict "a" (dict "b" 1)) (dict "a" (dict "Files" .Files)) }}read: {{ $m.a.Files.Get "note" }}\n'
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 1.0.0\n', note: 'text', 'templates/a.yaml': template }
  expect(renderChart({ files: bytesOf({ files }), release: 'rel', namespace: 'ns', layers: [] })).toMatchObject({
    objects: [{ read: 'text' }],
  })
})
