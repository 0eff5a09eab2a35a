// Which tag and which PostgreSQL version does an image reference name?
import { byText } from '../values/by-text.ts'

export interface ImageReference {
  /** registry and repository, completed as a container runtime does */
  readonly name: string
  /** empty: only a digest was given; `latest`: neither was */
  readonly tag: string
  /** `sha256:…`, or empty; other algorithms stay in the tag */
  readonly digest: string
}

const host = /^[^./:]+((\.[^./:]+)+(:[0-9]+)?|:[0-9]+)\//
const digestEnd = /@sha256:[a-fA-F0-9]+$/

/** Splits a reference. Never fails. Reproduces `reference.New` of the operator's machinery module. */
export const parseImageReference: (text: string) => ImageReference = byText(readReference)

function readReference(text: string): ImageReference {
  const complete = completeName(text)
  const digest = digestEnd.exec(complete)?.[0].slice(1) ?? ''
  const withTag = complete.replace(digestEnd, '')
  const colon = withTag.indexOf(':', withTag.lastIndexOf('/') + 1)
  const tag = colon < 0 ? '' : withTag.slice(colon + 1)
  const name = tag === '' ? withTag : withTag.slice(0, colon)
  return { name, tag: tag === '' && digest === '' ? 'latest' : tag, digest }
}

/** The PostgreSQL version at the start of a tag (`17.5-system-trixie`); undefined: none. Reproduces `version.FromTag`. */
export const versionOfTag: (tag: string) => { readonly major: number; readonly minor: number } | undefined = byText(readVersion)

function readVersion(tag: string): { readonly major: number; readonly minor: number } | undefined {
  const prefix = /^(?:[0-9]\.?)+/.exec(tag)?.[0]
  if (prefix === undefined) return undefined
  const [major = '', minor = '0'] = prefix.split('.')
  if (!isInt64(major) || !isInt64(minor)) return undefined
  return { major: Number(major), minor: Number(minor) }
}

function completeName(text: string): string {
  if (!text.includes('/')) return `docker.io/library/${text}`
  return host.test(text) ? text : `docker.io/${text}`
}

function isInt64(digits: string): boolean {
  return digits !== '' && BigInt(digits) < 2n ** 63n
}
