// Which template of a chart in the repository was meant to make a Cluster, but has no kind that somebody serves?
import { phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { decodeObject } from '../../kubernetes/decode.ts'
import { knownOperators } from '../../operator/version.ts'
import { pathsBelow, prefixOf } from '../../repository/tree.ts'
import { nearest } from '../../values/path.ts'
import type { SourceFile } from '../../values/value.ts'
import { fileReader } from '../file-cache.ts'
import type { Manifest } from '../manifests.ts'

const group = 'postgresql.cnpg.io'

/** `schema/kind`: of templates that say `kind: Cluster` with a misspelt group, or without any where it looks like one of ours. */
export function misspeltClusters(folder: string, { tree, settings }: Manifest): LocatedFinding[] {
  const operator = settings.operator ?? knownOperators.last
  return pathsBelow(tree.wide?.() ?? tree, `${prefixOf(folder)}templates/`).flatMap((path): LocatedFinding[] => {
    const file = /\.ya?ml$/.test(path) ? fileReader(tree)(path) : undefined
    return file === undefined || !/^kind:[ \t]*["']?Cluster\b/m.test(file.text) ? [] : misspeltIn(file, operator)
  })
}

function misspeltIn(file: SourceFile, operator: string): LocatedFinding[] {
  let start = 0
  return file.text.split(/^(?=---)/m).flatMap((text): LocatedFinding[] => {
    const from = start
    start += text.length
    const kind = /^kind:[ \t]*["']?Cluster["']?[ \t]*$/m.exec(text)
    if (kind === null) return []
    const spotAt = (index: number, length: number) => ({ file, span: { start: from + index, end: from + index + length } })
    const written = /^apiVersion:[ \t]*["']?([^\s"'{}]+)/m.exec(text)
    const [, apiVersion = ''] = written ?? []
    if (written !== null) {
      const [name = ''] = apiVersion.split('/')
      const decoded = nearest(name, [group]) === undefined ? undefined : decodeObject({ apiVersion, kind: 'Cluster' }, operator)
      const issue = decoded !== undefined && 'issues' in decoded ? decoded.issues[0] : undefined
      if (issue === undefined) return []
      const at = spotAt(written.index + written[0].length - apiVersion.length, apiVersion.length)
      return [{ rule: 'schema/kind', severity: 'error', message: issue.message, at, help: issue.help }]
    }
    // what another template prints may hold it
    const isWhole = !/^apiVersion:|^\{\{-?\s*(?:include|template|tpl)\b/m.test(text) && /\binstances:/.test(text)
    if (!isWhole) return []
    return [
      {
        rule: 'schema/kind',
        severity: 'error',
        message: phrase`apiVersion is not set, but must be`,
        at: spotAt(kind.index, 'kind'.length),
        help: phrase`set apiVersion: ${group}/v1`,
      },
    ]
  })
}
