// Can the extensions be mounted as image volumes?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { refusal, withPlaces } from '../finding.ts'
import { isReservedVariable } from './scheduling.ts'
import { itemsAt, mapAt, stringAt, stringsAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const base = ['spec', 'postgresql', 'extensions'] as const
const earlyLists = ['extension_control_path', 'dynamic_library_path']
const lateLists = [...earlyLists, 'ld_library_path', 'bin_path']
const dedicated = new Map([
  ['PATH', 'bin_path'],
  ['LD_LIBRARY_PATH', 'ld_library_path'],
])

interface Extension {
  readonly index: number
  readonly name: string
  readonly item: JsonMap
  readonly problem?: 'empty' | 'duplicate'
}

function extensionsOf(cluster: JsonMap): Extension[] {
  const seen = new Set<string>()
  return itemsAt(cluster, ...base).map(([index, item]) => {
    const name = stringAt(item, 'name')
    const problem = name === '' ? 'empty' : seen.has(name) ? 'duplicate' : undefined
    seen.add(name)
    return { index, name, item, ...(problem && { problem }) }
  })
}

/** Since February 2026 a bad name hides the other problems of an extension. */
function judged({ object, operator }: OperatorSubject): Extension[] {
  const all = extensionsOf(object)
  return reached(operator, releases.february2026) ? all.filter(({ problem }) => problem === undefined) : all
}

interface ListedPath {
  readonly place: readonly [number, string, number]
  readonly text: string
  readonly problem?: 'empty' | 'duplicate' | 'escape'
}

/** Each path of each list, with the first of the operator's tests that it fails. */
function* pathsOf(subject: OperatorSubject): Iterable<ListedPath> {
  const late = reached(subject.operator, releases.minor29)
  for (const { index, item } of judged(subject))
    for (const list of late ? lateLists : earlyLists) {
      const seen = new Set<string>()
      for (const [position, text] of stringsAt(item, list).entries()) {
        const escapes = late && cleanPath(text).startsWith('..')
        const problem = text === '' ? 'empty' : seen.has(text) ? 'duplicate' : escapes ? 'escape' : undefined
        if (problem === undefined) seen.add(text)
        yield { place: [index, list, position], text, ...(problem && { problem }) }
      }
    }
}

/** Collapses `//`, `.` and `x/..` without reading any disk. Reproduces `filepath.Clean`. */
function cleanPath(text: string): string {
  const rooted = text.startsWith('/')
  const kept: string[] = []
  for (const step of text.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') kept.push(step)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!rooted) kept.push('..')
  }
  return `${rooted ? '/' : ''}${kept.join('/')}` || '.'
}

function* variablesOf(subject: OperatorSubject): Iterable<{ place: readonly [number, string, number]; name: string; value: string }> {
  for (const { index, item } of judged(subject))
    for (const [position, variable] of itemsAt(item, 'env'))
      yield { place: [index, 'env', position], name: stringAt(variable, 'name'), value: stringAt(variable, 'value') }
}

/** The placeholders that the operator would not replace; an even number of dollars is an escape. */
function unknownPlaceholders(value: string): string[] {
  const found: string[] = []
  let from = 0
  for (let open = value.indexOf('${'); open >= 0; open = value.indexOf('${', from)) {
    const close = value.indexOf('}', open)
    if (close < 0) break
    const name = value.slice(open + 2, close)
    let dollars = 1
    while (open - dollars >= from && value.charAt(open - dollars) === '$') dollars++
    if (name !== '' && dollars % 2 === 1 && name !== 'image_root') found.push(name)
    from = close + 1
  }
  return found
}

/** In the order of `validateExtensions`. */
export const extensions: readonly Rule<OperatorSubject>[] = [
  {
    id: 'extensions/name-set',
    severity: 'error',
    upstream: 'validateExtensions',
    summary: 'an extension has a name',
    *check({ object }) {
      for (const { index, problem } of extensionsOf(object))
        if (problem === 'empty')
          yield refusal([...base, index, 'name'], phrase`${here('the extension name')} is empty, but must be set`, phrase`set name`)
    },
  },
  {
    id: 'extensions/unique-names',
    severity: 'error',
    upstream: 'validateExtensions',
    summary: 'extensions have different names',
    *check({ object }) {
      const all = extensionsOf(object)
      for (const { index, name, problem } of all) {
        if (problem !== 'duplicate') continue
        const message = phrase`the extension ${shown(name)} is listed twice, but names must differ`
        const finding = refusal([...base, index, 'name'], message, phrase`remove one of them`)
        const first = all.find((other) => other.name === name)?.index ?? 0
        yield { ...withPlaces(finding, { path: [...base, first, 'name'], label: phrase`the first one` }), type: 'FieldValueDuplicate' }
      }
    },
  },
  {
    id: 'extensions/unique-volume-names',
    severity: 'error',
    upstream: 'validateExtensions',
    since: releases.february2026,
    summary: 'extension names stay different as volume names',
    *check({ object }) {
      const seen = new Map<string, number>()
      for (const { index, name, problem } of extensionsOf(object)) {
        if (problem !== undefined) continue
        const volume = name.replaceAll('_', '-')
        const first = seen.get(volume)
        if (first === undefined) seen.set(volume, index)
        else {
          const message = phrase`the extension ${shown(name)} gets the volume ${named(volume)}, but another one has it already`
          const finding = refusal([...base, index, 'name'], message, phrase`rename it: _ becomes - in volume names`)
          yield withPlaces(finding, { path: [...base, first, 'name'], label: phrase`the other one` })
        }
      }
    },
  },
  {
    id: 'extensions/image-set',
    severity: 'error',
    upstream: 'validateExtensions',
    since: releases.march2026,
    summary: 'an extension has an image, its own or from a catalog',
    *check(subject) {
      if (reached(subject.operator, releases.minor29) && mapAt(subject.object, 'spec', 'imageCatalogRef')) return
      for (const { index, name, item } of judged(subject)) {
        if (stringAt(item, 'image', 'reference') !== '') continue
        const message = phrase`image.reference of extension ${shown(name)} is empty, but must be set`
        yield refusal([...base, index, 'image', 'reference'], message, phrase`set image.reference to the image of the extension`)
      }
    },
  },
  {
    id: 'extensions/path-set',
    severity: 'error',
    upstream: 'validateExtensions',
    summary: 'the paths of an extension are not empty',
    *check(subject) {
      for (const { place, problem } of pathsOf(subject))
        if (problem === 'empty')
          yield refusal([...base, ...place], phrase`an entry of ${named(place[1])} is empty, but must be a path`, phrase`remove it`)
    },
  },
  {
    id: 'extensions/unique-paths',
    severity: 'error',
    upstream: 'validateExtensions',
    summary: 'the paths of an extension are listed once',
    *check(subject) {
      for (const { place, text, problem } of pathsOf(subject)) {
        if (problem !== 'duplicate') continue
        const finding = refusal(
          [...base, ...place],
          phrase`${shown(text)} is in ${named(place[1])} twice, but paths must differ`,
          phrase`remove one`,
        )
        yield { ...finding, type: 'FieldValueDuplicate' }
      }
    },
  },
  {
    id: 'extensions/path-inside-image',
    severity: 'error',
    upstream: 'validateExtensions',
    since: releases.minor29,
    summary: 'the paths of an extension stay inside its image',
    *check(subject) {
      for (const { place, text, problem } of pathsOf(subject)) {
        if (problem !== 'escape') continue
        const message = phrase`${named(place[1])} has ${shown(text)}, but paths must stay inside the image of the extension`
        yield refusal([...base, ...place], message, phrase`write the path from the root of the image, without ..`)
      }
    },
  },
  {
    id: 'extensions/variable-not-reserved',
    severity: 'error',
    upstream: 'validateExtensionEnvVars',
    since: releases.minor29,
    summary: 'no environment variable of an extension has a name that the operator uses',
    *check(subject) {
      for (const { place, name } of variablesOf(subject)) {
        if (!isReservedVariable(name)) continue
        const message = phrase`env has ${shown(name)}, but the operator reserves this name`
        yield refusal([...base, ...place, 'name'], message, phrase`rename the variable, or remove it`)
      }
    },
  },
  {
    id: 'extensions/search-path-by-list',
    severity: 'error',
    upstream: 'validateExtensionEnvVars',
    since: releases.minor29,
    summary: 'PATH and LD_LIBRARY_PATH of an extension are set with their lists',
    *check(subject) {
      for (const { place, name } of variablesOf(subject)) {
        const list = dedicated.get(name)
        if (list === undefined) continue
        const finding = refusal(
          [...base, ...place, 'name'],
          phrase`env has ${named(name)}, but this path must be set with ${named(list)}`,
          phrase`use ${named(list)}`,
        )
        yield { ...finding, type: 'FieldValueForbidden' }
      }
    },
  },
  {
    id: 'extensions/known-placeholders',
    severity: 'error',
    upstream: 'validateExtensionEnvVars',
    since: releases.minor29,
    summary: 'the only placeholder in variables of an extension is ${image_root}',
    *check(subject) {
      for (const { place, value } of variablesOf(subject)) {
        const [unknown] = unknownPlaceholders(value)
        if (unknown === undefined) continue
        const message = phrase`the value has the placeholder ${shown(unknown)}, but must have none other than \${image_root}`
        yield refusal([...base, ...place, 'value'], message, phrase`double the dollar to write it literally`)
      }
    },
  },
  {
    id: 'extensions/unique-variables',
    severity: 'error',
    upstream: 'validateExtensionEnvVars',
    since: releases.minor29,
    summary: 'environment variables of an extension have different names',
    check: repeatedVariables,
  },
]

function* repeatedVariables(subject: OperatorSubject): Iterable<Finding> {
  const seen = new Set<string>()
  for (const { place, name } of variablesOf(subject)) {
    const key = `${place[0]} ${name}`
    if (seen.has(key)) {
      const finding = refusal(
        [...base, ...place, 'name'],
        phrase`env has ${shown(name)} twice, but names must differ`,
        phrase`remove one of them`,
      )
      yield { ...finding, type: 'FieldValueDuplicate' }
    }
    seen.add(key)
  }
}
