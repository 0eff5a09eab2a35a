// Which secrets are written in values? They also end up in the rendered file, in Git, visible to every reader.
import { fieldAt, named, phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { isSecretKey, isSecretReference, shownPath } from '../secret/names.ts'
import { secretsOf, spansWithin } from '../secret/source.ts'
import { secretLiterals } from '../secret/values.ts'
import type { SecretLiteral } from '../secret/values.ts'
import { textSecrets } from '../secret/walk.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { valueAt } from '../values/value.ts'

/** What a map in the place of a secret says of where that is. */
const whereabouts: ReadonlySet<unknown> = new Set(['name', 'key', 'secretName', 'secret_name', 'existingSecret', 'path', 'file'])
/** Maps of references: of an environment, and of what fetches secrets from elsewhere. */
const references: ReadonlySet<unknown> = new Set([
  'valueFrom',
  'secretKeyRef',
  'secretRef',
  'configMapKeyRef',
  'remoteRef',
  'secretStoreRef',
])
/** Tokens of OpenID Connect, of which a list holds names of claims. */
const claims = /^(?:id|access|refresh)_?token$/i

/**
 * What is hidden for its key alone, and no secret: the name of a Secret and the key or file in it, what a manifest that
 * fetches secrets from elsewhere holds, and the settings of something that is called after a secret.
 */
function isHarmless({ node, path }: SecretLiteral, root: MapValue): boolean {
  const [last, parent] = [path.at(-1), path.at(-2)]
  // a promotion token is written down on purpose
  if (last === 'promotionToken' || isSecretReference(String(last))) return true
  if (node.kind === 'scalar' && textSecrets(String(node.value)).length > 0) return false
  if (whereabouts.has(last) && typeof parent === 'string' && isSecretKey(parent)) return true
  if (path.some((step) => references.has(step))) return true
  if (typeof last === 'number' && typeof parent === 'string' && claims.test(parent)) return true
  if (typeof last === 'string' && /existing/i.test(last) && isSecretKey(last)) return true
  const above = path.map((_, depth) => valueAt(root, path.slice(root.origin.path.length, depth)))
  if (above.some(isFetched)) return true
  const around = above.at(-1)
  if (typeof last === 'string' && isSecretKey(last))
    return (/key$/i.test(last) && isKeyName(node) && hasReference(around)) || isLocalFile(node)
  if (/^v(?:alue|al)$/i.test(String(last))) return false
  const from = path.findIndex((step) => typeof step === 'string' && isSecretKey(step))
  return from >= 0 && above.slice(from + 1).some((map) => map?.kind === 'map' && !isOnlyTexts(map))
}

/** A manifest of secrets that are kept, or were encrypted, elsewhere: `ExternalSecret`, `SealedSecret`. */
function isFetched(value: Value | undefined): boolean {
  const kind = value?.kind === 'map' ? value.entries.get('kind') : undefined
  return kind?.kind === 'scalar' && /^\w+Secret$/.test(String(kind.value))
}

/** `{ existingSecret: name, secretKey: password }`, `{ secretKey: password, remoteRef: … }` */
function hasReference(map: Value | undefined): boolean {
  if (map?.kind !== 'map') return false
  return [...map.entries].some(([key, value]) => {
    const isNamed = /^(?:existing[-_]?secret|secret)(?:[-_]?(?:name|ref))?$/i.test(key) && value.kind === 'scalar' && value.value !== ''
    return isNamed || references.has(key)
  })
}

/** Texts by their names are all secrets; a map that also has switches and lists describes something. */
function isOnlyTexts({ entries }: MapValue): boolean {
  return [...entries.values()].every((value) =>
    value.kind === 'map' ? isOnlyTexts(value) : value.kind !== 'list' && !(value.kind === 'scalar' && typeof value.value === 'boolean'),
  )
}

/** No key of a Secret is as long as that of a cloud, nor has its signs. */
const isKeyName = (node: Value): boolean => node.kind === 'scalar' && /^[\w.-]{1,32}$/.test(String(node.value))

/** The address of a database that is a file. */
const isLocalFile = (node: Value): boolean => node.kind === 'scalar' && /^(?:file|sqlite\d?):/.test(String(node.value))

/** A warning for each text that is one. */
export function* secretFindings(root: MapValue): Iterable<LocatedFinding> {
  for (const literal of secretLiterals(root)) {
    const { node, path } = literal
    // a name in the place of `{ name: … }` is reported as a wrong type
    const at = isHarmless(literal, root) ? undefined : spotOf(node, 'key')
    if (at === undefined) continue
    yield {
      rule: 'policy/secret-in-values',
      severity: 'warning',
      message: phrase`${fieldAt(shownPath(path))} holds a secret, but values are kept in Git`,
      at: withinText(at),
      help: helpFor(path),
    }
  }
}

/** The secret itself, where it is a part of a text such as SQL or an address. */
function withinText(at: Spot): Spot {
  const [first] = spansWithin(secretsOf(at.file.text), at.span)
  return first === undefined || first.start <= at.span.start || first.end > at.span.end ? at : { ...at, span: first }
}

/** SQL that a new Cluster runs: the keys of its lists. */
const sqlList = /^post\w*SQL$/

function helpFor(path: Path): LocatedFinding['help'] {
  const list = path.find((step) => sqlList.test(String(step)))
  if (list !== undefined)
    return phrase`give the role its passwordSecret in managed.roles, or keep the SQL in a Secret that ${named(String(list))}Refs.secretRefs names`
  return path.includes('env')
    ? phrase`take it from a Secret: valueFrom.secretKeyRef`
    : phrase`keep it in a Secret created elsewhere, and name that Secret (secret.create: false, secret.name)`
}
