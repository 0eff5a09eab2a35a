// Which Sprig functions make keys, hashes and passwords? Their shape is right; random parts differ each time.
import { lookup } from '../../values/lookup.ts'
import { X509Certificate, createCipheriv, createDecipheriv, createHmac, createPrivateKey, randomBytes, scryptSync } from 'node:crypto'
import type { Budget } from '../budget.ts'
import { decodeBase64, readBase64 } from '../go-base64.ts'
import { bytesOf } from '../go-bytes.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { formatValue } from '../go-format.ts'
import { TemplateError } from '../go-value.ts'
import type { GoList, GoStruct } from '../go-value.ts'

function fail(message: string): never {
  throw new TemplateError(message)
}

/** The result differs each time. */
const draw = (budget: Budget): void => {
  budget.draws++
  budget.steps(1000)
}

/** A bcrypt hash of cost 10. */
const bcrypt = (budget: Budget): string => {
  draw(budget)
  return `$2a$10$${randomBytes(40).toString('base64').replaceAll('+', '.').replaceAll('=', '').slice(0, 53)}`
}

const seed = 'com.lyndir.masterpassword'
const templates: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    (
      'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
      'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
      'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
    ).split(' '),
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
])
const letters = 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'
const alphabets: Readonly<Record<string, string>> = lookup({
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  A: 'AEIOUBCDFGHJKLMNPQRSTVWXYZ',
  a: letters,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}0123456789!@#$%^&*()`,
})

const masterKeys = new Map<string, Buffer>()

/** The same few users and passwords are used for many sites. */
function masterKey(password: string, salt: Buffer): Buffer {
  const name = JSON.stringify([password, salt.toString('base64')])
  const known = masterKeys.get(name)
  if (known !== undefined) return known
  const key = scryptSync(password, salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 2 ** 27 })
  if (masterKeys.size > 100) masterKeys.clear()
  masterKeys.set(name, key)
  return key
}

/** `derivePassword`: the Master Password algorithm, which is deterministic. */
function derivePassword(counter: number, type: string, secret: { password: string; user: string; site: string }): string {
  const known = templates.get(type)
  if (known === undefined) return `cannot find password template ${type}`
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const [user, site] = [Buffer.from(secret.user), Buffer.from(secret.site)]
  const salt = Buffer.concat([Buffer.from(seed), word(user.length), user])
  const key = masterKey(secret.password, salt)
  const bytes = createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(seed), word(site.length), site, word(counter)]))
    .digest()
  const template = known[(bytes[0] as number) % known.length] as string
  return [...template]
    .map((letter, index) => {
      const alphabet = alphabets[letter] as string
      return alphabet[(bytes[index + 1] as number) % alphabet.length]
    })
    .join('')
}

/** The key of AES-256 is the password, cut or padded with zeros. */
function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32)
  Buffer.from(password).copy(key)
  return key
}

function encrypt(password: string, text: string, budget: Budget): string {
  draw(budget)
  if (text === '') return ''
  const start = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', keyOf(password), start)
  return Buffer.concat([start, cipher.update(text), cipher.final()]).toString('base64')
}

function decrypt(password: string, text: string): string {
  if (text === '') return ''
  const bytes = bytesOf(readBase64(text) ?? fail(decodeBase64(text)))
  if (bytes.length < 32 || bytes.length % 16 !== 0) return fail('input not full blocks')
  const cipher = createDecipheriv('aes-256-cbc', keyOf(password), bytes.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()])
  const padding = plain.at(-1) ?? 0
  return padding > plain.length ? fail('slice bounds out of range') : plain.subarray(0, plain.length - padding).toString()
}

