// `report`: what does the whole fleet look like, on one page?
import type { Workspace } from '../../repository/workspace.ts'
import { chartsOf } from '../../discover/charts.ts'
import { trimEndOf } from '../../values/trim.ts'
import { visible } from '../../values/untrusted.ts'
import { dirname, relative, resolve, sep } from 'node:path'
import { isFleetPage, writeHtml } from '../../emit/page/page.ts'
import { count, plural } from '../../emit/formats/text.ts'
import { factsOf } from '../../emit/page/facts.ts'
import type { DatabaseFacts } from '../../emit/page/facts.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../outcome.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { repositoryTop } from '../../repository/place.ts'
import { isDay } from './day.ts'
import { refuse, sayUnknownReleases } from './refuse.ts'
import { targetOf } from './target.ts'

export interface ReportFlags extends JudgingFlags {
  readonly out?: string | undefined
  readonly date?: string | undefined
  readonly 'link-base'?: string | undefined
}

/**
 * Writes the page, `-` to stdout. Only an earlier page is replaced, never another file (exit code 2). Problems of the fleet are on the page and do not fail the command; settings that can't be read do (exit code 1).
 * Links lead to the files next to the page, or below `--link-base`, such as `https://github.com/me/repo/blob/main`.
 */
export async function report(flags: ReportFlags, terminal: Terminal): Promise<number> {
  const { out, date } = flags
  if (out === undefined) throw new UsageError('--out is not set; name the file that the page goes to, such as fleet.html')
  if (date !== undefined && !isDay(date)) throw new UsageError(`--date is \`${date}\`, but must be a day such as 2026-01-31`)
  const base = linkBase(flags['link-base'])
  const workspace = openJudged(terminal.cwd, flags)
  const options = { inside: repositoryTop(workspace.root), shown: out }
  const target =
    out === '-'
      ? undefined
      : targetOf(
          {
            flag: '--out',
            path: resolve(terminal.cwd, out),
            example: 'fleet.html',
            workspace,
            what: 'a page of this program',
            isOurs: isFleetPage,
          },
          options,
        )
  const outcome = await runPipeline(workspace, { staged: false, today: date })
  if (outcome.settings === undefined) return refuse(outcome.diagnostics, workspace, terminal)
  sayUnknownReleases(outcome.settings, terminal)
  const folder = target === undefined ? terminal.cwd : dirname(target)
  const text = writeHtml({
    databases: factsOfFleet(outcome, workspace),
    environments: outcome.settings.environments,
    ...(outcome.settings.budgets && { budgets: outcome.settings.budgets }),
    ...(outcome.settings.prices && { prices: outcome.settings.prices }),
    diagnostics: outcome.diagnostics,
    linkTo: ({ file, line }) =>
      `${base === undefined ? encodePath(relative(folder, resolve(workspace.root, file)).split(sep).join('/')) : `${base}/${encodePath(file)}`}#L${line}`,
    ...(date === undefined ? {} : { date }),
  })
  if (target === undefined) terminal.stdout(text)
  else writeWhole(target, text, options)
  const { errors, warnings } = count(outcome.diagnostics)
  terminal.stderr(
    `${target === undefined ? 'stdout' : visible(out)}: ${plural(outcome.databases.length, 'database')}, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`,
  )
  return 0
}

function factsOfFleet({ settings, databases }: Outcome, workspace: Workspace): DatabaseFacts[] {
  if (settings === undefined) return []
  const reader = layerReader(settings)
  const charts = chartsOf(workspace, settings)
  return databases.map((database) => {
    const evaluated = evaluate(database, { settings, root: workspace.root, charts, reader })
    return 'unreadable' in evaluated ? { database } : factsOf(evaluated)
  })
}

/** Only web addresses: the page must not hold a link that runs something. */
function linkBase(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^https?:\/\/\S+$/.test(text))
    throw new UsageError(`--link-base is \`${text}\`, but must be a web address such as https://github.com/me/repo/blob/main`)
  return trimEndOf(text, '/')
}

function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/')
}
