// Do the sources of a hand-written database pass the intended values to the chart?
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import { matcher, staticFolder } from '../../../discover/layout.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { formatPath } from '../../../values/path.ts'
import type { Message } from '../../../findings/finding.ts'
import type { Settings } from '../../../model.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { filePath } from '../../../deployed/repository-path.ts'
import { at, indexOfText, isDatabase, isExactVersion, placedSources, sourcePath, textItems } from '../../../deployed/manifest-parts.ts'
import { resolveValueFiles } from '../../../applicationset/sources.ts'
import type { ValueFile } from '../../../applicationset/sources.ts'
import { isJsonMap } from '../../../values/value.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'

const defaultsFile = /^helm-values\/data\/postgres-[^/]+-defaults\.yaml$/

function deploysDatabases({ applications, settings }: Manifest): boolean {
  return applications?.some((application) => isDatabase(application, settings)) === true
}

export const sourceRules: readonly ManifestRule[] = [
  {
    id: 'argocd/defaults-first',
    severity: 'warning',
    summary: 'the defaults of an environment come before the file of the service, which then wins',
    *check(manifest) {
      const { applications, settings, base } = manifest
      for (const application of applications ?? []) {
        if (!isDatabase(application, settings)) continue
        const { files } = resolveValueFiles(application)
        const last = files.findLastIndex((file) => defaultsFile.test(filePath(file, manifest) ?? ''))
        const file = files[last]
        const isOver = (other: ValueFile): boolean => other.source === file?.source && isServices(other, application, manifest)
        const over = files.slice(0, Math.max(last, 0)).findIndex(isOver)
        if (file === undefined || over < 0) continue
        const list = [...base, 'spec', ...sourcePath(at(application, 'spec'), file.source), 'helm', 'valueFiles']
        const written = at(application, ...list.slice(base.length))
        const placeOf = (entry: string | undefined): Path => [...list, indexOfText(written, (text) => text === entry)]
        yield {
          message: phrase`value file is ${short(file.path)}, but defaults that come last win over the service`,
          places: [{ path: placeOf(file.entry) }, { path: placeOf(files[over]?.entry), label: phrase`these values lose` }],
          help: phrase`list the defaults first: later files win`,
        }
        return
      }
    },
  },
  {
    id: 'argocd/value-file-ref',
    severity: 'error',
    summary: 'a value file of another source begins with `$` and its ref',
    *check(manifest) {
      const placed = placedSources(manifest)
      const refs = new Set(placed.map(({ source }) => source['ref']))
      for (const { source, path } of placed)
        for (const { index, text: entry } of textItems(at(source, 'helm', 'valueFiles'))) {
          const mistake = refMistake(entry, { isChart: source['chart'] !== undefined, isSingle: path.at(-1) === 'source', refs }, manifest)
          if (mistake !== undefined) yield { ...mistake, places: [{ path: [...path, 'helm', 'valueFiles', index] }] }
        }
    },
  },
  {
    id: 'argocd/null-reaches-helm',
    severity: 'warning',
    upstream: 'argo-cd#16312, #19781: nulls of valuesObject are dropped before Helm runs',
    summary: 'a null that is meant to remove a value reaches Helm',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const object = at(source, 'helm', 'valuesObject')
        const [first, ...others] = isJsonMap(object) ? nullsIn(object) : []
        if (first === undefined) continue
        const own = [...path, 'helm', 'valuesObject']
        yield {
          message: phrase`${named(formatPath(first))} is null in valuesObject, but Argo CD drops nulls there, so that the value below stays`,
          places: [
            { path: [...own, ...first], on: 'key' },
            ...others
              .slice(0, 3)
              .map((other) => ({ path: [...own, ...other], on: 'key' as const, label: phrase`this one is dropped, too` })),
          ],
          help: phrase`write it into a value file, or into \`values: |\``,
        }
      }
    },
  },
  {
    id: 'argocd/one-source-field',
    severity: 'warning',
    summary: 'an Application has either `source` or `sources`',
    *check({ plain, base }) {
      const spec = [...base, 'spec']
      const many = at(plain, ...spec, 'sources')
      if (!isJsonMap(at(plain, ...spec, 'source')) || !Array.isArray(many) || many.length === 0) return
      yield {
        message: phrase`source is set beside sources, but Argo CD then reads sources alone`,
        places: [
          { path: [...spec, 'source'], on: 'key' },
          { path: [...spec, 'sources'], on: 'key', label: phrase`these are read` },
        ],
        help: phrase`remove one of the two`,
      }
    },
  },
  {
    // Argo CD, ApplicationSourceHelm.ValuesYAML: "ValuesObject takes precedence over Values"
    id: 'argocd/one-values-field',
    severity: 'warning',
    summary: 'a source has either `values` or `valuesObject`',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const [text, object] = [at(source, 'helm', 'values'), at(source, 'helm', 'valuesObject')]
        if (typeof text !== 'string' || text.split('\n').every((line) => /^\s*(?:#|$)/.test(line)) || !isJsonMap(object)) continue
        yield {
          message: phrase`values is set beside valuesObject, but Argo CD then reads valuesObject alone`,
          places: [
            { path: [...path, 'helm', 'values'], on: 'key' },
            { path: [...path, 'helm', 'valuesObject'], on: 'key', label: phrase`this is read` },
          ],
          help: phrase`move everything into one of the two`,
        }
      }
    },
  },
  {
    id: 'argocd/ref-without-path',
    severity: 'warning',
    summary: 'a source of value files deploys nothing itself',
    *check(manifest) {
      if (!deploysDatabases(manifest)) return
      for (const { source, path } of placedSources(manifest)) {
        if (source['ref'] === undefined || source['path'] === undefined) continue
        yield {
          message: phrase`path is ${short(printed(source['path']))}, but a source with a path also deploys what it finds there`,
          places: [{ path: [...path, 'path'] }],
          help: phrase`remove \`path\`: \`$values\` begins at the root of the repository`,
        }
      }
    },
  },
  {
    id: 'argocd/chart-version-exact',
    severity: 'warning',
    summary: 'a chart is pinned to one version',
    *check(manifest) {
      const { settings } = manifest
      for (const { source, path } of placedSources(manifest)) {
        const version = source['targetRevision']
        if (typeof version !== 'string' || version.includes(unknownText) || version.includes('{{') || !isOurChart(source, settings))
          continue
        // one that is empty is refused, and reported as such
        if (version === '' || isExactVersion(version)) continue
        yield {
          message: phrase`targetRevision is \`${named(version)}\`, but a range upgrades databases on the day of a release`,
          places: [{ path: [...path, 'targetRevision'] }],
          help: phrase`write one version, such as ${settings.environments[0]?.clusterChart.version ?? '0.8.1'}`,
        }
      }
    },
  },
  {
    id: 'argocd/generate-paths-cover',
    severity: 'warning',
    upstream: 'argo-cd#27727: one string for every source',
    summary: 'manifest-generate-paths cover every value file',
    *check(manifest) {
      const { applications, settings, base } = manifest
      const key = 'argocd.argoproj.io/manifest-generate-paths'
      for (const application of applications ?? []) {
        const written = at(application, 'metadata', 'annotations', key)
        if (typeof written !== 'string' || !isDatabase(application, settings)) continue
        // a relative path begins at the source's own, which a chart does not have
        const roots = written
          .split(';')
          .filter((path) => path.startsWith('/'))
          .map((path) => path.slice(1).replace(/\/$/, ''))
        const { files } = resolveValueFiles(application)
        const open = files.find(
          ({ kind, path }) => kind === 'ref' && !roots.some((root) => path === root || path.startsWith(`${root}/`) || root === ''),
        )
        if (open === undefined) continue
        yield {
          message: phrase`manifest-generate-paths is \`${named(written)}\`, but changes of ${short(open.path)} would go unnoticed`,
          places: [{ path: [...base, 'metadata', 'annotations', key] }],
          help: phrase`remove the annotation, or list absolute paths of all value files`,
        }
        return
      }
    },
  },
]

