// Which objects of Argo CD does a chart of this repository print?
import type { RefusalClass } from '../../helm/error.ts'
import type { HelmDocument } from '../../helm/output.ts'
import { helmOf } from '../../values/merge.ts'
import { firstPlain, isJsonMap } from '../../values/value.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { loadOnce } from '../../helm/load.ts'
import { unreadOf } from '../../helm/unread.ts'
import { unknownKeyFindings } from '../../chart/unknown-key-findings.ts'
import type { MapValue, Span, Value } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { readAppChart, sourcesOf } from './app-chart.ts'
import type { AppChart } from './app-chart.ts'
import { brokenYaml, missingAt, refusedAt, wholeRefused } from './refusals.ts'
import { runChart } from './run.ts'
import type { ChartInput, ChartRun, Trouble } from './run.ts'
import { manifestFile } from '../manifests.ts'
import type { ManifestFile, Surroundings } from '../manifests.ts'
import type { Reading } from '../reading.ts'
import { placedDocument, spotInText } from './places.ts'

/** What a template has in it that a rule reads. */
const ofInterest = /argoproj\.io|\bObjectStore\b|postgresql\.cnpg\.io|\bkind"?: *"?Namespace\b/

/** How Argo CD runs a chart. */
export interface Release {
  readonly name: string
  /** `namespace/name` of the Application that deploys it */
  readonly by?: string
  readonly namespace: string
  /** besides the chart's own, lowest first */
  readonly layers: readonly MapValue[]
  /** it is deployed from here, so that all of its values are known */
  readonly isComplete: boolean
  /** what parameters make of the layers below them */
  readonly above?: (below: readonly MapValue[]) => readonly MapValue[]
  /** what is wrong with the files of its values */
  readonly findings?: readonly LocatedFinding[]
}

/** What one run of a chart prints, template by template; with `all`, what this program wrote, too. */
export function chartManifests(around: Surroundings, folder: string, release: Release, all = false): ManifestFile[] {
  const { settings, tree } = around
  const { name, namespace, isComplete } = release
  const chart = readAppChart(tree, folder, { helm: helmOf(settings.argocd.version), all })
  if (chart === undefined) return []
  const { files, helm } = chart
  const layers = [...release.layers, ...(release.above?.(release.layers) ?? [])]
  const { run, troubles } = runWithout({ files, folder, release: name, namespace, own: chart.values, layers, helm, isComplete })
  const whole = troubles.find(({ refusal }) => refusal.template === undefined)
  const isStopped = whole !== undefined && !partOf.has(whole.refusal.class)
  const printed = new Map<string, HelmDocument[]>()
  for (const document of run.documents) printed.set(document.template, [...(printed.get(document.template) ?? []), document])
  const found = [...chart.templates].flatMap(([path, template]): ManifestFile[] => {
    const { file, consumed } = template
    const documents = printed.get(path) ?? []
    const where = { chart, template }
    const own = troubles.filter(({ refusal }) => refusal.template === path)
    const [broken] = own.flatMap((trouble) => brokenYaml(trouble, where))
    const errors = broken === undefined ? own.flatMap((trouble) => refusedAt(trouble, where)) : []
    const facts = { file, consumed, namespace }
    // a template of something else stops all of them
    if (!ofInterest.test(file.text) && !documents.some(isOfInterest))
      return errors.length === 0 ? [] : [{ ...manifestFile([], around, facts), refused: errors }]
    const missing = missingAt(
      run.missing.filter(({ refusal }) => refusal.template === path),
      where,
    )
    const made = manifestFile(
      documents.flatMap((document) => readingOf(document, chart)),
      around,
      facts,
    )
    return [
      {
        ...made,
        isTemplate: true,
        isUnread: isStopped || own.length > 0 || run.leftOut.has(path),
        refused: [...errors, ...missing],
        ...(broken && { broken }),
      },
    ]
  })
  const wrong = wrongValues(chart, release, { run, troubles })
  if (wrong.length > 0 && chart.head !== undefined)
    found.push({ ...manifestFile([], around, { file: chart.head, consumed: [], namespace }), findings: wrong })
  // the values of our own chart are the settings, which are reported as such
  if (whole === undefined || chart.head === undefined || whole.refusal.class === 'chart-values') return found
  const head = manifestFile([], around, { file: chart.head, consumed: [], namespace })
  return [{ ...head, refused: [wholeRefused(whole, chart)] }, ...found]
}

