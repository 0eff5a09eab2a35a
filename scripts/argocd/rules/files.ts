// Do the files that a hand-written Application or set names exist?
import type { Finding, Message } from '../../findings/finding.ts'
import { ending, named, phrase } from '../../findings/message.ts'
import { idlePatterns } from '../../deployed/sets/idle-generators.ts'
import { matcher } from '../../discover/layout.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { hasReached } from '../../applicationset/sync-options.ts'
import type { ManifestRule } from './manifest-rule.ts'
import { filledPath } from '../../deployed/sets/filled-in.ts'
import { applicationName } from '../../deployed/manifests.ts'
import type { Manifest } from '../../deployed/manifests.ts'
import {
  at,
  gitGenerators,
  gitPatterns,
  indexOfText,
  isDatabase,
  isSameRepository,
  makesDatabases,
  ownPath,
  sourcePath,
  repositoryPrefix,
} from '../../deployed/manifest-parts.ts'
import { misspelt } from '../../values/misspelt.ts'
import { pathsBelow } from '../../repository/tree.ts'
import { printed } from '../../values/printed.ts'
import { spoiledElements } from './application/refusals.ts'
import { resolveValueFiles, sourcesIn } from '../../applicationset/sources.ts'
import { anything, exceptSlash, fitsSteps, plainStep } from '../../applicationset/wildcards.ts'
import type { Step } from '../../applicationset/wildcards.ts'
import { unknownText } from '../../deployed/sets/unknown-text.ts'

/** Where the entries of value files are: in `source`, or in one of `sources`. */
function entryPath(application: object, source: number): Path {
  return ['spec', ...sourcePath(at(application as never, 'spec'), source), 'helm']
}

