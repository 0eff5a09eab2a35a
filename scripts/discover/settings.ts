// What do the settings hold (cnpg-values.yaml, or `postgres` in apps/values.yaml): versions, environments, layout?
import { described, named, phrase } from '../findings/message.ts'
import { firstSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { unreadableSpot } from './file-reader.ts'
import { generatedFiles, isGenerated } from './header.ts'
import { nothingWritten, readSettings, settingsAsWritten } from './settings-values.ts'
import type { Settings } from '../model.ts'
import type { MapValue, Path, SourceFile } from '../values/value.ts'
import { maxValues, parseYaml } from '../yaml/parse.ts'
import { nearest } from '../values/path.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { hasSeveralDocuments, severalDocuments, yamlFindings } from '../yaml/findings.ts'

/** Where the settings are in a repository whose app-of-apps chart is `apps/`. */
export const settingsFile = 'apps/values.yaml'
/** A file of their own: the same keys at its top. */
export const ownSettingsFile = 'cnpg-values.yaml'

export interface LoadedSettings {
  readonly file: SourceFile
  /** absent: broken */
  readonly settings?: Settings
  readonly findings: LocatedFinding[]
}

/** Keys that make a `postgres` in apps/values.yaml ours: any other one is somebody else's. */
const ourKeys = ['environments', 'operator', 'clusterChart'] as const

/**
 * Reads the settings of a tree: cnpg-values.yaml, or `postgres` in apps/values.yaml (Helm reads it too, so it is Helm's
 * YAML). Where neither is there, everything is judged as it is written, and nothing is generated.
 */
export function loadSettings(tree: Tree): LoadedSettings {
  const own = tree.read(ownSettingsFile) === undefined ? undefined : openFile(tree, ownSettingsFile)
  const shared = openFile(tree, settingsFile)
  const theirs = shared.root?.entries.get('postgres')
  const isOurs = theirs?.kind === 'map' && ourKeys.some((key) => theirs.entries.has(key))
  if (own !== undefined) {
    if (!isOurs || own.root === undefined) return settingsOf(own, own.root, [])
    const both: LocatedFinding = {
      rule: 'settings/one-place',
      severity: 'error',
      message: phrase`settings are in ${named(ownSettingsFile)} and in ${named(settingsFile)}, but must be in one of them`,
      at: { file: shared.file, span: theirs.origin.key ?? theirs.origin.value },
      related: [{ ...firstSpot(own.root, own.file), message: phrase`the settings that count` }],
      help: phrase`remove \`postgres\` here`,
    }
    const { file, settings, findings } = settingsOf(own, own.root, [])
    return { file, ...(settings && { settings }), findings: [...findings, both] }
  }
  if (isOurs || isBroken(shared) || hasGenerated(tree) || misspelt(shared.root) !== undefined)
    return settingsOf(shared, shared.root, ['postgres'])
  return { file: shared.file, settings: settingsAsWritten(), findings: [] }
}

/** Whether generated files say that there were settings: without them, nothing of what they made would be looked at. */
function hasGenerated(tree: Tree): boolean {
  return generatedFiles.some((path) => {
    const read = tree.read(path)
    return read?.ok === true && isGenerated(read.text)
  })
}

const isBroken = ({ findings, root, exists }: Opened): boolean => exists && root === undefined && findings.length > 0

/** A key of apps/values.yaml that was meant to be `postgres`. */
function misspelt(root: MapValue | undefined): string | undefined {
  const name = root === undefined ? undefined : nearest('postgres', root.entries.keys())
  const value = name === undefined ? undefined : root?.entries.get(name)
  return name !== 'postgres' && value?.kind === 'map' && ourKeys.filter((key) => value.entries.has(key)).length > 1 ? name : undefined
}

interface Opened {
  readonly path: string
  readonly file: SourceFile
  readonly exists: boolean
  /** absent: it is no map, or can't be read */
  readonly root?: MapValue
  readonly findings: LocatedFinding[]
}

function openFile(tree: Tree, path: string): Opened {
  const read = tree.read(path)
  const file: SourceFile = {
    path: tree.shown?.(path) ?? path,
    text: read?.ok === true ? read.text : '',
    ...revisionIn(tree, path),
  }
  if (read?.ok !== true) {
    const message =
      read === undefined
        ? phrase`${named(path)} does not exist, but must hold the settings of the databases`
        : phrase`${named(path)} ${read.message}`
    const help = read?.help === undefined ? undefined : phrase`${read.help}`
    const at = unreadableSpot(file, read?.line)
    return { path, file, exists: read !== undefined, findings: [{ rule: 'discover/readable', severity: 'error', message, at, help }] }
  }
  const parsed = parseYaml(file, 'service', maxValues)
  const findings = yamlFindings(file, parsed.problems)
  const root = parsed.documents[0]
  if (hasSeveralDocuments(parsed.documents)) findings.push(severalDocuments(file, parsed.documents))
  if (root?.kind === 'map' && !findings.some((finding) => finding.rule !== 'yaml/duplicate-key'))
    return { path, file, exists: true, root, findings }
  if (findings.length > 0) return { path, file, exists: true, findings }
  // an empty file of our own sets nothing
  if (path === ownSettingsFile && (root === undefined || root.kind === 'null'))
    return { path, file, exists: true, root: nothingWritten(file), findings }
  const what = path === ownSettingsFile ? phrase`the settings` : phrase`\`postgres:\` with the settings`
  findings.push({
    rule: 'settings/schema',
    severity: 'error',
    message: phrase`${named(path)} is ${described(root)}, but must hold ${what}`,
    at: firstSpot(root, file),
    help: phrase`write ${path === ownSettingsFile ? '' : '`postgres:` with '}repository, operator, clusterChart and environments (README, "Adopt it")`,
  })
  // the values of somebody else's chart may be empty
  return path === settingsFile && (root === undefined || root.kind === 'null') && !hasWords(file)
    ? { path, file, exists: false, findings }
    : { path, file, exists: true, findings }
}

const hasWords = ({ text }: SourceFile): boolean => text.split('\n').some((line) => !/^(?:#|$)/.test(line.trim()))

function settingsOf({ file, findings }: Opened, root: MapValue | undefined, prefix: Path): LoadedSettings {
  if (root === undefined) return { file, findings }
  const result = readSettings(root, prefix)
  if ('settings' in result) return { file, settings: result.settings, findings }
  return { file, findings: [...findings, ...result.findings] }
}
