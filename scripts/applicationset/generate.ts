// Which Applications does an ApplicationSet generate, and what would refuse them?
import { textOf } from '../findings/message.ts'
import { append } from '../values/append.ts'
import { printed } from '../values/printed.ts'
import { decodeObject } from '../kubernetes/decode.ts'
import { blocksCel, celIssues } from '../kubernetes/cel.ts'
import { checkListTypes } from '../kubernetes/list-types.ts'
import { checkMetadata } from '../kubernetes/metadata-checks.ts'
import { checkSchema } from '../kubernetes/schema.ts'
import { kubePath } from '../kubernetes/issue.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { checkDestination } from './destination.ts'
import type { KnownCluster } from './destination.ts'
import { UnsupportedGenerator } from './generator-context.ts'
import type { GeneratorContext, GitFiles } from './generator-context.ts'
import { BudgetExceeded, templateBudget } from '../go-template/budget.ts'
import type { Budget } from '../go-template/budget.ts'
import { GoPanic, compareText } from '../go-template/go-value.ts'
import { checkRefs, checkReleaseNames, checkSourceTypes, checkSpec, resolveValueFiles } from './sources.ts'
import type { SourceStage, ValueFile } from './sources.ts'
import { renderSet, RenderFailure } from './template.ts'
import { isJsonMap } from '../values/value.ts'

/** Who refuses: see the table in the documentation of `generateApplications`. */
export type GenerateStage =
  | 'decode'
  | 'metadata'
  | 'unknown-field'
  | 'schema'
  | 'decode-typed'
  | 'params'
  | 'render'
  | 'panic'
  | 'unsupported'
  | 'limit'
  | 'duplicate-name'
  | 'project'
  | 'destination'
  | 'app-metadata'
  | 'app-schema'
  | 'app-unknown-field'
  | SourceStage
export interface GenerateError {
  readonly stage: GenerateStage
  readonly application?: string
  readonly message: string
  /** the text of the set that can't be rendered */
  readonly path?: Path
}
export interface GeneratedApplication {
  readonly metadata: JsonMap
  readonly spec: JsonMap
  /** what Helm is given, in order; absent: none, or the sources are refused */
  readonly valueFiles?: readonly ValueFile[]
}
export interface GenerateOptions {
  readonly argocd: string
  /** names of the AppProjects that exist; absent: every one that is named */
  readonly projects?: readonly string[]
  /** clusters that Argo CD knows; absent: every one that is named */
  readonly clusters?: readonly KnownCluster[]
  /** absent: the git generator is unsupported */
  readonly gitFiles?: GitFiles
  /** what the templates may cost; absent: the budget of one untrusted set */
  readonly budget?: Budget
  /** replaces texts that depend on chance or the clock; absent: they are generated */
  readonly unknown?: string
}
export interface Generated {
  readonly ok: boolean
  readonly errors: readonly GenerateError[]
  /** sorted by name; empty if the controller does nothing */
  readonly applications: readonly GeneratedApplication[]
}

/**
 * The Applications of a set, and what the API server (decode, metadata, unknown-field, schema), the controller
 * (decode-typed, params, render, panic, duplicate-name, project, destination), the API server again (app-*), the
 * application controller (app-spec), the repository server (app-ref, app-source-type, app-value-file) or Helm
 * (helm-release-name) refuses. Reproduces `template.GenerateApplications` and `validateGeneratedApplications`.
 */
export function generateApplications(applicationSet: Json, options: GenerateOptions): Generated {
  const admitted = admitSet(applicationSet, options.argocd)
  if (admitted.set === undefined) return { ok: false, errors: admitted.errors, applications: [] }
  const desired = desiredApplications(admitted.set, options)
  if ('error' in desired) return { ok: false, errors: [...admitted.errors, desired.error], applications: [] }
  const frozen = validateGenerated(desired.applications, options)
  const judged = desired.applications.map((application) => judge(application, { frozen, argocd: options.argocd }))
  const errors = [...admitted.errors, ...frozen.values(), ...judged.flatMap((entry) => entry.errors)]
  return { ok: errors.length === 0, errors, applications: judged.map((entry) => entry.application) }
}