export const fileRules: readonly ManifestRule[] = [
  {
    id: 'argocd/value-file-exists',
    severity: 'error',
    summary: 'a value file of this repository exists',
    *check(manifest) {
      const { applications, base, settings, tree } = manifest
      const reported = new Set<string>()
      // what several elements lack is one mistake of the template
      const missing = new Map<string, { finding: Finding; message: Message; more: number; element: Path | undefined }>()
      const present = new Set<string>()
      const spoiled = new Set(spoiledElements(manifest).flatMap((element) => element.applications.map(applicationName)))
      for (const application of applications ?? []) {
        // a path with a null in it is reported as such
        if (spoiled.has(applicationName(application))) continue
        for (const file of resolveValueFiles(application).files) {
          const path = ownPath({ ...file, glob: undefined }, settings)
          const helm = entryPath(application, file.source)
          if (
            path === undefined ||
            path.includes('{{') ||
            path.includes('map[') ||
            reported.has(path) ||
            at(application, ...helm, 'ignoreMissingValueFiles') === true
          )
            continue
          // before 3.4 `*` is a letter like others
          const isGlob = file.glob === true && hasReached(settings.argocd.version, '3.4')
          const glob = isGlob ? fits(path, exceptSlash) : undefined
          // a folder is no value file, however a tree answers for it
          const top = `${path.split('/')[0]}/`
          // only folders that are listed whole can prove that a file is missing
          const all = tree.paths.some((other) => other.startsWith(top)) ? tree : tree.wide?.()
          const isFolder = all?.paths.some((other) => other.startsWith(`${path}/`)) === true
          const index = indexOfText(at(application, ...helm, 'valueFiles'), (text) => text === file.entry)
          const place = [...base, ...helm, 'valueFiles', index]
          if (glob === undefined ? !isFolder && (all ?? tree).read(path) !== undefined : all?.paths.some(glob) === true) {
            present.add(JSON.stringify(place))
            continue
          }
          if (all === undefined || all.paths.length === 0) continue
          reported.add(path)
          const isOldGlob = file.glob === true && !isGlob
          // every database has that mistake, which is the template's
          if (isOldGlob && reported.has(`* ${helm.join('.')} ${index}`)) continue
          if (isOldGlob) reported.add(`* ${helm.join('.')} ${index}`)
          const known = missing.get(JSON.stringify(place))
          if (known !== undefined) {
            known.more++
            continue
          }
          const message = phrase`value file is ${path.length > 60 ? `…${path.slice(-59)}` : path}, but ${isFolder ? 'that is a folder' : isGlob ? 'no file matches' : 'there is no such file'}`
          const help = isFolder
            ? phrase`name the file: {{ .path.path }} is its folder, {{ .path.path }}/{{ .path.filename }} the file`
            : isOldGlob
              ? phrase`name the file: Argo CD reads patterns from 3.4 on`
              : phrase`correct the path, which is from the root of the repository`
          const element = isFolder || isOldGlob ? undefined : filledPath(printed(at(manifest.plain, ...place) ?? ''), manifest, application)
          missing.set(JSON.stringify(place), { finding: { message, places: [{ path: place }], help }, message, more: 0, element })
        }
      }
      for (const [place, { finding, message, more, element }] of missing) {
        // where the other elements have their file, the template is right
        const isElement = element !== undefined && more === 0 && present.has(place)
        const placed = isElement
          ? { ...finding, places: [{ path: element }] as const, help: phrase`correct it, or the path that the template makes of it` }
          : finding
        yield more === 0 ? placed : { ...finding, message: phrase`${message} (and ${more} more)` }
      }
    },
  },
  {
    id: 'argocd/git-path-matches',
    severity: 'warning',
    summary: 'each path of a git generator matches something',
    *check(manifest) {
      // an empty set of databases is reported as that
      if (manifest.applications?.length === 0 && makesDatabases(manifest, [manifest.settings])) return
      for (const { pattern, path, meant } of idlePatterns(manifest))
        yield {
          message: phrase`path is \`${ending(pattern)}\`, but nothing in the repository matches it`,
          places: [{ path }],
          help:
            meant === undefined
              ? phrase`correct the path, which is from the root of the repository, or remove it`
              : phrase`did you mean \`${ending(meant)}\`?`,
        }
    },
  },
  {
    id: 'argocd/missing-files-ignored',
    severity: 'warning',
    summary: 'a database does not silently lose its values when their file is removed',
    *check({ applications, base, settings }) {
      const application = applications?.find((candidate) => isDatabase(candidate, settings))
      if (application === undefined) return
      const { files } = resolveValueFiles(application)
      for (const source of new Set(files.map((file) => file.source))) {
        const path = [...entryPath(application, source), 'ignoreMissingValueFiles']
        if (at(application, ...path) !== true) continue
        yield {
          message: phrase`ignoreMissingValueFiles is true, but a database whose file is gone would be changed to the defaults`,
          places: [{ path: [...base, ...path] }],
          help: phrase`remove it, and list only files that exist`,
        }
      }
    },
  },
  {
    id: 'argocd/ignored-file-named',
    severity: 'warning',
    summary: 'a value file that may be missing is not missing because its name is misspelt',
    *check({ applications, base, settings, tree }) {
      const ignores = (application: JsonMap): boolean =>
        sourcesIn(application['spec']).some(({ helm }) => at(helm, 'ignoreMissingValueFiles') === true)
      if (applications?.some(ignores) !== true) return
      const read = new Set<string>()
      const missing = new Map<string, { readonly path: string; readonly place: Path }>()
      for (const application of applications ?? [])
        for (const file of resolveValueFiles(application).files) {
          const path = ownPath(file, settings)
          const helm = entryPath(application, file.source)
          if (path === undefined || path.includes('{{')) continue
          const index = indexOfText(at(application, ...helm, 'valueFiles'), (text) => text === file.entry)
          const place = [...base, ...helm, 'valueFiles', index]
          if (at(application, ...helm, 'ignoreMissingValueFiles') !== true || (tree.wide?.() ?? tree).read(path) !== undefined)
            read.add(path)
          else missing.set(`${place.join('.')} ${path}`, { path, place })
        }
      if (missing.size === 0) return
      const others = (tree.wide?.() ?? tree).paths.filter((path) => /\.ya?ml$/.test(path) && !read.has(path))
      const reported = new Set<string>()
      for (const { path, place } of missing.values()) {
        const meant = reported.has(place.join('.')) ? undefined : others.find((other) => isMisspeltPath(path, other))
        if (meant === undefined) continue
        reported.add(place.join('.'))
        yield {
          message: phrase`value file is ${ending(path)}, but there is no such file, and that is ignored`,
          places: [{ path: place }],
          help: phrase`did you mean ${ending(meant)}?`,
        }
      }
    },
  },
  {
    id: 'argocd/git-files-meant',
    severity: 'warning',
    summary: 'a git generator matches only the files that it is meant for',
    *check({ plain, settings, tree }) {
      const asOverride = matcher(settings.layout.overrides)
      const patterns = gitGenerators(plain['spec'] ?? null).flatMap((generator) => {
        const place = placeOf(printed(generator['repoURL'] ?? ''), { settings, tree })
        return place === undefined ? [] : [...new Set(gitPatterns({ git: generator }))].map((pattern) => ({ pattern, ...place }))
      })
      for (const { pattern, folder, prefix } of patterns.slice(0, mostPatterns)) {
        if (
          pattern.length > longestPattern ||
          !/[*?]/.test(pattern) ||
          !pattern.includes('.') ||
          pattern.includes(unknownText) ||
          !pattern.startsWith(prefix)
        )
          continue
        const written = folder + pattern.slice(prefix.length)
        const [greedy, meant] = [fits(written, anything), fits(written, exceptSlash)]
        const found = pathsBelow(tree, folder).filter(greedy)
        const extra = found.find((path) => !meant(path)) ?? found.find((path) => asOverride(path) !== undefined)
        if (extra === undefined || isExcluded(plain, prefix + extra.slice(folder.length))) continue
        const shown = tree.shown?.(extra) ?? extra
        yield {
          message: phrase`path is \`${named(pattern)}\`, but \`*\` also finds ${shown.length > 48 ? `…${shown.slice(-47)}` : shown}`,
          places: [{ path: ['spec', 'generators'] }],
          help: phrase`a star crosses folders: exclude the others (\`exclude: true\`), or use a list generator; retire first what is deployed already`,
        }
      }
    },
  },
]