/** A PEM block of `size` random bytes: as long as a real key, which would be thrown away as well. */
function pem(label: string, size: number): string {
  const lines =
    randomBytes(size)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

const privateKeys: ReadonlyMap<string, () => string> = new Map([
  ['', () => pem('RSA PRIVATE KEY', 2348)],
  ['rsa', () => pem('RSA PRIVATE KEY', 2348)],
  ['dsa', () => pem('DSA PRIVATE KEY', 848)],
  ['ecdsa', () => pem('EC PRIVATE KEY', 121)],
  ['ed25519', () => pem('PRIVATE KEY', 48)],
])

/** `sprig.certificate`. */
function certificate(cert: string, key: string): GoStruct {
  const text = `{${cert} ${key}}`
  const fields: [string, string][] = [
    ['Cert', cert],
    ['Key', key],
  ]
  const methods = new Map(fields.map(([name, value]) => [name, takes([], () => value)]))
  return { go: 'struct', type: 'sprig.certificate', text, inside: fields, methods }
}
function drawn(budget: Budget): GoStruct {
  draw(budget)
  return certificate(pem('CERTIFICATE', 790), pem('RSA PRIVATE KEY', 1192))
}

function checkNames(addresses: GoList, names: GoList, budget: Budget): void {
  const isAddress = (item: string): boolean => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(item) || (item.includes(':') && /^[\da-f:.]*$/i.test(item))
  for (const item of addresses) {
    if (typeof item !== 'string') fail(`error parsing ip: ${formatValue(item, budget)} is not a string`)
    if (!isAddress(item)) fail(`error parsing ip: ${item}`)
  }
  for (const name of names) {
    if (typeof name !== 'string') fail(`error processing alternate dns name: ${formatValue(name, budget)} is not a string`)
  }
}

const pemBlock = /-----BEGIN ([^\n-]*)-----\n[^-]*-----END \1-----/

/** `parsePrivateKeyPEM`: a given key must be valid. */
function checkKey(text: string, doing: string): string {
  const label = pemBlock.exec(text)?.[1]
  if (label === undefined) return fail(`${doing} private key: no PEM data in input`)
  if (label !== 'PRIVATE KEY' && !label.endsWith(' PRIVATE KEY'))
    return fail(`${doing} private key: no private key data in PEM block of type ${label}`)
  try {
    createPrivateKey(text)
    return text
  } catch {
    return fail(`${doing} private key: decoding PEM`)
  }
}

/** `buildCustomCertificate`. */
function custom(givenCert: string, givenKey: string): GoStruct {
  const cert = readBase64(givenCert) ?? fail('unable to decode base64 certificate')
  const key = readBase64(givenKey) ?? fail('unable to decode base64 private key')
  if (!pemBlock.test(cert)) fail('unable to decode certificate')
  let parsed: X509Certificate | undefined
  try {
    parsed = new X509Certificate(cert)
  } catch {
    parsed = undefined
  }
  if (parsed === undefined) fail('error parsing certificate: decodedCert.Bytes: x509: malformed certificate')
  return certificate(cert, checkKey(key, 'error parsing'))
}

/** The key is read before the names. */
function withKey(key: string, budget: Budget, names?: readonly [GoList, GoList]): GoStruct {
  draw(budget)
  const checked = checkKey(key, 'parsing')
  if (names !== undefined) checkNames(names[0], names[1], budget)
  return certificate(pem('CERTIFICATE', 790), checked)
}
const selfSigned: GoFunction = takes(['string', 'list', 'list', 'int'], (_, addresses, names, __, budget) => {
  checkNames(addresses, names, budget)
  return drawn(budget)
})

export const cryptoFunctions: GoFunctions = {
  bcrypt: takes(['string'], (_, budget) => bcrypt(budget)),
  htpasswd: takes(['string', 'string'], (user, _, budget) =>
    user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(budget)}`,
  ),
  derivePassword: takes(['uint32', 'string', 'string', 'string', 'string'], (counter, type, password, user, site, budget) => {
    // scrypt at these parameters takes a tenth of a second and 32 MiB
    if (budget.isFirst(`scrypt ${JSON.stringify([password, user])}`)) budget.steps(800_000)
    return derivePassword(counter, type, { password, user, site })
  }),
  encryptAES: takes(['string', 'string'], encrypt),
  decryptAES: takes(['string', 'string'], decrypt),
  genPrivateKey: takes(['string'], (type, budget) => {
    draw(budget)
    return privateKeys.get(type)?.() ?? `Unknown type ${type}`
  }),
  buildCustomCert: takes(['string', 'string'], custom),
  genCA: takes(['string', 'int'], (_, __, budget) => drawn(budget)),
  genCAWithKey: takes(['string', 'int', 'string'], (_, __, key, budget) => withKey(key, budget)),
  genSelfSignedCert: selfSigned,
  genSelfSignedCertWithKey: takes(['string', 'list', 'list', 'int', 'string'], (_, addresses, names, __, key, budget) => {
    return withKey(key, budget, [addresses, names])
  }),
  genSignedCert: takes(['string', 'list', 'list', 'int', 'sprig.certificate'], (_, addresses, names, __, ___, budget) => {
    checkNames(addresses, names, budget)
    return drawn(budget)
  }),
  genSignedCertWithKey: takes(
    ['string', 'list', 'list', 'int', 'sprig.certificate', 'string'],
    (_, addresses, names, __, ___, key, budget) => {
      return withKey(key, budget, [addresses, names])
    },
  ),
}
