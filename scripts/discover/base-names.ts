// Does Kubernetes accept the names in the path of a base file?
import { named, phrase } from '../findings/message.ts'
import { trimEndOf } from '../values/trim.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { fileFinding } from './file-reader.ts'
import type { Reader } from './file-reader.ts'
import type { Parts } from './layout.ts'

const legalName = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/

/** A database's base file, before environments are known. */
export interface Base {
  readonly parts: Parts
  readonly path: string
}

/** False: the service or the name is not a valid name, or its file can't be read; both are reported. */
export function checkName(base: Base, source: Reader, findings: LocatedFinding[]): boolean {
  for (const [what, name] of [
    ['service', base.parts.service],
    ['name', base.parts.name ?? 'a'],
  ] as const) {
    if (legalName.test(name)) continue
    const message = phrase`${what} is \`${named(name)}\`, but must be lower-case letters, digits and \`-\`, starting with a letter`
    const suggestion = trimEndOf(
      name
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, '-')
        .replace(/^[^a-z]+/, ''),
      '-',
    )
    const file = source(base.path)
    if (file === undefined) return false
    findings.push(
      fileFinding(
        `discover/${what === 'service' ? 'service' : 'database'}-name`,
        message,
        base.path,
        source,
        legalName.test(suggestion) ? phrase`rename it to \`${named(suggestion)}\`` : undefined,
      ),
    )
    return false
  }
  return source(base.path) !== undefined
}