/** Whether paths differ in one step, which is a misspelling; many are compared, and most differ early. */
function isMisspeltPath(path: string, meant: string): boolean {
  const more = meant.length - path.length
  if (Math.abs(more) > 2 || path === meant) return false
  let start = 0
  while (start < path.length && path[start] === meant[start]) start++
  let end = path.length
  while (end > start && end + more > start && path[end - 1] === meant[end - 1 + more]) end--
  const from = start === 0 ? 0 : path.lastIndexOf('/', start - 1) + 1
  const slash = path.indexOf('/', end)
  const to = slash < 0 ? path.length : slash
  const [step, other] = [path.slice(from, to), meant.slice(from, to + more)]
  return !step.includes('/') && !other.includes('/') && misspelt(step, [other]) !== undefined
}

/** The folder of the tree that holds a repository, and what its paths begin with there; undefined: it is not here. */
function placeOf(
  url: string,
  { settings, tree }: Pick<Manifest, 'settings' | 'tree'>,
): { readonly folder: string; readonly prefix: string } | undefined {
  const home = tree.homes?.find((one) => isSameRepository(one.url, url))
  if (home !== undefined) return { folder: `${home.folder}/`, prefix: home.prefix }
  const own = settings.repository.url
  return own === '' || isSameRepository(own, url) ? { folder: '', prefix: repositoryPrefix(settings) } : undefined
}

/** Each pattern is laid against all files of the repository. */
const mostPatterns = 50
const longestPattern = 300

/** A pattern of git, roughly: `star` decides what one star matches. */
function fits(pattern: string, star: (character: string) => boolean): (path: string) => boolean {
  const steps = (pattern.match(/\*+|[^*]/gu) ?? []).map((part): Step => {
    if (part.startsWith('*')) return { takes: part === '*' ? star : anything, isMany: true }
    return part === '?' ? { takes: exceptSlash, isMany: false } : plainStep(part)
  })
  return (path) => fitsSteps(steps, path)
}
function isExcluded(plain: object, path: string): boolean {
  const patterns = [...JSON.stringify(plain).matchAll(/\{[^{}]*\}/g)].flatMap(([map]) =>
    map.includes('"exclude":true') ? (/"path":"([^"]*)"/.exec(map)?.[1] ?? []) : [],
  )
  return patterns.some((pattern) => fits(pattern, anything)(path))
}
