// Which templates and files of this repository define what Argo CD deploys?
import { chartManifests } from './chart-manifests.ts'
import type { ManifestFile, Surroundings } from './manifests.ts'

/** The chart of Applications that this program writes into. */
export const ownChart = 'apps'

/** Every template of the chart that is not generated; with `all` the generated ones, too. */
export function readManifestFiles(around: Surroundings, all = false): ManifestFile[] {
  const { namespace } = around.settings.argocd
  return chartManifests(around, ownChart, { name: ownChart, namespace, layers: [], isComplete: false }, all)
}
