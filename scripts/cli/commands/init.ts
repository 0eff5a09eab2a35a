// `init`: what is in this repository, and what does it need so that its databases are checked?
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { checkoutsOf } from '../../discover/checkouts.ts'
import { readFleet } from '../../deployed/fleet.ts'
import type { ReadFleet } from '../../deployed/fleet.ts'
import { isSameRepository } from '../../deployed/manifest-parts.ts'
import { Stopped } from '../../emit/questions.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { checkoutBeside } from '../../init/beside.ts'
import { askCheckout, decide, judgeVersions } from '../../init/dialogue.ts'
import type { Decisions } from '../../init/dialogue.ts'
import { filesFor, jobSteps } from '../../init/files.ts'
import type { Forge, Step, Wanted } from '../../init/files.ts'
import { forgeOf } from '../../init/forge.ts'
import { look } from '../../init/look.ts'
import type { Found } from '../../init/look.ts'
import { foundLines } from '../../init/text.ts'
import type { Settings } from '../../model.ts'
import { placer } from '../../report/places.ts'
import { commandLine } from '../../repository/invocation.ts'
import { readRegular } from '../../repository/named-file.ts'
import { homePage, programVersion } from '../../repository/package.ts'
import { normalizeRemote, originOf, withoutPassword } from '../../repository/remote.ts'
import { repositoryTop } from '../../repository/place.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { visible } from '../../values/untrusted.ts'
import { generate } from './init-generate.ts'
import { refuse } from './refuse.ts'

export interface InitFlags {
  readonly root?: string | undefined
  readonly checkout?: readonly string[] | undefined
  readonly apps?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly operator?: string | undefined
  readonly argocd?: string | undefined
  readonly hook?: 'pre-commit' | 'none' | undefined
  readonly ci?: 'auto' | Forge | undefined
  readonly generate?: boolean | undefined
  readonly drop?: readonly string[] | undefined
  readonly bare?: boolean | undefined
  readonly environment?: string | undefined
  readonly yes?: boolean | undefined
  readonly 'dry-run'?: boolean | undefined
}

/** Prints what was found and writes what is needed; a file that exists is never changed: its new text is printed. */
export async function init(flags: InitFlags, terminal: Terminal): Promise<number> {
  const { ask: _ask, ...silent } = terminal
  const asking = flags.yes === true ? silent : terminal
  try {
    const { workspace, fleet, settings, refused } = await lookAround(openWorkspace(terminal.cwd, flags), asking)
    if (settings === undefined) return refuse(refused, workspace, terminal)
    const found = look(fleet, settings)
    const place = placer('person', workspace)
    const argocd = found.unknown.argocd ? flags.argocd : settings.argocd.version
    for (const line of foundLines(found, { argocd, operator: flags.operator, place: (file) => place(file).file }))
      terminal.stdout(`${visible(line)}\n`)
    if (fleet.databases.length + found.skipped.length === 0) {
      terminal.stderr('no database of CloudNativePG is deployed from here, so nothing was written\n')
      return 0
    }
    judgeVersions(flags)
    const top = repositoryTop(workspace.root)
    const doing = { top, isDry: flags['dry-run'] === true, workspace, terminal }
    if (flags.generate === true) {
      const { code, databases } = generate(flags, { workspace, fleet, settings }, terminal)
      if (code !== 0) return code
      const known = { ...found, unknown: { operator: false, argocd: false } }
      const decided = await decide(flags, known, forgeOf(top), asking)
      const wanted = wantedIn(top, { workspace, settings, databases })
      carryOut(jobSteps({ ...decided, ...wanted }), doing)
      adviseOnJob({ ...decided, ...wanted }, terminal)
      return 0
    }
    const alone = flags.bare === true ? '--bare' : flags.drop !== undefined ? '--drop' : '--environment'
    if (flags.drop !== undefined || flags.bare === true || flags.environment !== undefined)
      throw new UsageError(`${alone} needs --generate`)
    const decided = await decide(flags, found, forgeOf(top), asking)
    const wanted = { ...decided, ...wantedIn(top, { workspace, settings }) }
    const steps = filesFor(wanted)
    carryOut(steps, doing)
    if (steps.length === 0) terminal.stderr('no file is needed: everything was found out\n')
    adviseOnJob(wanted, terminal)
    advise(found, workspace, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    terminal.stderr('\nnothing was written\n')
    return error.by === 'interrupt' ? 130 : 2
  }
}

interface Around {
  readonly workspace: Workspace
  readonly fleet: ReadFleet
  readonly settings?: Settings | undefined
  readonly refused: ReadFleet['findings']
}

/** Reads the fleet until no further repository is found that it reads: one checkout may name the next. */
async function lookAround(first: Workspace, terminal: Pick<Terminal, 'ask' | 'stderr'>): Promise<Around> {
  let workspace = first
  const asked = new Set<string>()
  for (;;) {
    const fleet = await readFleet(workspace)
    const { settings, findings } = fleet
    const missing = settings === undefined ? [] : look(fleet, settings).missing.filter(({ url }) => !asked.has(url))
    if (settings === undefined || missing.length === 0) return { workspace, fleet, settings, refused: findings }
    const added: { url: string; folder: string }[] = []
    for (const { url } of missing) {
      asked.add(url)
      const { root, cwd = root } = workspace
      const beside = checkoutBeside(root, url)
      const shown = beside === undefined ? undefined : relative(cwd, beside)
      const folder = await askCheckout(url, shown, (text) => folderProblem(resolve(cwd, text)), terminal)
      if (folder !== undefined) added.push({ url, folder: realpathSync(resolve(cwd, folder)) })
    }
    workspace = { ...workspace, checkouts: [...(workspace.checkouts ?? []), ...added] }
  }
}

function folderProblem(folder: string): string | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? undefined : 'there is no such folder'
}

