// What is wrong with a release that an Application makes, whatever its chart prints?
import { officialNameMeant } from '../../charts/pin.ts'
import { chartVersion } from '../../chart/model/names.ts'
import { sourcesIn } from '../../applicationset/sources.ts'
import { named, phrase, shown } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { isSameSpot } from '../../findings/spot.ts'
import type { ChartPin } from '../../model.ts'
import type { JsonMap } from '../../values/value.ts'
import type { FoundChart } from '../../charts/find.ts'
import { dependencySpot, sayUnfit } from './dependencies.ts'
import { wrongAddresses } from './dependency-addresses.ts'
import { misspeltFields } from './dependency-fields.ts'
import { staleLock } from './lock-file.ts'
import { fixedText } from '../sets/drafts.ts'
import type { Manifest } from '../manifests.ts'
import { printed } from '../../values/printed.ts'
import { listed } from '../../values/path.ts'
import { at as valueOf, isExactVersion, releasePath } from '../manifest-parts.ts'
import { helmPathOf } from '../values/value-layers.ts'
import type { SourceOf } from '../values/value-layers.ts'

/** The name of a release that Helm takes for none; what it is may be a secret. */
export function wrongRelease({ manifest }: SourceOf): LocatedFinding {
  const path = releasePath(manifest)
  return {
    rule: 'chart/release-name',
    severity: 'error',
    message: phrase`name of the Helm release must be at most 53 lower-case letters, digits, \`-\` and \`.\``,
    at: manifest.spotOf(path),
    help: path.at(-1) === 'releaseName' ? phrase`correct it` : phrase`set helm.releaseName`,
  }
}

/** The same of a set whose Applications are not known: what is wrong outside of the placeholders is wrong with each. */
export function wrongReleases(manifest: Manifest): LocatedFinding[] {
  const { plain, base } = manifest
  const spec = valueOf(plain, ...base, 'spec')
  return sourcesIn(spec).flatMap((source, nth): LocatedFinding[] => {
    const name = valueOf(source, 'helm', 'releaseName')
    const fixed = typeof name === 'string' ? fixedText(name) : undefined
    const odd = fixed === undefined ? undefined : /[^a-z\d.-]/.exec(fixed)?.[0]
    if (odd === undefined) return []
    return [
      {
        rule: 'chart/release-name',
        severity: 'error',
        message: phrase`name of the Helm release has ${shown(odd)}, but must be at most 53 lower-case letters, digits, \`-\` and \`.\``,
        at: manifest.spotOf([...helmPathOf({ manifest, nth }), 'releaseName']),
        help: phrase`correct it: Helm refuses each release of the set`,
      },
    ]
  })
}

/** A chart may be that of several Applications. */
export function addOnce(findings: LocatedFinding[], found: readonly LocatedFinding[]): void {
  for (const one of found) if (!findings.some(({ rule, at }) => rule === one.rule && isSameSpot(at, one.at))) findings.push(one)
}

/** What keeps the dependencies of a chart in the repository from being what was meant: their fields, their addresses or their lock. */
export function sayDeclared(folder: string, manifest: Manifest, findings: LocatedFinding[]): { isStale: boolean; isMisread: boolean } {
  const misspelt = misspeltFields(folder, manifest)
  const wrong = misspelt.length > 0 ? misspelt.map(({ finding }) => finding) : wrongAddresses(folder, manifest)
  const stale = wrong.length > 0 ? undefined : staleLock(folder, manifest)
  addOnce(findings, stale === undefined ? wrong : [stale])
  return {
    isStale: wrong.length > 0 || stale !== undefined,
    isMisread: misspelt.some(({ meant }) => meant === 'alias' || meant === 'condition'),
  }
}

interface Used {
  readonly chart: FoundChart
  /** whether it is a folder of the repository */
  readonly isHere: boolean
}

/** Reports another version of a dependency, none, or the model in its place; whether values below an alias are lost by that. */
export function sayDependencies(of: SourceOf, { chart, isHere }: Used, findings: LocatedFinding[]): boolean {
  const unfit = isHere ? sayUnfit(chart, findings) : []
  const without = (chart.without ?? []).filter((pin) => !unfit.some(({ name, version }) => name === pin.name && version === pin.version))
  if (without.length > 0) sayWithout(of, { without, ...(isHere && { chart }) }, findings)
  if (chart.modelled !== undefined) sayModelled(of, chart.modelled, findings)
  return unfit.some(({ hasAlias }) => hasAlias)
}

interface Incomplete {
  readonly without: readonly ChartPin[]
  /** the chart itself, where it is in the repository */
  readonly chart?: FoundChart
}

/** A subchart that is not here is left out, and the rest is judged. */
function sayWithout({ manifest, nth }: SourceOf, { without, chart }: Incomplete, findings: LocatedFinding[]): void {
  const [first] = without
  const own = chart === undefined ? undefined : dependencySpot(chart, first?.name ?? '')
  const meant = first && officialNameMeant(first.name, first.repository)
  if (first !== undefined && meant !== undefined && own !== undefined) {
    const message = phrase`dependency is ${named(first.name)}, but the repository has no chart of that name`
    addOnce(findings, [{ rule: 'argocd/chart-known', severity: 'error', message, at: own, help: phrase`did you mean \`${meant}\`?` }])
    return
  }
  const at = own ?? manifest.spotOf([...helmPathOf({ manifest, nth }).slice(0, -1), 'path'])
  const names = listed(without.map(({ name, version }) => `${name} ${version}`))
  if (findings.some((one) => one.rule === 'argocd/chart-whole' && isSameSpot(one.at, at))) return
  findings.push({
    rule: 'argocd/chart-whole',
    severity: 'info',
    message: phrase`the chart is judged without ${named(names)}, which ${without.length === 1 ? 'is' : 'are'} not here`,
    at,
    help: phrase`run \`helm dependency build\` in its folder, or \`cnpg-values charts pull\``,
  })
}

/** A range of versions of a dependency for which the model stands is judged as one of them. */
function sayModelled({ manifest, nth }: SourceOf, modelled: readonly ChartPin[], findings: LocatedFinding[]): void {
  const at = manifest.spotOf([...helmPathOf({ manifest, nth }).slice(0, -1), 'path'])
  for (const { name, version } of modelled) {
    if (isExactVersion(version) || findings.some((one) => one.rule === 'argocd/assumed-version' && isSameSpot(one.at, at))) continue
    findings.push({
      rule: 'argocd/assumed-version',
      severity: 'info',
      message: phrase`its chart depends on ${named(name)} in a range, ${named(version || 'empty')}, judged as ${named(chartVersion)}, the newest that is known here`,
      at,
      help: phrase`commit Chart.lock, or pin one version: what is deployed changes without a commit`,
    })
  }
}

/** A plugin that is called after kustomize is taken for it: once for each place. */
export function sayPlugin({ manifest, nth }: SourceOf, { plugin }: JsonMap, findings: LocatedFinding[]): void {
  const at = manifest.spotOf([...helmPathOf({ manifest, nth }).slice(0, -1), 'plugin'], 'key')
  if (findings.some((one) => one.rule === 'argocd/not-computed' && isSameSpot(one.at, at))) return
  findings.push({
    rule: 'argocd/not-computed',
    severity: 'info',
    message: phrase`the plugin ${named(printed(valueOf(plugin, 'name') ?? ''))} is not run here: the folder is judged as kustomize builds it`,
    at,
  })
}
