// How do the parameters of a set become Applications?
import type { Json, JsonMap, Path } from '../values/value.ts'
import { isJsonMap, setOwn } from '../values/value.ts'
import { applicationObjectShape } from './application-object.ts'
import { applicationShape } from './application-type.ts'
import type { Shape } from './application-type.ts'
import type { GeneratorContext } from './generator-context.ts'
import { ParamsError, UnsupportedGenerator } from './generator-context.ts'
import { TemplateError } from '../go-template/go-value.ts'
import type { GoMap } from '../go-template/go-value.ts'
import { renderDeep, transform } from './params.ts'
import { applyStrategicPatch } from './patch.ts'
import { readPatch } from './patch-text.ts'
import { checkOptions, renderText } from './render.ts'
import { DecodeError, fillEmpty, isZero, throughType } from './typed.ts'

/** The controller stops with an error of the set. */
export class RenderFailure extends Error {
  readonly stage: 'decode-typed' | 'params' | 'render'
  /** the text that can't be rendered, from `spec`; absent: it is not known */
  readonly path: Path | undefined
  constructor(stage: 'decode-typed' | 'params' | 'render', message: string, path?: Path) {
    super(message)
    this.stage = stage
    this.path = path
  }
}

const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io'

/** Runs a step; what templates, types and generators refuse becomes a failure of this stage. `path` is where it stopped. */
function staged<T>(stage: RenderFailure['stage'], body: () => T, path?: Path): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof TemplateError || error instanceof DecodeError || error instanceof ParamsError)
      throw new RenderFailure(stage, error.message, path)
    throw error
  }
}

/**
 * `template.GenerateApplications`: metadata and spec as the controller writes them, plus `originalProject`, the project
 * before it defaults. Throws RenderFailure, GoPanic, UnsupportedGenerator.
 */
export function renderSet(set: JsonMap, context: GeneratorContext): JsonMap[] {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const base = staged('decode-typed', () => throughType(spec['template'], applicationShape))
  const generators = Array.isArray(spec['generators']) ? spec['generators'] : []
  const applications: JsonMap[] = []
  let failure: RenderFailure | undefined
  for (const generator of generators) {
    try {
      for (const made of fromGenerator(isJsonMap(generator) ? generator : {}, { set, spec, base, context })) applications.push(made)
    } catch (error) {
      if (!(error instanceof RenderFailure)) throw error
      // the first error is reported; later generators still run and may panic
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  return applications
}

interface SetContext {
  readonly set: JsonMap
  readonly spec: JsonMap
  readonly base: Json
  readonly context: GeneratorContext
}

function fromGenerator(generator: JsonMap, given: SetContext): JsonMap[] {
  const transformed = staged('params', () => transform(generator, given.context, { depth: 0 }))
  return transformed.flatMap(({ params, template }) => {
    const own = staged('decode-typed', () => throughType(template, applicationShape))
    const merged = template === undefined || template === null ? given.base : (fillEmpty(own, given.base) ?? {})
    return params.map((param) => {
      const path: (string | number)[] = ['template']
      return staged(
        'render',
        () => finish(renderOne(merged, { params: param, context: given.context, emptied: false, path }, given), given.set),
        path,
      )
    })
  })
}

/** `RenderTemplateParams` and `renderTemplatePatch`: without parameters the template stays as it is. */
function renderOne(template: Json, rendering: Rendering, given: SetContext): JsonMap {
  const { params, path } = rendering
  if (params.size > 0) checkOptions(given.context)
  const rendered = params.size === 0 ? template : renderShape(template, applicationShape, rendering)
  const typed = rendering.emptied ? throughType(rendered, applicationShape) : rendered
  const application = isJsonMap(typed) ? typed : {}
  const metadata: JsonMap = isJsonMap(application['metadata']) ? { ...application['metadata'] } : {}
  const policy = isJsonMap(given.spec['syncPolicy']) ? given.spec['syncPolicy'] : {}
  if (params.size > 0 && policy['preserveResourcesOnDeletion'] !== true && isZero(metadata['finalizers']))
    metadata['finalizers'] = [resourcesFinalizer]
  const finished = { ...application, metadata }
  const patch = given.spec['templatePatch']
  if (typeof patch !== 'string') return finished
  const { budget, unknown } = given.context
  path.splice(0, path.length, 'templatePatch')
  const text = renderText(patch, params, given.context)
  if (text === unknown) throw new UnsupportedGenerator('the templatePatch depends on chance or on the clock')
  budget.parse(text)
  return patched(finished, text)
}

interface Rendering {
  readonly params: GoMap
  readonly context: GeneratorContext
  /** a text became empty, so its field may have to be dropped */
  emptied: boolean
  /** the text that is rendered now, from `spec` */
  readonly path: (string | number)[]
}

const constant = new WeakMap<object, boolean>()

/** Whether no text below holds a template: such a part is shared by all Applications. */
function isConstant(value: Json): boolean {
  if (typeof value === 'string') return !value.includes('{{')
  if (typeof value !== 'object' || value === null) return true
  let known = constant.get(value)
  if (known === undefined) {
    known = Array.isArray(value)
      ? value.every(isConstant)
      : Object.entries(value).every(([key, entry]) => isConstant(key) && isConstant(entry))
    constant.set(value, known)
  }
  return known
}

/** `deeplyReplace`: strings only, including keys of maps; values objects lose their nulls on the way. */
function renderShape(value: Json, shape: Shape, rendering: Rendering): Json {
  if (typeof value === 'string') {
    const text = renderText(value, rendering.params, rendering.context)
    if (text === '') rendering.emptied = true
    return text
  }
  // a values object is copied anyway, because its nulls are dropped
  if (shape.kind !== 'raw' && isConstant(value) && !holdsRaw(value)) return value
  if (shape.kind === 'raw') return renderDeep(value, rendering.params, rendering.context)
  // a failure leaves the path where it is
  const below = (key: string | number, entry: Json, its: Shape): Json => {
    rendering.path.push(key)
    const rendered = renderShape(entry, its, rendering)
    rendering.path.pop()
    return rendered
  }
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item, index) => below(index, item, shape.of))
  if (!isJsonMap(value)) return value
  const rendered: JsonMap = {}
  if (shape.kind === 'map')
    for (const [key, entry] of Object.entries(value))
      setOwn(rendered, renderText(key, rendering.params, rendering.context), below(key, entry, shape.of))
  if (shape.kind !== 'struct') return rendered
  for (const [key, field] of shape.fields) {
    const entry = value[key]
    if (entry !== undefined) rendered[key] = below(key, entry, field.shape)
  }
  return rendered
}

