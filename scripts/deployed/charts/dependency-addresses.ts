// Can Helm fetch the dependencies of a chart in the repository from where its Chart.yaml says that they are?
import { isPages, officialMeant } from '../../charts/pin.ts'
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { pathsBelow, prefixOf } from '../../repository/tree.ts'
import { printed } from '../../values/printed.ts'
import { nearest } from '../../values/path.ts'
import { trimEndOf } from '../../values/trim.ts'
import { toPlain, valueAt } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { fileReader } from '../file-cache.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'

/**
 * A misspelt address, GitHub Pages as a registry, or a misspelt scheme ("could not find protocol handler"): a plugin may serve any
 * other one, such as `gs://` ("Helm plugins" in Argo CD's documentation of Helm).
 * Argo CD runs `helm dependency build` for what is not packed into the chart.
 */
export function wrongAddresses(folder: string, { tree }: Manifest): LocatedFinding[] {
  const top = prefixOf(folder)
  const file = fileReader(tree)(`${top}Chart.yaml`)
  if (file === undefined || !file.text.includes('repository')) return []
  const list = valueAt(parseFirstDocument(file, 'chart').documents[0], ['dependencies'])
  const packed = list?.kind === 'list' ? pathsBelow(tree.wide?.() ?? tree, `${top}charts/`) : []
  return (list?.kind === 'list' ? list.items : []).flatMap((item): LocatedFinding[] => {
    const [name, repository] = ['name', 'repository'].map((key) => printed(at(toPlain(item), key) ?? ''))
    const written = valueAt(item, ['repository'])
    const spot = written === undefined ? undefined : spotOf(written)
    if (spot === undefined || name === undefined || repository === undefined) return []
    if (packed.some((path) => path.startsWith(`${top}charts/${name}/`) || path.startsWith(`${top}charts/${name}-`))) return []
    const problem = problemOf(name, repository)
    return problem === undefined ? [] : [{ ...problem, at: spot }]
  })
}

function problemOf(name: string, repository: string): Omit<LocatedFinding, 'at'> | undefined {
  const [, scheme = '', rest = ''] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/i.exec(repository) ?? []
  if (/^(?:@|alias:|$)/.test(repository)) return undefined
  const meant = officialMeant(name, repository)
  // without encryption it is the same place
  if (meant !== undefined && meant !== `https://${trimEndOf(rest, '/')}`)
    return {
      rule: 'argocd/repository-known',
      severity: 'warning',
      message: phrase`repository of ${named(name)} is ${named(repository)}, which is nearly the address of the official charts`,
      help: phrase`did you mean ${meant}?`,
    }
  const isOfPages = isPages(rest)
  const isWrong = isOfPages
    ? !/^https?$/i.test(scheme)
    : /^h/i.test(scheme) && !/^https?$/i.test(scheme) && nearest(scheme, getters) !== undefined
  if (!isWrong) return undefined
  return {
    rule: 'argocd/repository-scheme',
    severity: 'error',
    message: isOfPages
      ? phrase`repository of ${named(name)} is ${named(repository)}, but GitHub Pages serves charts over https:// alone`
      : phrase`repository of ${named(name)} begins with ${named(scheme)}://, but Helm knows no such scheme, only https://`,
    help: phrase`write https://${named(rest)}`,
  }
}

const getters = ['http', 'https'] as const
