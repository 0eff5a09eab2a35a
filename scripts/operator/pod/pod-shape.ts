// Does JSON still decode into a Kubernetes Pod?
import type { Json, JsonMap } from '../../values/value.ts'
import { readQuantity } from '../../kubernetes/quantity.ts'
import { isGoTime } from '../../kubernetes/go-time.ts'
import { loadKind } from '../../kubernetes/load.ts'
import { fitsInteger } from '../../kubernetes/schema.ts'
import { memberSchema, readStructural, type Structural } from '../../kubernetes/structural.ts'
import { foldKey } from '../go-json.ts'
import { once } from '../../values/once.ts'
import { isJsonMap } from '../../values/value.ts'

const list = (items: JsonMap): JsonMap => ({ type: 'array', items })
const object = (properties: JsonMap): JsonMap => ({ type: 'object', properties })
/** Members of one type, by their names. */
const each = (names: string, schema: JsonMap): JsonMap => Object.fromEntries(names.split(' ').map((name) => [name, schema]))
const text = { type: 'string' }
const time = { type: 'string', format: 'date-time' }
const whole = { type: 'integer', format: 'int64' }
const boolean = { type: 'boolean' }
const textMap = { type: 'object', additionalProperties: text }

/** Few objects hold a pod. */
const outline = once((): Structural => {
  const metadata = object({
    ...each('name generateName namespace selfLink uid resourceVersion', text),
    ...each('generation deletionGracePeriodSeconds', whole),
    ...each('creationTimestamp deletionTimestamp', time),
    ...each('labels annotations', textMap),
    finalizers: list(text),
    ownerReferences: list(object({ ...each('apiVersion kind name uid', text), ...each('controller blockOwnerDeletion', boolean) })),
    managedFields: list(object({ ...each('manager operation apiVersion fieldsType subresource', text), time })),
  })
  const containerStatus = object({
    ...each('name image imageID containerID', text),
    ...each('ready started', boolean),
    restartCount: { type: 'integer', format: 'int32' },
    ...each('state lastState', object({})),
  })
  const status = object({
    ...each('phase message reason nominatedNodeName hostIP podIP qosClass resize', text),
    conditions: list(
      object({ ...each('type status reason message', text), ...each('lastProbeTime lastTransitionTime', time), observedGeneration: whole }),
    ),
    startTime: time,
    observedGeneration: whole,
    ...each('hostIPs podIPs', list(object({ ip: text }))),
    ...each('initContainerStatuses containerStatuses ephemeralContainerStatuses', list(containerStatus)),
  })
  return readStructural(object({ ...each('apiVersion kind', text), metadata, status }))
})

/** The spec of a pod as the Pooler's template has it, which is the type of Kubernetes itself. */
function specOf(operator: string): Structural | undefined {
  const pooler = loadKind('postgresql.cnpg.io/v1', 'Pooler', operator)?.schema
  const template = pooler?.properties?.get('spec')?.properties?.get('template')
  return template?.properties?.get('spec')
}

/** Whether the API types can hold it. Members that a Pod lacks are ignored, null is the absence of a value, and case is ignored. */
export function decodesAsPod(pod: Json, operator: string): boolean {
  const spec = isJsonMap(pod) ? membersOf(pod, 'spec') : []
  return decodes(pod, outline()) && spec.every((value) => decodes(value, specOf(operator)))
}

/** Whether decoding empties the map of annotations that the operator writes to afterwards: null does, absence does not. */
export function losesAnnotations(pod: Json): boolean {
  const found = isJsonMap(pod)
    ? membersOf(pod, 'metadata').flatMap((value) => (isJsonMap(value) ? membersOf(value, 'annotations') : []))
    : []
  return found.at(-1) === null
}

function membersOf(value: JsonMap, name: string): Json[] {
  return Object.entries(value)
    .filter(([key]) => foldKey(key) === foldKey(name))
    .map(([, entry]) => entry)
}

function decodes(value: Json, schema: Structural | true | undefined): boolean {
  if (value === null || schema === undefined || schema === true) return true
  if (schema.intOrString) return decodesIntOrString(value, schema)
  switch (schema.type) {
    case 'object':
      return isJsonMap(value) && Object.entries(value).every(([key, entry]) => decodes(entry, memberOf(schema, key)))
    case 'array':
      return Array.isArray(value) && value.every((item) => decodes(item, schema.items))
    case 'integer':
      return typeof value === 'number' && fitsInteger(value, schema.format)
    case 'string':
      return typeof value === 'string' && (schema.format !== 'date-time' || isGoTime(value))
    case '':
      return true
    default:
      return typeof value === schema.type
  }
}

function memberOf(schema: Structural, key: string): Structural | true | undefined {
  const known = memberSchema(schema, key)
  if (known !== undefined || !schema.properties) return known
  const folded = foldKey(key)
  return [...schema.properties].find(([name]) => foldKey(name) === folded)?.[1]
}

/** The quantities among them have a pattern. */
function decodesIntOrString(value: Json, schema: Structural): boolean {
  if (schema.pattern !== undefined) return readQuantity(value) !== undefined
  return typeof value === 'string' || (typeof value === 'number' && fitsInteger(value, 'int32'))
}
