// Which manifests does a ConfigMap or Secret hold as texts, for whoever applies them?
import { definesManifest } from '../../discover/loose.ts'
import type { SourceFile, Span, Value } from '../../values/value.ts'
import type { Spot } from '../../findings/spot.ts'
import { toPlain, valueAt } from '../../values/value.ts'
import { inside, parseInside } from '../../yaml/inside.ts'
import { itemsOf } from '../../yaml/manifests.ts'
import { parseYaml } from '../../yaml/parse.ts'
import type { YamlProblem } from '../../yaml/parse.ts'
import type { Reading } from '../reading.ts'

interface Held {
  readonly readings: readonly Reading[]
  readonly problems: readonly YamlProblem[]
}

const nothing: Held = { readings: [], problems: [] }

/** What the texts of an object say, with places in its file; texts that define nothing of interest are left alone. */
export function heldManifests(object: Value, file: SourceFile): Held {
  const kind = valueAt(object, ['kind'])
  if (kind?.kind !== 'scalar' || (kind.value !== 'ConfigMap' && kind.value !== 'Secret')) return nothing
  const texts = ['data', 'stringData'].flatMap((key) => {
    const holder = valueAt(object, [key])
    return holder?.kind === 'map' ? [...holder.entries.values()] : []
  })
  const held = texts.map((text) => heldIn(text, file))
  return { readings: held.flatMap(({ readings }) => readings), problems: held.flatMap(({ problems }) => problems) }
}

function heldIn(node: Value, file: SourceFile): Held {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !definesManifest(node.value)) return nothing
  const text = node.value
  const offset = inside(file.text, node.origin.value, text)
  const spotOf = ({ start, end }: Span): Spot => ({
    file,
    span: offset === undefined ? node.origin.value : { start: offset(start), end: offset(Math.max(end - 1, start)) + 1 },
  })
  const { documents, problems } = parseInside(text, { file, layer: 'service', spotOf })
  const fatal = problems.filter((problem) => problem.fatal)
  if (fatal.length > 0) return { readings: [], problems: fatal }
  const raw = parseYaml({ path: file.path, text }, 'service').documents.flatMap(itemsOf)
  const readings = documents.flatMap(itemsOf).map((document, index): Reading => ({
    file,
    plain: toPlain(document),
    value: () => document,
    raw: raw[index] ?? document,
    text,
    start: 0,
    spotOfText: spotOf,
  }))
  return { readings, problems: [] }
}
