// Which Applications of a hand-written set, or hand-written themselves, would Argo CD refuse, and whose line is it?
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import type { Finding, Message } from '../../../findings/finding.ts'
import type { Json, JsonMap, Path } from '../../../values/value.ts'
import { nearest } from '../../../values/path.ts'
import { checkDestination } from '../../../applicationset/destination.ts'
import type { SetElement } from '../../../applicationset/elements.ts'
import type { GenerateError, GenerateStage } from '../../../applicationset/generate.ts'
import { formatScalar } from '../../../go-template/go-format.ts'
import { unfilledIn } from '../sets/unfilled.ts'
import { isOfMergeKeys, missingMergeKey } from '../sets/merges.ts'
import { emptied, isEmptied } from '../sets/emptied-specs.ts'
import { generatorFileFindings } from '../sets/generator-files.ts'
import { computedText } from '../sets/computed-text.ts'
import { filledPath } from '../../../deployed/sets/filled-in.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { at, indexOfText, sourcePath } from '../../../deployed/manifest-parts.ts'
import { readSelector } from '../../../applicationset/selector.ts'
import { checkRefs, checkReleaseNames, checkSourceTypes, checkSpec, resolveValueFiles, sourcesOf } from '../../../applicationset/sources.ts'
import { isJsonMap } from '../../../values/value.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'

/** Stages whose mistakes other rules show at a better place. */
const shownElsewhere = new Set<GenerateStage>(['unsupported', 'unknown-field', 'schema', 'app-unknown-field', 'app-schema', 'decode-typed'])
const names = 'use lower-case letters, digits, `-` and `.`, with a letter or digit at both ends'
const helps: Partial<Record<GenerateStage, string>> = {
  'duplicate-name': 'remove one, or rename one',
  project: 'name an AppProject in spec.project',
  destination: 'set one of destination.server and destination.name',
  'app-metadata': names,
  metadata: names,
  'app-spec': 'give each source a repoURL, and `chart` with targetRevision, `path` or `ref`',
  'app-ref': 'name the ref of one of the sources, which are git repositories',
  'app-source-type': 'keep the one that the source is for',
  'app-value-file': 'write a path inside the repository',
  'helm-release-name': 'shorten it, or set helm.releaseName',
  render: 'correct the template',
  params: 'correct the generator',
  limit: 'make fewer parameter sets, or write out what the template computes',
  panic: 'write goTemplateOptions: ["missingkey=error"]',
}

/** The help depends on the error: the texts of Go's templates, of Sprig and of the generators. */
const helpsByMessage: readonly (readonly [RegExp, string])[] = [
  [/^ref is \$/, 'write the name alone: the $ is for those who refer to it'],
  [/^release name is [^ ]{1,53},/, names],
  [/^ref is/, 'give each ref a name of its own, of letters, digits, - and _'],
  [/no entry for key/, 'add the key to the element, or correct the template'],
  [/^function "path" not defined/, 'a field begins with a dot: write {{ .path.path }}, or {{ .path.basename }} for the last part'],
  [/^function "[^"]*" not defined/, 'a field begins with a dot, as in {{ .name }}; the functions are those of Sprig'],
  [/index out of range/, 'count from 0, and no further than the list goes'],
  [/RawExtension/, 'set `values` as text in template and patch: no patch can change a valuesObject'],
  [/^found duplicate key path/, 'set pathParamPrefix on one of the two git generators: both set `path`'],
  [/^found duplicate key/, 'give the key another name in one of the two generators'],
  [/selector/, 'write matchLabels, or matchExpressions with In or NotIn and values, or with Exists or DoesNotExist'],
  [/a git generator needs/, 'set `files` or `directories`'],
  [/^unable to parse/, 'a generator reads maps: correct the file, or leave it out with `exclude: true`'],
  [/as string/, 'put quotes around the value'],
  [/list element is no map|of elementsYaml is no map/, 'write `key: value` in each element'],
  [/two generators|more than one generator|needs two or more/, 'a matrix joins two generators, a merge two or more, each of one kind'],
  [/merge ?keys/i, 'set mergeKeys to keys that all the generators set, and that distinguish their elements'],
]

