// What does a rule about PostgreSQL look at?
import { majorOf } from '../operator/major.ts'
import { debianOf, officialImage } from '../operator/official-image.ts'
import type { Finding, Message, Rule, ShownPart } from '../findings/finding.ts'
import type { Json, Path } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'
import { parametersOf } from './catalogue.ts'
import { podFilesOf } from './files.ts'
import type { PodFiles } from './files.ts'
import { effectiveHba } from './hba/effective.ts'
import type { AuthFiles } from './hba/rules.ts'
import { judgeParameter } from './judge-parameter.ts'
import type { Verdict } from './judge-parameter.ts'

/** The parameters with which a server of this major is started. */
export interface Running {
  readonly major: number
  /** the written values, by the name as written */
  readonly parameters: ReadonlyMap<string, string>
  /** size of a WAL segment in MB; undefined: another cluster chose it */
  readonly segment: number | undefined
  /** the server's configuration is the operator's, which sets parameters of its own */
  readonly isOperated: boolean
  /** absent: not the operator's pod */
  readonly files?: PodFiles
  /** absent: not known */
  readonly image?: { readonly debian: string | undefined; readonly isMinimal: boolean }
}
export type PostgresRule = Rule<Running>

export const at = (name: string): Path => ['spec', 'postgresql', 'parameters', name]

/** A text of a list; not one that the operator expands (`${podselector:name}`), since its line changes. */
function lineOf(item: Json): string | undefined {
  return typeof item === 'string' && !item.includes('${') ? item : undefined
}

/** The lines that are added to pg_hba.conf and pg_ident.conf; undefined: there are none, or the major is not known here. */
export function authFilesOf(object: RenderedObject, operator: string, major = majorOf(object.plain)): AuthFiles | undefined {
  if (major === undefined || parametersOf(major) === undefined) return undefined
  const [hba, ident] = ['pg_hba', 'pg_ident'].map((field) => {
    const list = jsonAt(object.plain, ['spec', 'postgresql', field])
    return Array.isArray(list) ? list.map(lineOf) : []
  })
  const hasLdap = isJsonMap(jsonAt(object.plain, ['spec', 'postgresql', 'ldap']))
  if (hba === undefined || ident === undefined || (hba.length + ident.length === 0 && !hasLdap)) return undefined
  const effective = hba.length === 0 && !hasLdap ? [] : (effectiveHba(object, operator, major) ?? [])
  return { major, hba, ident, effective, files: podFilesOf(object.plain) }
}

/** Undefined: no Cluster whose major is known here, or no parameters. */
export function runningOf(object: RenderedObject, major = majorOf(object.plain)): Running | undefined {
  const settings = configuredOf(object, major)
  return settings && { ...settings, files: podFilesOf(object.plain), ...imageOf(object) }
}

/** The same without its pod, which settings do not hang on. */
export function configuredOf(object: RenderedObject, major: number | undefined): Running | undefined {
  if (major === undefined || parametersOf(major) === undefined) return undefined
  const written = jsonAt(object.plain, ['spec', 'postgresql', 'parameters'])
  if (!isJsonMap(written)) return undefined
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(written)) if (typeof value === 'string') parameters.set(name, value)
  return { major, parameters, segment: segmentOf(object), isOperated: true }
}

function imageOf({ plain }: RenderedObject): Pick<Running, 'image'> {
  const name = jsonAt(plain, ['spec', 'imageName'])
  return typeof name === 'string' ? { image: { debian: debianOf(name), isMinimal: officialImage(name)?.flavour === 'minimal' } } : {}
}

/** `initdb` makes segments of 16 MB unless told otherwise; a recovery takes those of its source. */
function segmentOf({ plain }: RenderedObject): number | undefined {
  const written = jsonAt(plain, ['spec', 'bootstrap'])
  const bootstrap = written === undefined ? {} : written
  if (!isJsonMap(bootstrap) || Object.keys(bootstrap).some((method) => method !== 'initdb')) return undefined
  const { initdb } = bootstrap
  if (!isJsonMap(initdb)) return initdb === undefined || initdb === null ? 16 : undefined
  const { options, walSegmentSize = 16 } = initdb
  return Array.isArray(options) && options.length > 0 ? undefined : typeof walSegmentSize === 'number' ? walSegmentSize : undefined
}

const cache = new Map<string, Verdict | undefined>()

/** `judgeParameter` with a cache: fleets repeat the same settings. */
export function verdictOn(major: number, name: string, value: string): Verdict | undefined {
  const key = `${major} ${name}\0${value}`
  if (!cache.has(key)) cache.set(key, judgeParameter(major, name, value))
  return cache.get(key)
}

/**
 * The value of a parameter that certainly reaches the server as written. Not so if the name is in another case (then the
 * operator may also write the parameter, and the later line wins), or if the value has characters that operators escape differently.
 */
export function valueOf({ major, parameters }: Running, name: string): string | undefined {
  const value = parameters.get(name)
  const lower = name.toLowerCase()
  if (value === undefined || /[\\\p{Cc}]/u.test(value)) return undefined
  if (name !== lower && name !== parametersOf(major)?.get(lower)?.name) return undefined
  return timesOf(parameters).get(lower) === 1 ? value : undefined
}

const times = new WeakMap<Running['parameters'], ReadonlyMap<string, number>>()

/** How often each parameter is written, ignoring case and surrounding blanks. */
function timesOf(parameters: Running['parameters']): ReadonlyMap<string, number> {
  const known = times.get(parameters)
  if (known !== undefined) return known
  const counted = new Map<string, number>()
  for (const name of parameters.keys()) {
    const lower = name.trim().toLowerCase()
    counted.set(lower, (counted.get(lower) ?? 0) + 1)
  }
  times.set(parameters, counted)
  return counted
}

/** Whether a parameter is written, ignoring case; `name` is lower-case. */
export function isWritten({ parameters }: Running, name: string): boolean {
  return timesOf(parameters).has(name)
}

/** A finding at one parameter. */
export function finding(name: string, message: Message, help: Message): Finding {
  return { message, places: [{ path: at(name) }], help }
}

/** A value as it was written. */
export function quoted(value: string): ShownPart {
  return { shown: `\`${value}\`` }
}
