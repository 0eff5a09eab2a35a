// `init --generate`: can generated sets take the databases of hand-written ones over, and which files do that?
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadFleet } from '../../deployed/fleet.ts'
import { plural } from '../../emit/formats/text.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { look } from '../../init/look.ts'
import { takeOver } from '../../init/take-over.ts'
import type { TakeOver } from '../../init/take-over.ts'
import { textOf } from '../../findings/message.ts'
import { locate } from '../../findings/spot.ts'
import type { Settings } from '../../model.ts'
import { placer } from '../../report/places.ts'
import { commandLine } from '../../repository/invocation.ts'
import { repositoryTop } from '../../repository/place.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Tree } from '../../repository/tree.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { visible } from '../../values/untrusted.ts'
import { readDay } from './day.ts'
import { refuse } from './refuse.ts'

interface Found {
  readonly workspace: Workspace
  readonly fleet: ReadFleet
  readonly settings: Settings
}

interface Wishes {
  readonly drop?: readonly string[] | undefined
  readonly argocd?: string | undefined
  readonly operator?: string | undefined
  readonly bare?: boolean | undefined
  readonly environment?: string | undefined
  readonly 'dry-run'?: boolean | undefined
}

/** What became of it; `databases` is the folder of another checkout that they are in. */
export interface Generated {
  readonly code: number
  readonly databases?: string
}

/** Prints the proof, and writes only what is proven. Exit code 1: something would change, with the places that it comes from. */
export function generate(wishes: Wishes, { workspace, fleet, settings }: Found, terminal: Terminal): Generated {
  const { databases, charts } = fleet
  const drop = wishes.drop ?? []
  const unknown = drop.find((name) => !databases.some(({ application }) => application === name))
  if (unknown !== undefined) throw new UsageError(`--drop is \`${unknown}\`, but there is no such Application`)
  const { tree } = fleet
  if (tree === undefined) return { code: refuse(fleet.findings, workspace, terminal) }
  const { argocd } = settings
  const known = {
    ...settings,
    ...(wishes.operator !== undefined && { operator: wishes.operator }),
    ...(wishes.argocd !== undefined && { argocd: { ...argocd, version: wishes.argocd } }),
  }
  if (wishes.argocd === undefined && !settings.origin.entries.has('argocd'))
    terminal.stderr(
      `Argo CD is taken to be ${argocd.version}, the newest known; it decides how values are merged: name the one that runs with --argocd V\n`,
    )
  const assumed = look(fleet, known).operators.find(({ from }) => from === 'newest')
  if (assumed !== undefined)
    terminal.stderr(`the operator is taken to be ${assumed.version}, the newest known: name the one that runs with --operator V\n`)
  const result = takeOver(
    { workspace, settings: known, tree, charts, databases, skipped: fleet.skipped },
    { drop, isBare: wishes.bare === true, environment: wishes.environment, today: readDay('today', 'now') ?? '' },
  )
  for (const line of proofLines(result)) terminal.stdout(`${visible(line)}\n`)
  if (result.refused.length > 0) {
    refuse(result.refused, workspace, terminal)
    terminal.stderr('nothing was written\n')
    return { code: 1 }
  }
  for (const line of leftLines(result, workspace)) terminal.stdout(`${visible(line)}\n`)
  carryOut(result, tree, { workspace, terminal, isDry: wishes['dry-run'] === true })
  return { code: 0, ...(result.databases !== undefined && { databases: result.databases }) }
}

function proofLines({ proven, replaced }: TakeOver): string[] {
  return [
    ...proven.map(({ application, cluster, objects, added, dropped }) => {
      const adds = added.length === 0 ? '' : `; adds ${added.join('; ')}`
      const drops = dropped.length === 0 ? '' : `; drops the finalizer ${dropped.join(', ')}, so that deleting it keeps its Cluster`
      return `same      ${application}: Cluster ${cluster}, ${plural(objects, 'object')}${adds}${drops}`
    }),
    ...replaced.map((what) => `replaced  ${what}: its file held another value, which its Application overrode`),
  ]
}

/** What stays as it is written, and why. */
function leftLines({ left }: TakeOver, workspace: Workspace): string[] {
  const place = placer('person', workspace)
  return left.map(({ message, help, at }) => {
    const { file, line } = locate(at)
    return `left      ${place(file).file}:${line}: ${textOf(message)}${help === undefined ? '' : `; ${textOf(help)}`}`
  })
}

interface Doing {
  readonly workspace: Workspace
  readonly terminal: Terminal
  readonly isDry: boolean
}

/** New texts first, then what they replace goes; every file is whole at any time. */
function carryOut({ files, removed, unread }: TakeOver, tree: Tree, { workspace, terminal, isDry }: Doing): void {
  const { root } = workspace
  const place = placer('person', workspace)
  for (const [path, text] of files) {
    const full = join(root, tree.shown?.(path) ?? path)
    const shown = visible(place(full).file)
    if (isDry) terminal.stdout(`write     ${shown}:\n${text.replaceAll(/^(?=.)/gm, '    ')}`)
    else {
      const folder = tree.homes?.find((home) => path.startsWith(`${home.folder}/`))?.folder
      const top = folder === undefined ? root : join(root, tree.shown?.(`${folder}/.`) ?? '.')
      writeWhole(full, text, { inside: repositoryTop(top), shown })
      terminal.stdout(`written   ${shown}\n`)
    }
  }
  for (const path of removed) {
    const full = join(root, path)
    if (!isDry && lstatSync(full, { throwIfNoEntry: false })?.isFile() === true) rmSync(full)
    terminal.stdout(`${isDry ? 'remove ' : 'removed'}   ${visible(place(full).file)}\n`)
  }
  for (const path of unread)
    terminal.stdout(
      `unread    ${visible(place(join(root, tree.shown?.(path) ?? path)).file)}: remove it when the generated sets have taken over\n`,
    )
  if (isDry) terminal.stderr('nothing was written\n')
  else terminal.stderr(`next: ${commandLine(workspace, 'render')}, then commit, and follow docs/adoption.md\n`)
}
