// How is one database of the fleet shown, as a row of the page?
import type { ClusterFacts, DatabaseFacts, Figure } from './facts.ts'
import type { Diagnostic, SourceLocation } from '../../findings/finding.ts'
import { markup } from './html.ts'
import type { Markup } from './html.ts'
import { plural } from '../formats/text.ts'

/** Address of a place, for `href`. */
export type LinkTo = (at: SourceLocation) => string

export interface Row {
  readonly facts: DatabaseFacts
  readonly errors: number
  readonly warnings: number
  /** number of the first diagnostic that concerns it, from 1; 0: none */
  readonly firstCheck: number
}

/** Columns of the table; the script sorts by their positions. */
export const columns = [
  'Database',
  'Environment',
  'Checks',
  'PostgreSQL',
  'Instances',
  'Storage',
  'Memory',
  'CPU',
  'Connections',
  'Backups',
] as const

interface Scale {
  /** bytes of the largest database */
  readonly storage: number
  readonly linkTo: LinkTo
}

/** One row; if files can't be read it says so instead of inventing numbers. */
export function databaseRow({ facts, errors, warnings, firstCheck }: Row, scale: Scale): Markup {
  const { database, cluster } = facts
  const { id, owner, environment } = database
  const version = cluster === undefined ? '' : `pg${cluster.postgres.text}`
  const words = [id, owner ?? '', database.cluster, database.namespace, version].join(' ').toLowerCase()
  const backup = cluster?.backups === undefined ? 'no' : 'yes'
  const tally = markup`data-errors="${errors}" data-warnings="${warnings}" data-backup="${backup}"`
  return markup`<tr role="row" id="${`db-${id}`}" data-id="${id}" data-text="${words}" data-env="${environment.name}" ${tally}>
<th role="rowheader" scope="row" data-sort="${id}">${id}<br><span class="soft">${database.cluster}${owner === undefined ? '' : `, ${owner}`}</span></th>
${cell('Environment', environment.name, environment.name)}
${cell('Checks', errors * 1_000_000 + warnings, health(errors, warnings, firstCheck))}
${cluster === undefined ? unknown() : figures(cluster, scale)}
</tr>
`
}

/** One cell: its heading for narrow screens, its sort key, and its content in a box of its own. */
function cell(label: string, sort: string | number, content: Markup | string): Markup {
  return markup`<td role="cell" data-label="${label}" data-sort="${sort}"><div>${content}</div></td>`
}

function health(errors: number, warnings: number, firstCheck: number): Markup {
  if (errors + warnings === 0) return markup`<span class="good whole">no problems</span>`
  const parts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  const words = parts.filter((word) => word !== '').join(', ')
  return markup`<a class="${errors > 0 ? 'bad' : 'warn'}" href="#check-${firstCheck}">${words}</a>`
}

function unknown(): Markup {
  return markup`<td role="cell" class="note bad" colspan="${columns.length - 3}">its files can’t be read, so nothing else is known</td>`
}

function figures(cluster: ClusterFacts, { storage, linkTo }: Scale): Markup {
  const { instances, postgres, memory, cpu, connections, backups } = cluster
  const bytes = storageOf(cluster)
  const cells = [
    cell('PostgreSQL', postgres.amount, markup`${linked(postgres, linkTo)}${lifetime(postgres)}`),
    cell('Instances', instances.amount, linked(instances, linkTo)),
    cell('Storage', bytes, markup`${showBytes(bytes)}${bar(bytes, storage)}${volumes(cluster, linkTo)}`),
    cell('Memory', (memory?.amount ?? 0) * instances.amount, each(memory, instances, linkTo)),
    cell('CPU', (cpu?.amount ?? 0) * instances.amount, each(cpu, instances, linkTo)),
    cell('Connections', connections.amount, clients(cluster, linkTo)),
    cell('Backups', backups === undefined ? '' : (backups.retention?.amount ?? 0), backupList(backups, linkTo)),
  ]
  return markup`${cells}`
}

