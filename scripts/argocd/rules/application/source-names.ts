// Do the charts, repositories and parameters that sources name exist?
import { named, phrase } from '../../../findings/message.ts'
import { isOfficialPlace, isPages, officialMeant, officialNameMeant, officialNames, parseUrl } from '../../../charts/pin.ts'
import { at, placedSources } from '../../../deployed/manifest-parts.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { nearest } from '../../../values/path.ts'
import { printed } from '../../../values/printed.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { JsonMap } from '../../../values/value.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import type { ManifestRule } from '../manifest-rule.ts'

/** The chart of the official repository that a source means with another name. */
function chartMeant({ chart, repoURL }: JsonMap): string | undefined {
  const name = printed(chart ?? '')
  return isOpen(name) ? undefined : officialNameMeant(name, printed(repoURL ?? ''))
}

/** GitHub Pages without `https://`: what has no scheme is a registry to Argo CD (util/helm/client.go `IsHelmOciRepo`), and GitHub Pages is none. */
function lacksScheme({ chart, repoURL }: JsonMap): boolean {
  return printed(chart ?? '') !== '' && isPages(printed(repoURL ?? ''))
}

/** The address of the official charts that a source of one of them means with another one. */
function repositoryMeant({ chart, repoURL }: JsonMap): string | undefined {
  const repository = printed(repoURL ?? '')
  const meant = isOpen(repository) ? undefined : officialMeant(printed(chart ?? ''), repository)
  // without encryption it is the same place
  return meant === undefined || parseUrl(repository)?.protocol !== parseUrl(meant)?.protocol ? undefined : meant
}

/** Whether a source would be one of the official charts, but for a misspelling. */
export function hasMisspeltSource(manifest: Manifest): boolean {
  return placedSources(manifest).some(
    ({ source }) =>
      chartMeant(source) !== undefined ||
      repositoryMeant(source) !== undefined ||
      (officialNames.includes(printed(source['chart'] ?? '')) && lacksScheme(source)),
  )
}

/** Whether one of the official charts stands in a list at `source`, or in a map at `sources`. */
export function hasMisplacedSource({ plain, base }: Manifest): boolean {
  const [source, sources] = [at(plain, ...base, 'spec', 'source'), at(plain, ...base, 'spec', 'sources')]
  const misplaced = [...(Array.isArray(source) ? source : []), sources ?? null].filter(isJsonMap)
  return misplaced.some(({ chart, repoURL }) => officialNames.includes(printed(chart ?? '')) && isOfficialPlace(printed(repoURL ?? '')))
}

export const sourceNameRules: readonly ManifestRule[] = [
  {
    id: 'argocd/chart-known',
    severity: 'error',
    summary: 'a chart of the official repository has the name of one that is there',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const meant = chartMeant(source)
        if (meant === undefined) continue
        yield {
          message: phrase`chart is ${named(printed(source['chart']))}, but the repository has no chart of that name`,
          places: [{ path: [...path, 'chart'] }],
          help: phrase`did you mean \`${meant}\`?`,
        }
      }
    },
  },
  {
    id: 'argocd/repository-known',
    severity: 'warning',
    summary: 'the address of the official charts is not misspelt',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        const meant = repositoryMeant(source)
        if (meant === undefined) continue
        yield {
          message: phrase`repoURL is ${named(printed(source['repoURL']))}, which is nearly the address of the official charts`,
          places: [{ path: [...path, 'repoURL'] }],
          help: phrase`did you mean ${meant}?`,
        }
      }
    },
  },
  {
    id: 'argocd/repository-scheme',
    severity: 'error',
    summary: 'the address of charts on GitHub Pages begins with https://',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest)) {
        if (!lacksScheme(source)) continue
        const address = printed(source['repoURL'])
        yield {
          message: phrase`repoURL is ${named(address)}, which is an OCI registry to Argo CD, but GitHub Pages is none`,
          places: [{ path: [...path, 'repoURL'] }],
          help: phrase`write https://${named(address)}`,
        }
      }
    },
  },
  {
    // Argo CD runs `helm template --set =VALUE`, and Helm passes over an empty key
    id: 'argocd/parameter-named',
    severity: 'warning',
    summary: 'a parameter has a name',
    *check(manifest) {
      for (const { source, path } of placedSources(manifest))
        for (const list of ['parameters', 'fileParameters']) {
          const parameters = at(source, 'helm', list)
          for (const [index, parameter] of Array.isArray(parameters) ? parameters.entries() : []) {
            if (
              !isJsonMap(parameter) ||
              (parameter['name'] ?? '') !== '' ||
              Object.keys(parameter).some((key) => nearest(key, ['name']) !== undefined && key !== 'name')
            )
              continue
            yield {
              message: phrase`parameter has no name, so that Helm sets nothing`,
              places: [{ path: [...path, 'helm', list, index] }],
              help: phrase`write \`name:\` with the path of the value, or remove the item`,
            }
          }
        }
    },
  },
]
