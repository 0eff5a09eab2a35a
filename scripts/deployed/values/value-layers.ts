// Which layers of values does a source of an Application hand to Helm, and where is each of them written?
import { patchedParameter } from './patch-places.ts'
import { append } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import type { Json, JsonMap, MapValue, Origin, Path, SourceFile, Value } from '../../values/value.ts'
import { withoutNulls } from '../../values/merge.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { DatabaseLayer } from '../../model.ts'
import { fileReader, unreadable } from '../file-cache.ts'
import { globPattern } from '../../applicationset/git-paths.ts'
import { environmentOf, expand, resolveValueFiles, sourcesIn, sourcesOf } from '../../applicationset/sources.ts'
import type { ValueFile } from '../../applicationset/sources.ts'
import { hasReached } from '../../applicationset/sync-options.ts'
import { shownAddress } from '../../repository/remote.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import type { Manifest } from '../manifests.ts'
import { filledAt } from '../sets/filled-in.ts'
import { objectLayer, textLayer } from './inline-layers.ts'
import { missingFile, missingParameterFile } from './value-findings.ts'
import { at, sourcePath } from '../manifest-parts.ts'
import { repositoryPath } from '../repository-path.ts'
import { ParameterError, setParameters } from './parameters.ts'
import type { Parameter } from './parameters.ts'

/** Why layers can't be known, where that is written, and the repository that is missing. */
export interface Unknown {
  readonly reason: string
  readonly at: Spot
  readonly repository?: string
  /** it is there, but not at hand: what is at hand is judged by itself */
  readonly isElsewhere?: true
  /** what fills it in */
  readonly unless?: Spot
  /** the file that is not there */
  readonly missing?: string
}

/** The layers of one source, lowest first. */
export interface ValueLayers {
  readonly layers: readonly DatabaseLayer[]
  /** parameters change what the layers below them hold, lists too */
  readonly parameters: readonly Parameter[]
  readonly findings: readonly LocatedFinding[]
  /** why they can't all be known here, and where that is written */
  readonly unknown: readonly Unknown[]
}

/** One source of an Application, in the manifest that makes it. */
export interface SourceOf {
  readonly manifest: Manifest
  readonly application: JsonMap
  /** among the sources that count */
  readonly nth: number
}

/** The defaults of a chart in a folder of the repository, files, `valuesObject` or `values`, parameters: each later one wins. */
export function valueLayers(of: SourceOf, folder?: string): ValueLayers {
  const { manifest, application, nth } = of
  const spec = at(application, 'spec')
  const source = sourcesIn(spec)[nth]
  const helm = at(source, 'helm')
  const layers: DatabaseLayer[] = folder === undefined ? [] : ownDefaults(folder, manifest)
  const unknown: Unknown[] = []
  const findings: LocatedFinding[] = []
  const helmPath = helmPathOf(of)
  const { files, problems } = resolveValueFiles(application)
  if (problems[0] !== undefined) unknown.push({ reason: problems[0].message, at: manifest.spotOf([...helmPath, 'valueFiles']) })
  const reader = fileReader(manifest.tree)
  for (const file of files) {
    if (file.source !== nth) continue
    const spot = (): Spot => manifest.spotOf([...helmPath, 'valueFiles', entryIndex(helm, file.entry)])
    const found = pathsOf(file, manifest)
    if ('reason' in found) {
      unknown.push({ ...found, at: spot() })
      continue
    }
    for (const path of found.paths) {
      const read = reader(path)
      const why = read === undefined ? unreadable(manifest.tree, path) : undefined
      if (read !== undefined) layers.push({ layer: 'value-file', file: read })
      else if (why !== undefined) unknown.push({ reason: why, at: spot() })
      else if (at(helm, 'ignoreMissingValueFiles') !== true) {
        const shown = manifest.tree.shown?.(path) ?? path
        const filled = filledAt(spot(), manifest, application)
        unknown.push({ reason: `there is no ${shown}`, at: spot(), missing: shown, ...(filled && { unless: filled.spot }) })
        // those of this repository are found missing by a rule about manifests
        if (shown !== path) findings.push(missingFile(shown, spot()))
      }
    }
  }
  const object = at(helm, 'valuesObject')
  const text = at(helm, 'values')
  if (isJsonMap(object)) layers.push(objectLayer(object, of, [...helmPath, 'valuesObject']))
  else if (typeof text === 'string' && text !== '') {
    const layer = textLayer(text, of, [...helmPath, 'values'])
    append(findings, layer.findings)
    if (layer.layer !== undefined) layers.push(layer.layer)
  }
  const { parameters, missing, absent } = parametersOf(of, { helm: helm ?? null, helmPath, source: source ?? {} })
  append(unknown, missing)
  append(findings, absent)
  return { layers, parameters, findings, unknown }
}

/** What Helm says of a parameter, and the value below that has no room for it. */
interface RefusedParameter {
  readonly message: string
  readonly at: Spot
  readonly value: Value | undefined
}

/** The layers with one more on top that holds what the parameters change; throws nothing: a refused parameter is a finding. */
export function withParameters(
  { layers, parameters }: Pick<ValueLayers, 'layers' | 'parameters'>,
  below: MapValue,
): { layers: readonly DatabaseLayer[]; refused?: RefusedParameter } {
  const [first, ...others] = parameters
  if (first === undefined) return { layers }
  try {
    const root = setParameters(below, [first, ...others])
    const text = JSON.stringify(parameters.map(({ name, value, as }) => [name, value, as ?? '']))
    return { layers: [...layers, { layer: 'parameter', file: first.origin.file, inline: { root, text } }] }
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    const { file, value: span } = error.origin ?? first.origin
    return { layers, refused: { message: error.message, at: { file, span }, value: error.value } }
  }
}

