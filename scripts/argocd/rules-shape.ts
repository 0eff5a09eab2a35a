// Would the API server and the controllers take a hand-written Application or set, as it was meant?
import { decodeObject } from '../admit/stages.ts'
import { checkSchema } from '../admit/schema.ts'
import type { Finding, Path } from '../model.ts'
import { formatPath, nearest } from '../path.ts'
import { judgeSyncOption } from '../sync-options.ts'
import { checkDestination } from './destination.ts'
import type { GenerateStage } from './generate.ts'
import type { Manifest, ManifestRule } from './hand-written.ts'
import { at, texts } from './manifest-parts.ts'
import { checkRefs, checkReleaseNames, checkSourceTypes, checkSpec, resolveValueFiles } from './sources.ts'
import { isJsonMap } from './typed.ts'

const places: Partial<Record<GenerateStage, Path>> = {
  'duplicate-name': ['metadata', 'name'],
  project: ['spec', 'project'],
  destination: ['spec', 'destination'],
  'app-metadata': ['metadata', 'name'],
  'app-spec': ['spec', 'sources'],
  'app-ref': ['spec', 'sources'],
  'app-source-type': ['spec', 'sources'],
  'app-value-file': ['spec', 'sources'],
  'helm-release-name': ['metadata', 'name'],
}
/** Stages whose mistakes other rules show at a better place. */
const shownElsewhere = new Set<GenerateStage>(['unsupported', 'unknown-field', 'schema', 'app-unknown-field', 'app-schema'])

/** Fields that people look for on the wrong kind. */
const strays: Readonly<Record<string, string>> = {
  preserveResourcesOnDeletion: 'it belongs in spec.syncPolicy of an ApplicationSet',
  applicationsSync: 'it belongs in spec.syncPolicy of an ApplicationSet',
  valuesFiles: 'did you mean `valueFiles`?',
}

export const shapeRules: readonly ManifestRule[] = [
  {
    id: 'argocd/known-fields',
    severity: 'error',
    summary: 'Argo CD has each field; the API server would drop it silently',
    *check({ plain, settings, kind }) {
      const decoded = decodeObject(plain, settings.argocd.version)
      if ('issues' in decoded) return
      for (const path of decoded.unknown) {
        const name = String(path.at(-1))
        const guess = nearest(
          name,
          Object.keys((at(plain, ...path.slice(0, -1)) as object | undefined) ?? {}).filter((key) => key !== name),
        )
        const help = strays[name] ?? (guess === undefined ? undefined : `\`${guess}\` is there too: remove one of the two`)
        const message = `unknown field \`${name}\` in \`${path.length === 1 ? kind : formatPath(path.slice(0, -1))}\``
        yield { message: message.slice(0, 120), places: [{ path, on: 'key' as const }], ...(help === undefined ? {} : { help }) }
      }
    },
  },
  {
    id: 'argocd/manifest-schema',
    severity: 'error',
    summary: 'fields have the types of the CRD',
    *check({ plain, settings }) {
      const decoded = decodeObject(plain, settings.argocd.version)
      if ('issues' in decoded) return
      for (const issue of checkSchema(decoded.object, decoded.kind.schema, { integerRange: true })) {
        if (issue.field === '<nil>' || String(at(plain, ...issue.path)).includes('\ue000')) continue
        yield {
          message: issue.message.slice(0, 120),
          places: [{ path: issue.path }],
          ...(issue.help === undefined ? {} : { help: issue.help }),
        }
      }
    },
  },
  {
    id: 'argocd/set-generates',
    severity: 'error',
    upstream: 'GenerateApplications, validateGeneratedApplications',
    summary: 'each Application of a set is one that Argo CD deploys',
    check: (manifest) => refusals(manifest),
  },
  {
    id: 'argocd/set-option-known',
    severity: 'warning',
    summary: 'sync options of an Application are spelt right, in their place, and read by the pinned Argo CD',
    *check({ plain, base, settings }) {
      const path = [...base, 'spec', 'syncPolicy', 'syncOptions']
      for (const [index, option] of texts(at(plain, ...path)).entries()) {
        const mistake =
          option.includes('\ue000') || option.includes('{{') ? undefined : judgeSyncOption(option, 'application', settings.argocd.version)
        if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, index] }] }
      }
      const annotations = [...base, 'metadata', 'annotations']
      if (at(plain, ...annotations, 'argocd.argoproj.io/diff-options') !== undefined)
        yield {
          message: 'annotation is argocd.argoproj.io/diff-options, but Argo CD reads compare-options',
          places: [{ path: [...annotations, 'argocd.argoproj.io/diff-options'], on: 'key' as const }],
          help: 'rename it to argocd.argoproj.io/compare-options',
        }
    },
  },
]

/** The first refusal of each stage; the templates are the same for all elements. */
function* refusals({ kind, plain, base, refusals: ofSet, applications }: Manifest): Iterable<Finding> {
  const said = new Set<string>()
  const all = kind === 'Application' ? ofApplication(plain) : ofSet
  for (const { stage, message } of all) {
    if (shownElsewhere.has(stage) || said.has(stage) || message.includes('\ue000')) continue
    said.add(stage)
    const place = places[stage]
    const path =
      place !== undefined
        ? [...base, ...place]
        : stage === 'metadata' || stage === 'decode'
          ? ['metadata', 'name']
          : stage === 'params'
            ? ['spec', 'generators']
            : stage === 'panic'
              ? ['spec', 'goTemplateOptions']
              : ['spec', 'template']
    yield { message: message.slice(0, 120), places: [{ path }] }
  }
  if (kind === 'ApplicationSet' && applications?.length === 0 && ofSet.length === 0)
    yield {
      message: 'generators give no element, but an empty set deletes every Application it had',
      places: [{ path: ['spec', 'generators'] }],
      help: 'add elements, or correct the name of the field or the path',
    }
}

function ofApplication(plain: Manifest['plain']): { stage: GenerateStage; message: string }[] {
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
    ...checkReleaseNames(spec, String(at(plain, 'metadata', 'name'))),
  ]
}
