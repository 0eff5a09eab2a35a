// Which database does a release of a chart make, as an Application deploys it?
import { append, split } from '../../values/append.ts'
import { once } from '../../values/once.ts'
import { printed } from '../../values/printed.ts'
import { named, phrase } from '../../findings/message.ts'
import type { Database } from '../../model.ts'
import type { Json } from '../../values/value.ts'
import { sourcesIn } from '../../applicationset/sources.ts'
import { baseName } from '../../charts/pin.ts'
import { withStandIn } from '../../chart/stand-in.ts'
import { isReleaseName } from '../../kubernetes/names.ts'
import { identityOfSource, officialBelow } from '../values/application-values.ts'
import { applicationName } from '../manifests.ts'
import { at } from '../manifest-parts.ts'
import { helmPathOf, valueLayers } from '../values/value-layers.ts'
import type { SourceOf } from '../values/value-layers.ts'
import { namesKinds } from './chart-of-source.ts'
import type { Pin } from './chart-of-source.ts'
import { baseOf, skip, writtenBase } from '../looking.ts'
import type { Looking } from '../looking.ts'
import { wordsIn } from '../folders/held-elsewhere.ts'
import { layersOf, releaseFingerprint } from './release-layers.ts'
import { conditionFindings } from './conditions.ts'
import { misspeltClusters } from './misspelt-clusters.ts'
import { addOnce, sayDeclared, sayDependencies, wrongRelease } from './release-findings.ts'
import { refusedBuild } from '../folders/missing-folders.ts'
import type { Inflation } from '../kustomize/inflated.ts'
import { refused } from '../skipped.ts'
import { isMisspelt } from '../unknown-fields.ts'

/** The database of a chart's release; undefined: it is none, or it can't be looked at. */
export function releaseOf(of: SourceOf | Inflation, { chart, folder, range }: Pin, looking: Looking): Database[] | undefined {
  const { manifest, application, nth } = of
  const { by = of, unclear } = of as Partial<Inflation>
  const found = withStandIn(looking.charts.find(chart))
  const declared = folder === undefined ? undefined : sayDeclared(folder, manifest, looking.findings)
  if (folder !== undefined && (!found.ok || !namesKinds(found.files))) {
    const absent = found.ok ? found.without?.find(({ name }) => name === 'cluster') : undefined
    const at = manifest.spotOf([...helmPathOf(of).slice(0, -1), 'path'])
    if (absent !== undefined)
      skip(looking, manifest, {
        application: applicationName(application),
        reason: `${applicationName(application)} takes the chart cluster ${absent.version}, which is not here`,
        at,
        ...(declared?.isStale === true && { isReported: true }),
      })
    else if (found.ok) {
      const misspelt = misspeltClusters(folder, manifest)
      addOnce(looking.findings, misspelt)
      const reason = `${applicationName(application)}: no kind of its chart is served`
      if (misspelt.length > 0) skip(looking, manifest, { application: applicationName(application), reason, at, isReported: true })
    }
    return undefined
  }
  const name = applicationName(application)
  const isUnfit = found.ok && sayDependencies(of, { chart: found, isHere: folder !== undefined }, looking.findings)
  if (isUnfit || declared?.isMisread === true) {
    const at = manifest.spotOf([...helmPathOf(of).slice(0, -1), 'path'])
    skip(looking, manifest, {
      application: name,
      reason: `${name}: its values are for a dependency that its chart lacks`,
      at,
      isReported: true,
    })
    return undefined
  }
  const spec = at(application, 'spec')
  const source = sourcesIn(spec)[nth] ?? {}
  const given = valueLayers(of, folder)
  const [absent, others] = split(given.findings, ({ rule }) => rule === 'argocd/value-file-exists')
  append(looking.missing, absent)
  append(looking.findings, others)
  if (folder !== undefined)
    addOnce(looking.findings, conditionFindings(folder, given, { manifest, isShared: () => looking.isShared(source) }))
  const unknowns = [...given.unknown, ...(unclear === undefined ? [] : [unclear])]
  const [absentFile] = unknowns.filter(({ missing }) => missing !== undefined && by !== of)
  const stopped =
    unclear?.refused !== undefined
      ? refusedBuild(unclear.refused, unclear.at, unclear.help)
      : absentFile &&
        refusedBuild(
          `its chart takes ${absentFile.missing}, which is missing`,
          absentFile.at,
          phrase`correct the path, which is from the folder of the kustomization`,
        )
  if (stopped !== undefined) looking.missing.push(stopped)
  const [unknown] = unknowns
  const isPartial = given.layers.length > 0 && unknowns.every(({ isElsewhere }) => isElsewhere === true)
  if (unknown !== undefined) {
    const { isElsewhere: _, ...why } = unknown
    skip(looking, manifest, {
      ...why,
      application: name,
      reason: `${name}: ${why.reason}`,
      ...(isPartial && { isDraft: true }),
      ...(stopped && { isReported: true }),
    })
    if (!isPartial) return undefined
  }
  const identity = identityOfSource(application, manifest, nth)
  if (!isReleaseName(identity.release)) {
    // what a set makes is refused where its template is
    if (manifest.kind === 'Application' && !isMisspelt(manifest)) looking.findings.push(wrongRelease(of))
    else skip(looking, manifest, { application: name, reason: refused, at: manifest.spotOf(['metadata', 'name']) })
    return undefined
  }
  const helmPath = helmPathOf(of)
  const sourceAt = helmPath.slice(0, -1)
  const helm = at(source, 'helm')
  const isOfficial = folder === undefined ? baseName(chart) === 'cluster' : officialBelow(source, manifest) !== undefined
  const own = printed(at(helm, 'namespace') || at(application, 'spec', 'destination', 'namespace') || '')
  const chartAt = manifest.spotOf([...sourceAt, folder === undefined ? 'targetRevision' : 'path'])
  // none at all is refused
  if (range !== undefined && range !== '' && unknown === undefined)
    looking.findings.push({
      rule: 'argocd/assumed-version',
      severity: 'info',
      message: phrase`chart ${named(chart.name)} is a range, ${named(range || 'empty')}, and is judged as ${named(chart.version)}, the newest that is known here`,
      at: chartAt,
      help: phrase`pin one version: what is deployed changes without a commit`,
    })
  const layers = layersOf(given, unknown === undefined ? looking.findings : [], of)
  const namespace = isOfficial ? identity.namespace : own
  const names = once(() => wordsIn(layers))
  const holders = looking.heldElsewhere({ application, namespace, names, beside: [] })
  const database: Database = {
    ...baseOf(of, looking, chart),
    // only the official chart reads `namespaceOverride`
    namespace,
    cluster: identity.cluster ?? identity.release,
    layers,
    written: {
      ...writtenBase(by),
      release: identity.release,
      releaseNamespace: own,
      chartAt,
      ...(folder !== undefined && { chartFolder: folder }),
      holders,
      fingerprint: releaseFingerprint(identity.release, { application, source, holders }),
      helm: {
        ...(typeof at(helm, 'kubeVersion') === 'string' && { kubeVersion: at(helm, 'kubeVersion') as string }),
        ...(Array.isArray(at(helm, 'apiVersions')) && { apiVersions: (at(helm, 'apiVersions') as Json[]).map(printed) }),
        ...(at(helm, 'skipSchemaValidation') === true && { skipSchema: true }),
      },
    },
  }
  if (unknown === undefined) return [database]
  looking.drafts.push({ name, file: manifest.file, variants: [{ databases: [database], findings: [] }], isPartial: true })
  return undefined
}