/** The values.yaml of a chart that somebody here writes: the defaults once more, with places. A null in it is nothing. */
function ownDefaults(folder: string, { tree }: Manifest): DatabaseLayer[] {
  const file = fileReader(tree)(folder === '' || folder === '.' ? 'values.yaml' : `${folder}/values.yaml`)
  const { documents, problems } = file === undefined ? { documents: [], problems: [] } : parseFirstDocument(file, 'chart')
  const [root] = documents
  if (file === undefined || root?.kind !== 'map' || problems.some(({ fatal }) => fatal)) return []
  return [{ layer: 'chart', file, inline: { root: withoutNulls(root), text: file.text } }]
}

/** Where `helm` of the source is in the manifest. */
export function helmPathOf({ manifest: { base, plain }, nth }: Pick<SourceOf, 'manifest' | 'nth'>): Path {
  return [...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), nth), 'helm']
}

function entryIndex(helm: Json | undefined, entry: string): number {
  const list = at(helm, 'valueFiles')
  return Array.isArray(list) ? Math.max(0, list.indexOf(entry)) : 0
}

/** The paths here of what one entry of `valueFiles` names. */
function pathsOf(file: ValueFile, manifest: Manifest): { readonly paths: readonly string[] } | Omit<Unknown, 'at'> {
  const { settings, tree } = manifest
  if (file.kind === 'url') return { reason: `${file.path} is on another server`, isElsewhere: true }
  if (file.kind === 'chart') return { reason: `${file.entry} is in the chart`, isElsewhere: true }
  if (/\{\{|<no value>/.test(file.path)) return { reason: `${file.entry} holds a placeholder that nobody replaces` }
  const path = repositoryPath(file, { settings, tree })
  const url = printed(file.repoURL)
  if (path === undefined)
    return {
      reason: `${file.entry} is in ${shownAddress(url)}, which is not checked out here`,
      repository: shownAddress(url),
      isElsewhere: true,
    }
  if (file.glob !== true || !hasReached(settings.argocd.version, '3.4')) return { paths: [path] }
  const all = tree.wide?.() ?? tree
  return { paths: all.paths.filter(globPattern(path)) }
}

interface HelmPart {
  readonly helm: Json
  readonly helmPath: Path
  readonly source: JsonMap
}

function parametersOf(
  of: SourceOf,
  { helm, helmPath, source }: HelmPart,
): { parameters: Parameter[]; missing: Unknown[]; absent: LocatedFinding[] } {
  const { manifest, application } = of
  const parameters: Parameter[] = []
  const missing: Unknown[] = []
  const findings: LocatedFinding[] = []
  const lookup = environmentOf(application, source)
  const listed = (key: string): JsonMap[] => {
    const list = at(helm, key)
    return Array.isArray(list) ? list.filter(isJsonMap) : []
  }
  const originAt = (path: Path): Origin => {
    const { file, span } = manifest.spotOf(path)
    return { layer: 'parameter', file, path: [], key: null, value: span }
  }
  for (const [index, { name, value, forceString }] of listed('parameters').entries()) {
    const path = [...helmPath, 'parameters', index]
    const patched = at(manifest.plain, ...path) === undefined ? patchedParameter(manifest, printed(name ?? '')) : undefined
    parameters.push({
      name: printed(name ?? ''),
      value: expand(printed(value ?? ''), lookup),
      ...(forceString === true && { as: 'string' as const }),
      origin: {
        ...originAt([...path, 'value']),
        ...(patched && { value: patched.value.span }),
        key: (patched?.name ?? manifest.spotOf([...path, 'name'])).span,
      },
    })
  }
  for (const [index, { name, path }] of listed('fileParameters').entries()) {
    const spot = manifest.spotOf([...helmPath, 'fileParameters', index, 'path'])
    const [file] = resolveValueFiles({ ...application, spec: withOnlyFile(application, of.nth, printed(path ?? '')) }).files
    const found = file === undefined ? { reason: `${printed(path ?? '')} can't be found` } : pathsOf({ ...file }, manifest)
    const read = 'paths' in found ? readText(found.paths[0], manifest) : undefined
    if (read === undefined) {
      const isAbsent = 'paths' in found && isListed(found.paths[0], manifest)
      if (isAbsent) findings.push(missingParameterFile(printed(path ?? ''), spot))
      missing.push({
        reason: 'reason' in found ? found.reason : `there is no ${printed(path ?? '')}`,
        at: spot,
        ...(isAbsent && { unless: spot }),
      })
    } else
      parameters.push({
        name: printed(name ?? ''),
        value: read,
        as: 'file',
        origin: { ...originAt([...helmPath, 'fileParameters', index, 'path']) },
      })
  }
  return { parameters, missing, absent: findings }
}

/** The same sources, of which one names this file alone: a file parameter is resolved as a value file is. */
function withOnlyFile(application: JsonMap, nth: number, path: string): JsonMap {
  const spec = at(application, 'spec')
  const { sources, multiple } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [], multiple: false }
  const changed = sources.map((source, index): JsonMap => ({ ...source, helm: index === nth ? { valueFiles: [path] } : {} }))
  return multiple ? { sources: changed } : { source: changed[0] ?? {} }
}

/** Only folders that are listed whole can prove that a file is missing. */
function isListed(path: string | undefined, { tree }: Manifest): boolean {
  const all = tree.wide?.() ?? tree
  return path !== undefined && all.paths.some((one) => one.startsWith(`${path.split('/')[0]}/`)) && all.read(path) === undefined
}

function readText(path: string | undefined, { tree }: Manifest): string | undefined {
  const file: SourceFile | undefined = path === undefined ? undefined : fileReader(tree)(path)
  return file?.text
}
