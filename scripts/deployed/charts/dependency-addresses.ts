// Can Helm fetch the dependencies of a chart in the repository from where its Chart.yaml says that they are?
import { isPages, officialMeant } from '../../charts/pin.ts'
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { pathsBelow, prefixOf } from '../../repository/tree.ts'
import { nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import { trimEndOf } from '../../values/trim.ts'
import { toPlain, valueAt } from '../../values/value.ts'
import { chartRoot, fileReader } from '../file-cache.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { dependencyEntries } from './dependencies.ts'

/**
 * A misspelt address, GitHub Pages as a registry, or a misspelt scheme ("could not find protocol handler"): plugins of Helm bring others, such as git+https and s3.
 * Argo CD runs `helm dependency build` for what is not packed into the chart.
 */
export function wrongAddresses(folder: string, { tree }: Manifest): LocatedFinding[] {
  const top = prefixOf(folder)
  const file = fileReader(tree)(`${top}Chart.yaml`)
  const entries = file === undefined ? [] : dependencyEntries(chartRoot(file))
  const packed = entries.length > 0 ? pathsBelow(tree.wide?.() ?? tree, `${top}charts/`) : []
  return entries.flatMap((item): LocatedFinding[] => {
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
  const right = isOfPages ? (/^https?$/i.test(scheme) ? undefined : 'https') : misspelt(scheme.toLowerCase())
  if (right === undefined) return undefined
  return {
    rule: 'argocd/repository-scheme',
    severity: 'error',
    message: isOfPages
      ? phrase`repository of ${named(name)} is ${named(repository)}, but GitHub Pages serves charts over https:// alone`
      : phrase`repository of ${named(name)} begins with ${named(scheme)}://, but Helm fetches over https, http, oci and file alone`,
    help: phrase`write ${named(`${right}://${rest}`)}`,
  }
}

const getters = ['file', 'http', 'https', 'oci']

const misspelt = (scheme: string): string | undefined => (getters.includes(scheme) ? undefined : nearest(scheme, getters))
