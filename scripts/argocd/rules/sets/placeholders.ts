// Which placeholders of a template are never filled in?
import { named, phrase } from '../../../findings/message.ts'
import type { Json, JsonMap, Path } from '../../../values/value.ts'
import { sourcesOf } from '../../../applicationset/sources.ts'
import { formatPath } from '../../../values/path.ts'
import { printed } from '../../../values/printed.ts'
import { isJsonMap } from '../../../values/value.ts'
import { computedText } from './computed-text.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { unfilledHelp } from './unfilled.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { at, isDatabase, sourcePath, textItems } from '../../../deployed/manifest-parts.ts'
import { shapeRules } from './shape.ts'

/** What is left of a placeholder: braces without Go templates, a map or nothing that Go prints. */
const leftover = /\{\{([^{}]{0,100})\}\}|<no value>|map\[/

export const placeholderRules: readonly ManifestRule[] = [
  {
    id: 'argocd/placeholder-filled',
    severity: 'error',
    upstream: 'argo-cd#13731, #22012: without goTemplate an unknown parameter stays as it is written',
    summary: 'every placeholder of a template for databases is filled in with a text',
    *check(manifest) {
      const { applications, settings, file, base } = manifest
      if (manifest.isConsumed) return
      // a name that is refused, an element without a text or a misspelt field is the same mistake
      if (shapeRules.some((rule) => rule.severity === 'error' && [...rule.check(manifest)].length > 0)) return
      for (const application of applications ?? []) {
        if (!isDatabase(application, settings)) continue
        const [first, ...others] = textsOf(application).filter(({ text }) => leftover.test(text) && !text.includes(unknownText))
        if (first === undefined) continue
        const found = leftover.exec(first.text)
        yield {
          message: phrase`${formatPath(first.path)} is \`${named(computedText(first.text, file))}\`, but ${reasonOf(found)}`,
          places: [
            { path: [...base, ...first.path] },
            ...others.map(({ path }) => ({ path: [...base, ...path], label: phrase`here, too` })),
          ],
          help: phrase`${helpFor(found?.[1]?.trim(), first.text, manifest)}`,
        }
        return
      }
    },
  },
]

function reasonOf(found: RegExpExecArray | null): string {
  if (found?.[1] !== undefined) return 'nothing fills the placeholder in'
  return found?.[0] === '<no value>' ? 'the element lacks a key' : 'a map is no text'
}

interface Text {
  readonly path: Path
  readonly text: string
}

/** The texts of an Application that decide what is deployed where. */
function textsOf(application: JsonMap): Text[] {
  const spec = at(application, 'spec')
  if (!isJsonMap(spec)) return []
  const one = (path: Path): Text[] => {
    const value: Json | undefined = at(application, ...path)
    return typeof value === 'string' ? [{ path, text: value }] : []
  }
  const sources = sourcesOf(spec).sources.flatMap((source, nth): Text[] => {
    const path = ['spec', ...sourcePath(spec, nth)]
    const files = textItems(at(source, 'helm', 'valueFiles'))
    const list = at(source, 'helm', 'parameters')
    // Helm refuses a list that never ends; any other text may be a template of the chart's own
    const parameters = Array.isArray(list) ? [...list.keys()].filter((index) => /^\{\{/.test(printed(at(list, index, 'value') ?? ''))) : []
    return [
      ...['repoURL', 'chart', 'path', 'targetRevision'].flatMap((key) => one([...path, key])),
      ...one([...path, 'helm', 'releaseName']),
      ...parameters.map((index) => ({ path: [...path, 'helm', 'parameters', index, 'value'], text: printed(at(list, index, 'value')) })),
      ...files.map(({ index, text }) => ({ path: [...path, 'helm', 'valueFiles', index], text })),
    ]
  })
  return [...['namespace', 'server', 'name'].flatMap((key) => one(['spec', 'destination', key])), ...sources]
}

function helpFor(written: string | undefined, text: string, { kind, plain, elements }: Manifest): string {
  if (written === undefined)
    return text.includes('<no value>')
      ? 'add the key to every element, and set goTemplateOptions: ["missingkey=error"]'
      : 'write the part that is meant, such as {{ .path.path }} or {{ .path.basename }}'
  if (kind === 'Application') return 'write it out: only an ApplicationSet fills placeholders in'
  return unfilledHelp(written, { plain, elements })
}
