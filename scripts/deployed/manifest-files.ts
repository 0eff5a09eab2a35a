// Which templates and files of this repository define what Argo CD deploys?
import { isNamed } from '../discover/loose.ts'
import type { LooseFiles } from '../discover/loose.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { layoutPathOf, toPlain } from '../values/value.ts'
import { chartManifests } from './charts/manifests.ts'
import type { Release } from './charts/manifests.ts'
import { readLooseFiles } from './manifests.ts'
import { appliedElsewhere } from './folders/applied-files.ts'
import type { DeployedObject, ManifestFile, Surroundings } from './manifests.ts'
import { releasesOf } from './charts/releases.ts'

/** The chart of Applications that this program writes into. */
export const ownChart = 'apps'

export interface DeployedFiles {
  /** templates of our own chart that are not generated */
  readonly own: readonly ManifestFile[]
  /** what is elsewhere in the repository: plain files, and what other charts print */
  readonly elsewhere: readonly ManifestFile[]
}

/** Applications that deploy charts of Applications nest no deeper, and those that deploy themselves are cut here. */
const mostRounds = 5

interface Printed {
  /** what it was printed with */
  readonly key: string
  readonly files: readonly ManifestFile[]
}

interface Known {
  readonly key: string
  readonly databases: Surroundings['databases']
  readonly found: DeployedFiles
}

const known = new WeakMap<Tree, WeakMap<Settings, Known>>()

/** Everything that is not generated; with `all` the generated templates, too. */
export function deployedFiles(around: Surroundings, loose: LooseFiles, all = false): DeployedFiles {
  const bySettings = known.get(around.tree) ?? new WeakMap<Settings, Known>()
  const key = JSON.stringify([all, loose.charts, loose.files.map(({ path }) => path)])
  const before = bySettings.get(around.settings)
  if (before?.key === key && before.databases === around.databases) return before.found
  const found = readAll(around, loose, all)
  known.set(around.tree, bySettings.set(around.settings, { key, databases: around.databases, found }))
  return found
}

/** Charts are printed with the values of the Applications that deploy them, which other charts may print. */
function readAll(around: Surroundings, loose: LooseFiles, all: boolean): DeployedFiles {
  let plain = readLooseFiles(around, loose.files)
  const { generate, apps } = around.settings
  const own = generate || isNamed(`${ownChart}/`, apps) ? [ownChart] : []
  const known = [...own, ...loose.charts.map((folder) => folder.replace(/\/$/, ''))]
  let folders = [...new Set(known)]
  let printed = new Map<string, Printed>()
  for (let round = 0; round < mostRounds; round++) {
    const read = [...plain, ...[...printed.values()].flatMap(({ files }) => files)]
    const manifests = read.flatMap((file) => file.manifests)
    const elsewhere = appliedElsewhere(manifests, around)
    folders = [...new Set([...known, ...elsewhere.charts.map((folder) => folder.slice(0, -1))])]
    const isRead = new Set(plain.map(({ file }) => layoutPathOf(file)))
    const more = elsewhere.files.filter(({ path }) => !isRead.has(path))
    plain = [...plain, ...readLooseFiles(around, more)]
    const next = new Map(
      folders.map((folder) => [folder, printAgain(folder, printed.get(folder), { around, all, releases: releasesOf(folder, manifests) })]),
    )
    const isSame = more.length === 0 && folders.every((folder) => next.get(folder) === printed.get(folder))
    printed = next
    if (isSame) break
  }
  const others = folders.filter((folder) => folder !== ownChart).flatMap((folder) => printed.get(folder)?.files ?? [])
  return { own: printed.get(ownChart)?.files ?? [], elsewhere: [...plain, ...others] }
}

interface Printing {
  readonly around: Surroundings
  readonly all: boolean
  readonly releases: readonly Release[]
}

function printAgain(folder: string, before: Printed | undefined, { around, all, releases }: Printing): Printed {
  const { namespace } = around.settings.argocd
  const alone: Release = { name: folder.split('/').at(-1) || 'apps', namespace, layers: [], isComplete: false }
  const runs = releases.length === 0 ? [alone] : releases
  const key = JSON.stringify(
    runs.map((run) => [run.name, run.namespace, run.isComplete, [...run.layers, ...(run.above?.(run.layers) ?? [])].map(toPlain)]),
  )
  if (before?.key === key) return before
  if (runs.length === 1) return { key, files: runs.flatMap((run) => chartManifests(around, folder, run, all)) }
  const seen = new Set<string>()
  const files = runs.flatMap((run, index) =>
    chartManifests(around, folder, run, all).flatMap((file): ManifestFile[] => {
      // what two releases print alike is looked at once
      const isNew = ({ kind, plain }: DeployedObject): boolean => {
        const id = `${kind} ${JSON.stringify(plain)}`
        return !seen.has(id) && seen.add(id) !== undefined
      }
      const ofRelease = ({ manifest, ...object }: DeployedObject): DeployedObject =>
        manifest === undefined ? object : { ...object, manifest: { ...manifest, release: run.by ?? run.name } }
      const objects = file.objects.filter(isNew).map(ofRelease)
      const manifests = objects.flatMap(({ manifest }) => manifest ?? [])
      // releases are for several Argo CDs, each of which has its own Applications
      const own = { ...file, objects, manifests, isLoose: true as const }
      if (index === 0) return [own]
      return objects.length === 0 ? [] : [{ ...own, consumed: [], refused: [] }]
    }),
  )
  return { key, files }
}
