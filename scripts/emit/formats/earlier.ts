// Is a text an earlier report of this program, so that a newer one may take its place?

const isText = (value: unknown): boolean => typeof value === 'string'
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How each report is known again: by what it always begins with or holds. */
const reports = {
  'check pretty': (text: string) => {
    const [first = ''] = text.split('\n', 1)
    return /:\d{1,9}:\d{1,9}: (?:error|warning|info): /.test(first) && / \[[a-z-]+\/[a-z0-9-]+\]$/.test(first)
  },
  'check github': (text: string) => /^::(?:error|warning|notice) /.test(text),
  'check junit': (text: string) => text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cnpg-values" '),
  'check json': (text: string) => {
    const report = json(text)
    return isMap(report) && report['version'] === 1 && isMap(report['summary']) && Array.isArray(report['diagnostics'])
  },
  'check gitlab': (text: string) => {
    const report = json(text)
    return Array.isArray(report) && report.every((entry) => isMap(entry) && isText(entry['check_name']) && isText(entry['fingerprint']))
  },
  'check sarif': (text: string) => /"driver": \{\s+"name": "cnpg-values"/.test(text) && isMap(json(text)),
  'plan pretty': (text: string) =>
    /^[^\n]+\n\n/.test(text) && text.split('\n').some((line) => line.includes(' (since ') && line.endsWith(')')),
  'plan markdown': (text: string) => text.startsWith('### What merging this does to the databases\n\n'),
  'plan json': (text: string) => {
    const plan = json(text)
    return isMap(plan) && plan['version'] === 1 && isText(plan['base']) && isText(plan['compared']) && Array.isArray(plan['databases'])
  },
  baseline: (text: string) => {
    const known = json(text)
    return isMap(known) && known['version'] === 1 && Array.isArray(known['problems'])
  },
} as const

/** A command that writes a file, with the form of what it writes. */
export type ReportKind = keyof typeof reports

/** Whether `text` may be replaced by a report of this kind: it is one already, or it is empty. */
export function isEarlierReport(text: string, kind: ReportKind): boolean {
  const read = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  return read.trim() === '' || reports[kind](read)
}
