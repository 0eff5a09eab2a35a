// Do the options of a source fit what is in its folder?
import { posix } from 'node:path'
import { kustomizations } from '../../../discover/loose.ts'
import { ending, phrase } from '../../../findings/message.ts'
import { fileReader } from '../../../deployed/file-cache.ts'
import { mayBeTransformed } from '../../../deployed/kustomize/transformed.ts'
import { at, isUsualRevision, placedSources } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { repositoryPath } from '../../../deployed/repository-path.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { pathsBelow, prefixOf } from '../../../repository/tree.ts'
import { printed } from '../../../values/printed.ts'
import { trimEndOf } from '../../../values/trim.ts'
import type { Json, JsonMap } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'

export const sourceTypeRules: readonly ManifestRule[] = [
  {
    // `ExplicitType`: options decide which program is run, whatever is in the folder; `NormalizeApplicationSpec` removes empty ones
    id: 'argocd/options-fit-folder',
    severity: 'error',
    upstream: 'GetAppSourceType',
    summary: 'options for Helm or kustomize are given to a folder with a chart or a kustomization',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const [tool, another] = tools.filter(({ key }) => asksForAnything(source[key], key))
        // options of both are refused as that
        if (another !== undefined) continue
        const names = tool === undefined ? undefined : namesIn(source, manifest)
        if (tool === undefined || names === undefined || tool.files.some((file) => names.has(file))) continue
        if (mayBeTransformed(manifest.file, manifest.tree)) return
        yield {
          message: phrase`${tool.key} has options, so that Argo CD runs ${tool.program}, but ${ending(printed(source['path']))} has no ${tool.files[0] ?? ''}`,
          places: [{ path: [...path, tool.key], on: 'key' }],
          help: others(tool, names),
        }
      }
    },
  },
]

interface Tool {
  readonly key: 'helm' | 'kustomize'
  readonly program: string
  readonly files: readonly string[]
}

const tools: readonly Tool[] = [
  { key: 'helm', program: 'Helm', files: ['Chart.yaml'] },
  { key: 'kustomize', program: 'kustomize', files: kustomizations },
]

function others(tool: Tool, names: ReadonlySet<string>) {
  const other = tools.find(({ key, files }) => key !== tool.key && files.some((file) => names.has(file)))
  return other === undefined
    ? phrase`remove \`${tool.key}\`, or add ${tool.files[0] ?? ''} to the folder`
    : phrase`the folder is for ${other.program}: write \`${other.key}\` with the options of that`
}

/** What `ApplicationSourceKustomize.IsZero` looks at. */
const counted = new Set(
  [
    ['namePrefix', 'nameSuffix', 'version', 'namespace', 'images', 'replicas', 'commonLabels', 'commonAnnotations'],
    ['patches', 'components', 'kubeVersion', 'apiVersions', 'ignoreMissingComponents'],
  ].flat(),
)

/** `IsZero` of the options of both. */
function asksForAnything(options: Json | undefined, tool: Tool['key']): boolean {
  if (!isJsonMap(options)) return false
  return Object.entries(options).some(([key, value]) => {
    if (tool === 'kustomize' && !counted.has(key)) return false
    if (value === null || value === '' || value === false) return false
    return typeof value !== 'object' || Object.keys(value).length > 0
  })
}

/** Whether a file in a folder, ended by a slash, is merged over a source of one of some Applications. */
export function isOverridden(folder: string, { tree, applications }: Pick<Manifest, 'tree' | 'applications'>): boolean {
  const names = (applications ?? []).map((one) => `-${printed(at(one, 'metadata', 'name') ?? '')}`)
  const has = fileReader(tree)
  return ['', ...names].some((name) => has(`${folder}.argocd-source${name}.yaml`) !== undefined)
}

/** The files of the folder of a source; undefined: it is not here, or another program fills in where it is. */
function namesIn(source: JsonMap, { kind, applications, settings, tree }: Manifest): ReadonlySet<string> | undefined {
  const { path, repoURL, targetRevision, chart, plugin, directory } = source
  if (chart !== undefined || plugin !== undefined || directory !== undefined) return undefined
  if (typeof path !== 'string' || typeof repoURL !== 'string' || [path, repoURL].some(isOpen)) return undefined
  // what is merged over a source by its elements is not looked at
  if (kind === 'ApplicationSet' && (applications ?? []).some((one) => !JSON.stringify(at(one, 'spec') ?? null).includes(path)))
    return undefined
  if (!isUsualRevision(printed(targetRevision ?? ''), settings)) return undefined
  const local = trimEndOf(posix.normalize(path), '/')
  const folder = repositoryPath({ kind: 'local', path: local.replace(/^\/+/, ''), repoURL }, { settings, tree })
  if (folder === undefined) return undefined
  const top = prefixOf(folder)
  const files = pathsBelow(tree.wide?.() ?? tree, top).map((file) => file.slice(top.length))
  return files.length === 0 || isOverridden(top, { tree, applications }) ? undefined : new Set(files)
}
