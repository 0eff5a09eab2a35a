// `init --generate`: can generated sets take the databases of hand-written ones over, and which files do that?
import { lstatSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ReadFleet } from '../../deployed/fleet.ts'
import { plural } from '../../emit/formats/text.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { look } from '../../init/look.ts'
import { takeOver } from '../../init/take-over.ts'
import type { TakeOver } from '../../init/take-over.ts'
import type { Settings } from '../../model.ts'
import { placer } from '../../report/places.ts'
import { commandLine } from '../../repository/invocation.ts'
import { repositoryTop } from '../../repository/place.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Tree } from '../../repository/tree.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { visible } from '../../values/untrusted.ts'
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
  readonly 'dry-run'?: boolean | undefined
}

/** Prints the proof, and writes only what is proven. Exit code 1: something would change, with the places that it comes from. */
export async function generate(wishes: Wishes, { workspace, fleet, settings }: Found, terminal: Terminal): Promise<number> {
  const { databases, charts } = fleet
  const drop = wishes.drop ?? []
  const unknown = drop.find((name) => !databases.some(({ application }) => application === name))
  if (unknown !== undefined) throw new UsageError(`--drop is \`${unknown}\`, but there is no such Application`)
  const { tree } = fleet
  if (tree === undefined) return refuse(fleet.findings, workspace, terminal)
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
    { drop, isBare: wishes.bare === true },
  )
  for (const line of proofLines(result)) terminal.stdout(`${visible(line)}\n`)
  if (result.refused.length > 0) {
    refuse(result.refused, workspace, terminal)
    terminal.stderr('nothing was written\n')
    return 1
  }
  carryOut(result, tree, { workspace, terminal, isDry: wishes['dry-run'] === true })
  return 0
}

function proofLines({ proven }: TakeOver): string[] {
  return proven.map(
    ({ application, cluster, objects, added }) =>
      `same      ${application}: Cluster ${cluster}, ${plural(objects, 'object')}${added.length === 0 ? '' : `; adds ${added.join('; ')}`}`,
  )
}

interface Doing {
  readonly workspace: Workspace
  readonly terminal: Terminal
  readonly isDry: boolean
}

/** New texts first, then what they replace goes; every file is whole at any time. */
function carryOut({ files, removed, databases }: TakeOver, tree: Tree, { workspace, terminal, isDry }: Doing): void {
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
  const elsewhere = databases === undefined ? {} : { databases }
  const line = commandLine({ ...workspace, ...elsewhere }, 'render')
  if (isDry) {
    terminal.stderr('nothing was written\n')
    return
  }
  terminal.stderr(`next: ${line}, then commit, and follow docs/adoption.md\n`)
  if (databases === undefined) return
  const folder = visible(relative(root, databases))
  terminal.stderr(
    `next: the hook and the job need the databases, too: args: [--databases, ${folder}] and the input \`databases\` (docs/ci.md)\n`,
  )
}
