// Which service, name and environment does a path stand for, and which path or name do they make?
import { manifestFolder } from './header.ts'
import type { Settings } from '../model.ts'
import { nearest } from '../values/path.ts'

const placeholder = /\{(service|name|env)\}/

/** What the placeholders of a pattern stand for. */
export interface Parts {
  readonly service: string
  readonly name?: string
  readonly env?: string
}

// a layout has few patterns, but they name thousands of databases
const pieces = new Map<string, readonly string[]>()

/** A pattern cut at its placeholders: plain text and names of parts alternate. */
function piecesOf(pattern: string): readonly string[] {
  let cut = pieces.get(pattern)
  if (cut === undefined) pieces.set(pattern, (cut = pattern.split(placeholder)))
  return cut
}

/** Fills `{service}`, `{name}` and `{env}`. */
export function fill(pattern: string, parts: Parts): string {
  const cut = piecesOf(pattern)
  let text = cut[0] as string
  for (let index = 1; index < cut.length; index += 2) text += (parts[cut[index] as keyof Parts] ?? '') + (cut[index + 1] as string)
  return text
}

/** The placeholders that a pattern uses; anything else in braces is returned in `unknown`. */
export function placeholdersOf(pattern: string): { known: readonly string[]; unknown: readonly string[] } {
  const all = [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] as string)
  const isKnown = (name: string): boolean => name === 'service' || name === 'name' || name === 'env'
  return { known: all.filter(isKnown), unknown: all.filter((name) => !isKnown(name)) }
}

type Matcher = (path: string) => Parts | undefined
const matchers = new Map<string, Matcher>()

/** A path → parts, or undefined if the pattern does not fit. A placeholder spans no '/'. */
export function matcher(pattern: string): Matcher {
  let known = matchers.get(pattern)
  if (known === undefined) matchers.set(pattern, (known = compile(pattern)))
  return known
}

function compile(pattern: string): Matcher {
  const cut = piecesOf(pattern)
  const [first, last] = [cut[0] as string, cut.at(-1) as string]
  const tokens = cut.flatMap((piece, index): Token[] => {
    if (index % 2 === 1) return [{ name: piece as keyof Parts }]
    return piece === '' ? [] : [{ text: piece }]
  })
  return (path) => {
    if (!path.startsWith(first) || !path.endsWith(last) || path.length > longestPath || tokens.length > path.length) return undefined
    const found = assign(tokens, path)
    if (found === undefined) return undefined
    const { service = '', name, env } = found
    return { service, ...(name === undefined ? {} : { name }), ...(env === undefined ? {} : { env }) }
  }
}

type Token = { readonly text: string } | { readonly name: keyof Parts }

/** No system opens a longer one. */
const longestPath = 4_096
/** Ends of placeholders that are tried for one path; only a repeated placeholder with thousands of readings needs more. */
const mostTries = 5_000

/** What the placeholders match, each as much as it can, from left to right; a repeated one matches the same text. */
function assign(tokens: readonly Token[], path: string): { service?: string; name?: string; env?: string } | undefined {
  const rests = restsThatFit(tokens, path)
  const found: { service?: string; name?: string; env?: string } = {}
  let tries = 0
  const fits = (index: number, at: number): boolean => {
    if (rests[index]?.[at] !== 1) return false
    const token = tokens[index]
    if (token === undefined) return true
    if ('text' in token) return fits(index + 1, at + token.text.length)
    const known = found[token.name]
    if (known !== undefined) return path.startsWith(known, at) && fits(index + 1, at + known.length)
    const slash = path.indexOf('/', at)
    for (let end = slash < 0 ? path.length : slash; end > at && tries <= mostTries; end--) {
      if (rests[index + 1]?.[end] !== 1) continue
      tries++
      found[token.name] = path.slice(at, end)
      if (fits(index + 1, end)) return true
    }
    delete found[token.name]
    return false
  }
  return fits(0, 0) ? found : undefined
}

