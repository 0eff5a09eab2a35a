// What do the patches of a kustomization make of objects of CloudNativePG?
import { posix } from 'node:path'
import { parsePatch } from '../../kubernetes/json-patch.ts'
import type { Operation } from '../../kubernetes/json-patch.ts'
import type { RenderedObject } from '../../model.ts'
import { shownAddress } from '../../repository/remote.ts'
import { operatorKinds } from '../../operator/objects.ts'
import { nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap, MapValue, SourceFile, Value } from '../../values/value.ts'
import { isJsonMap, toPlain, valueAt } from '../../values/value.ts'
import { inside, parseInside } from '../../yaml/inside.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { afterOperations } from './operations.ts'
import type { Refuse } from './operations.ts'
import { targetsOf } from './targets.ts'
import type { Made, Targets } from './targets.ts'

/** The files that are here. */
export interface Reader {
  readonly file: (path: string) => SourceFile | undefined
  readonly isFolder: (path: string) => boolean
  /** whether there is anything, though it may be no text */
  readonly has?: (path: string) => boolean
  /** whether another file than those that are read has an object */
  readonly elsewhere?: (kind: string, name: string, read: ReadonlySet<string>) => boolean
}

/** A kustomization, and what is at hand. */
export interface Around {
  readonly at: string
  readonly reader: Reader
  /** whether every object is held here that a patch for one of CloudNativePG may be for */
  readonly isWhole: () => boolean
  /** whether charts make objects besides, which patches may be for */
  readonly hasCharts: () => boolean
  /** notes that kustomize certainly stops for this reason */
  readonly refuse: Refuse
  /** notes a patch that changes nothing */
  readonly idle: (patch: IdlePatch) => void
}

/** A target that selects none of the objects, and what of it. */
export interface IdlePatch {
  readonly kind: string
  readonly name: string
  readonly at: Value
  readonly meant?: string
}

/** An entry that can only be a file or a folder beside the kustomization, and that nobody fills in first. */
export const isLocal = (entry: string): boolean => /^[\w./-]+$/.test(entry)

/** What is fetched from elsewhere. */
export const isRemote = (entry: string): boolean => /^[a-z][a-z+.-]*:\/\/|^[^/@\s]+@[^/]+:|^[\w-]+(?:\.[\w-]+)+\/|\?ref=|\/\//.test(entry)

/** One patch: a part of an object, or operations, for the objects that it is meant for. */
interface Patch {
  readonly root: Value
  readonly operations?: readonly Operation[]
  readonly targets: Targets
  readonly isAnnotated: boolean
  readonly target?: Value
  /** an operation that is none */
  readonly broken?: Value
}

/** The patches in their order; a text: why they are not known. */
export function patchesOf(root: MapValue, { at, reader, refuse }: Around): Patch[] | string {
  const patches: Patch[] = []
  const add = (documents: readonly Value[] | string, target: Value | undefined, isAnnotated = false): string | undefined => {
    if (typeof documents === 'string') return documents
    for (const document of documents) {
      const operations = document.kind === 'list' ? parsePatch(JSON.stringify(toPlain(document))) : undefined
      if (document.kind === 'null') continue
      if (document.kind === 'list' ? target === undefined : document.kind !== 'map') return refuse(noPatch)
      const targets = targetsOf(target, document)
      if (typeof targets === 'string') return targets
      const lacking = document.kind === 'map' ? lackingIn(document, target === undefined) : undefined
      if (lacking !== undefined) return refuse(`a patch of it has no ${lacking}`, document)
      const broken = document.kind === 'list' && operations === undefined ? document.items.find(isNoOperation) : undefined
      // kustomize may take what is no patch by the standard
      if (document.kind === 'list' && operations === undefined && broken === undefined) return noPatch
      patches.push({
        root: document,
        isAnnotated,
        ...(operations && { operations }),
        targets,
        ...(target && { target }),
        ...(broken && { broken }),
      })
    }
    return undefined
  }
  const ofFile = (path: string): readonly Value[] | string => {
    const file = reader.file(posix.join('/', at, path).slice(1))
    if (file === undefined) {
      const why = `its patch ${shownAddress(path)} is not here`
      return isLocal(path) && reader.has?.(posix.join('/', at, path).slice(1)) !== true ? refuse(why) : why
    }
    const { documents, problems } = parseYaml(file, 'service')
    if (problems.some(({ fatal }) => fatal)) return `its patch ${shownAddress(path)} can't be read`
    return isFlowYaml(file.text) ? noJson : documents
  }
  for (const item of itemsAt(root, 'patchesStrategicMerge')) {
    const why = add(toText(item).includes('\n') ? inlineIn(item) : ofFile(toText(item)), undefined)
    if (why !== undefined) return why
  }
  const own = itemsAt(root, 'patches').map((item) => ({ item, isAnnotated: true }))
  const older = itemsAt(root, 'patchesJson6902').map((item) => ({ item, isAnnotated: false }))
  for (const { item, isAnnotated } of [...own, ...older]) {
    const strange = item.kind === 'map' ? [...item.entries.keys()].find((key) => !keysOfPatch.has(key)) : undefined
    if (strange !== undefined) return `a patch of it has the unknown key \`${strange}\``
    if (JSON.stringify(toPlain(valueAt(item, ['options']) ?? item)).includes('Change":true')) return 'a patch of it may change names'
    const [path, patch, target] = ['path', 'patch', 'target'].map((key) => valueAt(item, [key]))
    const [isPath, isPatch] = [path, patch].map((node) => node !== undefined && toText(node).trim() !== '')
    // `PatchTransformerPlugin.Config`
    if (isPath === isPatch)
      return refuse(isPatch === true ? 'a patch of it has `path` beside `patch`' : 'a patch of it has no `patch`', item)
    const documents = patch === undefined || isPath === true ? ofFile(toText(path)) : inlineIn(patch)
    const [, second] = typeof documents === 'string' ? [] : documents.filter(({ kind }) => kind === 'map')
    // kustomize#5049
    if (isAnnotated && second !== undefined && target !== undefined && target.kind !== 'null')
      return refuse('a patch of it has a target and several documents', second)
    const why = add(documents, target, isAnnotated)
    if (why !== undefined) return why
  }
  return patches
}