interface Standing {
  readonly workspace: Workspace
  readonly settings: Settings
  /** the folder of another checkout that the databases are in */
  readonly databases?: string | undefined
}

/** What hook and job need to know of the repository. */
function wantedIn(top: string, standing: Standing): Omit<Wanted, keyof Decisions> {
  const { workspace, settings } = standing
  const written = Object.keys(settings.checkouts)
  const all = allCheckouts(standing)
  return {
    checkouts: new Map([...all].filter(([url]) => !written.some((one) => isSameRepository(one, url)))),
    all,
    below: relative(top, workspace.root).split(sep).join('/'),
    folder: basename(top),
    host: normalizeRemote(originOf(top) ?? '')?.split('/')[0] ?? '',
    program: { home: homePage(), version: programVersion() },
    read: (path) => textOf(join(top, path)),
    workflows: workflowsIn(top),
  }
}

/** Every other repository that is read, each once, with its folder from the root. */
function allCheckouts({ workspace, settings, databases = workspace.databases }: Standing): Map<string, string> {
  const found = checkoutsOf(workspace, settings)
  const top = databases === undefined ? undefined : repositoryTop(databases)
  const url = top === undefined || top === repositoryTop(workspace.root) ? undefined : originOf(top)
  const others =
    top !== undefined && url !== undefined && !found.some((one) => isSameRepository(one.url, url)) ? [{ url, folder: top }] : []
  return new Map(
    [...found, ...others].map((one) => [withoutPassword(one.url), relative(workspace.root, one.folder).split(sep).join('/') || '.']),
  )
}

function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  return readRegular(path)?.toString('utf8') ?? ''
}

function workflowsIn(top: string): string[] {
  const folder = '.github/workflows'
  if (!existsSync(join(top, folder))) return []
  const names = readdirSync(join(top, folder)).filter((name) => /\.ya?ml$/.test(name))
  return names.sort().map((name) => `${folder}/${name}`)
}

interface Doing {
  readonly top: string
  readonly isDry: boolean
  readonly workspace: Workspace
  readonly terminal: Terminal
}

function carryOut(steps: readonly Step[], { top, isDry, workspace, terminal }: Doing): void {
  const place = placer('person', workspace)
  for (const { path, text, how } of steps) {
    const full = join(top, path)
    const shown = visible(place(full).file)
    if (how === 'there') terminal.stdout(`kept      ${shown}, which runs cnpg-values already\n`)
    else if (how === 'add') terminal.stdout(`add to    ${shown}:\n${indented(text)}`)
    else if (isDry) terminal.stdout(`new file  ${shown}:\n${indented(text)}`)
    else {
      writeWhole(full, text, { inside: top, shown, isNew: true })
      terminal.stdout(`written   ${shown}\n`)
    }
  }
  if (isDry && steps.length > 0) terminal.stderr('nothing was written\n')
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}

/** What a job can't read by itself. */
function adviseOnJob({ all, forge, host }: Wanted, terminal: Terminal): void {
  if (forge === 'none') return
  for (const url of all.keys()) {
    const isHere = normalizeRemote(url)?.split('/')[0] === host
    const how = !isHere
      ? 'the job clones it without credentials: add what it needs'
      : forge === 'github'
        ? 'if that is private, give its step in the job a `token` or an `ssh-key`'
        : 'it must allow the job tokens of this project: Settings, CI/CD, Job token permissions'
    terminal.stderr(visible(`next: the job reads ${url}; ${how}`) + '\n')
  }
}

/** What is left to do, as commands. */
function advise({ missing, charts }: Found, { checkouts: _settled, ...workspace }: Workspace, terminal: Terminal): void {
  // the checkouts are in the settings from here on
  for (const { url } of missing) terminal.stderr(visible(`next: check out ${url}, and run init with --checkout ${url}=DIR`) + '\n')
  if (charts.some(({ isHere }) => !isHere)) terminal.stderr(`next: ${commandLine(workspace, 'charts pull')}\n`)
  terminal.stderr(`next: ${commandLine(workspace, 'check')}\n`)
}
