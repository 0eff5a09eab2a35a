// How is the whole fleet shown on one page that needs nothing but a browser?
import { createHash } from 'node:crypto'
import type { DatabaseFacts } from './facts.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Environment, Settings } from '../../model.ts'
import { markup, trusted } from './html.ts'
import type { LinkTo, Row } from './rows.ts'
import { checks, databaseTable, environmentTable, matrix, tiles } from './sections.ts'
import { script, style } from './style.ts'

export interface Page {
  /** sorted by id */
  readonly databases: readonly DatabaseFacts[]
  readonly environments: readonly Environment[]
  readonly budgets?: Settings['budgets'] | undefined
  readonly prices?: Settings['prices'] | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly linkTo: LinkTo
  /** `YYYY-MM-DD`, the date from which remaining lifetimes are counted; absent: the day on which the page is read */
  readonly date?: string
}

const generator = '<meta name="generator" content="cnpg-values report">'

/** Whether a text is a page written by `writeHtml`. */
export function isFleetPage(text: string): boolean {
  return text.startsWith('<!doctype html>') && text.slice(0, 2000).includes(generator)
}

/** The page. The same fleet gives the same bytes; a policy in the page itself forbids every request. */
export function writeHtml({ databases, environments, diagnostics, linkTo, date, ...money }: Page): string {
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const rows = rowsOf(databases, diagnostics)
  const note =
    'Shows what the files say, not what is running. A figure with a link is written at that file and line; one without is a default.'
  const document = markup`<!doctype html>
<html lang="en"${date === undefined ? '' : markup` data-date="${date}"`}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
${trusted(generator)}
<title>PostgreSQL fleet</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#databases">Skip to the databases</a>
<header>
<h1>PostgreSQL fleet</h1>
<p class="soft">${note}${date === undefined ? '' : ` As of ${date}.`}</p>
</header>
<main>
${tiles(databases, diagnostics)}
${environmentTable(environments, databases, money)}
${databaseTable(environments, rows, linkTo)}
${matrix(environments, rows)}
${checks(diagnostics, linkTo)}
</main>
<script>${trusted(script)}</script>
</body>
</html>
`
  return document.markup
}

function rowsOf(databases: readonly DatabaseFacts[], diagnostics: readonly Diagnostic[]): Row[] {
  const tally = new Map<string, { errors: number; warnings: number; firstCheck: number }>()
  for (const [index, { severity, databases: ids }] of diagnostics.entries()) {
    if (severity === 'info') continue
    for (const id of ids) {
      const own = tally.get(id) ?? { errors: 0, warnings: 0, firstCheck: index + 1 }
      if (severity === 'error') own.errors++
      else own.warnings++
      tally.set(id, own)
    }
  }
  return databases.map((facts) => ({ facts, ...(tally.get(facts.database.id) ?? { errors: 0, warnings: 0, firstCheck: 0 }) }))
}