/** The refusals as findings: at the element that alone has them, else at the field of the template. */
export function* refusals(manifest: Manifest): Iterable<Finding> {
  const all = manifest.kind === 'Application' ? ofApplication(manifest.plain) : manifest.refusals
  // what else is refused follows from it
  if (all.some((error) => isEmptied(error, manifest))) return yield emptied
  const spoiled = new Set(spoiledElements(manifest))
  const reported = new Set<string>()
  for (const error of all) {
    const { stage, message } = error
    if (shownElsewhere.has(stage) || message.includes(unknownText)) continue
    // a version of Argo CD that is none is reported of every kind
    if (stage === 'decode' && /^argoproj\.io\/(?!v1alpha1$)/.test(printed(manifest.plain['apiVersion'] ?? ''))) continue
    if ((stage === 'params' || stage === 'render') && generatorFileFindings(manifest).length > 0) continue
    const wrongKey = isOfMergeKeys(error) ? missingMergeKey(manifest) : undefined
    if (wrongKey !== undefined) {
      yield wrongKey
      continue
    }
    const makers = makersOf(error, manifest)
    if (makers.length > 0 && makers.every((element) => spoiled.has(element))) continue
    const guilty = guiltyOf(error, makers, manifest)
    const unfilled = unfilledIn(error, manifest)
    for (const element of guilty.length === 0 ? [undefined] : guilty) {
      const path =
        element === undefined ? templatePlace(error, manifest) : (filledBy(error, element, manifest) ?? elementPlace(error, element))
      const key = `${stage} ${JSON.stringify(path)}`
      if (reported.has(key)) continue
      reported.add(key)
      const help = unfilled === undefined ? helpFor(error, element, manifest) : phrase`${unfilled}`
      const text = element?.error?.message ?? message
      const absent = element === undefined ? missingKey(message) : undefined
      yield {
        message: phrase`${named(computedText(text, manifest.file))}`,
        places: [{ path }],
        ...(help === undefined ? {} : { help }),
        ...(absent === undefined ? {} : { part: `.${absent}` }),
        ...(stage === 'duplicate-name' && { isShared: true }),
      }
    }
  }
}

/** Those of the list generators at the top, else of those inside a matrix or a merge. */
function elementsOf(manifest: Manifest): readonly SetElement[] {
  const elements = manifest.elements()
  return elements.length > 0 ? elements : manifest.nestedElements()
}

/** The elements that fail so, or whose Application is refused. */
function makersOf({ stage, application }: GenerateError, manifest: Manifest): readonly SetElement[] {
  const elements = elementsOf(manifest)
  if (stage === 'render' || stage === 'params') return elements.filter(({ error }) => error !== undefined)
  if (application === undefined) return []
  return elements.filter((element) => element.applications.some((made) => applicationName(made) === application))
}