/** What each part of an object has in a patch, with a target too; a list is for many. */
function lackingIn(document: MapValue, isNamed: boolean): string | undefined {
  const textAt = (...path: string[]): string => toText(valueAt(document, path))
  if (textAt('kind') === '') return 'kind'
  if (isNamed && textAt('apiVersion') === '') return 'apiVersion'
  return textAt('metadata', 'name') === '' && !textAt('kind').endsWith('List') ? 'metadata.name' : undefined
}

/** One without a value sets null. */
function isNoOperation(item: Value): boolean {
  const plain = toPlain(item)
  const whole = isJsonMap(plain) && (plain['op'] === 'add' || plain['op'] === 'replace') ? { value: null, ...plain } : plain
  return parsePatch(JSON.stringify([whole])) === undefined
}

const keysOfPatch = new Set(['path', 'patch', 'target', 'options'])
const noPatch = 'a patch of it is no patch'
const noJson = 'a patch of it begins with a bracket, but is no JSON'

/** What begins with a bracket is read as JSON. */
function isFlowYaml(text: string): boolean {
  if (!text.startsWith('[')) return false
  try {
    return JSON.parse(text) === undefined
  } catch {
    return true
  }
}

function itemsAt(root: MapValue, key: string): readonly Value[] {
  const list = root.entries.get(key)
  return list?.kind === 'list' ? list.items : []
}

function inlineIn(node: Value): readonly Value[] | string {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return noPatch
  if (isFlowYaml(node.value)) return noJson
  const { file, value: span } = node.origin
  const offset = inside(file.text, span, node.value)
  const { documents, problems } = parseInside(node.value, {
    file,
    layer: 'service',
    spotOf: ({ start, end }) => ({
      file,
      span: offset === undefined ? span : { start: offset(start), end: offset(Math.max(end - 1, start)) + 1 },
    }),
  })
  return problems.some(({ fatal }) => fatal) ? noPatch : documents
}

/** The objects with all patches; a text: why they are not known. */
export function applyPatches(
  objects: readonly Made[],
  patches: readonly Patch[],
  { refuse, isWhole, hasCharts, idle }: Pick<Around, 'refuse' | 'isWhole' | 'hasCharts' | 'idle'>,
): Made[] | string {
  let patched = [...objects]
  for (const patch of patches) {
    const targets = patch.targets(patched)
    if (typeof targets === 'string') return targets
    if ('absent' in targets) {
      if (hasCharts()) continue
      return isWhole() ? refuse(targets.absent, patch.root) : targets.absent
    }
    const missed = patch.target === undefined || targets.size > 0 || !isWhole() ? undefined : missedBy(patch.target, patched)
    if (missed !== undefined) idle(missed)
    // objects of others, which it may be for, are not held here
    if (patch.broken !== undefined) return targets.size > 0 ? refuse(noPatch, valueAt(patch.broken, ['op']) ?? patch.broken) : noPatch
    const next: Made[] = []
    for (const object of patched) {
      const result = targets.has(object) ? onePatch(object, patch, refuse) : object
      if (typeof result === 'string') return result
      if (result !== undefined) next.push({ ...result, earlier: object.earlier })
    }
    patched = next
  }
  return patched
}