const printsApplications = /^kind: *["']?Application(?:Set)?\b/m

/** What is wrong with the values of a chart that prints Applications: files that can't be read, and keys that are nearly one that is read. */
function wrongValues(
  chart: AppChart,
  { findings = [], layers, isComplete }: Release,
  { run, troubles }: { readonly run: ChartRun; readonly troubles: readonly Trouble[] },
): LocatedFinding[] {
  if (![...chart.templates.values()].some(({ file }) => printsApplications.test(file.text))) return []
  if (!isComplete || troubles.length > 0) return [...findings]
  const { files, folder: place, helm } = chart
  const loaded = loadOnce(files, { helm, place })
  const rendered = { helm, values: run.values, looked: () => run.looked }
  const unread = layers.flatMap((layer) => unreadOf(loaded, layer, rendered).filter(({ suggestion }) => suggestion !== undefined))
  return [...findings, ...unknownKeyFindings(unread)]
}

const isOfInterest = ({ plain }: HelmDocument): boolean => ofInterest.test(JSON.stringify(plain).slice(0, 200_000))

/** Files without which, or without a part of which, the templates can be printed all the same. */
const partOf: ReadonlyMap<RefusalClass, string> = new Map([
  ['dependencies', 'Chart.yaml'],
  ['chart-values', 'values.yaml'],
])

/** More files than that in one chart are no slip. */
const mostBroken = 20

/** What keeps Helm from printing any template is left out one by one, and reported. */
function runWithout(input: ChartInput): { readonly run: ChartRun; readonly troubles: readonly Trouble[] } {
  const before: Trouble[] = []
  const files = { ...input.files }
  for (;;) {
    const run = runChart({ ...input, files: { ...files } })
    const trouble = run.troubles.find(({ refusal }) => refusal.class === 'parse' || partOf.has(refusal.class))
    const path = trouble === undefined ? undefined : (partOf.get(trouble.refusal.class) ?? trouble.refusal.template)
    const bytes = path === undefined ? undefined : files[path]
    const isAgain = before.some(({ refusal }) => refusal.class === trouble?.refusal.class && refusal.template === trouble?.refusal.template)
    if (trouble === undefined || path === undefined || bytes === undefined || isAgain || before.length >= mostBroken)
      return { run, troubles: [...before, ...run.troubles] }
    before.push(trouble)
    if (path === 'Chart.yaml') files[path] = withoutDependencies(bytes)
    else delete files[path]
  }
}

function withoutDependencies(bytes: Uint8Array): Uint8Array {
  const { documents } = parseYaml({ path: 'Chart.yaml', text: Buffer.from(bytes).toString() }, 'service')
  const plain = firstPlain(documents)
  if (!isJsonMap(plain)) return bytes
  const { dependencies: _dependencies, ...others } = plain
  return Buffer.from(JSON.stringify(others))
}

function readingOf(document: HelmDocument, chart: AppChart): Reading[] {
  const { printing, plain, template } = document
  const source = chart.templates.get(template)
  if (printing === undefined || source === undefined) return []
  const from = { printing, sourceOf: sourcesOf(chart), template: source.file }
  let placed: Value | undefined
  const value = (): Value => (placed ??= placedDocument(document.value, from))
  const spotOfText = (span: Span): Spot => spotInText(span, from)
  return [{ file: source.file, plain, value, raw: printing.raw, text: printing.text, start: printing.start, spotOfText }]
}
