// Which files does a take-over write, and what does the repository look like with them?
import { editorLine, editorSchemas } from '../discover/editor-schema.ts'
import { fill, serviceFolder, staticFolder } from '../discover/layout.ts'
import { ownSettingsFile } from '../discover/settings.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Tree } from '../repository/tree.ts'
import type { JsonMap } from '../values/value.ts'
import { withValues } from './edits.ts'
import { isElsewhere, refusal } from './members.ts'
import type { Member } from './members.ts'
import type { Shape } from './shape.ts'

/** The folder that holds the databases, from the root; undefined: they are in this repository. */
export function databasesFolder(members: readonly Member[], { databases }: Shape, tree: Tree): string | undefined {
  const home = tree.homes?.find(({ folder }) => databases.startsWith(`${folder}/`))
  const path = members.find(({ base }) => base !== undefined && home !== undefined && base.startsWith(`${home.folder}/`))?.base
  if (home === undefined || path === undefined) return undefined
  const shown = tree.shown?.(path) ?? path
  const own = path.slice(home.folder.length)
  const folder = shown.slice(0, shown.length - own.length)
  const inside = staticFolder(databases.slice(home.folder.length + 1))
  return inside === '' ? folder : `${folder}/${inside}`
}

interface Derived {
  readonly settings: JsonMap
  readonly services: ReadonlyMap<string, JsonMap>
  readonly planned: ReadonlyMap<string, string>
  readonly shape: Shape
}

/** Settings, descriptions of services, and values. */
export function filesOf(
  members: readonly Member[],
  { settings, services, planned, shape }: Derived,
  tree: Tree,
): { readonly files: Map<string, string>; readonly failed?: LocatedFinding } {
  const files = new Map<string, string>()
  const [first] = members
  if (first === undefined) return { files }
  const wanted: [string, JsonMap][] = [[ownSettingsFile, settings]]
  for (const [service, says] of services) {
    const folder = serviceFolder(shape.databases)
    const { database } = members.find(({ parts }) => parts.service === service) ?? first
    if (folder === undefined)
      return {
        files,
        failed: refusal(
          database,
          phrase`${named(service)} needs a service.yaml, but the layout has no folder for one`,
          phrase`leave it out with --drop`,
        ),
      }
    wanted.push([`${fill(folder, { service })}/service.yaml`, says])
  }
  for (const [path, values] of wanted) {
    const read = tree.read(path)
    const schema = path === ownSettingsFile ? editorSchemas.settings : editorSchemas.service
    const isNamed = read === undefined && !isElsewhere(path) && tree.read(schema)?.ok === true
    const text = withValues(read?.ok === true ? read.text : undefined, values)
    if (text === undefined)
      return {
        files,
        failed: refusal(first.database, phrase`${named(path)} can't be edited safely`, phrase`fix it first: check reports what is wrong`),
      }
    files.set(path, isNamed ? `${editorLine(path, schema)}\n${text}` : text)
  }
  for (const [path, text] of planned) files.set(path, text)
  return { files }
}

/** Paths of another checkout as `--databases` shows them. */
export function inLayout(files: ReadonlyMap<string, string>, { databases }: Shape): Map<string, string> {
  const folder = staticFolder(databases)
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  return new Map(
    [...files].map(([path, text]) => [isElsewhere(path) && path.startsWith(folder) ? name + path.slice(folder.length) : path, text]),
  )
}

interface Change {
  readonly files: ReadonlyMap<string, string>
  readonly gone: ReadonlySet<string>
}

/** A tree with other texts, and without some files. */
export function withTexts(tree: Tree, { files, gone }: Change): Tree {
  const { blob: _blob, later: _later, ...rest } = tree
  return {
    ...rest,
    paths: [...new Set([...tree.paths.filter((path) => !gone.has(path)), ...files.keys()])].sort(),
    read: (path) => {
      const text = files.get(path)
      if (text !== undefined) return { ok: true, text }
      return gone.has(path) ? undefined : tree.read(path)
    },
  }
}
