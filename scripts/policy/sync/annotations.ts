// Do the annotations for Argo CD on objects say what was meant?
import { judgeAnnotation, judgeSyncOption, splitOptions } from '../../applicationset/sync-options.ts'
import { judgeReplacing } from '../../applicationset/replacing.ts'
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isOperators } from '../../operator/objects.ts'
import { ofLatest } from '../../values/once.ts'
import { listed, nearest } from '../../values/path.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import type { Json } from '../../values/value.ts'
import { plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

const prefix = 'argocd.argoproj.io/'
const known = {
  hook: ['PostDelete', 'PostSync', 'PreDelete', 'PreSync', 'Skip', 'Sync', 'SyncFail'],
  'hook-delete-policy': ['BeforeHookCreation', 'HookFailed', 'HookSucceeded'],
} as const

interface Annotation {
  readonly object: RenderedObject
  /** without the prefix */
  readonly name: string
  readonly text: string
}

/** The annotations that Argo CD reads, as far as they are filled in. */
const annotationsIn = ofLatest((objects: readonly RenderedObject[]): Annotation[] =>
  objects.flatMap((object) => {
    const all = plainAt(object.plain, 'metadata', 'annotations')
    return (isJsonMap(all) ? Object.entries(all) : []).flatMap(([key, text]) =>
      !key.startsWith(prefix) || typeof text !== 'string' || text.includes('{{') || text.includes('${')
        ? []
        : [{ object, name: key.slice(prefix.length), text }],
    )
  }),
)

/** Where an annotation was written is asked of wrong ones only: it may take a second run of a chart. */
const isWritten = ({ object, places }: ObjectFinding): boolean => places.every(({ path }) => valueAt(object.value, path) !== undefined)

const isOfValues = ({ value }: RenderedObject, key: string): boolean => {
  const [top, field] = valueAt(value, ['metadata', 'annotations', key])?.origin.path ?? []
  return top === 'cluster' && field === 'annotations'
}

const isCluster = ({ kind, plain }: RenderedObject): boolean => kind === 'Cluster' && isOperators(plain)

/** Whether an annotation makes a hook of some phase; one of no known phase is reported as such. */
const makesHook = (key: string, text: Json | undefined): boolean =>
  typeof text === 'string' &&
  splitOptions(text).some((word) =>
    key === 'helm.sh/hook' ? /^[a-z]+-[a-z]+$/.test(word) : word !== 'Skip' && (known.hook as readonly string[]).includes(word),
  )

const placeOf = (name: string): readonly [string, string, string] => ['metadata', 'annotations', `${prefix}${name}`]

/** An unknown word next to none that is known; upper and lower case count. */
function* unknownWords(object: RenderedObject, name: 'hook' | 'hook-delete-policy', text: string): Iterable<ObjectFinding> {
  const words = splitOptions(text)
  const all: readonly string[] = known[name]
  const wrong = words.find((word) => !all.includes(word))
  if (wrong === undefined) return
  const isAlone = !words.some((word) => all.includes(word))
  const meant = all.find((word) => word.toLowerCase() === wrong.toLowerCase().replaceAll(/[-_ ]/g, '')) ?? nearest(wrong, all)
  const effect = name === 'hook' ? (isAlone ? ', and the object is never applied' : '') : ', and passes over it'
  yield {
    object,
    message: phrase`${here(name)} is ${named(wrong)}, but Argo CD knows no such one${effect}`,
    places: [{ path: placeOf(name) }],
    help: meant === undefined ? phrase`write one of ${named(listed(all))}` : phrase`write ${named(meant)}`,
  }
}

function* unreadWave(object: RenderedObject, text: string): Iterable<ObjectFinding> {
  if (/^[+-]?\d{1,18}$/.test(text)) return
  yield {
    object,
    message: phrase`${here('sync-wave')} is ${named(text)}, but must be a whole number: Argo CD takes it for 0`,
    places: [{ path: placeOf('sync-wave') }],
    help: phrase`write a number in quotes, such as "${named(/-?\d+/.exec(text)?.[0] ?? '1')}"`,
  }
}

function* unknownOptions(object: RenderedObject, name: string, text: string): Iterable<ObjectFinding> {
  const key = judgeAnnotation(`${prefix}${name}`)
  if (key !== undefined) yield { object, ...key, places: [{ path: placeOf(name), on: 'key' }] }
  for (const option of name === 'sync-options' ? splitOptions(text) : []) {
    // which version reads it is asked where the settings are known
    const mistake = judgeSyncOption(option, 'object', '99.0')
    if (mistake !== undefined) yield { object, ...mistake, places: [{ path: placeOf(name) }] }
  }
}

/** What the options Replace and Force do to a Cluster whose annotations are not those of the official chart's values. */
function* replacing(
  { objects, syncOptions }: Pick<ObjectsSubject, 'objects' | 'syncOptions'>,
  effect: 'delete' | 'overwrite',
): Iterable<ObjectFinding> {
  for (const { object, name, text } of annotationsIn(objects)) {
    if (name !== 'sync-options' || !isCluster(object)) continue
    const found = judgeReplacing(text, syncOptions)
    if (found === undefined || found.deletes !== (effect === 'delete') || isOfValues(object, `${prefix}${name}`)) continue
    const { message, help } = found
    const finding = { object, message, help, places: [{ path: placeOf(name) }] } satisfies ObjectFinding
    if (isWritten(finding)) yield finding
  }
}

export const annotations: readonly ObjectRule[] = [
  {
    // `NewHookType` of gitops-engine: an annotation without a known type makes a hook of no phase
    id: 'argocd/hook-known',
    severity: 'error',
    configurable: true,
    upstream: 'hook.Types',
    summary: 'an object is a hook of a phase that Argo CD has',
    reads: [],
    *check({ objects }) {
      for (const { object, name, text } of annotationsIn(objects))
        for (const finding of name === 'hook' ? unknownWords(object, name, text) : [])
          if (isWritten(finding) && !(isCluster(object) && isOfValues(object, `${prefix}hook`))) yield finding
    },
  },
  {
    // `BeforeHookCreation` is the default: the object of the last sync is deleted, its volumes with it, before it is made anew
    id: 'argocd/manifest-is-kept',
    severity: 'error',
    configurable: true,
    upstream: 'hook.DeletePolicies',
    summary: 'no annotation of the manifest of a Cluster makes Argo CD delete and re-create it',
    reads: [],
    *check(subject) {
      for (const object of subject.objects.filter(isCluster)) {
        const key = [`${prefix}hook`, 'helm.sh/hook'].find((name) =>
          makesHook(name, plainAt(object.plain, 'metadata', 'annotations', name)),
        )
        if (key !== undefined && !isOfValues(object, key))
          yield {
            object,
            message: phrase`this annotation makes the Cluster a hook, which is deleted and re-created, with empty volumes, at each sync`,
            places: [{ path: ['metadata', 'annotations', key], on: 'key' }],
            help: phrase`remove the annotation; order objects by argocd.argoproj.io/sync-wave`,
          }
      }
      yield* replacing(subject, 'delete')
    },
  },
  {
    id: 'argocd/manifest-is-not-overwritten',
    severity: 'warning',
    configurable: true,
    upstream: 'syncContext.applyObject',
    summary: 'no annotation of the manifest of a Cluster makes Argo CD overwrite what was set on the live one',
    reads: [],
    *check(subject) {
      yield* replacing(subject, 'overwrite')
    },
  },
  {
    // `syncwaves.Wave`: `strconv.Atoi`, else 0
    id: 'argocd/annotation-value',
    severity: 'warning',
    configurable: true,
    upstream: 'syncwaves.Wave, hook.DeletePolicies',
    summary: 'the values of annotations for Argo CD are ones that it reads',
    reads: [],
    *check({ objects }) {
      for (const { object, name, text } of annotationsIn(objects)) {
        const findings =
          name === 'hook-delete-policy' ? unknownWords(object, name, text) : name === 'sync-wave' ? unreadWave(object, text) : []
        for (const finding of findings) if (isWritten(finding)) yield finding
      }
    },
  },
  {
    id: 'argocd/manifest-option-known',
    severity: 'warning',
    configurable: true,
    summary: 'annotations for Argo CD on a manifest, and the sync options in them, are ones that it reads',
    reads: [],
    *check({ objects }) {
      for (const { object, name, text } of annotationsIn(objects))
        for (const finding of unknownOptions(object, name, text))
          if (isWritten(finding) && !isOfValues(object, `${prefix}${name}`)) yield finding
    },
  },
]
