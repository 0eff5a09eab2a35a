// What does `.Files` offer?
import { BudgetExceeded } from '../go-template/budget.ts'
import { encodeBase64 } from '../go-template/go-base64.ts'
import { textOfBytes } from '../go-template/go-bytes.ts'
import { takes } from '../go-template/go-function.ts'
import type { GoFunction } from '../go-template/go-function.ts'
import { TemplateError, bytesList, namedValue, nilList, typedList } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import { writeYaml } from '../go-template/go-yaml.ts'
import { gobwas } from '../go-template/gobwas.ts'

/** The files of a chart are the same for all databases. */
const known = new WeakMap<Uint8Array, GoList>()
const texts = new WeakMap<Uint8Array, string>()

/** Contents become lists of bytes only if a template reads them. */
class FileMap extends Map<string, GoValue> {
  readonly contents: ReadonlyMap<string, Uint8Array>
  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    super()
    this.contents = contents
    for (const name of contents.keys()) super.set(name, null)
  }
  override get(name: string): GoValue {
    const present = super.get(name)
    const bytes = this.contents.get(name)
    if (present !== null || bytes === undefined) return present
    const list = known.get(bytes) ?? bytesList(bytes)
    known.set(bytes, list)
    super.set(name, list)
    return list
  }
}

/** `engine.files`. */
export function filesObject(contents: ReadonlyMap<string, Uint8Array>): GoMap {
  const textOf = (name: string): string => {
    const bytes = contents.get(name)
    if (bytes === undefined) return ''
    const text = texts.get(bytes) ?? textOfBytes(Buffer.from(bytes))
    texts.set(bytes, text)
    return text
  }
  const byBase = (write: (name: string) => string): GoMap =>
    new Map([...contents.keys()].map((name) => [name.slice(name.lastIndexOf('/') + 1), write(name)]))
  const methods: [string, GoFunction][] = [
    ['Get', takes(['string'], textOf)],
    ['GetBytes', takes(['string'], (name) => bytesList(contents.get(name) ?? new Uint8Array()))],
    [
      'Glob',
      takes(['string'], (pattern) => {
        const glob = gobwas(pattern, '/')
        if ('refused' in glob) {
          if (glob.refused === 'long') throw new BudgetExceeded('template needs a pattern that is too long to be computed here')
          return filesObject(contents)
        }
        return filesObject(new Map([...contents].filter(([name]) => glob.matches(name))))
      }),
    ],
    ['AsConfig', takes([], (budget) => quietYaml(byBase(textOf), (map) => writeYaml(map, budget)))],
    [
      'AsSecrets',
      takes([], (budget) =>
        quietYaml(
          byBase((name) => encodeBase64(textOf(name))),
          (map) => writeYaml(map, budget),
        ),
      ),
    ],
    ['Lines', takes(['string'], (name) => typedList('[]string', linesOf(contents.has(name) ? textOf(name) : undefined)))],
  ]
  return namedValue(new FileMap(contents), { type: 'engine.files', methods: new Map(methods), zero: nilList('[]uint8') })
}

/** What can't be encoded becomes an empty string. */
function quietYaml(map: GoMap, write: (map: GoMap) => string): string {
  try {
    return write(map)
  } catch (error) {
    if (error instanceof TemplateError) return ''
    throw error
  }
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined) return []
  if (text === '') throw new TemplateError('runtime error: index out of range [-1]')
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}
