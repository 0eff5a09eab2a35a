// What does the template of a set say by itself, where only the cluster knows its elements?
import { sourcesIn, sourcesOf } from '../../applicationset/sources.ts'
import type { Database } from '../../model.ts'
import { isJsonMap, layoutPathOf, mapEntries } from '../../values/value.ts'
import type { Json, JsonMap, SourceFile } from '../../values/value.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import { trimEndOf } from '../../values/trim.ts'
import { at } from '../manifest-parts.ts'
import { applicationName } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'
import { repositoryPath } from '../repository-path.ts'

/** What may stand for a placeholder: a name, a number and both switches. What holds for each of them hangs on none. */
const samples = ['x0', '1', 'true', 'false'] as const

/** The databases of a set for one sample in the place of every placeholder, and what was found while they were read. */
export interface Variant {
  readonly databases: readonly Database[]
  readonly findings: readonly LocatedFinding[]
}

/** A set of which nothing but the template is known. */
export interface Draft {
  /** of the set */
  readonly name: string
  readonly file: SourceFile
  readonly variants: readonly Variant[]
  /** values that nobody here knows may lie above or below those that are known */
  readonly isPartial: boolean
}

/** The files that a draft is made of, as the tree names them. */
export const filesOf = ({ file, variants }: Draft): readonly string[] =>
  [file, ...draftedIn([{ variants }]).flatMap(({ layers }) => layers.map((layer) => layer.file))].map(layoutPathOf)

/** The databases of drafts, each once. */
export const draftedIn = (drafts: readonly Pick<Draft, 'variants'>[]): readonly Database[] =>
  drafts.flatMap(({ variants }) => variants[0]?.databases ?? [])

/** The template of a set with each sample; undefined: other parts of the set may change what it says, or it deploys no database. */
export function draftOf(manifest: Manifest, read: (application: JsonMap) => Variant): Draft | undefined {
  const { plain, base } = manifest
  const template = at(plain, ...base)
  if (!isJsonMap(template) || hasOwnTemplate(at(plain, 'spec', 'generators') ?? null) || mayPatch(at(plain, 'spec', 'templatePatch')))
    return undefined
  if (sourcesOf(isJsonMap(template['spec']) ? template['spec'] : {}).sources.some(namesOpenChart)) return undefined
  // a file that is not here must not keep the rest from being judged
  for (const keeps of [(file: Json) => !hasPlaceholder(file), () => false]) {
    const { application, isPartial } = closed(template, keeps)
    const variants = samples.map((sample) => read(filled(application, sample) as JsonMap))
    if (variants.every(({ databases }) => databases.length > 0))
      return { name: applicationName(plain), file: manifest.file, variants, isPartial }
  }
  return undefined
}

/** Which chart it is hangs on what is not known. */
const namesOpenChart = ({ chart, repoURL, targetRevision }: JsonMap): boolean =>
  chart !== undefined && [chart, repoURL, targetRevision].some(hasPlaceholder)

/** The folders of this repository that a template names, or in which its paths begin that go on with a placeholder. */
export function openFolders({ plain, base, settings, tree }: Manifest): string[] {
  const spec = at(plain, ...base, 'spec')
  return sourcesIn(spec).flatMap(({ path, repoURL }): string[] => {
    if (typeof path !== 'string') return []
    const [written = ''] = (hasPlaceholder(path) ? path : `${trimEndOf(path, '/')}/`).split('{{', 1)
    const prefix = written.replace(/^\.?\//, '')
    const file = { kind: 'local', path: prefix.slice(0, prefix.lastIndexOf('/') + 1), repoURL: printed(repoURL ?? '') } as const
    const folder = repositoryPath(file, { settings, tree })
    return folder === undefined ? [] : [folder]
  })
}

/** A generator may bring a template of its own, which goes over that of the set. */
function hasOwnTemplate(node: Json): boolean {
  if (Array.isArray(node)) return node.some(hasOwnTemplate)
  if (!isJsonMap(node)) return false
  return Object.values(node).some(
    (generator) => isJsonMap(generator) && (generator['template'] !== undefined || hasOwnTemplate(generator['generators'] ?? null)),
  )
}

function mayPatch(patch: Json | undefined): boolean {
  return typeof patch === 'string' && /source|helm/.test(patch)
}

const hasPlaceholder = (text: Json | undefined): boolean => typeof text === 'string' && text.includes('{{')

/** What is between actions, and at odd places the actions themselves. */
const partsOf = (text: string): string[] => text.split(/(\{\{[^{}]*\}\})/)
const statement = /^\{\{-?\s*(?:if|else|end|range|with|define|block|template|break|continue|\$)/
const writer = /\b(?:toYaml|toJson|toRawJson|toPrettyJson|indent|nindent)\b/

/** Such a text is more than its words: what is printed hangs on what is not known. */
function isProgram(text: Json | undefined): boolean {
  if (typeof text !== 'string' || !text.includes('{{')) return false
  const isOpen = partsOf(text).some((part, at) => (at % 2 === 0 ? part.includes('{{') : statement.test(part) || writer.test(part)))
  // a line that is an action prints a line, or several
  return isOpen || (text.includes('\n') && text.split('\n').some((line) => line.trimStart().startsWith('{{')))
}

/** Without the files that are not kept, and without values that are a program. */
function closed(template: JsonMap, keeps: (file: Json) => boolean): { readonly application: JsonMap; readonly isPartial: boolean } {
  let isPartial = false
  const application = withHelm(template, ({ valueFiles, values, fileParameters, ...others }) => {
    const files = Array.isArray(valueFiles) ? valueFiles : []
    const kept = files.filter(keeps)
    isPartial ||= kept.length < files.length || isProgram(values) || fileParameters !== undefined
    return { ...others, ...(kept.length > 0 && { valueFiles: kept }), ...(values !== undefined && !isProgram(values) && { values }) }
  })
  return { application, isPartial }
}

function withHelm(template: JsonMap, change: (helm: JsonMap) => JsonMap): JsonMap {
  const spec = isJsonMap(template['spec']) ? template['spec'] : {}
  const { sources, multiple } = sourcesOf(spec)
  const changed = sources.map((source): JsonMap => (isJsonMap(source['helm']) ? { ...source, helm: change(source['helm']) } : source))
  return { ...template, spec: { ...spec, ...(multiple ? { sources: changed } : { source: changed[0] ?? {} }) } }
}

/** What a text has outside of its placeholders, whatever these become; undefined: they decide about more than a name. */
export function fixedText(text: string): string | undefined {
  return isProgram(text)
    ? undefined
    : partsOf(text)
        .filter((_, at) => at % 2 === 0)
        .join('')
}

/** Every text with the sample in the place of each placeholder; a program is the sample alone. */
function filled(value: Json, sample: string): Json {
  if (typeof value === 'string') return isProgram(value) ? sample : filledText(value, sample)
  if (Array.isArray(value)) return value.map((item) => filled(item, sample))
  return isJsonMap(value) ? mapEntries(value, (entry) => filled(entry, sample)) : value
}

function filledText(text: string, sample: string): string {
  const parts = partsOf(text)
  return parts
    .map((part, at) => {
      if (at % 2 === 1) return sample
      const start = parts[at - 1]?.endsWith('-}}') === true ? part.trimStart() : part
      return parts[at + 1]?.startsWith('{{-') === true ? start.trimEnd() : start
    })
    .join('')
}
