// What do the templates of a chart in the repository lose without a word?
import { isDeepStrictEqual } from 'node:util'
import type { FoundChart } from '../charts/find.ts'
import { fieldAt, named, phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { splitManifests } from '../helm/manifests.ts'
import type { HelmDocument } from '../helm/output.ts'
import type { Replacement } from '../helm/read-shape.ts'
import type { Recorder } from '../helm/recorder.ts'
import { isOperators } from '../operator/objects.ts'
import { referencesIn } from '../operator/references.ts'
import { loadOnce } from '../helm/load.ts'
import { wasLooked } from '../helm/unknown-keys.ts'
import { replacementsFor } from '../helm/unread.ts'
import type { HelmGeneration } from '../values/merge.ts'
import { printed as shownText } from '../values/printed.ts'
import type { Json, MapValue, Span } from '../values/value.ts'
import { isJsonMap, jsonAt as at, leavesOf, valueAt } from '../values/value.ts'
import { spotOfPrinted } from './printed-words.ts'
import { actionSpot, lineSpot, templateFile } from './template-spots.ts'

export interface Printed {
  readonly chart: FoundChart
  /** what Argo CD ignores, as the Application says */
  readonly ignored: Json
  /** kinds of the core group that it ignores everywhere */
  readonly ignoredKinds: () => ReadonlySet<string>
  /** the documents of another run */
  readonly again: () => readonly HelmDocument[]
  readonly helm: HelmGeneration
  readonly values: MapValue
  /** what the run looked up, by map */
  readonly looked: () => Recorder['looked']
  readonly documents: readonly HelmDocument[]
  /** what each template printed, by path in the chart */
  readonly manifests: ReadonlyMap<string, string>
}

export function templateFindings(printed: Printed): LocatedFinding[] {
  const paths = Object.keys(printed.chart.files).filter((path) => path.startsWith('templates/'))
  return [
    ...lostDefaults(printed),
    ...repeatedKeys(printed),
    ...paths.flatMap((path) => [...joinedDocuments(path, printed), ...chanceSecrets(path, printed)]),
  ]
}

/** `default` of Sprig takes `false` and 0 for what is not set; asked of what this run looked up. */
function* lostDefaults({ chart, helm, values, looked }: Printed): Iterable<LocatedFinding> {
  const loaded = loadOnce(chart.files, { helm, place: chart.place })
  for (const { path, value } of leavesOf(values)) {
    if (value.kind !== 'scalar' || (value.value !== false && value.value !== 0)) continue
    const isLost = ({ instead }: Replacement): boolean => (value.value === false) === (instead === 'true')
    const lost = replacementsFor(loaded, helm, path).find(isLost)
    const holder = valueAt(values, path.slice(0, -1))
    if (lost === undefined || holder?.kind !== 'map' || !wasLooked(holder, String(path.at(-1)), looked())) continue
    const at = actionSpot(chart, lost.tree, lost.at)
    const written = spotOf(value)
    // in the chart's own values 0 is its author's word for what is not set
    const isOfAuthor = value.value === 0 && (written === undefined || written.file.path === `${chart.place}/values.yaml`)
    if (at === undefined || isOfAuthor) continue
    yield {
      rule: 'chart/default-keeps-value',
      severity: 'error',
      message: phrase`${fieldAt(path)} is ${String(value.value)}, but \`default ${lost.instead}\` takes that for not set, and prints ${lost.instead}`,
      at,
      ...(written && { related: [{ ...written, message: phrase`${fieldAt(path)} is set here` }] }),
      help: phrase`write .Values.${named(path.join('.'))} alone, with its default in values.yaml`,
    }
  }
}

/** Of a key that is there twice the last one counts (`yaml.Unmarshal`), so that of two objects without a line between them one is lost. */
function* joinedDocuments(path: string, { chart, manifests }: Printed): Iterable<LocatedFinding> {
  const printed = manifests.get(path) ?? ''
  if (heads(printed, 'kind').length < 2) return
  const joined = splitManifests(printed, '4.2').find(({ text }) => heads(text, 'kind').length > 1)?.text
  const file = joined === undefined ? undefined : templateFile(chart, path)
  const start = file?.text.search(/^(?:apiVersion|kind):/m) ?? -1
  if (joined === undefined || file === undefined || start < 0 || heads(joined, 'apiVersion').length < 2) return
  const names = heads(joined, 'kind')
  yield {
    rule: 'chart/documents-apart',
    severity: 'error',
    message: phrase`${names.length} objects (${named([...new Set(names)].join(', '))}) are printed as one document, of which only the last one counts`,
    at: { file, span: { start, end: file.text.indexOf('\n', start) < 0 ? file.text.length : file.text.indexOf('\n', start) } },
    help: phrase`write a line \`---\` above it, inside of the range or block that repeats it`,
  }
}

/** A key that a template itself writes twice in a map, with other values: Helm and Argo CD take the last one. */
function* repeatedKeys({ chart, documents }: Printed): Iterable<LocatedFinding> {
  for (const { isRepeating, printing, plain } of documents) {
    if (isRepeating !== true || printing === undefined || !isJsonMap(plain) || !isOperators(plain)) continue
    const text = `${printing.text.slice(printing.start)}\n`
    // what is printed as one document is reported as that
    if (heads(splitManifests(text, '4.2')[0]?.text ?? '', 'kind').length > 1) continue
    const valueAfter = ({ end }: Span): string => text.slice(end, text.indexOf('\n', end)).replace(/^:/, '').trim()
    for (const { span, related, message, rule } of printing.repeated ?? []) {
      const [last, first] = [span, related?.span].map((one) => one && spotOfPrinted(chart, printing, one))
      const isSame = related !== undefined && valueAfter(span) !== '' && valueAfter(span) === valueAfter(related.span)
      if (last === undefined || first === undefined || related === undefined || isSame || isDeepStrictEqual(last, first)) continue
      const help = phrase`remove one of the two, or join them`
      yield { rule, severity: 'error', message, at: last, related: [{ ...first, message: related.message }], help }
    }
  }
}

const chance =
  /\b(?:rand(?:Alpha(?:Num)?|Numeric|Ascii|Bytes)|uuidv4|htpasswd|bcrypt|gen(?:CA|PrivateKey|SelfSignedCert|SignedCert)(?:WithKey)?)\b/

/**
 * Argo CD runs `helm template` for each commit, without a cluster in which `lookup` would find what was made before ("Random data"
 * in its documentation of Helm): the Secret is another one each time, unless its differences are left alone.
 */
function* chanceSecrets(path: string, { chart, documents, again, ignored, ignoredKinds }: Printed): Iterable<LocatedFinding> {
  const file = templateFile(chart, path)
  if (file === undefined || !/kind:[ \t]*Secret\b/.test(file.text) || isIgnored(ignored)) return
  const line = file.text.split('\n').findIndex((one) => one.includes('{{') && chance.test(one))
  if (line < 0) return
  const [first, second] = [documents, again()].map((all) => all.filter(({ template, plain }) => template === path && isSecret(plain)))
  const changed = (first ?? []).find(({ plain }, index) => JSON.stringify(plain) !== JSON.stringify(second?.[index]?.plain))?.plain
  const name = at(changed, ['metadata', 'name'])
  const used = documents.find(({ plain }) => at(plain, ['kind']) === 'Cluster' && namesSecret(plain, name))
  const spot = lineSpot(chart, path, line + 1)
  if (typeof name !== 'string' || used === undefined || spot === undefined) return
  if (['Secret', 'all'].some((kind) => ignoredKinds().has(kind))) return
  yield {
    rule: 'chart/secret-stays',
    severity: 'warning',
    message: phrase`Secret ${named(name)} is random, but Argo CD renders it anew for each commit: the database gets another login each time`,
    at: spot,
    help: phrase`let an ExternalSecret or the operator make it, or commit it encrypted; \`lookup\` finds nothing under Argo CD`,
  }
}

function namesSecret(plain: Json, name: Json | undefined): boolean {
  return referencesIn(at(plain, ['spec']) ?? null, ['spec'], 'spec', (other) => other === name).some(({ kind }) => kind === 'Secret')
}

const isSecret = (plain: Json): boolean => at(plain, ['kind']) === 'Secret'

/** With RespectIgnoreDifferences what is there stays. */
const isIgnored = (ignored: Json): boolean =>
  Array.isArray(ignored) && ignored.some((entry) => ['Secret', '*'].includes(shownText(at(entry, ['kind']) ?? '')))

/** The values of a key at the margin. */
const heads = (text: string, key: string): string[] =>
  text.split('\n').flatMap((line) => (line.startsWith(`${key}:`) ? [line.slice(key.length + 1).trim()] : []))
