// Are the names that the path of a base file gives ones that Kubernetes takes?
import type { LocatedFinding } from './diagnose.ts'
import { fileFinding } from './file-reader.ts'
import type { Reader } from './file-reader.ts'
import { fill } from './layout.ts'
import type { Parts } from './layout.ts'
import type { Settings } from './model.ts'

const legalName = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/
/** The operator makes names of it, and keeps 13 characters for what it appends. */
const clusterNameLimit = 50

/** A database's base file, before environments are known. */
export interface Base {
  readonly parts: Parts
  readonly path: string
}

/** False: the service or the name is no name, or its file can't be read; both are told. */
export function checkName(base: Base, source: Reader, findings: LocatedFinding[]): boolean {
  for (const [what, name] of [
    ['service', base.parts.service],
    ['name', base.parts.name ?? 'a'],
  ] as const) {
    if (legalName.test(name)) continue
    const message = `${what} is \`${name}\`, but must be lower-case letters, digits and \`-\`, starting with a letter`
    const suggestion = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .replace(/-+$/, '')
    const file = source(base.path)
    if (file === undefined) return false
    findings.push(
      fileFinding(
        `discover/${what === 'service' ? 'service' : 'database'}-name`,
        message,
        base.path,
        source,
        legalName.test(suggestion) ? `rename it to \`${suggestion}\`` : undefined,
      ),
    )
    return false
  }
  return source(base.path) !== undefined
}

/** False: some cluster of this file would have too long a name, which is told once, and not by all that follows from it. */
export function checkClusterName(
  { parts, path }: Base,
  only: readonly string[] | undefined,
  { settings, source, findings }: { readonly settings: Settings; readonly source: Reader; readonly findings: LocatedFinding[] },
): boolean {
  const [longest = ''] = settings.environments
    .filter(({ name }) => only === undefined || only.includes(name))
    .map(({ name: env }) => fill(settings.layout.cluster, { ...parts, env }))
    .sort((a, b) => b.length - a.length)
  const excess = longest.length - clusterNameLimit
  if (excess <= 0) return true
  const message = `cluster is named ${longest.slice(0, 23)}… (${longest.length} characters), but may have at most ${clusterNameLimit}`
  findings.push(fileFinding('discover/cluster-name', message, path, source, `shorten it by ${excess}, or change postgres.layout.cluster`))
  return false
}
