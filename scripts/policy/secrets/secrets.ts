// Do the Secrets and ConfigMaps that come with a Cluster hold what it reads from them?
import { here, named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { RenderedObject } from '../../model.ts'
import { configMapSelectors, secretSelectors } from '../../operator/references.ts'
import { formatPath, listed, nearest } from '../../values/path.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import { ownersOf } from '../access/application.ts'
import { heldNamed } from './held-secrets.ts'
import type { Held } from './held-secrets.ts'
import { isAbsent, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

/** A value of a Secret, decoded; undefined: it is not text, or another program puts something in its place. */
function valueOf({ object: { plain } }: Held, key: string): { readonly text: string; readonly path: Path } | undefined {
  const [written, encoded] = [textAt(plain, 'stringData', key), textAt(plain, 'data', key)]
  if ('sops' in plain) return undefined
  const found =
    written !== undefined
      ? { text: written, path: ['stringData', key] }
      : encoded !== undefined && encoded.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded)
        ? { text: Buffer.from(encoded, 'base64').toString('utf8'), path: ['data', key] }
        : undefined
  return found === undefined || /[<>{}$�]|^ENC\[/.test(found.text) ? undefined : found
}

interface Login {
  readonly secret: string
  readonly user: string
  /** of the user in the object that names the Secret; absent: it always is this one */
  readonly path?: Path
  /** the operator ignores blanks around the name */
  readonly isTrimmed: boolean
}

/** The Secrets of type basic-auth that the operator reads, and whose name it expects there. */
function loginsOf({ kind, plain }: RenderedObject): Login[] {
  const of = (secret: string | undefined, rest: Omit<Login, 'secret'>): Login[] =>
    secret === undefined || secret === '' || rest.user === '' ? [] : [{ secret, ...rest }]
  const roles =
    kind === 'DatabaseRole' ? [['spec']] : listAt(plain, 'spec', 'managed', 'roles').map((_, index) => ['spec', 'managed', 'roles', index])
  // of a role that goes nobody reads the password
  const present = roles.filter((path) => !isAbsent(plainAt(plain, ...path)))
  const managed = present.flatMap((path) =>
    of(textAt(plain, ...path, 'passwordSecret', 'name'), {
      user: textAt(plain, ...path, 'name') ?? '',
      path: [...path, 'name'],
      isTrimmed: true,
    }),
  )
  if (kind !== 'Cluster') return managed
  const owners = ownersOf(plain).flatMap(({ method, above, owner }) => {
    const user = owner || (method === 'initdb' ? 'app' : '')
    return of(textAt(plain, ...above, 'secret', 'name'), { user, path: [...above, 'owner'], isTrimmed: false })
  })
  const isOn = plainAt(plain, 'spec', 'enableSuperuserAccess') === true
  const superuser = isOn
    ? of(textAt(plain, 'spec', 'superuserSecret', 'name'), {
        user: 'postgres',
        isTrimmed: false,
      })
    : []
  return [...managed, ...owners, ...superuser]
}

/** Where an object says which keys the Secret has. */
function placeOfKeys({ kind, plain }: RenderedObject): ObjectFinding['places'][0] {
  if (kind === 'Secret') return { path: ['metadata', 'name'] }
  const path = kind === 'SealedSecret' ? ['spec', 'encryptedData'] : ['spec', 'target', 'template', 'data']
  return { path: plainAt(plain, ...path) === undefined ? ['spec', 'data'] : path, on: 'key' }
}

function loginHelp({ object, keys }: Held, missing: readonly string[]): Message {
  const meant = keys.find((key) => missing.some((one) => key.toLowerCase().includes(one === 'username' ? 'user' : 'pass')))
  if (object.kind === 'Secret' || meant === undefined)
    return phrase`a Secret for a login has the keys username and password, as type kubernetes.io/basic-auth`
  return phrase`rename the key ${named(meant)} to ${named(/user/i.test(meant) ? 'username' : 'password')}`
}

function* wrongLogins(object: RenderedObject, objects: readonly RenderedObject[]): Iterable<ObjectFinding> {
  for (const { secret, user, path, isTrimmed } of loginsOf(object)) {
    const held = heldNamed(objects, 'Secret', secret)
    if (held === undefined) continue
    const missing = ['username', 'password'].filter((key) => !held.keys.includes(key))
    if (missing.length > 0) {
      yield {
        object: held.object,
        message: phrase`Secret ${named(secret)} has no ${missing.join(' and no ')}, which the operator reads for ${named(user)}`,
        places: [placeOfKeys(held.object)],
        help: loginHelp(held, missing),
      }
      continue
    }
    const username = valueOf(held, 'username')
    const name = isTrimmed ? username?.text.trim() : username?.text
    if (username === undefined || name === user) continue
    const isBroken = /[\r\n]$/.test(username.text)
    yield {
      object: held.object,
      message: isBroken
        ? phrase`${here('username')} ends with a line break, but must be ${named(user)}: the operator sets no password`
        : phrase`${here('username')} is another one than ${named(user)}, whose password this Secret has: the operator sets none`,
      places: [{ path: username.path }],
      help: isBroken
        ? phrase`write the name in stringData, or encode it with \`printf %s\``
        : path === undefined
          ? phrase`write ${named(user)}`
          : phrase`write ${named(user)} here, or name the user of this Secret in ${named(formatPath(path.slice(1)))}`,
    }
  }
}

interface KeyReference {
  /** the field has no key of its own to correct */
  readonly isFixed?: boolean
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly key: string
  readonly path: Path
}

/** All `{name, key}` below a path, and the items of projected volumes. */
function* keysIn(value: Json | undefined, path: Path): Iterable<KeyReference> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* keysIn(item, [...path, index])
  if (!isJsonMap(value) || value['optional'] === true) return
  const { name, key, items } = value
  const isConfigMap = path.some((step) => typeof step === 'string' && /configMap/i.test(step))
  const kind = isConfigMap ? 'ConfigMap' : 'Secret'
  if (typeof name === 'string' && typeof key === 'string' && isReference(path)) yield { kind, name, key, path: [...path, 'key'] }
  if (typeof name === 'string' && Array.isArray(items))
    for (const [index, item] of items.entries()) {
      const taken = textAt(item, 'key')
      if (taken !== undefined) yield { kind, name, key: taken, path: [...path, 'items', index, 'key'] }
    }
  for (const [step, below] of Object.entries(value)) yield* keysIn(below, [...path, step])
}

const selectors: ReadonlySet<string> = new Set([...secretSelectors, ...configMapSelectors])

function isReference(path: Path): boolean {
  const last = path.findLast((step) => typeof step === 'string')
  return last !== undefined && selectors.has(last)
}

/** The Secrets with certificates, and what the operator reads from each. */
const certificates: readonly (readonly [string, readonly string[]])[] = [
  ['serverTLSSecret', ['tls.crt', 'tls.key']],
  ['replicationTLSSecret', ['tls.crt', 'tls.key']],
  ['serverCASecret', ['ca.crt']],
  ['clientCASecret', ['ca.crt']],
]

function certificateKeys({ plain }: RenderedObject): KeyReference[] {
  return certificates.flatMap(([field, keys]) => {
    const path = ['spec', 'certificates', field]
    const name = textAt(plain, ...path)
    return name === undefined ? [] : keys.map((key) => ({ kind: 'Secret' as const, name, key, path, isFixed: true }))
  })
}

function* missingKeys(object: RenderedObject, objects: readonly RenderedObject[]): Iterable<ObjectFinding> {
  const fixed = new Map<string, { readonly held: Held; readonly keys: string[]; readonly path: Path }>()
  for (const { kind, name, key, path, isFixed } of [...keysIn(object.plain['spec'], ['spec']), ...certificateKeys(object)]) {
    const held = heldNamed(objects, kind, name)
    if (held === undefined || held.keys.includes(key)) continue
    const node = valueAt(object.value, path)
    // of a key that the author of the Cluster can't choose, the Secret is to be changed, for all of them at once
    if (isFixed === true || (node?.kind === 'scalar' && node.constant === true)) {
      const known = fixed.get(name) ?? { held, keys: [], path }
      if (!known.keys.includes(key)) known.keys.push(key)
      fixed.set(name, known)
      continue
    }
    const meant = nearest(key, held.keys)
    yield {
      object,
      message: phrase`${here('key')} is ${named(key)}, but ${kind} ${named(name)} has ${named(listed(held.keys))}`,
      places: [{ path }],
      help:
        meant === undefined ? phrase`name one of its keys, or add ${named(key)} to ${named(name)}` : phrase`did you mean ${named(meant)}?`,
    }
  }
  for (const [name, { held, keys, path }] of fixed) {
    const wanted = named(keys.join(' and '))
    yield {
      object,
      message: phrase`${here('Secret')} must have ${wanted}, but ${named(name)} has ${named(listed(held.keys))}`,
      places: [{ path }],
      help: phrase`add ${wanted} to ${named(name)}`,
    }
  }
}

/** Keys of an object store whose line break becomes part of a header or of an environment variable. */
function* brokenValues(object: RenderedObject, objects: readonly RenderedObject[]): Iterable<ObjectFinding> {
  for (const { kind, name, key, path } of keysIn(object.plain['spec'], ['spec'])) {
    const field = path.at(-2)
    if (kind !== 'Secret' || typeof field !== 'string' || !/^(?:accessKeyId|secretAccessKey|region|storageAccount|storageKey)$/.test(field))
      continue
    const held = heldNamed(objects, kind, name)
    const value = held === undefined ? undefined : valueOf(held, key)
    if (held === undefined || value === undefined || !/[\r\n]$/.test(value.text)) continue
    yield {
      object: held.object,
      message: phrase`${here(key)} ends with a line break, which becomes part of the ${named(field)} of the object store`,
      places: [{ path: value.path }],
      help: phrase`write it in stringData without a line break, or encode it with \`printf %s\``,
    }
  }
}

/** Passwords whose line break some take for a part of it, and others do not. */
function* brokenPasswords(object: RenderedObject, objects: readonly RenderedObject[]): Iterable<ObjectFinding> {
  for (const { secret, isTrimmed } of loginsOf(object)) {
    const held = heldNamed(objects, 'Secret', secret)
    const value = held === undefined ? undefined : valueOf(held, 'password')
    if (held === undefined || value === undefined || !/[\r\n]$/.test(value.text)) continue
    yield {
      object: held.object,
      message: isTrimmed
        ? phrase`${here('password')} ends with a line break, which the operator removes, but a program that reads the Secret does not`
        : phrase`${here('password')} ends with a line break, which becomes part of the password`,
      places: [{ path: value.path }],
      help: phrase`write it in stringData without a line break, or encode it with \`printf %s\``,
    }
  }
}

const readers: ReadonlySet<string> = new Set(['Cluster', 'ObjectStore', 'DatabaseRole'])
const readersIn = (objects: readonly RenderedObject[]): RenderedObject[] => objects.filter(({ kind }) => readers.has(kind))

/** Of the readers of one Secret, the first finding at each place. */
function* once(findings: Iterable<ObjectFinding>): Iterable<ObjectFinding> {
  const seen = new Set<string>()
  for (const finding of findings) {
    const at = JSON.stringify([finding.object.kind, finding.object.name, finding.places[0].path])
    if (!seen.has(at)) yield finding
    seen.add(at)
  }
}

export const secrets: readonly ObjectRule[] = [
  {
    // `reconcileUser` and `getPassword` of CloudNativePG 1.27 to 1.30: "wrong username '%v' in secret, expected '%v'" (cnpg#268, #5060)
    id: 'policy/login-secret-fits',
    severity: 'error',
    configurable: true,
    summary: 'a Secret for a login has the name of its user, and a password',
    reads: [],
    *check({ objects }) {
      yield* once(readersIn(objects).flatMap((object) => [...wrongLogins(object, objects)]))
    },
  },
  {
    id: 'policy/key-is-held',
    severity: 'error',
    configurable: true,
    summary: 'a Secret or ConfigMap has the keys that are read from it',
    reads: [],
    *check({ objects }) {
      for (const object of readersIn(objects)) yield* missingKeys(object, objects)
    },
  },
  {
    // botocore: "Invalid header value"; plugin-barman-cloud#764; `getPassword` and `reconcileUser` of CloudNativePG 1.27 to 1.30; cnpg#5060
    id: 'policy/key-without-line-break',
    severity: 'warning',
    configurable: true,
    summary: 'the keys of an object store, and passwords, do not end with a line break',
    reads: [],
    *check({ objects }) {
      yield* once(readersIn(objects).flatMap((object) => [...brokenValues(object, objects), ...brokenPasswords(object, objects)]))
    },
  },
]