/** The paths of nulls in maps; those in lists stay. */
function nullsIn(map: JsonMap, path: Path = []): Path[] {
  return Object.entries(map).flatMap(([key, value]) =>
    value === null ? [[...path, key]] : isJsonMap(value) ? nullsIn(value, [...path, key]) : [],
  )
}

/** A file of one service, and not one that several share: by the layout, or with a part of the Application's name. */
function isServices(file: ValueFile, application: JsonMap, manifest: Manifest): boolean {
  const { settings } = manifest
  const path = filePath(file, manifest)
  if (path === undefined || defaultsFile.test(path)) return false
  const { databases, overrides } = settings.layout
  if ([databases, overrides].some((pattern) => matcher(pattern)(path) !== undefined)) return true
  const name =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.ya?ml$/, '') ?? ''
  return name !== '' && applicationName(application).includes(name)
}

function isOurChart(source: JsonMap, { environments }: Settings): boolean {
  const isSame = (left: unknown, right: string): boolean => printed(left).replace(/\/$/, '') === right.replace(/\/$/, '')
  return environments.some(({ clusterChart, operator }) =>
    [clusterChart, operator.chart].some(({ name, repository }) => source['chart'] === name && isSame(source['repoURL'], repository)),
  )
}

interface EntrySource {
  readonly isChart: boolean
  readonly isSingle: boolean
  readonly refs: ReadonlySet<unknown>
}

function refMistake(entry: string, from: EntrySource, { settings, tree }: Manifest): { message: Message; help: Message } | undefined {
  const shown = entry.length > 40 ? `${entry.slice(0, 39)}…` : entry
  if (entry.startsWith('\\$'))
    return { message: phrase`value file is \`${named(shown)}\`, but \`\\$\` is no reference`, help: phrase`write ${entry.slice(1)}` }
  if (from.isSingle && /^\$(?!\{?(?:ARGOCD|KUBE)_)[A-Za-z]/.test(entry))
    return {
      message: phrase`value file is \`${named(shown)}\`, but one \`source\` alone has no other to refer to`,
      help: phrase`write \`sources\`, with a second one that has \`ref: values\``,
    }
  if (!from.isChart || entry.includes(unknownText)) return undefined
  const [first = '', ...rest] = entry.split('/')
  // a ref with a dollar of its own is refused
  if (first !== '' && !first.startsWith('$') && from.refs.has(first) && rest.length > 0)
    return {
      message: phrase`value file is \`${named(shown)}\`, but a ref is written \`$${named(first)}\``,
      help: phrase`write $${named(entry)}`,
    }
  const isOwn = [staticFolder(settings.layout.databases), 'helm-values'].some((folder) => folder !== '' && entry.startsWith(`${folder}/`))
  if (!isOwn || tree.read(entry) === undefined) return undefined
  return {
    message: phrase`value file is \`${named(shown)}\`, but without \`$\` it is looked for in the chart`,
    help: phrase`write $values/${named(entry)}`,
  }
}

function short(path: string): string {
  return path.length > 44 ? `…${path.slice(-43)}` : path
}