/** What a target asks for by kind and name where objects of that kind have other names; others may have kinds of the same name. */
function missedBy(target: Value, objects: readonly Made[]): IdlePatch | undefined {
  const [group, kind, name] = ['group', 'kind', 'name'].map((key) => toText(valueAt(target, [key]))) as [string, string, string]
  const at = valueAt(target, ['name']) ?? valueAt(target, ['kind'])
  if (at === undefined || (group !== '' && group !== ofOperator)) return undefined
  // a pattern, or one that selects by labels, may be for what is not always there
  const isPlain = target.kind === 'map' && [...target.entries.keys()].every((key) => ['group', 'version', 'kind', 'name'].includes(key))
  if (!isPlain || !/^[\w-]*$/.test(kind) || !/^[\w-]*$/.test(name)) return undefined
  const kinds = [...new Set(objects.map((one) => one.kind))]
  if (kinds.includes(kind)) {
    const meant = name === '' ? [] : objects.filter((one) => one.kind === kind).map((one) => one.earlier[0]?.name ?? one.name)
    const [only, ...others] = meant
    if (only === undefined) return undefined
    const near = others.length === 0 ? only : nearest(name, meant)
    return { kind, name, at, ...(near !== undefined && { meant: near }) }
  }
  const meant = nearest(kind, kinds)
  return meant === undefined || isOperatorKind(kind) ? undefined : { kind, name, at: valueAt(target, ['kind']) ?? at, meant }
}

const ofOperator = 'postgresql.cnpg.io'
const isOperatorKind = (kind: string): boolean => operatorKinds.some((one) => one === kind)

function onePatch(
  object: RenderedObject,
  { root, operations, isAnnotated }: Patch,
  refuse: Around['refuse'],
): RenderedObject | string | undefined {
  if (operations !== undefined) {
    const value = afterOperations(object, { root, operations, isAnnotated }, refuse)
    return typeof value === 'string' ? value : objectOf(value)
  }
  const directive = root.kind === 'map' ? root.entries.get('$patch') : undefined
  if (directive?.kind === 'scalar' && directive.value === 'delete') return undefined
  if (directive !== undefined || hasStrangeDirective(root)) return 'a patch has directives'
  const merged = root.kind === 'map' ? mergedInto(object.value, root, true) : object.value
  return objectOf(merged)
}

const directives: ReadonlySet<unknown> = new Set(['delete', 'replace', 'merge'])

/** Directives but those of a map: what they do to lists hangs on a schema. */
function hasStrangeDirective(value: Value, isInList = false): boolean {
  if (value.kind === 'list') return value.items.some((item) => hasStrangeDirective(item, true))
  if (value.kind !== 'map') return false
  return [...value.entries].some(([key, child]) => {
    if (!key.startsWith('$')) return hasStrangeDirective(child)
    return isInList || key !== '$patch' || child.kind !== 'scalar' || !directives.has(child.value)
  })
}

/** A map without its directive, and without those below it, which have nothing to act on. */
function withoutDirectives(value: Value): Value {
  if (value.kind !== 'map') return value
  const entries = [...value.entries].filter(([key]) => key !== '$patch').map(([key, child]) => [key, withoutDirectives(child)] as const)
  return { ...value, entries: new Map(entries) }
}

/** A strategic merge knows no schema of these kinds: maps are merged, lists and scalars replaced, nulls remove. */
function mergedInto(base: MapValue, patch: MapValue, isRoot = false): MapValue {
  const entries = new Map(base.entries)
  for (const [key, node] of patch.entries) {
    const before = entries.get(key)
    // what names the object stays; a target may be of several
    if ((isRoot && (key === 'apiVersion' || key === 'kind')) || key === '$patch') continue
    const directive = node.kind === 'map' ? toText(node.entries.get('$patch')) : ''
    if (node.kind === 'null' || directive === 'delete') entries.delete(key)
    else if (directive === 'replace') entries.set(key, withoutDirectives(node))
    else if (node.kind === 'map' && before?.kind === 'map') {
      const own =
        isRoot && key === 'metadata'
          ? { ...node, entries: new Map([...node.entries].filter(([name]) => name !== 'name' && name !== 'namespace')) }
          : node
      entries.set(key, mergedInto(before, own))
    } else entries.set(key, before === undefined ? withoutDirectives(node) : { ...node, overrides: [before] })
  }
  const { kind, origin, overrides } = base
  return { kind, origin, overrides, entries }
}

/** The text of a scalar; none for anything else. */
export const toText = (node: Value | undefined): string => (node?.kind === 'scalar' ? printed(node.value) : '')

/** The object that a map is. */
export function objectOf(value: MapValue): RenderedObject {
  const plain = toPlain(value) as JsonMap
  const [kind, name] = [valueAt(value, ['kind']), valueAt(value, ['metadata', 'name'])].map(toText) as [string, string]
  return { kind, name, value, plain, hook: false }
}
