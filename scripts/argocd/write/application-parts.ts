// How are the parts of an Application written that the settings give as they are?
import type { Environment } from '../../model.ts'
import { setOwn, isJsonMap, fromPlain } from '../../values/value.ts'
import type { Json, JsonMap, Origin } from '../../values/value.ts'
import { writeYaml } from '../../yaml/write.ts'
import { elementTemplate, scalar } from './text.ts'

/** The labels of an Application; those of the settings win. */
export function applicationLabels(environment: Environment): string {
  const { application, name } = environment
  if (application?.labels === undefined)
    return `      labels:
        app.kubernetes.io/component: database
        app.kubernetes.io/part-of: "{{ .service }}"
        env: ${scalar(name)}
        service: "{{ .service }}"
`
  const own = {
    'app.kubernetes.io/component': 'database',
    'app.kubernetes.io/part-of': '{service}',
    env: '{env}',
    service: '{service}',
  }
  return block('labels', { ...own, ...application.labels }, environment)
}

/** Undefined: the settings give none. */
export function ownAnnotations(environment: Environment): string | undefined {
  const annotations = environment.application?.annotations
  return annotations === undefined ? undefined : block('annotations', annotations, environment)
}

/** Undefined: the settings give none. */
export function ownSyncPolicy(environment: Environment): string | undefined {
  const policy = environment.application?.syncPolicy
  return policy === undefined ? undefined : block('syncPolicy', policy, environment)
}

/** The sources besides the chart and its values. */
export function ownSources(environment: Environment): string {
  const { sources = [] } = environment.application ?? {}
  if (sources.length === 0) return ''
  const text = block('sources', [...sources], environment)
  return text.slice(text.indexOf('\n') + 1)
}

/** What an Application has beside its sources and its policy. */
export function applicationRest(environment: Environment): string {
  const { revisionHistoryLimit, ignoreDifferences, info } = environment.application ?? {}
  return [
    ...(info === undefined ? [] : [block('info', [...info], environment)]),
    ...(revisionHistoryLimit === undefined ? [] : [`      revisionHistoryLimit: ${revisionHistoryLimit}\n`]),
    ...(ignoreDifferences === undefined ? [] : [block('ignoreDifferences', [...ignoreDifferences], environment)]),
  ].join('')
}

const nowhere: Origin = { layer: 'generator', file: { path: '', text: '' }, path: [], key: null, value: { start: 0, end: 0 } }

function block(key: string, value: Json, { name }: Environment): string {
  if (isJsonMap(value) && Object.keys(value).length === 0) return ''
  const text = writeYaml(fromPlain({ [key]: templated(value, name) }, nowhere))
  return text.replaceAll(/^(?=.)/gm, '      ')
}

/** Placeholders in texts become what the set's elements give. */
function templated(value: Json, environment: string): Json {
  if (typeof value === 'string') return elementTemplate(value, environment)
  if (Array.isArray(value)) return value.map((item) => templated(item, environment))
  if (!isJsonMap(value)) return value
  const map: JsonMap = {}
  for (const [key, entry] of Object.entries(value)) setOwn(map, key, templated(entry, environment))
  return map
}
