// Which tables does the page of the fleet have, and what do they total?
import type { ClusterFacts, DatabaseFacts } from './facts.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Environment, Prices, Settings } from '../../model.ts'
import { markup } from './html.ts'
import type { Markup } from './html.ts'
import { checkItem, columns, databaseRow, showBytes, storageOf } from './rows.ts'
import type { LinkTo, Row } from './rows.ts'
import { count, plural } from '../formats/text.ts'

function sum(databases: readonly DatabaseFacts[], amount: (cluster: ClusterFacts) => number): number {
  return databases.reduce((total, { cluster }) => total + (cluster === undefined ? 0 : amount(cluster)), 0)
}

const memoryOf = ({ memory, instances }: ClusterFacts): number => (memory?.amount ?? 0) * instances.amount
const instancesOf = ({ instances }: ClusterFacts): number => instances.amount
const connectionsOf = ({ connections }: ClusterFacts): number => connections.amount

/** The totals of the fleet. */
export function tiles(databases: readonly DatabaseFacts[], diagnostics: readonly Diagnostic[]): Markup {
  const { errors, warnings } = count(diagnostics)
  const backedUp = databases.filter(({ cluster }) => cluster?.backups !== undefined).length
  const list: readonly (readonly [string | number, string])[] = [
    [databases.length, databases.length === 1 ? 'database' : 'databases'],
    [sum(databases, instancesOf), 'instances'],
    [showBytes(sum(databases, storageOf)), 'storage'],
    [showBytes(sum(databases, memoryOf)), 'memory'],
    [sum(databases, connectionsOf), 'connections'],
    [`${backedUp} of ${databases.length}`, 'with backups'],
    [errors, errors === 1 ? 'error' : 'errors'],
    [warnings, warnings === 1 ? 'warning' : 'warnings'],
  ]
  return markup`<ul class="tiles" aria-label="Totals">${list.map(([amount, label]) => markup`<li><b>${amount}</b>${label}</li>`)}</ul>`
}

/** A table that becomes cards on a phone; roles are written out, because a changed display takes them away. */
function table(title: string, heads: readonly Markup[], rows: readonly Markup[]): Markup {
  const head = markup`<thead role="rowgroup"><tr role="row">${heads}</tr></thead>`
  return markup`<div class="scroll"><table role="table" class="cards" aria-labelledby="${title}">${head}
<tbody role="rowgroup">
${rows}</tbody></table></div>`
}

function head(label: string): Markup {
  return markup`<th role="columnheader" scope="col">${label}</th>`
}

/** Totals by environment. */
export function environmentTable(
  environments: readonly Environment[],
  databases: readonly DatabaseFacts[],
  { budgets = {}, prices }: { readonly budgets?: Settings['budgets'] | undefined; readonly prices?: Prices | undefined } = {},
): Markup {
  const labels = ['Environment', 'Databases', 'Instances', 'Storage', 'Memory', 'Connections', 'Without backups', 'Operator']
  if (prices !== undefined) labels.push('A month')
  const rows = environments.map((environment) => {
    const own = databases.filter(({ database }) => database.environment.name === environment.name)
    const without = own.filter(({ cluster }) => cluster !== undefined && cluster.backups === undefined).length
    const budget = budgets[environment.name] ?? {}
    const within = (used: number | string, most: number | string | undefined): string =>
      most === undefined ? `${used}` : `${used} of ${most}`
    const [bytes, memory] = [sum(own, storageOf), sum(own, memoryOf)]
    const cells: (number | string)[] = [
      own.length,
      within(sum(own, instancesOf), budget.instances),
      within(showBytes(bytes), budget.storage),
      within(showBytes(memory), budget.memory),
      sum(own, connectionsOf),
      without,
      environment.operator.version,
    ]
    if (prices !== undefined) cells.push(costOf(prices, bytes, memory))
    const shown = cells.map((cell, index) => markup`<td role="cell" data-label="${labels[index + 1] as string}">${cell}</td>`)
    return markup`<tr role="row"><th role="rowheader" scope="row">${environment.name}</th>${shown}</tr>
`
  })
  return markup`<section aria-labelledby="environments-title"><h2 id="environments-title">Environments</h2>
${table('environments-title', labels.map(head), rows)}</section>`
}