/** For each token, and for each place in the path, 1 where all that follows fits, as if each placeholder were there once. */
function restsThatFit(tokens: readonly Token[], path: string): readonly Uint8Array[] {
  let rest = new Uint8Array(path.length + 1)
  rest[path.length] = 1
  const rests = [rest]
  for (const token of tokens.toReversed()) {
    const here = new Uint8Array(path.length + 1)
    if ('text' in token) {
      for (let at = path.indexOf(token.text); at >= 0; at = path.indexOf(token.text, at + 1)) here[at] = rest[at + token.text.length] ?? 0
    } else {
      let hasEnd = false
      for (let at = path.length; at >= 0; at--) {
        if (path[at] === '/') hasEnd = false
        else if (hasEnd) here[at] = 1
        hasEnd ||= rest[at] === 1
      }
    }
    rests.push(here)
    rest = here
  }
  return rests.reverse()
}

/** The folder that holds all databases: the text before the first placeholder, up to the last '/'. */
export function staticFolder(pattern: string): string {
  const head = pattern.slice(0, Math.max(pattern.indexOf('{'), 0))
  return head.slice(0, Math.max(head.lastIndexOf('/'), 0))
}

/** The folders that hold all files of a layout, none of them inside another; the databases' own first. */
export function layoutFolders({ databases, overrides }: Pick<Settings['layout'], 'databases' | 'overrides'>): readonly string[] {
  const all = [...new Set([staticFolder(databases), staticFolder(overrides)])]
  return all.filter((folder) => !all.some((other) => other !== folder && isInFolder(folder, other)))
}

/** The folders that generated manifests for Argo CD are in. */
export function manifestFolders({ manifests }: Pick<Settings['layout'], 'manifests'>): readonly string[] {
  return manifests === undefined ? ['apps/templates'] : ['apps/templates', manifestFolder(manifests)]
}

/** Whether a path is in a folder; the empty one holds everything. */
export function isInFolder(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`)
}

/** Whether a folder at a path would hold files of a pattern. */
export function couldHold(path: string, pattern: string): boolean {
  const [steps, wanted] = [path.split('/'), pattern.split('/')]
  return steps.length < wanted.length && matcher(wanted.slice(0, steps.length).join('/'))(path) !== undefined
}

/** `databases/{service}`: the service's own folder, where `service.yaml` is; undefined if the layout has none. */
export function serviceFolder(pattern: string): string | undefined {
  const segments = pattern.split('/')
  const index = segments.indexOf('{service}')
  return index < 0 || index === segments.length - 1 ? undefined : segments.slice(0, index + 1).join('/')
}

/** The path that a file's name was meant for: one of the layout's for its folder, apart from a typo or other separators. */
export function meantPath(path: string, layout: Settings['layout'], environments: readonly string[]): string | undefined {
  const own = serviceFolder(layout.databases)
  const patterns = [
    layout.databases,
    ...environments.map((env) => fill(layout.overrides, { service: '{service}', name: '{name}', env })),
    ...(own === undefined ? [] : [`${own}/service.yaml`]),
  ]
  const end = path.lastIndexOf('/') + 1
  const [folder, name] = [path.slice(0, end), path.slice(end)]
  const names = patterns.flatMap((pattern) => {
    const file = pattern.slice(pattern.lastIndexOf('/') + 1)
    return /[{}]/.test(file) || matcher(pattern)(folder + file) === undefined ? [] : [file]
  })
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[-_. ]|ya?ml$/g, '')
  const meant = names.find((known) => bare(known) === bare(name)) ?? nearest(name, names)
  if (meant !== undefined) return folder + meant
  // databases/orders/prd/values.yaml
  const segments = folder.split('/').slice(0, -1)
  const env = environments.find((known) => known === segments.at(-1))
  const parts = env === undefined ? undefined : matcher(layout.databases)([...segments.slice(0, -1), name].join('/'))
  return parts === undefined || env === undefined ? undefined : fill(layout.overrides, { ...parts, env })
}

/** The override pattern with `{env}` one of the environments; the longest name wins if two fit. */
export function overrideMatcher(pattern: string, environments: readonly string[]): Matcher {
  const byEnvironment = environments.map((env) => ({
    env,
    fit: matcher(fill(pattern, { service: '{service}', name: '{name}', env })),
  }))
  return (path) => {
    let best: Parts | undefined
    for (const { env, fit } of byEnvironment) {
      const parts = fit(path)
      if (parts !== undefined && env.length > (best?.env?.length ?? 0)) best = { ...parts, env }
    }
    return best
  }
}
