// Is each Secret that a Cluster reads made by one object, and can that object make it where it is?
import { here, named, phrase } from '../../findings/message.ts'
import { isHook } from '../../applicationset/sync-wave.ts'
import type { RenderedObject } from '../../model.ts'
import { isOperators, textsIn } from '../../operator/objects.ts'
import { grouped } from '../../values/append.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap, jsonAt, valueAt } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject, PolicySubject } from '../subject.ts'

const annotationsOf = ({ plain }: RenderedObject): Readonly<Record<string, unknown>> => {
  const all = plainAt(plain, 'metadata', 'annotations')
  return isJsonMap(all) ? all : {}
}

/** The Secret that an object makes whole; undefined: it adds to one, or nobody knows. */
function madeBy(object: RenderedObject): string | undefined {
  const { kind, name, plain } = object
  // what is there from time to time, or decrypted first, is something else by then
  if (isHook(plain) || 'sops' in plain) return undefined
  if (kind === 'SealedSecret') return name
  if (kind === 'Secret') return ['data', 'stringData'].some((key) => Object.keys(jsonAt(plain, [key]) ?? {}).length > 0) ? name : undefined
  if (kind !== 'ExternalSecret') return undefined
  const policy = textAt(plain, 'spec', 'target', 'creationPolicy') ?? 'Owner'
  return policy === 'Owner' ? (textAt(plain, 'spec', 'target', 'name') ?? name) : undefined
}

/** Whether Argo CD leaves differences of Secrets alone, so that it puts none back. */
function leavesSecrets(subject: ObjectsSubject): boolean {
  const { database } = subject as Partial<PolicySubject>
  const ignored = listAt(database?.written?.application ?? null, 'spec', 'ignoreDifferences')
  const kinds = database?.written?.ignoredKinds?.()
  return (
    ignored.some((entry) => ['Secret', '*'].includes(textAt(entry, 'kind') ?? '')) ||
    kinds?.has('Secret') === true ||
    kinds?.has('all') === true
  )
}

const ofSealing = 'sealedsecrets.bitnami.com/'

/** Whether the controller of SealedSecrets may take a Secret over, or add its keys (`isAnnotatedToBeManaged`, `isAnnotatedToBePatched`). */
const isForSealing = (object: RenderedObject): boolean =>
  ['managed', 'patch'].some((mark) => annotationsOf(object)[`${ofSealing}${mark}`] === 'true')

/** The last two of a Secret with several makers, in the order of the files. */
function* twice(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const makers = grouped(
    subject.objects.flatMap((object) => {
      const name = madeBy(object)
      return name === undefined ? [] : [{ object, name }]
    }),
    ({ name, object }) => `${textAt(object.plain, 'metadata', 'namespace') ?? ''}/${name}`,
  )
  for (const all of makers.values()) {
    const filler = all.find(({ object }) => object.kind !== 'Secret')
    const other =
      all.find(({ object }) => object !== filler?.object && object.kind !== filler?.object.kind) ??
      all.find(({ object }) => object !== filler?.object)
    if (filler === undefined || other === undefined) continue
    // the same object, of two charts or files, is another mistake
    if (other.object.kind === filler.object.kind && other.object.name === filler.object.name) continue
    if (isForSealing(other.object)) continue
    if (other.object.kind === 'Secret' && filler.object.kind !== 'SealedSecret' && leavesSecrets(subject)) continue
    const isWritten = other.object.kind === 'Secret'
    const isTarget = !isWritten && textAt(other.object.plain, 'spec', 'target', 'name') !== undefined
    const first = isWritten
      ? phrase`Secret ${named(other.name)} is written here`
      : phrase`${other.object.kind} ${named(other.object.name)} makes Secret ${named(other.name)}`
    const outcome = filler.object.kind === 'SealedSecret' ? 'and refuses one that is there' : 'so that each undoes the other'
    yield {
      object: other.object,
      message: phrase`${first}, but ${filler.object.kind} ${named(filler.object.name)} makes it as well, ${outcome}`,
      places: [{ path: isTarget ? ['spec', 'target', 'name'] : ['metadata', 'name'] }],
      help: phrase`keep one of the two`,
    }
  }
}

/** Whether the name is part of what is encrypted (`StrictScope`). */
const isBound = (object: RenderedObject): boolean =>
  ['cluster-wide', 'namespace-wide'].every((scope) => annotationsOf(object)[`${ofSealing}${scope}`] !== 'true')

/** A namespace is part of what is encrypted (`EncryptionLabel`, `labelFor` of sealed-secrets 0.36); kubeseal writes it twice, and a kustomization changes one. */
function* moved(object: RenderedObject): Iterable<ObjectFinding> {
  const { plain, value } = object
  if (annotationsOf(object)[`${ofSealing}cluster-wide`] === 'true') return
  const now = textAt(plain, 'metadata', 'namespace')
  const inTemplate: Path = ['spec', 'template', 'metadata', 'namespace']
  const own: Path = ['metadata', 'namespace']
  const written = valueAt(value, own)
  const inFile = written?.kind === 'scalar' && typeof written.value === 'string' ? written.value : undefined
  for (const [sealed, path] of [
    [textAt(plain, ...inTemplate), inTemplate],
    [inFile, own],
  ] as const) {
    if (now === undefined || sealed === undefined || sealed === '' || sealed === now || /[{}$<>]/.test(now + sealed)) continue
    yield {
      object,
      message: phrase`${here('namespace')} is ${named(sealed)} where this was sealed, but it is applied in ${named(now)}, where no key decrypts it`,
      places: [{ path }],
      help: phrase`seal it again with \`kubeseal --namespace ${named(now)}\`, or with \`--scope cluster-wide\``,
    }
    return
  }
}

/** `Unseal` names the Secret after the SealedSecret, whatever the template says. */
function* renamed(object: RenderedObject, objects: readonly RenderedObject[]): Iterable<ObjectFinding> {
  const path: Path = ['spec', 'template', 'metadata', 'name']
  const meant = textAt(object.plain, ...path)
  if (meant === undefined || meant === object.name || /[{}$<>]/.test(meant + object.name)) return
  const names = textsIn(objects.filter(({ plain }) => isOperators(plain)))
  if (!names.has(meant) || names.has(object.name) || objects.some((one) => one !== object && madeBy(one) === meant)) return
  yield {
    object,
    message: phrase`${here('name')} is ${named(meant)} in the template, but the Secret is called ${named(object.name)}, as the SealedSecret is`,
    places: [{ path }],
    help: isBound(object)
      ? phrase`seal it again with \`kubeseal --name ${named(meant)}\`: the name is part of what is encrypted`
      : phrase`write metadata.name: ${named(meant)}`,
  }
}

export const makers: readonly ObjectRule[] = [
  {
    // external-secrets: `ErrSecretIsOwned`, and `creationPolicy: Owner` puts its own keys in; sealed-secrets: "already exists and is not managed by SealedSecret"
    id: 'policy/secret-made-once',
    severity: 'warning',
    configurable: true,
    summary: 'a Secret that a Cluster reads is made by one object',
    reads: [],
    check: twice,
  },
  {
    id: 'policy/sealed-where-it-is',
    severity: 'warning',
    configurable: true,
    upstream: 'EncryptionLabel',
    summary: 'a SealedSecret keeps the name and the namespace that it was sealed for',
    reads: [],
    *check({ objects }) {
      for (const object of objects) if (object.kind === 'SealedSecret') yield* [...moved(object), ...renamed(object, objects)].slice(0, 1)
    },
  },
]
