// Is an archive the expected chart, and does nothing in it lead outside of it?
import { createHash } from 'node:crypto'
import { archiveEntries, readArchive } from '../helm/archive.ts'
import { HelmRefusal } from '../helm/error.ts'
import { textIn } from '../helm/metadata.ts'
import type { ChartPin } from '../model.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { PullFailure } from './failure.ts'
import { baseName } from './pin.ts'

const largestChartYaml = 1024 * 1024

/** `sha256:…`, as in an index, a registry and a lock. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/**
 * Throws PullFailure unless the archive can be unpacked completely, holds plain files and folders below one folder, and its
 * Chart.yaml has the pin's name and version. Helm ignores links and resolves `../`; unpacking by hand would not be safe.
 */
export function verifyArchive(bytes: Uint8Array, pin: ChartPin): void {
  const chart = chartYaml(bytes)
  if (chart.length > largestChartYaml) throw wrong('its Chart.yaml is larger than 1 MB')
  const { documents, problems } = parseFirstDocument({ path: 'Chart.yaml', text: chart }, 'chart')
  const [root] = documents
  if (root?.kind !== 'map' || problems.some(({ fatal }) => fatal)) throw wrong('its Chart.yaml is not a YAML map')
  const [name, version] = ['name', 'version'].map((key) => textIn(root.entries.get(key)) ?? '')
  if (name !== baseName(pin)) throw wrong(`the archive holds chart ${shortened(name)}`, 'name')
  if (version?.replace(/^v/, '') !== pin.version) throw wrong(`the archive holds version ${shortened(version)}`, 'version')
}

function chartYaml(bytes: Uint8Array): string {
  try {
    for (const { name, type } of archiveEntries(bytes)) checkEntry(name, type)
    const file = readArchive(bytes).get('Chart.yaml')
    if (file === undefined) throw wrong('the archive has no Chart.yaml')
    return Buffer.from(file).toString('utf8')
  } catch (error) {
    if (error instanceof HelmRefusal) throw wrong(`the archive is broken (${error.message})`)
    throw error
  }
}

function checkEntry(name: string, type: string): void {
  if (type === '1' || type === '2') throw wrong(`the archive holds a link (${shortened(name)})`)
  if (type !== '0' && type !== '5') throw wrong(`the archive holds something that is neither a file nor a folder (${shortened(name)})`)
  const isElsewhere = /^[/\\]|^[a-z]:/i.test(name) || name.split(/[/\\]/).includes('..')
  if (isElsewhere) throw wrong(`the archive holds a path that leads out of it (${shortened(name)})`)
}

const shortened = (text = ''): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

function wrong(message: string, on: 'name' | 'version' = 'version'): PullFailure {
  return new PullFailure(message, { rule: 'charts/archive', on })
}