/** A source with a values object. */
function holdsRaw(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsRaw)
  return isJsonMap(value) && ('valuesObject' in value || Object.values(value).some((entry) => typeof entry === 'object' && holdsRaw(entry)))
}

/** `applyTemplatePatch`: a wrong type in it is an error, a changed project is undone. */
function patched(application: JsonMap, text: string): JsonMap {
  // most elements render to blanks: nothing to read
  const patch = /^[ \n]*$/.test(text) ? null : readPatch(text)
  if (patch === null) return application
  const written = throughType(application, applicationObjectShape)
  const merged = applyStrategicPatch(isJsonMap(written) ? written : {}, patch, applicationObjectShape)
  const result = throughType(merged, applicationObjectShape)
  if (!isJsonMap(result) || !isJsonMap(result['spec'])) throw new TemplateError('templatePatch is not a map')
  const before = isJsonMap(application['spec']) ? application['spec']['project'] : undefined
  const metadata = isJsonMap(result['metadata']) ? { ...result['metadata'] } : {}
  // the API server sets it, whatever a patch says
  delete metadata['creationTimestamp']
  return { metadata, spec: { ...result['spec'], project: before ?? '' } }
}

/** Namespace of the set, a name, and the spec as the controller writes it. */
function finish(application: JsonMap, set: JsonMap): JsonMap {
  const metadata = isJsonMap(application['metadata']) ? { ...application['metadata'] } : {}
  const spec = isJsonMap(application['spec']) ? { ...application['spec'] } : {}
  const setMetadata = isJsonMap(set['metadata']) ? set['metadata'] : {}
  const namespace = setMetadata['namespace']
  if (typeof namespace === 'string') metadata['namespace'] = namespace
  // ObjectMeta would drop an empty name; the API server requires one anyway
  metadata['name'] ??= ''
  return { metadata, spec: normalizeSpec(spec), originalProject: spec['project'] ?? '' }
}

/** `NormalizeApplicationSpec`: a project is named, empty parts are dropped. */
export function normalizeSpec(spec: JsonMap): JsonMap {
  const normal = { ...spec }
  if ((spec['project'] ?? '') === '') normal['project'] = 'default'
  if (isZero(spec['syncPolicy'])) delete normal['syncPolicy']
  const source = spec['source']
  if (!Array.isArray(spec['sources']) && isJsonMap(source)) normal['source'] = withoutEmptyTypes(source)
  return normal
}

/** `NormalizeSource`: only the single source loses its empty helm, kustomize and directory. */
function withoutEmptyTypes(source: JsonMap): JsonMap {
  const kept = { ...source }
  for (const kind of ['helm', 'kustomize'] as const) if (kept[kind] !== undefined && isZero(kept[kind])) delete kept[kind]
  const directory = kept['directory']
  if (isJsonMap(directory) && Object.values(directory).every(isZero)) delete kept['directory']
  return kept
}
