// What do all manifests of a state of the repository deploy?
import type { LooseFiles } from '../discover/loose.ts'
import type { Settings } from '../model.ts'
import { withAddresses } from './addresses.ts'
import { contradicted, installedArgoCd, withArgoCd } from './operators/argocd-version.ts'
import { writtenDatabases } from './databases.ts'
import { draftedIn } from './sets/drafts.ts'
import type { Written, WrittenState } from './state.ts'
import { operatorFindings } from './operators/installed.ts'
import { tooLarge } from './unreadable.ts'
import { plainOperators } from './operators/plain-operators.ts'
import { generatedOperators } from './operators/generated.ts'
import { releasesOfChart } from './charts/chart-releases.ts'
import { operatorSettingFindings } from './operators/settings.ts'
import { idleIncludes } from './folders/idle-include.ts'
import { tooDeep } from './folders/folder-depth.ts'
import { unselectedMonitors } from './operators/monitor-labels.ts'
import { deployedFiles } from './manifest-files.ts'
import { leftOut, notTracked, passedOver, undeployedClusters } from './folders/undeployed.ts'
import { idlePatterns } from './sets/idle-generators.ts'
import { misspeltKinds } from './misspelt-kinds.ts'
import type { ManifestFile } from './manifests.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { phrase } from '../findings/message.ts'
import { mentionsDatabases } from './manifest-parts.ts'
import { hasMistakenField } from './unknown-fields.ts'
import { yamlFindings } from '../yaml/findings.ts'

/** Lines of a text that another program fills in before anybody reads it as YAML. */
const blocks = /^[ \t]*(?:#[ \t]*)?\{\{-?[ \t]*(?:if|range|with|end|else|include|define|template)\b|\{%|\$\{\{/m

/** A file with an Application or a set that Argo CD can't read either; a template is somebody else's. */
function brokenFindings({ file, broken }: ManifestFile): LocatedFinding[] {
  if (broken === undefined) return []
  const isSet = file.text.includes('ApplicationSet')
  if (!blocks.test(file.text) && (isSet || !file.text.includes('{{'))) return yamlFindings(file, [broken])
  return [
    {
      rule: 'argocd/manifest-readable',
      severity: 'info',
      message: phrase`this template is not read: what it becomes is known to the program that fills it in`,
      at: { file, span: broken.span },
    },
  ]
}

export function readDeployed(state: WrittenState, loose: LooseFiles): Written {
  const read = (settings: Settings, tree = state.tree): ManifestFile[] => {
    const around = { settings, tree, databases: state.databases }
    const { own, elsewhere } = deployedFiles(around, loose)
    return [...own, ...elsewhere]
  }
  const first = read(state.settings)
  const { settings: addressed, tree, findings: assumed } = withAddresses(first, state)
  const installed = installedArgoCd(
    first.flatMap(({ manifests }) => manifests),
    tree,
  )
  const settings = withArgoCd(addressed, installed)
  const files = settings === state.settings && tree === state.tree ? first : read(settings, tree)
  const plain = plainOperators(loose.aboutOperator)
  const {
    databases,
    drafts,
    skipped,
    unread = [],
    elsewhere = [],
    findings,
  } = writtenDatabases(files, { settings, charts: state.charts, operators: plain })
  const seen = { databases: [...databases, ...draftedIn(drafts)], unread }
  const broken = files.flatMap((file) => (file.isTemplate === true ? [] : brokenFindings(file)))
  const isBroken = files.some((file) => file.isTemplate === true && file.broken !== undefined && mentionsDatabases.test(file.file.text))
  const misspelt = misspeltKinds(files, settings)
  // what an error keeps from being deployed is a consequence of it
  const isMistaken =
    misspelt.length > 0 ||
    findings.some(({ rule }) => rule === 'argocd/path-exists') ||
    files.some(({ manifests }) =>
      manifests.some(
        (one) => one.refusals.some(({ stage }) => stage !== 'unsupported') || hasMistakenField(one) || idlePatterns(one).length > 0,
      ),
    )
  const manifests = files.flatMap((file) => file.manifests)
  const alone = settings.generate || isMistaken ? [] : undeployedClusters(files, tree, seen)
  const isExplained = isBroken || files.some(({ manifests }) => manifests.some(hasMistakenField))
  return {
    settings,
    tree,
    isExplained,
    databases,
    drafts,
    skipped: [...skipped, ...tooLarge(loose)],
    elsewhere,
    undeployed: alone,
    findings: [
      ...contradicted(settings, installed),
      ...operatorFindings({ manifests, plain }, settings, databases),
      ...operatorSettingFindings({
        operators: [...generatedOperators({ settings, tree, databases }), ...releasesOfChart('cloudnative-pg', manifests)],
        plugins: releasesOfChart('plugin-barman-cloud', manifests),
        databases: [...state.databases, ...databases],
      }),
      ...unselectedMonitors(manifests, databases),
      ...tooDeep(alone, manifests, { settings, tree }),
      ...idleIncludes(alone, manifests, { settings, tree }),
      ...assumed,
      ...broken,
      ...misspelt,
      ...findings,
      ...files.flatMap((file) => file.findings ?? []),
      ...passedOver(loose, files, seen),
      ...leftOut(loose),
      ...notTracked(loose, seen),
    ],
  }
}