/** Those of them that are to blame; none: every element has the mistake, so that the template has it. */
function guiltyOf({ stage, message }: GenerateError, makers: readonly SetElement[], manifest: Manifest): readonly SetElement[] {
  const elements = elementsOf(manifest)
  if ((stage === 'params' && message.includes('selector')) || /\{\{\s*\./.test(message)) return []
  if (stage === 'params') return makers
  if (stage === 'render') {
    if (makers.length < elements.length) return makers
    const near = makers.filter((element) => nearKey(element.error?.message ?? message, element) !== undefined)
    // what several elements have alike is not misspelt in each of them
    return near.length > 1 && near.length === elements.length ? [] : near
  }
  if (stage === 'duplicate-name') return makers.length > 1 && isByElement(manifest) ? makers.slice(1) : []
  const refused = new Set(manifest.refusals.flatMap((error) => (error.stage === stage ? makersOf(error, manifest) : [])))
  return refused.size < elements.length ? makers : []
}

/** Whether the name of the Applications follows from the element at all. */
function isByElement({ plain }: Manifest): boolean {
  return /\{\{/.test(printed(at(plain, 'spec', 'template', 'metadata', 'name')))
}

const missingKey = (message: string): string | undefined => /no entry for key "([^"]*)"/.exec(message)?.[1]
function nearKey(message: string, { plain }: SetElement): string | undefined {
  return nearest(missingKey(message) ?? '', isJsonMap(plain) ? Object.keys(plain) : [])
}

/** The value of an element in the text that is refused. */
function filledBy(error: GenerateError, { path: own, applications }: SetElement, manifest: Manifest): Path | undefined {
  const made = applications.find((one) => applicationName(one) === error.application)
  const text = made && at(manifest.plain, ...templatePlace(error, manifest))
  const path = typeof text === 'string' && made !== undefined ? filledPath(text, manifest, made) : undefined
  return path !== undefined && own.every((step, index) => step === path[index]) ? path : undefined
}

function elementPlace({ message }: GenerateError, element: SetElement): Path {
  const near = nearKey(element.error?.message ?? message, element)
  return near === undefined ? element.path : [...element.path, near]
}

function helpFor({ stage, message }: GenerateError, element: SetElement | undefined, manifest: Manifest): Message | undefined {
  const text = element?.error?.message ?? message
  if (element !== undefined && nearKey(text, element) !== undefined) return phrase`did you mean \`${named(missingKey(text))}\`?`
  const [first] = stage === 'render' && element === undefined ? elementsOf(manifest) : []
  const near = first === undefined ? undefined : nearKey(text, first)
  if (near !== undefined) return phrase`did you mean \`${named(near)}\`?`
  const byMessage =
    stage === 'render' || stage === 'params' || /^re(?:f|lease name) is/.test(text)
      ? helpsByMessage.find(([pattern]) => pattern.test(text))?.[1]
      : undefined
  const help = byMessage ?? helps[stage]
  return help === undefined ? undefined : phrase`${help}`
}

function templatePlace({ stage, message, path }: GenerateError, { plain, base }: Manifest): Path {
  const spec = at(plain, ...base, 'spec')
  const inSpec = (): Path => [...base, 'spec', ...sourcePlace(stage, message, isJsonMap(spec) ? spec : {})]
  switch (stage) {
    case 'duplicate-name':
    case 'app-metadata':
      return [...base, 'metadata', 'name']
    case 'helm-release-name': {
      const place = inSpec()
      return place.at(-1) === 'releaseName' ? place : [...base, 'metadata', 'name']
    }
    case 'project':
    case 'destination':
      return [...base, 'spec', stage]
    case 'metadata':
    case 'decode':
      return ['metadata', 'name']
    case 'params':
      return (
        (message.includes('selector') ? badSelector(at(plain, 'spec', 'generators'), ['spec', 'generators']) : undefined) ?? [
          'spec',
          'generators',
        ]
      )
    case 'panic':
      return ['spec', 'goTemplateOptions']
    case 'limit':
      return ['spec', 'template']
    case 'render':
      return path ?? ['spec', 'template']
    default:
      return inSpec()
  }
}

/** The first selector that is refused. */
function badSelector(node: Json | undefined, path: Path): Path | undefined {
  if (Array.isArray(node)) return firstOf(node.entries(), path)
  if (!isJsonMap(node)) return undefined
  try {
    readSelector(node['selector'])
  } catch {
    return [...path, 'selector']
  }
  return firstOf(Object.entries(node), path)
}

function firstOf(entries: Iterable<readonly [string | number, Json]>, path: Path): Path | undefined {
  for (const [key, value] of entries) {
    const found = badSelector(value, [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}

/** The entry, the name or the source that is refused, below `spec`. */
function sourcePlace(stage: GenerateStage, message: string, spec: JsonMap): Path {
  const many = Array.isArray(spec['sources'])
  const { sources } = sourcesOf(spec)
  const pathOf = (index: number, ...rest: Path): Path => [...(many ? sourcePath(spec, index) : ['source']), ...rest]
  const isRefused = ({ ref }: JsonMap): boolean =>
    ref !== undefined && [',', ' '].some((end) => message.startsWith(`ref is ${printed(ref)}${end}`))
  const refused = stage === 'app-ref' && /^ref is/.test(message) ? sources.findLastIndex(isRefused) : -1
  if (refused >= 0) return pathOf(refused, 'ref')
  for (const [index, source] of sources.entries()) {
    const named = /\$[\w.-]*/.exec(message)?.[0]
    const entry = indexOfText(at(source, 'helm', 'valueFiles'), (text) =>
      stage === 'app-ref' ? text.split('/')[0] === named : message.includes(text),
    )
    if ((stage === 'app-ref' || stage === 'app-value-file') && entry >= 0) return pathOf(index, 'helm', 'valueFiles', entry)
    if (stage === 'helm-release-name' && at(source, 'helm', 'releaseName') !== undefined) return pathOf(index, 'helm', 'releaseName')
    const alone = many ? { sources: [source] } : { source }
    if (stage === 'app-spec' && checkSpec(alone).length > 0) return pathOf(index)
    if (stage === 'app-source-type' && checkSourceTypes(alone).length > 0) return pathOf(index)
  }
  return many ? ['sources'] : ['source']
}

function ofApplication(plain: JsonMap): GenerateError[] {
  const spec = at(plain, 'spec')
  if (!isJsonMap(spec)) return []
  const destination = at(spec, 'destination')
  const problem = checkDestination(isJsonMap(destination) ? destination : {}, undefined)
  return [
    ...(problem === undefined ? [] : [{ stage: 'destination' as const, message: problem }]),
    ...checkSpec(spec),
    ...checkRefs(spec),
    ...checkSourceTypes(spec),
    ...resolveValueFiles(plain).problems,
    ...checkReleaseNames(spec, printed(at(plain, 'metadata', 'name'))),
  ]
}

/** The elements with such values. */
export function spoiledElements(manifest: Manifest): readonly SetElement[] {
  if (!JSON.stringify(at(manifest.plain, 'spec', 'generators') ?? null).match(/:(?:null|-?\d)/)) return []
  return elementsOf(manifest).filter((element) => textMistakes(element, manifest).length > 0)
}

/** Values of an element that Argo CD prints otherwise than they are written: a null as `<no value>`, 16.10 as 16.1. */
export function textMistakes(element: SetElement, manifest: Manifest): Finding[] {
  if (at(manifest.plain, 'spec', 'goTemplate') !== true || !isJsonMap(element.plain)) return []
  const printed = JSON.stringify(element.applications)
  return Object.entries(element.plain).flatMap(([key, value]) => {
    const path = [...element.path, key]
    if (value === null && printed.includes('<no value>'))
      return [
        {
          message: phrase`${named(key)} is null, but Argo CD prints that as \`<no value>\``,
          places: [{ path }],
          help: phrase`write a text, or remove the key`,
        },
      ]
    const written = manifest.written(path)
    if (typeof value !== 'number' || written === undefined) return []
    const shown = formatScalar(value)
    if (shown === written || !printed.includes(shown)) return []
    return [
      {
        message: phrase`${named(key)} is ${named(written)}, but a number is printed as ${named(shown)}`,
        places: [{ path }],
        help: phrase`write it in quotes: "${named(written)}"`,
      },
    ]
  })
}