/** What volumes and memory cost in a month, rounded to whole units of the currency. */
function costOf({ storage = 0, memory = 0, currency }: Prices, bytes: number, requested: number): string {
  const amount = Math.round((bytes * storage + requested * memory) / 2 ** 30)
  return currency === undefined ? `${amount}` : `${amount} ${currency}`
}

/** The table of databases with its controls, which stay hidden without JavaScript. */
export function databaseTable(environments: readonly Environment[], rows: readonly Row[], linkTo: LinkTo): Markup {
  const storage = Math.max(0, ...rows.map(({ facts }) => (facts.cluster === undefined ? 0 : storageOf(facts.cluster))))
  const heads = columns.map(
    (name, index) =>
      markup`<th role="columnheader" scope="col" aria-sort="${index === 0 ? 'ascending' : 'none'}"><button type="button">${name}</button></th>`,
  )
  return markup`<section aria-labelledby="databases-title"><h2 id="databases-title">Databases</h2>
<div class="tools" id="tools" role="search" aria-label="Databases" hidden>
<label>Filter<input id="filter" type="search" autocomplete="off" placeholder="name, owner, pg17"></label>
<label>Environment<select id="environment"><option value="">all</option>${environments.map(({ name }) => markup`<option>${name}</option>`)}</select></label>
<label>Show<select id="only">${choices.map(([value, label]) => markup`<option value="${value}">${label}</option>`)}</select></label>
<label>Sort by<select id="order"><option value="">a click on a head</option>${columns.map(orders)}</select></label>
<p id="shown" role="status">${plural(rows.length, 'database')}</p>
</div>
<div id="databases" tabindex="-1">${table(
    'databases-title',
    heads,
    rows.map((row) => databaseRow(row, { storage, linkTo })),
  )}</div></section>`
}

const choices = [
  ['', 'all'],
  ['errors', 'with errors'],
  ['problems', 'with errors or warnings'],
  ['nobackup', 'without backups'],
  ['life', 'version reaches end of life within a year'],
] as const

function orders(name: string, index: number): Markup {
  return markup`<option value="${index} up">${name}, lowest first</option><option value="${index} down">${name}, highest first</option>`
}

/** Services down, environments across. */
export function matrix(environments: readonly Environment[], rows: readonly Row[]): Markup {
  const services = new Map<string, Map<string, Row>>()
  for (const row of rows) {
    const { id, environment } = row.facts.database
    const service = id.slice(0, id.lastIndexOf('/'))
    const cells = services.get(service) ?? new Map<string, Row>()
    cells.set(environment.name, row)
    services.set(service, cells)
  }
  const lines = [...services].map(
    ([
      service,
      cells,
    ]) => markup`<tr role="row"><th role="rowheader" scope="row">${service}</th>${environments.map(({ name }) => matrixCell(cells.get(name), name))}</tr>
`,
  )
  return markup`<section aria-labelledby="matrix-title"><h2 id="matrix-title">Services and environments</h2>
${table('matrix-title', [head('Service'), ...environments.map(({ name }) => head(name))], lines)}</section>`
}

function matrixCell(row: Row | undefined, environment: string): Markup {
  if (row === undefined) return markup`<td role="cell" data-label="${environment}"><span class="soft">none</span></td>`
  const { database, cluster } = row.facts
  const state = row.errors > 0 ? 'bad' : row.warnings > 0 ? 'warn' : 'good'
  const words = { bad: 'errors', warn: 'warnings', good: 'no problems' }[state]
  const version = cluster === undefined ? '' : `PostgreSQL ${cluster.postgres.text}, ${showBytes(storageOf(cluster))}, `
  return markup`<td role="cell" data-label="${environment}"><a href="${`#db-${database.id}`}">${version}<span class="${state}">${words}</span></a></td>`
}

/** Every diagnostic, in the order of their places. */
export function checks(diagnostics: readonly Diagnostic[], linkTo: LinkTo): Markup {
  const items = diagnostics.map((diagnostic, index) => checkItem(diagnostic, index, linkTo))
  const list =
    items.length === 0
      ? markup`<p class="good">no problems</p>`
      : markup`<ol class="checks">
${items}</ol>`
  return markup`<section aria-labelledby="checks-title"><h2 id="checks-title">Checks</h2>
${list}</section>`
}
