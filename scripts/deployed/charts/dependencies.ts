// Are the dependencies that are packed into a chart of the repository the ones that its Chart.yaml asks for?
import type { FoundChart } from '../../charts/find.ts'
import { named, phrase } from '../../findings/message.ts'
import { isSameSpot, spotOf } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { fitsRange } from '../../go-template/sprig/semver.ts'
import type { ChartFiles } from '../../helm/chart.ts'
import { printed } from '../../values/printed.ts'
import type { Value } from '../../values/value.ts'
import { firstPlain, isJsonMap, toPlain, valueAt } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'

/** A dependency as Chart.yaml names it. */
interface Declared {
  readonly name: string
  readonly version: string
  readonly alias: string
  readonly at: (key: string) => Spot | undefined
}

const read = new WeakMap<ChartFiles, readonly Declared[]>()

const textOf = (value: Value | undefined): string => (value?.kind === 'scalar' ? printed(toPlain(value)) : '')

/** The entries of a Chart.yaml or a Chart.lock, as they are written. */
export function dependencyEntries(root: Value | undefined): readonly Value[] {
  const list = root === undefined ? undefined : valueAt(root, ['dependencies'])
  return list?.kind === 'list' ? list.items : []
}

/** The dependencies of a chart with their places; what is wrong with the file is reported elsewhere. */
function declaredIn({ declaring, files: all, place }: FoundChart): readonly Declared[] {
  const files = declaring ?? all
  const known = read.get(files)
  if (known !== undefined) return known
  const text = Buffer.from(files['Chart.yaml'] ?? []).toString('utf8')
  const [root] = parseFirstDocument({ path: `${place}/Chart.yaml`, text }, 'chart').documents
  const declared = dependencyEntries(root).map((item): Declared => {
    const part = (key: string): Value | undefined => valueAt(item, [key])
    const at = (key: string): Spot | undefined => spotOf(part(key) ?? item)
    return { name: textOf(part('name')), version: textOf(part('version')), alias: textOf(part('alias')), at }
  })
  read.set(files, declared)
  return declared
}

/** Where Chart.yaml names a dependency. */
export function dependencySpot(chart: FoundChart, name: string): Spot | undefined {
  return declaredIn(chart)
    .find((one) => one.name === name)
    ?.at('name')
}

/** The versions of a dependency that are packed into a chart. */
function packedVersions(files: ChartFiles, name: string): string[] {
  const head = files[`charts/${name}/Chart.yaml`]
  const file = { path: '', text: Buffer.from(head ?? []).toString('utf8'), builtin: true as const }
  const plain = firstPlain(parseFirstDocument(file, 'chart').documents)
  const version = isJsonMap(plain) && plain['version'] !== undefined ? printed(plain['version']) : undefined
  const archives = Object.keys(files).flatMap((path) => {
    const end = path.startsWith(`charts/${name}-`) && path.endsWith('.tgz') ? path.slice(`charts/${name}-`.length, -'.tgz'.length) : ''
    return /^v?\d/.test(end) ? [end] : []
  })
  return [...(version === undefined ? [] : [version]), ...archives]
}

/** What Chart.yaml asks for and has not. */
export interface Unfit {
  readonly name: string
  readonly version: string
  /** what is set below the alias is lost */
  readonly hasAlias: boolean
}

/**
 * A packed dependency of another version than Chart.yaml asks for: Helm takes it for one that is not declared, so that
 * its alias, its condition and its tags mean nothing (`processDependencyEnabled`). Returns what it asks for in vain.
 */
export function sayUnfit(chart: FoundChart, findings: LocatedFinding[]): readonly Unfit[] {
  const unfit: Unfit[] = []
  for (const { name, version, alias, at } of declaredIn(chart)) {
    const packed = packedVersions(chart.files, name)
    const spot = at('version')
    if (spot === undefined || version === '' || packed.length === 0 || packed.some((one) => fitsRange(version, one))) continue
    unfit.push({ name, version, hasAlias: alias !== '' })
    if (findings.some((one) => one.rule === 'argocd/chart-whole' && isSameSpot(one.at, spot))) continue
    findings.push({
      rule: 'argocd/chart-whole',
      severity: alias === '' ? 'warning' : 'error',
      message: phrase`${named(name)} is ${named(version)} here, but ${named(packed.join(', '))} in charts/, which Helm takes ${alias === '' ? 'in its place' : 'without its alias and its values'}`,
      at: spot,
      help: phrase`run \`helm dependency update\` in ${named(chart.place)}, or write the version that is in charts/`,
    })
  }
  return unfit
}
