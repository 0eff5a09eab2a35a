// Which objects does a file of manifests hold: YAML or JSON, several documents, Lists?
import { described, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { JsonMap, MapValue, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from './parse.ts'
import { toPlain, valueAt } from '../values/value.ts'
import { yamlFindings } from './findings.ts'
import { withPlaces } from './inside.ts'

/** An object as it is written in a file. */
export interface Manifest {
  readonly value: MapValue
  readonly plain: JsonMap
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** The objects of a text, Lists unpacked; JSON is YAML. Anything that is not an object is a finding. */
export function readManifests(source: SourceFile): { manifests: Manifest[]; findings: LocatedFinding[] } {
  const file = { ...source, reader: 'kubectl' }
  const { documents, problems } = parseYaml(file, 'service')
  const findings = yamlFindings(file, problems)
  const manifests: Manifest[] = []
  for (const document of documents) collect(document, manifests, findings)
  return { manifests, findings }
}

function collect(value: Value, manifests: Manifest[], findings: LocatedFinding[]): void {
  if (value.kind === 'null') return
  if (value.kind !== 'map') {
    findings.push({
      rule: 'yaml/root-map',
      severity: 'error',
      message: phrase`a document is ${described(value)}, but must be an object`,
      at: { file: value.origin.file, span: value.origin.value },
    })
    return
  }
  const items = itemsOf(value)
  if (items[0] !== value) {
    for (const item of items) collect(fromOwnTop(item, item.origin.path.length), manifests, findings)
    return
  }
  const kind = textAt(value, 'kind')
  const plain = toPlain(value) as JsonMap
  manifests.push({
    value,
    plain,
    apiVersion: textAt(value, 'apiVersion'),
    kind,
    namespace: textAt(value, 'metadata', 'namespace'),
    name: textAt(value, 'metadata', 'name'),
  })
}

/** An item of a List as if it were a document: its paths begin at itself, its places stay. */
function fromOwnTop(value: Value, depth: number): Value {
  return withPlaces(value, (origin) => ({ ...origin, path: origin.path.slice(depth) }))
}

/** The objects of a List (`List`, `ApplicationList` and so on, one in another too), or the object itself. */
export function itemsOf(document: Value): readonly Value[] {
  const items = document.kind === 'map' ? document.entries.get('items') : undefined
  if (items?.kind !== 'list' || !textAt(document, 'kind').endsWith('List')) return [document]
  return items.items.flatMap(itemsOf)
}

function textAt(value: Value, ...path: string[]): string {
  const found = valueAt(value, path)
  return found?.kind === 'scalar' ? String(found.value) : ''
}
