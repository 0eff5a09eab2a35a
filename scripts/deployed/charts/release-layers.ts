// Which layers does a release have, with what its parameters change?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { LayerReader } from '../../merge/layers.ts'
import type { Database, DatabaseLayer, RenderedObject } from '../../model.ts'
import { mergeLayers } from '../../values/merge.ts'
import type { Json, JsonMap, MapValue } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { at } from '../manifest-parts.ts'
import { withParameters } from '../values/value-layers.ts'
import type { SourceOf, ValueLayers } from '../values/value-layers.ts'

/** The layers of values, parameters as the last of them. */
export function layersOf(given: ValueLayers, findings: LocatedFinding[], of: SourceOf): readonly DatabaseLayer[] {
  if (given.parameters.length === 0) return withOne(given.layers, of)
  const reader = new LayerReader(() => [])
  // parameters change what files and values hold; of the chart's defaults they know nothing
  const written: readonly DatabaseLayer[] = given.layers.filter(({ layer }) => layer !== 'chart')
  const { roots } = reader.layersOf({ layers: written } as Database)
  const [first, ...others] = roots ?? []
  const below = first === undefined ? emptyRoot(of) : mergeLayers([first, ...others])
  const { layers, refused } = withParameters(given, below)
  if (refused !== undefined) {
    const { at, value } = refused
    const inTheWay = value === undefined ? undefined : spotOf(value, value.kind === 'null' ? 'key' : 'value')
    const isNull = value?.kind === 'null' && inTheWay !== undefined
    findings.push({
      rule: 'argocd/parameter',
      severity: 'error',
      message: phrase`parameter is refused by Helm: ${named(refused.message)}`,
      at: isNull ? inTheWay : at,
      help: isNull ? phrase`remove this key, or write the parameter's value below it` : phrase`write the value into valuesObject`,
      ...(inTheWay && {
        // of the wrong type whatever the parameters are
        unless: inTheWay,
        related: [isNull ? { ...at, message: phrase`the parameter is here` } : { ...inTheWay, message: phrase`this is in the way` }],
      }),
    })
  }
  return withOne(layers, of)
}

/** A release without any values has an empty layer, which merging needs. */
function withOne(layers: readonly DatabaseLayer[], of: SourceOf): readonly DatabaseLayer[] {
  if (layers.length > 0) return layers
  const root = emptyRoot(of)
  return [{ layer: 'inline', file: root.origin.file, inline: { root, text: '{}' } }]
}

function emptyRoot({ manifest }: SourceOf): MapValue {
  const { file, span } = manifest.spotOf(['metadata', 'name'])
  return { kind: 'map', origin: { layer: 'inline', file, path: [], key: null, value: span }, overrides: [], entries: new Map() }
}

/** What besides values decides about the objects of a release. */
export function releaseFingerprint(
  release: string,
  {
    application,
    source,
    holders,
  }: { readonly application: JsonMap; readonly source: JsonMap; readonly holders: readonly RenderedObject[] },
): string {
  const held = holders.map(({ plain }) => plain)
  const revision = source['targetRevision'] ?? ''
  return JSON.stringify([release, revision, withoutValues(source['helm']), at(application, 'spec', 'syncPolicy') ?? null, held])
}

function withoutValues(helm: Json | undefined): Json {
  if (!isJsonMap(helm)) return null
  const { values: _values, valuesObject: _object, valueFiles: _files, parameters: _parameters, fileParameters: _more, ...rest } = helm
  return rest
}
