// Which parameter sets does the git generator produce for known files?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import type { Budget } from '../go-template/budget.ts'
import { formatValue } from '../go-template/go-format.ts'
import { compareText, fromJson, isGoMap, textMap, typedList } from '../go-template/go-value.ts'
import type { GoMap, GoValue } from '../go-template/go-value.ts'
import { ParamsError, UnsupportedGenerator } from './generator-context.ts'
import type { GeneratorContext } from './generator-context.ts'
import { directoryPattern, pathspec } from './git-paths.ts'
import { renderText } from './render.ts'
import { readYaml } from '../go-template/sprig/encoding.ts'
import { normalizeName } from '../go-template/sprig/names.ts'
import { isJsonMap } from '../values/value.ts'

interface PathItem {
  readonly path: string
  readonly exclude: boolean
}

function pathItems(value: Json | undefined): PathItem[] {
  if (!Array.isArray(value)) return []
  return value.filter(isJsonMap).map((item) => ({ path: printed(item['path'] ?? ''), exclude: item['exclude'] === true }))
}

/** `GitGenerator.GenerateParams`; throws UnsupportedGenerator if no files are given. */
export function gitParams(generator: JsonMap, context: GeneratorContext): GoMap[] {
  if (!context.hasProject) throw new ParamsError('the project of the set does not exist')
  const directories = pathItems(generator['directories'])
  const files = pathItems(generator['files'])
  if (directories.length === 0 && files.length === 0) throw new ParamsError('a git generator needs directories or files')
  const given = typeof context.gitFiles === 'function' ? context.gitFiles(generator) : context.gitFiles
  if (given === undefined) throw new UnsupportedGenerator('the git generator needs the files of the repository')
  const tree = Object.keys(given).sort(compareText)
  if (directories.length > 0) return directoryParams(generator, { tree, directories }, context)
  const [wanted, unwanted] = [matcher(files, false, context.budget), matcher(files, true, context.budget)]
  const included = tree.filter((path) => wanted(path) && !unwanted(path))
  return included.flatMap((path) => fileParams(generator, { path, text: given[path] ?? '' }, context))
}

/** Whether one of the pathspecs matches a file; each is evaluated, so that a bad one fails. */
function matcher(items: readonly PathItem[], exclude: boolean, budget: Budget): (path: string) => boolean {
  const specs = items.filter((item) => item.exclude === exclude).map((item) => pathspec(item.path, budget))
  return (path) => specs.some((takes) => takes(path))
}

function fileParams(generator: JsonMap, file: { path: string; text: string }, context: GeneratorContext): GoMap[] {
  context.budget.steps(file.text.length / 8)
  const content = readOnce(file.text)
  const objects = content === null ? [{}] : Array.isArray(content) ? content : [content]
  context.budget.parameters(objects.length)
  return objects.map((object) => {
    if (object !== null && !isJsonMap(object)) throw new ParamsError(`unable to parse ${file.path}`)
    const params = fromJson(object ?? {}) as GoMap
    const folder = dirname(file.path)
    return withPath(generator, context.goTemplate ? params : flatTexts(params, context.budget), {
      folder,
      file: basename(file.path),
      context,
    })
  })
}

const contents = new Map<string, Json>()
let heldCharacters = 0

/** A matrix reads the same files for each of its elements. */
function readOnce(text: string): Json {
  const known = contents.get(text)
  if (known !== undefined) return known
  const content = readYaml(text)
  if (heldCharacters > 4_000_000) {
    contents.clear()
    heldCharacters = 0
  }
  contents.set(text, content)
  heldCharacters += text.length
  return content
}

function directoryParams(
  generator: JsonMap,
  given: { tree: readonly string[]; directories: readonly PathItem[] },
  context: GeneratorContext,
): GoMap[] {
  const folders = new Set<string>()
  for (const path of given.tree) {
    const parts = path.split('/').slice(0, -1)
    for (let length = 1; length <= parts.length; length++) folders.add(parts.slice(0, length).join('/'))
  }
  const patterns = given.directories.map((item) => ({ exclude: item.exclude, takes: directoryPattern(item.path, context.budget) }))
  const fits = (folder: string, exclude: boolean): boolean => patterns.some((item) => item.exclude === exclude && item.takes(folder))
  return [...folders]
    .sort(compareText)
    .filter((folder) => !folder.split('/').some((part) => part.startsWith('.')))
    .filter((folder) => fits(folder, false) && !fits(folder, true))
    .map((folder) => {
      context.budget.parameters(1)
      return withPath(generator, new Map(), { folder, file: undefined, context })
    })
}

interface PathInfo {
  readonly folder: string
  /** undefined for the directory generator */
  readonly file: string | undefined
  readonly context: GeneratorContext
}

function withPath(generator: JsonMap, params: GoMap, info: PathInfo): GoMap {
  const prefix = typeof generator['pathParamPrefix'] === 'string' ? generator['pathParamPrefix'] : ''
  const base = basename(info.folder)
  const names: [string, string][] = [
    ['basename', base],
    ['basenameNormalized', normalizeName(base)],
  ]
  if (info.file !== undefined) names.push(['filename', info.file], ['filenameNormalized', normalizeName(info.file)])
  const segments = typedList('[]string', info.folder.split('/')) as string[]
  if (info.context.goTemplate) {
    const path: GoMap = new Map<string, GoValue>([['path', info.folder], ...names, ['segments', segments]])
    if (prefix === '') params.set('path', path)
    else params.set(prefix, new Map([['path', path]]))
  } else {
    const name = prefix === '' ? 'path' : `${prefix}.path`
    params.set(name, info.folder)
    for (const [key, value] of names) params.set(`${name}.${key}`, value)
    for (const [index, segment] of segments.entries()) if (segment !== '') params.set(`${name}[${index}]`, segment)
  }
  return addValues(generator, params, info.context)
}

/** `appendTemplatedValues`: rendered with the params so far, never with each other. */
function addValues(generator: JsonMap, params: GoMap, context: GeneratorContext): GoMap {
  const values = generator['values']
  if (!isJsonMap(values) || Object.keys(values).length === 0) return params
  const rendered = Object.entries(values).map(
    ([key, value]) => [key, renderText(typeof value === 'string' ? value : JSON.stringify(value), params, context)] as const,
  )
  if (context.goTemplate) params.set('values', textMap(new Map(rendered)))
  else for (const [key, value] of rendered) params.set(`values.${key}`, value)
  return params
}

function flatTexts(params: GoMap, budget: Budget): GoMap {
  const flat: GoMap = new Map()
  const walk = (value: GoValue, prefix: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, `${prefix}.${index}`))
    else if (isGoMap(value)) for (const [key, item] of value) walk(item, prefix === '' ? key : `${prefix}.${key}`)
    else flat.set(prefix, formatValue(value, budget))
  }
  walk(params, '')
  return flat
}

const dirname = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')
const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
