// Would the API server and the controllers accept a hand-written Application or set as intended?
import { unknownFields } from '../../../deployed/unknown-fields.ts'
import { ending, named, phrase } from '../../../findings/message.ts'
import { idlePatterns } from '../../../deployed/sets/idle-generators.ts'
import { printed } from '../../../values/printed.ts'
import { decodeObject } from '../../../kubernetes/decode.ts'
import { checkSchema } from '../../../kubernetes/schema.ts'
import type { Json, Path } from '../../../values/value.ts'
import type { Message } from '../../../findings/finding.ts'
import { formatPath } from '../../../values/path.ts'
import { judgeAnnotation, judgeSyncOption, splitOptions } from '../../../applicationset/sync-options.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { at, makesDatabases, textItems } from '../../../deployed/manifest-parts.ts'
import { unknownInPatch } from './patch-fields.ts'
import { refusals, spoiledElements, textMistakes } from '../application/refusals.ts'
import { isJsonMap } from '../../../values/value.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'

export const shapeRules: readonly ManifestRule[] = [
  {
    id: 'argocd/known-fields',
    severity: 'error',
    summary: 'Argo CD knows each field; synced by Argo CD, an unknown one is dropped without a word, and kubectl apply refuses it',
    *check(manifest) {
      for (const { path, help } of unknownFields(manifest)) {
        const message = phrase`unknown field \`${named(printed(path.at(-1)))}\` in \`${path.length === 1 ? manifest.kind : formatPath(path.slice(0, -1))}\``
        yield { message, places: [{ path, on: 'key' as const }], ...(help === undefined ? {} : { help: phrase`${help}` }) }
      }
      const patch = at(manifest.plain, 'spec', 'templatePatch')
      for (const { key, written, near } of typeof patch === 'string' ? unknownInPatch(patch) : [])
        yield {
          message: phrase`unknown field \`${named(key)}\` in \`spec.templatePatch\``,
          places: [{ path: ['spec', 'templatePatch'] }],
          part: written,
          help: near === undefined ? phrase`remove it, or write it where an Application has it` : phrase`did you mean \`${named(near)}\`?`,
        }
    },
  },
  {
    id: 'argocd/manifest-schema',
    severity: 'error',
    summary: 'fields have the types of the CRD',
    *check({ plain, settings }) {
      const elsewhere = unknownFields({ plain, settings }).flatMap(({ place }) => (place === undefined ? [] : [JSON.stringify(place)]))
      const decoded = decodeObject(plain, settings.argocd.version)
      if ('issues' in decoded) return
      for (const issue of checkSchema(decoded.object, decoded.kind.schema, { integerRange: true })) {
        if (issue.keyword === 'required' && elsewhere.includes(JSON.stringify(issue.path))) continue
        if (issue.field === '<nil>' || printed(at(plain, ...issue.path)).includes(unknownText)) continue
        const help = optionHelp(at(plain, ...issue.path), issue.path) ?? issue.help
        yield { message: issue.message, places: [{ path: issue.path }], ...(help === undefined ? {} : { help }) }
      }
    },
  },
  {
    id: 'argocd/set-generates',
    severity: 'error',
    upstream: 'GenerateApplications, validateGeneratedApplications',
    summary: 'each Application of a set is one that Argo CD deploys',
    *check(manifest) {
      yield* refusals(manifest)
      if (manifest.kind === 'Application' || manifest.isConsumed) return
      if (manifest.applications?.length !== 0 || manifest.refusals.length > 0) return
      const idle = idlePatterns(manifest).find(({ meant }) => meant === undefined)
      if (idle !== undefined) {
        // a set of other things may be empty for a time
        if (!makesDatabases(manifest, [manifest.settings])) return
        yield {
          message: phrase`path is \`${ending(idle.pattern)}\`, but nothing matches it, and an empty set deletes every Application it had`,
          places: [{ path: idle.path }],
          help: phrase`correct the path, which is from the root of the repository`,
        }
        return
      }
      yield {
        message: phrase`generators give no element, but an empty set deletes every Application it had`,
        places: [{ path: ['spec', 'generators'] }],
        help: phrase`add elements, or correct the name of the field or the path`,
      }
    },
  },
  {
    id: 'argocd/element-text',
    severity: 'error',
    upstream: 'text/template: a null prints as <no value>, a number as a float',
    summary: 'the values of an element are printed as they are written',
    *check(manifest) {
      for (const element of spoiledElements(manifest)) yield* textMistakes(element, manifest)
    },
  },
  {
    id: 'argocd/template-namespace',
    severity: 'warning',
    upstream: 'getTempApplication: Applications of a set get the namespace of the set',
    summary: 'the template of a set does not ask for another namespace than that of the set',
    *check({ kind, plain, key }) {
      const path: Path = ['spec', 'template', 'metadata', 'namespace']
      const namespace = kind === 'ApplicationSet' ? at(plain, ...path) : undefined
      const own = key.slice(0, key.indexOf('/'))
      if (typeof namespace !== 'string' || namespace === own || namespace.includes(unknownText) || own.includes(unknownText)) return
      yield {
        message: phrase`namespace of the template is ${named(namespace)}, but Applications of a set are made in the namespace of the set, ${named(own)}`,
        places: [{ path }],
        help: phrase`remove it; the namespace of the databases is spec.destination.namespace`,
      }
    },
  },
  {
    id: 'argocd/set-option-known',
    severity: 'warning',
    summary: 'sync options of an Application are spelt right, in their place, and read by the pinned Argo CD',
    *check({ kind, plain, base, settings }) {
      const path = [...base, 'spec', 'syncPolicy', 'syncOptions']
      for (const { index, text: option } of textItems(at(plain, ...path))) {
        const mistake =
          option.includes(unknownText) || option.includes('{{')
            ? undefined
            : judgeSyncOption(option, 'application', settings.argocd.version)
        if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, index] }] }
      }
      // the parent Application reads the options of the set itself, or of an Application
      for (const holder of kind === 'ApplicationSet' ? [[], base] : [[]]) {
        const annotations = [...holder, 'metadata', 'annotations']
        const written = at(plain, ...annotations)
        for (const key of isJsonMap(written) ? Object.keys(written) : []) {
          const mistake = judgeAnnotation(key)
          if (mistake !== undefined) yield { ...mistake, places: [{ path: [...annotations, key], on: 'key' as const }] }
        }
        const key = 'argocd.argoproj.io/sync-options'
        for (const option of splitOptions(printed(at(plain, ...annotations, key) ?? ''))) {
          const mistake = option.includes(unknownText) ? undefined : judgeSyncOption(option, 'object', settings.argocd.version)
          if (mistake !== undefined) yield { ...mistake, places: [{ path: [...annotations, key] }] }
        }
      }
    },
  },
]

/** `CreateNamespace: true` for `CreateNamespace=true`. */
function optionHelp(value: Json | undefined, path: Path): Message | undefined {
  const [entry, ...others] = path.includes('syncOptions') && isJsonMap(value) ? Object.entries(value) : []
  return entry === undefined || others.length > 0 ? undefined : phrase`write ${named(entry[0])}=${named(printed(entry[1]))}`
}
