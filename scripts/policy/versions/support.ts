// Does the pinned operator support the PostgreSQL of a database?
import { named, phrase, shown } from '../../findings/message.ts'
import { supportedMajors } from '../../operator/support.ts'
import { printed } from '../../values/printed.ts'
import { valueAt } from '../../values/value.ts'
import type { MapValue, ScalarValue, Value } from '../../values/value.ts'
import { parseImageReference } from '../../operator/image.ts'
import { majorOf } from '../../operator/major.ts'
import { objectOf, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/**
 * Whether a number is meant as a major of PostgreSQL. Below 13 the operator refuses it. The tag of an image may also
 * begin with a much larger number, such as a date; `version.postgresql` and a catalogue hold nothing but versions.
 */
function isMeant(major: number, isTag: boolean): boolean {
  return major >= 13 && (!isTag || major <= largestMajor)
}

/** A larger number that a tag begins with is no version of PostgreSQL. */
const largestMajor = 25

/** `017`: a chart prints it as it is. */
const isPaddedNumber = (value: Value): value is ScalarValue => value.kind === 'scalar' && /^0\d/.test(printed(value.value))

function holdsPadded(values: MapValue): boolean {
  const versions = values.entries.get('version')
  return versions?.kind === 'map' && [...versions.entries.values()].some(isPaddedNumber)
}

export const support: readonly ObjectRule[] = [
  {
    id: 'policy/operator-supports-major',
    severity: 'error',
    configurable: true,
    summary: 'the operator supports the major version of PostgreSQL',
    reads: [
      ['version', 'postgresql'],
      ['cluster', 'imageName'],
      ['imageCatalog', 'images'],
    ],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const { operator, values } = subject
      const known = supportedMajors(operator)
      const major = cluster === undefined ? undefined : majorOf(cluster.plain)
      if (cluster === undefined || known === undefined || major === undefined) return
      const isSupported = major >= known.first && major <= known.last
      // where it was written is asked for only then
      if (isSupported && (values === undefined || !holdsPadded(values))) return
      const image = valueAt(cluster.value, ['spec', 'imageName'])
      const written = image?.origin.path[0] === 'version' && values !== undefined ? valueAt(values, image.origin.path) : undefined
      const isPadded = written !== undefined && isPaddedNumber(written)
      if (!isPadded && (isSupported || !isMeant(major, image !== undefined && written === undefined))) return
      yield {
        object: cluster,
        message: isPadded
          ? phrase`PostgreSQL is ${shown(printed(written.value))}, but a version does not begin with a zero`
          : phrase`PostgreSQL is ${named(major)}, but CloudNativePG ${named(operator)} supports ${named(known.first)} to ${named(known.last)}`,
        places: [{ path: image === undefined ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName'] }],
        help: isPadded
          ? phrase`write "${named(major)}"`
          : major < known.first
            ? phrase`upgrade the database to PostgreSQL ${named(known.first)} or later before the operator`
            : phrase`stay with PostgreSQL ${named(known.last)}${major > known.last + 8 ? '' : ', or upgrade the operator'}`,
      }
    },
  },
  {
    // container_images.md of CloudNativePG 1.27 to 1.30, "Image Tag Requirements"; `version.FromTag` takes any number, and a higher one later
    // for a major upgrade
    id: 'policy/tag-begins-with-version',
    severity: 'warning',
    configurable: true,
    summary: 'the number that the tag of an image begins with is the major of PostgreSQL',
    reads: [['cluster', 'imageName']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        if (plainAt(cluster.plain, 'spec', 'imageCatalogRef') !== undefined) continue
        const image = textAt(cluster.plain, 'spec', 'imageName') ?? ''
        const major = majorOf(cluster.plain)
        if (major === undefined || major <= largestMajor) continue
        yield {
          object: cluster,
          message: phrase`the tag of imageName is ${shown(parseImageReference(image).tag)}, which the operator takes for PostgreSQL ${named(major)}`,
          places: [{ path: ['spec', 'imageName'] }],
          help: phrase`begin it with PostgreSQL's version, or name the image in an ImageCatalog with its major`,
        }
      }
    },
  },
]
