// Would Kubernetes accept the ports of a Service?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { isDns1123Label, likelyName } from '../../kubernetes/dns-name.ts'
import { printed } from '../../values/printed.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding } from '../subject.ts'

const isPort = (number: number): boolean => number >= 1 && number <= 65_535
const protocols = ['SCTP', 'TCP', 'UDP']

/** `IsValidPortName` */
const isPortName = (name: string): boolean =>
  name.length <= 15 &&
  /^[a-z\d-]+$/.test(name) &&
  /[a-z]/.test(name) &&
  !name.includes('--') &&
  !name.startsWith('-') &&
  !name.endsWith('-')

/** Whether a Service may have this `targetPort`; 0 and nothing are the port itself. */
export function isTargetPossible(target: Json | undefined): boolean {
  if (typeof target === 'number') return target === 0 || isPort(target)
  return typeof target !== 'string' || target === '' || /[${}<>]/.test(target) || isPortName(target)
}

/** Reproduces `validateServicePort`, and what `ValidateService` says of all ports together. */
export function* portMistakes(object: RenderedObject, template: Path): Iterable<ObjectFinding> {
  const list = [...template, 'spec', 'ports']
  const ports = listAt(object.plain, ...list)
  const names = new Set<string>()
  const numbers = new Set<string>()
  // `WithServicePortNoOverwrite`: the operator adds its own
  const own = object.kind === 'Pooler' ? 'pgbouncer' : 'postgres'
  const isOwn = object.kind === 'Service' || ports.some((port) => textAt(port, 'name') === own || plainAt(port, 'port') === 5432)
  const count = ports.length + (isOwn ? 0 : 1)
  for (const [index, port] of ports.entries()) {
    const name = textAt(port, 'name') ?? ''
    const number = `${printed(plainAt(port, 'port') ?? null)}/${textAt(port, 'protocol') || 'TCP'}`
    const isNamedTwice = name !== '' && names.has(name)
    if (name === '' && count > 1 && !names.has(''))
      yield {
        object,
        message: phrase`port ${printed(plainAt(port, 'port') ?? null)} has no name, but each of ${count} ports must have one: the Service is refused`,
        places: [{ path: [...list, index, 'port'] }],
        help: phrase`add a name of its own, such as name: other`,
      }
    else if (isNamedTwice || numbers.has(number))
      yield {
        object,
        message: phrase`${isNamedTwice ? 'name' : 'port'} ${isNamedTwice ? name : number} is there twice: Kubernetes refuses the Service`,
        places: [{ path: [...list, index, isNamedTwice ? 'name' : 'port'] }],
        help: phrase`write another one, or remove this port`,
      }
    names.add(name)
    numbers.add(number)
    yield* wrongParts(object, [...list, index], textAt(object.plain, ...template, 'spec', 'type') || 'ClusterIP')
  }
}

/** What is wrong with the fields of one port. */
function* wrongParts(object: RenderedObject, path: Path, type: string): Iterable<ObjectFinding> {
  const [name, protocol] = [textAt(object.plain, ...path, 'name') ?? '', textAt(object.plain, ...path, 'protocol') ?? '']
  if (name !== '' && !isDns1123Label(name)) {
    const likely = likelyName(name, isDns1123Label)
    yield {
      object,
      message: phrase`${here('name')} is ${shown(name)}, but no port can have this name: the Service is refused`,
      places: [{ path: [...path, 'name'] }],
      help: likely === undefined ? phrase`write at most 63 lower case letters, digits and -` : phrase`did you mean ${named(likely)}?`,
    }
  }
  if (protocol !== '' && !protocols.includes(protocol)) {
    const meant = protocols.find((known) => known === protocol.toUpperCase())
    yield {
      object,
      message: phrase`${here('protocol')} is ${shown(protocol)}, but must be SCTP, TCP or UDP: the Service is refused`,
      places: [{ path: [...path, 'protocol'] }],
      help: phrase`write ${meant ?? 'TCP'}, or remove it`,
    }
  }
  yield* wrongTarget(object, path)
  yield* wrongNumbers(object, path, type)
}

function* wrongTarget(object: RenderedObject, path: Path): Iterable<ObjectFinding> {
  const target = plainAt(object.plain, ...path, 'targetPort')
  if (isTargetPossible(target)) return
  const isNumber = typeof target === 'string' && /^\d+$/.test(target) && isPort(Number(target))
  yield {
    object,
    message: isNumber
      ? phrase`${here('targetPort')} is ${shown(target)} in quotes, which is a name, but names have a letter: the Service is refused`
      : phrase`${here('targetPort')} is ${shown(target ?? null)}, but no port has this ${typeof target === 'string' ? 'name' : 'number'}: the Service is refused`,
    places: [{ path: [...path, 'targetPort'] }],
    help: isNumber
      ? phrase`write ${named(target)} without quotes`
      : phrase`write a number from 1 to 65535, or a name of at most 15 lower case letters, digits and -`,
  }
}

function* wrongNumbers(object: RenderedObject, path: Path, type: string): Iterable<ObjectFinding> {
  for (const field of ['port', 'nodePort']) {
    const number = plainAt(object.plain, ...path, field)
    if (typeof number !== 'number' || (field === 'nodePort' && number === 0)) continue
    if (!isPort(number))
      yield {
        object,
        message: phrase`${here(field)} is ${shown(number)}, but must be 1 to 65535: the Service is refused`,
        places: [{ path: [...path, field] }],
        help: phrase`write a port that there is`,
      }
    else if (field === 'nodePort' && type === 'ClusterIP')
      yield {
        object,
        message: phrase`${here('nodePort')} is set, but the Service is a ClusterIP, which can't have it: Kubernetes refuses it`,
        places: [{ path: [...path, field], on: 'key' }],
        help: phrase`write type: NodePort in spec, or remove it`,
      }
  }
}

/** Ports of nodes that Kubernetes gives nobody unless its range was changed. */
export function* unusualNodePorts(object: RenderedObject, template: Path): Iterable<ObjectFinding> {
  if (!['NodePort', 'LoadBalancer'].includes(textAt(object.plain, ...template, 'spec', 'type') ?? '')) return
  for (const [index, port] of listAt(object.plain, ...template, 'spec', 'ports').entries()) {
    const number = plainAt(port, 'nodePort')
    if (typeof number !== 'number' || !isPort(number) || (number >= 30_000 && number <= 32_767)) continue
    yield {
      object,
      message: phrase`${here('nodePort')} is ${shown(number)}, but Kubernetes refuses ports outside 30000-32767, unless its range was changed`,
      places: [{ path: [...template, 'spec', 'ports', index, 'nodePort'] }],
      help: phrase`write one of 30000-32767, or remove it: Kubernetes chooses one`,
    }
  }
}