/** The set as the API server would store it; undefined: refused. Unknown fields are reported and dropped. */
export function admitSet(applicationSet: Json, argocd: string): { set: JsonMap | undefined; errors: GenerateError[] } {
  if (!isJsonMap(applicationSet) || applicationSet['kind'] !== 'ApplicationSet')
    return { set: undefined, errors: [{ stage: 'decode', message: 'kind is not ApplicationSet, but must be' }] }
  const decoded = decodeObject(applicationSet, argocd)
  if ('issues' in decoded)
    return { set: undefined, errors: decoded.issues.map((issue) => ({ stage: 'decode', message: textOf(issue.message) })) }
  const { kind, object } = decoded
  const errors: GenerateError[] = decoded.unknown.map((path) => ({ stage: 'unknown-field', message: `unknown field ${kubePath(path)}` }))
  const metadata = checkMetadata(object, kind.scope)
  const schema = [...checkSchema(object, kind.schema, { integerRange: true }), ...checkListTypes(object, kind.schema)]
  if (!blocksCel(schema)) append(schema, celIssues(object, undefined, kind))
  append(
    errors,
    metadata.map((issue) => ({ stage: 'metadata', message: textOf(issue.message) }) as const),
  )
  append(
    errors,
    schema.map((issue) => ({ stage: 'schema', message: textOf(issue.message) }) as const),
  )
  const refused = metadata.length > 0 || schema.length > 0
  // decoding fills in the namespace of a kubectl without one; a set lives in Argo CD's
  const written = applicationSet['metadata']
  if (isJsonMap(object['metadata']) && !(isJsonMap(written) && written['namespace'])) object['metadata']['namespace'] = 'argocd'
  return { set: refused ? undefined : object, errors }
}

/** What the templates produce, sorted by name; or why the controller stops. */
export function desiredApplications(set: JsonMap, options: GenerateOptions): { applications: JsonMap[] } | { error: GenerateError } {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  try {
    const applications = renderSet(set, contextOf(spec, options))
    return { applications: applications.sort((a, b) => compareText(nameOf(a), nameOf(b))) }
  } catch (error) {
    if (error instanceof GoPanic) return { error: { stage: 'panic', message: error.message } }
    if (error instanceof BudgetExceeded) return { error: { stage: 'limit', message: error.message } }
    if (error instanceof UnsupportedGenerator) return { error: { stage: 'unsupported', message: error.message } }
    if (error instanceof RenderFailure) {
      const { stage, message, path } = error
      return { error: { stage, message, ...(path === undefined ? {} : { path: ['spec', ...path] }) } }
    }
    throw error
  }
}

function contextOf(spec: JsonMap, options: GenerateOptions): GeneratorContext {
  const written = Array.isArray(spec['goTemplateOptions']) ? spec['goTemplateOptions'].map(printed) : []
  const template = isJsonMap(spec['template']) ? spec['template'] : {}
  const project = isJsonMap(template['spec']) ? template['spec']['project'] : undefined
  const name = typeof project === 'string' ? project : ''
  const hasProject = name.includes('{{') || (name !== '' && options.projects?.includes(name) !== false)
  return {
    goTemplate: spec['goTemplate'] === true,
    goTemplateOptions: written,
    gitFiles: options.gitFiles,
    hasProject,
    budget: options.budget ?? templateBudget(),
    ...(options.unknown === undefined ? {} : { unknown: options.unknown }),
  }
}