function lifetime({ endOfLife, major }: ClusterFacts['postgres']): Markup {
  if (endOfLife === undefined)
    return markup`<br><span class="soft">${major === undefined ? 'major not known' : 'end of life not known'}</span>`
  return markup`<div data-end="${endOfLife}"><span class="soft">until <time datetime="${endOfLife}">${endOfLife}</time></span> <span data-age></span></div>`
}

function volumes({ volumes: list, instances }: ClusterFacts, linkTo: LinkTo): Markup {
  return markup`<ul class="soft">${list.map((volume) => markup`<li>${instances.text} × ${linked(volume, linkTo)} ${volume.name}</li>`)}</ul>`
}

function bar(part: number, whole: number): Markup {
  const percent = whole <= 0 ? 0 : Math.round((part / whole) * 100)
  return markup`<span class="bar" style="width:${percent}%"></span>`
}

/** What one instance gets; nothing is reserved if neither request nor limit is set. */
function each(figure: Figure | undefined, instances: Figure, linkTo: LinkTo): Markup {
  if (figure === undefined) return markup`<span class="warn">not set</span>`
  return markup`<span class="whole"><span class="soft">${instances.text} ×</span> ${linked(figure, linkTo)}</span>`
}

function clients({ connections, poolers, pools }: ClusterFacts, linkTo: LinkTo): Markup {
  const servers = pools.map((pool) => markup`<br><span class="soft">${pool}</span>`)
  return markup`${linked(connections, linkTo)}${poolers.map((pooler) => markup`<br><span class="soft">pooler ${linked(pooler, linkTo)}</span>`)}${servers}`
}

function backupList(backups: ClusterFacts['backups'], linkTo: LinkTo): Markup {
  if (backups === undefined) return markup`<span class="warn">none</span>`
  const { where, schedules, retention } = backups
  const when = schedules.map((schedule) => markup`<li>at <code>${linked(schedule, linkTo)}</code></li>`)
  const kept = retention === undefined ? markup`<span class="warn">kept without limit</span>` : markup`kept ${linked(retention, linkTo)}`
  const never = markup`<li class="warn">no schedule</li>`
  return markup`<ul><li>${linked(where, linkTo)}</li>${when.length === 0 ? never : when}<li>${kept}</li></ul>`
}

/** A figure and where it was written; a default has no place. */
function linked(figure: Figure, linkTo: LinkTo): Markup {
  if (figure.at === undefined) return markup`<span title="a default">${breakable(figure.text)}</span>`
  return markup`<a href="${linkTo(figure.at)}" title="${`${figure.at.file}:${figure.at.line}`}">${breakable(figure.text)}</a>`
}

/** A long address breaks after its slashes rather than inside a word. */
function breakable(text: string): Markup {
  const pieces = text.split(/(?<=[^/]\/)(?=[^/])/)
  return markup`${pieces.map((piece, index) => (index === 0 ? piece : markup`<wbr>${piece}`))}`
}

const shownDatabases = 12

/** One diagnostic in the list of checks. */
export function checkItem({ rule, severity, message, help, at, databases }: Diagnostic, index: number, linkTo: LinkTo): Markup {
  const tone = severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'soft'
  const links = databases
    .slice(0, shownDatabases)
    .map((id, position) => markup`${position === 0 ? '' : ', '}<a href="${`#db-${id}`}">${id}</a>`)
  const more = databases.length > shownDatabases ? ` and ${databases.length - shownDatabases} more` : ''
  const reach = databases.length === 0 ? '' : markup`<br><span class="soft">concerns</span> ${links}${more}`
  return markup`<li id="check-${index + 1}"><span class="${tone}">${severity}</span>: ${message} <span class="soft">[${rule}]</span><br>
<a href="${linkTo(at)}"><code>${at.file}:${at.line}:${at.column}</code></a>${help === undefined ? '' : markup`<br>help: ${help}`}${reach}</li>
`
}

/** Bytes over all instances. */
export function storageOf({ instances, volumes: list }: ClusterFacts): number {
  return instances.amount * list.reduce((sum, { amount }) => sum + amount, 0)
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.5 TiB`: one digit after the point at most. */
export function showBytes(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024
    unit++
  }
  return `${Math.round(amount * 10) / 10} ${units[unit] as string}`
}
