// `report`: what does the whole fleet look like, on one page?
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { writeHtml } from '../emit/report-html.ts'
import { count, plural } from '../emit/report-text.ts'
import { factsOf } from '../fleet/facts.ts'
import type { DatabaseFacts } from '../fleet/facts.ts'
import { inspectDatabase } from '../inspect.ts'
import { runPipeline } from '../pipeline.ts'
import type { Outcome } from '../pipeline.ts'
import type { Terminal } from '../terminal.ts'
import { openWorkspace, UsageError } from '../workspace.ts'
import { refuse } from './refuse.ts'

export interface ReportFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly out?: string | undefined
  readonly date?: string | undefined
  readonly 'link-base'?: string | undefined
}

/**
 * Writes the page. Problems of the fleet are on it and do not fail the command; settings that can't be read do (exit code 1).
 * Links lead to the files beside the page, or below `--link-base`, such as `https://github.com/me/repo/blob/main`.
 */
export async function report(flags: ReportFlags, terminal: Terminal): Promise<number> {
  const { out, date } = flags
  if (out === undefined) throw new UsageError('--out is not set; write the file that the page goes to, such as fleet.html')
  if (date !== undefined && !isDate(date)) throw new UsageError(`--date is \`${date}\`, but must be a day such as 2026-01-31`)
  const base = linkBase(flags['link-base'])
  const workspace = openWorkspace(terminal.cwd, flags)
  const outcome = await runPipeline(workspace, { staged: false })
  if (outcome.settings === undefined) return refuse(outcome.diagnostics, terminal)
  const target = resolve(terminal.cwd, out)
  const folder = dirname(target)
  const text = writeHtml({
    databases: factsOfFleet(outcome),
    environments: outcome.settings.environments,
    diagnostics: outcome.diagnostics,
    linkTo: ({ file, line }) =>
      `${base === undefined ? encodePath(relative(folder, resolve(workspace.root, file)).split(sep).join('/')) : `${base}/${encodePath(file)}`}#L${line}`,
    ...(date === undefined ? {} : { date }),
  })
  writePage(target, text)
  const { errors, warnings } = count(outcome.diagnostics)
  terminal.stderr(`${out}: ${plural(outcome.databases.length, 'database')}, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`)
  return 0
}

function factsOfFleet({ settings, databases }: Outcome): DatabaseFacts[] {
  if (settings === undefined) return []
  return databases.map((database) => {
    const inspected = inspectDatabase(database, settings)
    return 'broken' in inspected ? { database } : factsOf(inspected)
  })
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** Only web addresses: the page must not hold a link that runs something. */
function linkBase(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^https?:\/\/\S+$/.test(text))
    throw new UsageError(`--link-base is \`${text}\`, but must be a web address such as https://github.com/me/repo/blob/main`)
  return text.replace(/\/+$/, '')
}

function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/')
}

function writePage(target: string, text: string): void {
  const temporary = `${target}.${process.pid}.tmp`
  mkdirSync(dirname(target), { recursive: true })
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
