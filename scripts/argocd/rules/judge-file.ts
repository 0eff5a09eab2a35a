// What is wrong with the manifests of one template or file?
import { named, phrase, takesPart } from '../../findings/message.ts'
import { append } from '../../values/append.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Finding } from '../../findings/finding.ts'
import type { Manifest, ManifestFile } from '../../deployed/manifests.ts'
import { at } from '../../deployed/manifest-parts.ts'
import { isMisspelt } from '../../deployed/unknown-fields.ts'
import { yamlFindings } from '../../yaml/findings.ts'
import { fieldRules } from './application/application-fields.ts'
import { deletionRules } from './application/deletion.ts'
import { destinationRules } from './application/destinations.ts'
import { differenceRules } from './application/differences.ts'
import { fileRules } from './files.ts'
import { generatorFileFindings } from './sets/generator-files.ts'
import { phantomRules } from './sets/phantoms.ts'
import type { ManifestRule } from './manifest-rule.ts'
import { nameRules } from './application/names.ts'
import { placeholderRules } from './sets/placeholders.ts'
import { replacedClusters } from './application/replaced-clusters.ts'
import { mergeRules } from './sets/merges.ts'
import { shapeRules } from './sets/shape.ts'
import { sourceNameRules } from './application/source-names.ts'
import { sourceTypeRules } from './application/source-types.ts'
import { sourceRules } from './application/sources.ts'
import { syncRules } from './application/sync.ts'

export const manifestRules: readonly ManifestRule[] = [
  ...shapeRules,
  ...fileRules,
  ...phantomRules,
  ...sourceRules,
  ...sourceNameRules,
  ...sourceTypeRules,
  ...nameRules,
  ...deletionRules,
  ...syncRules,
  ...differenceRules,
  ...fieldRules,
  ...mergeRules,
  ...destinationRules,
  ...placeholderRules,
]

/** What else is wrong where a field is misspelt may follow from that. */
const ofMissingFields: ReadonlySet<string> = new Set(['argocd/manifest-schema', 'argocd/set-generates', 'argocd/set-keeps-databases'])

function rulesFor(manifest: Manifest): readonly ManifestRule[] {
  return isMisspelt(manifest) ? manifestRules.filter(({ id }) => !ofMissingFields.has(id)) : manifestRules
}

export function judgeFile(manifestFile: ManifestFile): LocatedFinding[] {
  const { file, manifests, broken, consumed, refused } = manifestFile
  // what is no template is reported where all files are read
  if (manifestFile.isTemplate !== true && broken !== undefined) return []
  const findings = consumedActionFindings(manifestFile)
  // what is left where Helm blanked a part may be no YAML for that reason
  if (broken !== undefined && consumed.length === 0) append(findings, yamlFindings(file, [broken]))
  append(findings, yamlFindings(file, manifestFile.repeated ?? []))
  for (const { severity, span, message, help, related = [] } of refused)
    findings.push({
      rule: severity === 'error' ? 'argocd/template-renders' : 'argocd/manifest-readable',
      severity,
      message,
      at: { file, span },
      related: related.map((one) => ({ file, ...one })),
      help,
    })
  append(findings, manifests.flatMap(replacedClusters), manifests.flatMap(generatorFileFindings))
  for (const manifest of manifests)
    for (const rule of rulesFor(manifest)) for (const finding of rule.check(manifest)) findings.push(located(rule, finding, manifest))
  return findings
}

/** One mistake, however many pairs of braces there are: a set without a fence, or a pair that was forgotten. */
function consumedActionFindings({ file, consumed }: ManifestFile): LocatedFinding[] {
  const [first, ...others] = consumed
  if (first === undefined) return []
  const { action, span } = first
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return [
    {
      rule: 'argocd/helm-braces',
      severity: 'error',
      message: phrase`\`{{ ${named(action)} }}\`${more} is meant for Argo CD, but Helm evaluates it first and removes it`,
      at: { file, span },
      related: others.slice(0, 3).map((one) => ({ file, span: one.span, message: phrase`\`{{ ${named(one.action)} }}\` is another one` })),
      help:
        others.length === 0
          ? phrase`write \`{{ ${action} }}\` inside a raw string: {{\`{{ ${action} }}\`}}`
          : phrase`fence the whole set: \`# {{\`\` in a line above it, \`# \`}}\` in one below; then no pair needs escaping`,
    },
  ]
}

function located(rule: ManifestRule, finding: Finding, { plain, inText, spotOf }: Manifest): LocatedFinding {
  const [first, ...others] = finding.places
  const { part } = finding
  const text = part === undefined ? undefined : at(plain, ...first.path)
  const start = typeof text === 'string' ? text.indexOf(part ?? '') : -1
  const exact = start < 0 ? undefined : inText(first.path)?.({ start, end: start + (part ?? '').length })
  const related = others.map((place) => ({ ...spotOf(place.path, place.on), message: place.label ?? takesPart }))
  return {
    rule: rule.id,
    severity: rule.severity,
    message: finding.message,
    at: exact ?? spotOf(first.path, first.on),
    related,
    help: finding.help,
    isShared: finding.isShared,
  }
}