export function nameOf(application: JsonMap): string {
  const metadata = application['metadata']
  const name = isJsonMap(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' ? name : ''
}

/** `validateGeneratedApplications`: one error for each name; such Applications are neither written nor deleted. */
export function validateGenerated(applications: readonly JsonMap[], options: GenerateOptions): Map<string, GenerateError> {
  const errors = new Map<string, GenerateError>()
  const names = new Set<string>()
  for (const application of applications) {
    const name = nameOf(application)
    const at = name === '' ? {} : { application: name }
    const spec = isJsonMap(application['spec']) ? application['spec'] : {}
    const project = application['originalProject']
    if (names.has(name)) {
      errors.set(name, { stage: 'duplicate-name', ...at, message: `the name is ${name} in two Applications, but must be unique` })
      continue
    }
    names.add(name)
    if (project === '' || (options.projects !== undefined && !options.projects.includes(printed(project)))) {
      errors.set(name, {
        stage: 'project',
        ...at,
        message: `project is ${printed(project) || 'empty'}, but must be an AppProject that exists`,
      })
      continue
    }
    const problem = checkDestination(isJsonMap(spec['destination']) ? spec['destination'] : {}, options.clusters)
    if (problem !== undefined) errors.set(name, { stage: 'destination', ...at, message: problem })
  }
  return errors
}

/** The Application with the errors of the programs after the controller; the first that refuses hides the others. */
function judge(
  application: JsonMap,
  known: { frozen: ReadonlyMap<string, GenerateError>; argocd: string },
): { application: GeneratedApplication; errors: GenerateError[] } {
  const { metadata, spec } = application
  const plain: GeneratedApplication = { metadata: isJsonMap(metadata) ? metadata : {}, spec: isJsonMap(spec) ? spec : {} }
  const name = nameOf(application)
  const frozen = known.frozen.get(name)
  if (frozen !== undefined) return { application: frozen.stage === 'destination' ? plain : withValueFiles(application, plain), errors: [] }
  const at = name === '' ? {} : { application: name }
  const refused = admitApplication(application, known.argocd)
  const early =
    refused.length > 0
      ? refused
      : [checkSpec(plain.spec), checkRefs(plain.spec), checkSourceTypes(plain.spec)].find((problems) => problems.length > 0)
  if (early !== undefined) {
    const shown = refused.length > 0 ? withValueFiles(application, plain) : plain
    return { application: shown, errors: early.map((problem) => ({ ...problem, ...at })) }
  }
  const { problems } = resolveValueFiles(application)
  const late = problems.length > 0 ? problems : checkReleaseNames(plain.spec, name)
  return { application: withValueFiles(application, plain), errors: late.map((problem) => ({ ...problem, ...at })) }
}

/** Value files only if every program up to the one that resolves them accepts the sources. */
function withValueFiles(application: JsonMap, plain: GeneratedApplication): GeneratedApplication {
  const refused = [checkSpec(plain.spec), checkRefs(plain.spec), checkSourceTypes(plain.spec)].some((problems) => problems.length > 0)
  const { files, problems } = resolveValueFiles(application)
  return refused || problems.length > 0 || files.length === 0 ? plain : { ...plain, valueFiles: files }
}

/** The API server's errors for an Application as the controller writes it. */
export function admitApplication(application: JsonMap, argocd: string): { stage: GenerateStage; message: string }[] {
  const object: JsonMap = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: application['metadata'] ?? {},
    spec: application['spec'] ?? {},
  }
  const decoded = decodeObject(object, argocd)
  if ('issues' in decoded) return decoded.issues.map((issue) => ({ stage: 'app-metadata', message: textOf(issue.message) }))
  const { kind } = decoded
  const metadata = checkMetadata(decoded.object, kind.scope)
  const schema = [...checkSchema(decoded.object, kind.schema, { integerRange: true }), ...checkListTypes(decoded.object, kind.schema)]
  return [
    ...metadata.map((issue) => ({ stage: 'app-metadata', message: textOf(issue.message) }) as const),
    ...schema.map((issue) => ({ stage: 'app-schema', message: textOf(issue.message) }) as const),
    ...decoded.unknown.map((path) => ({ stage: 'app-unknown-field', message: `unknown field ${kubePath(path)}` }) as const),
  ]
}
