// Which nodes of a tree are secrets, by their decoded keys, by an accompanying name, or by the shape of their text?
import type { Path, Span } from '../values/value.ts'
import { byText } from '../values/by-text.ts'
import { isReferenceKey, isSecretHolder, isSecretKey, isSecretName, isSecretReference, isSecretTextKey, isValueKey } from './names.ts'
import { isPlaceholder, secretShapes } from './shapes.ts'

/** What the walk needs to know of a node, be it a merged value, plain JSON, or a node of a file's text. */
export interface Tree<Node> {
  /** the text of a scalar; undefined: a map, a list, null or a switch */
  text(node: Node): string | undefined
  /** the members of a map with their decoded keys; undefined: not a map */
  entries(node: Node): Iterable<readonly [key: string, child: Node]> | undefined
  items(node: Node): readonly Node[] | undefined
}

const secretKinds = ['no', 'key', 'all', 'values'] as const

/** How a key, or its context, makes a node a secret. */
interface Context {
  /** `all`: everything here is secret; `values`: so are the values, and keys are names; `key`: the same, but a map may be a reference to a Secret */
  readonly secret: (typeof secretKinds)[number]
  /** the key is one such as `passwordSecret`, below which `value` is a secret */
  readonly isHolder: boolean
}

export interface Found<Node> {
  readonly node: Node
  /** the whole text, or the parts of the decoded text that are secret */
  readonly spans: 'whole' | readonly Span[]
  /** where it is, also if an alias put it there */
  readonly path: Path
  /** a key of this map is the secret: keys are in the place of a secret's text */
  readonly key?: string
}

/** A step on the way from the root; a path for each node would fill the memory where a text nests deeply. */
interface Way {
  readonly step: string | number
  readonly parent: Way | undefined
}
interface Visit<Node> {
  readonly node: Node
  readonly context: Context
  readonly way: Way | undefined
}

function pathTo(way: Way | undefined): Path {
  const path: (string | number)[] = []
  for (let at = way; at !== undefined; at = at.parent) path.push(at.step)
  return path.reverse()
}

/** Everything secret in a tree. A node that several aliases lead to is visited once for each way of being secret. */
export function* secretNodes<Node extends object>(root: Node, tree: Tree<Node>): Iterable<Found<Node>> {
  const seen = new Map<Node, number>()
  const open: Visit<Node>[] = [{ node: root, context: { secret: 'no', isHolder: false }, way: undefined }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, context, way: here } = next
    const way = 1 << (2 * secretKinds.indexOf(context.secret) + Number(context.isHolder))
    const ways = seen.get(node) ?? 0
    if ((ways & way) !== 0) continue
    seen.set(node, ways | way)
    const text = tree.text(node)
    if (text !== undefined) {
      const spans = context.secret === 'no' ? textSecrets(text) : isPlaceholder(text) || text.trim() === '' ? [] : 'whole'
      if (spans.length > 0) yield { node, spans, path: pathTo(here) }
      continue
    }
    for (const [index, item] of (tree.items(node) ?? []).entries()) {
      const isText = context.secret === 'key' && tree.entries(item) === undefined
      open.push({ node: item, way: { step: index, parent: here }, context: isText ? { ...context, secret: 'all' } : context })
    }
    const entries = tree.entries(node)
    if (entries === undefined) continue
    const around = surroundings(entries, tree)
    for (const [key, child] of entries) {
      if (
        (context.secret === 'key' || context.secret === 'all') &&
        !isReferenceKey(key) &&
        !isValueKey(key) &&
        !isSecretKey(key) &&
        !/^(?:create|valueFrom|secretKeyRef)$/.test(key)
      )
        yield { node, spans: 'whole', key, path: pathTo(here) }
      open.push({
        node: child,
        way: { step: key, parent: here },
        context: below(key, kindOf(child, tree), { context, around, parent: here?.step }),
      })
    }
  }
}

/** A text whose parts are secret by their shape; the whole text if it is JSON with a key that names a secret. */
export const textSecrets: (text: string) => 'whole' | readonly Span[] = byText(readSecrets)

function readSecrets(text: string): 'whole' | readonly Span[] {
  const spans = secretShapes(text)
  if (!/^\s*[[{]/.test(text)) return spans
  try {
    const plain = JSON.parse(text) as unknown
    for (const _ of secretNodes({ plain }, jsonTree)) return 'whole'
  } catch {
    // not JSON, though it begins like it
  }
  return spans
}

interface Boxed {
  readonly plain: unknown
}
/** Plain JSON: each value is boxed, since strings and numbers are not objects. */
export const jsonTree: Tree<Boxed> = {
  text: ({ plain }) => (typeof plain === 'string' || typeof plain === 'number' ? String(plain) : undefined),
  items: ({ plain }) => (Array.isArray(plain) ? plain.map((item) => ({ plain: item as unknown })) : undefined),
  entries: ({ plain }) =>
    typeof plain === 'object' && plain !== null && !Array.isArray(plain)
      ? Object.entries(plain).map(([key, entry]) => [key, { plain: entry as unknown }] as const)
      : undefined,
}

interface Around {
  /** the `name` next to a `value` says that it is a secret */
  readonly isNamed: boolean
  /** a manifest of kind Secret */
  readonly isSecretObject: boolean
}

function surroundings<Node>(entries: Iterable<readonly [string, Node]>, tree: Tree<Node>): Around {
  let [isNamed, isSecretObject] = [false, false]
  for (const [key, child] of entries) {
    if (key !== 'name' && key !== 'key' && key !== 'kind') continue
    const text = tree.text(child)
    if (text === undefined) continue
    if (key === 'kind') isSecretObject ||= text === 'Secret'
    else isNamed ||= namesSecret(text)
  }
  return { isNamed, isSecretObject }
}

/** `DB_PASSWORD`, and a parameter of Helm such as `recovery.source.passwordSecret.value`. */
function namesSecret(name: string): boolean {
  const steps = name.slice(-200).split('.')
  const last = steps.at(-1) ?? ''
  const above = steps.at(-2)
  return (
    isSecretName(last) || (above !== undefined && (isSecretKey(above) ? !isReferenceKey(last) : isValueKey(last) && isSecretHolder(above)))
  )
}

function kindOf<Node>(node: Node, tree: Tree<Node>): 'text' | 'map' | 'other' {
  return tree.text(node) !== undefined ? 'text' : tree.entries(node) !== undefined ? 'map' : 'other'
}

function below(
  key: string,
  kind: 'text' | 'map' | 'other',
  { context, around, parent }: { readonly context: Context; readonly around: Around; readonly parent: string | number | undefined },
): Context {
  const isHolder = isSecretHolder(key)
  const isText = kind === 'text'
  if (context.secret === 'all' || context.secret === 'values') return context
  if (context.secret === 'key') return { secret: isReferenceKey(key) && isText ? 'no' : 'all', isHolder }
  if (isSecretKey(key)) return { secret: 'key', isHolder }
  if (kind !== 'map' && isSecretTextKey(key, parent)) return { secret: kind === 'text' ? 'all' : 'key', isHolder }
  if (isSecretReference(key)) return { secret: 'no', isHolder }
  if (around.isSecretObject && (key === 'data' || key === 'stringData')) return { secret: 'values', isHolder }
  if (key === 'stringData') return { secret: isText ? 'all' : 'values', isHolder }
  if (isValueKey(key) && (around.isNamed || context.isHolder)) return { secret: 'all', isHolder }
  return { secret: 'no', isHolder }
}
