// Does the real Helm print what the model of the chart prints (`check --cross-check helm`)?
import { fieldAt, named, phrase } from '../../findings/message.ts'
import { spawnSync } from 'node:child_process'
import { locateFinding } from '../../locate/finding.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { serviceSpot } from '../../merge/generator.ts'
import type { Database, RenderedObject } from '../../model.ts'
import type { Json, JsonMap, MapValue, Path } from '../../values/value.ts'
import type { Message } from '../../findings/finding.ts'
import { isSecretPath, mask } from '../../secret/names.ts'
import { maskInJson, maskSentence } from '../../secret/values.ts'
import { runHelm } from './engine.ts'
import { headOf, isOutline } from '../outline.ts'
import type { HelmCharts } from './chart.ts'

const rule = 'chart/cross-check'
const help = phrase`please report it: the model of the chart is wrong; \`engine: helm\` avoids it`

/** Whether `helm` can be run at all. */
export function isHelmOnPath(): boolean {
  return spawnSync('helm', ['version', '--short'], { stdio: 'ignore' }).error === undefined
}

export interface Modelled {
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly repository: HelmCharts
}

/** One finding for each object, and each field of an object, that only one of the two prints, or prints otherwise. */
export function crossCheck(database: Database, { values, objects, repository }: Modelled): LocatedFinding[] {
  const outcome = runHelm(database, values, repository)
  const fallback = serviceSpot(database)
  const whole = (message: Message): LocatedFinding => ({
    rule,
    severity: 'error',
    message,
    at: fallback,
    help,
    database: database.id,
  })
  if (!outcome.ok)
    return [
      {
        ...whole(phrase`${named(maskSentence(outcome.message, [values]))}, but the model renders these values`),
        help: outcome.help === undefined ? help : phrase`${outcome.help}`,
      },
    ]
  const printed = new Map(outcome.objects.map((object) => [nameOf(object), object]))
  const findings: LocatedFinding[] = []
  for (const object of objects) {
    const theirs = printed.get(nameOf(object))
    const found = theirs === undefined ? [missingFromHelm(object)] : fieldsThatDiffer(object, theirs.plain)
    for (const { path, message } of found)
      findings.push(locateFinding({ rule, severity: 'error', message, places: [{ path }], help }, { object, values, fallback, database }))
  }
  const modelled = new Set(objects.map(nameOf))
  for (const name of printed.keys())
    if (!modelled.has(name)) findings.push(whole(phrase`${named(name)} is not in the model, but helm prints it`))
  return findings
}

function nameOf({ kind, name }: RenderedObject): string {
  return `${kind}/${name}`
}

interface Difference {
  readonly path: Path
  readonly message: Message
}

function missingFromHelm(object: RenderedObject): Difference {
  return { path: ['metadata', 'name'], message: phrase`${named(nameOf(object))} is in the model, but helm does not print it` }
}

function fieldsThatDiffer(object: RenderedObject, theirs: JsonMap): Difference[] {
  const compared = isOutline(object) ? headOf(theirs) : theirs
  return [...differences(object.plain, compared, [])].map(({ path, ours, theirs: other }) => {
    const isHidden = isSecretPath(path) || (object.kind === 'Secret' && path[0] !== 'metadata')
    const shown = (value: Json | undefined): string => (value !== undefined && isHidden ? mask : short(value))
    return { path, message: phrase`${fieldAt(path)} is ${named(shown(ours))} in the model, but ${named(shown(other))} in what helm prints` }
  })
}

function* differences(
  ours: Json | undefined,
  theirs: Json | undefined,
  path: Path,
): Iterable<{ readonly path: Path; readonly ours: Json | undefined; readonly theirs: Json | undefined }> {
  if (isObject(ours) && isObject(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
    for (const key of keys) yield* differences(ours[key], theirs[key], [...path, Array.isArray(ours) ? Number(key) : key])
  } else if (ours !== theirs) yield { path, ours, theirs }
}

function isObject(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null
}

function short(value: Json | undefined): string {
  if (value === undefined) return 'not set'
  return JSON.stringify(maskInJson(value, []))
}
