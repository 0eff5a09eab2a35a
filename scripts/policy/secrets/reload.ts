// Does the operator take up changes of Secrets and ConfigMaps, and certificates that are renewed?
import { named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, objectsOf, officialChart, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const name = 'cnpg.io/reload'

const kinds: ReadonlySet<string> = new Set(['Secret', 'ConfigMap', 'ExternalSecret'])
/** Where an object has the metadata of the Secret that it is, or an ExternalSecret that of the one that it makes. */
const places: readonly Path[] = [['metadata'], ['spec', 'target', 'template', 'metadata'], ['spec', 'template', 'metadata']]

const has = (object: RenderedObject, path: Path): boolean => {
  const marks = plainAt(object.plain, ...path)
  return isJsonMap(marks) && name in marks
}

const isMap = ({ plain }: RenderedObject, path: Path): boolean => isJsonMap(plainAt(plain, ...path))

/** Fields of a Cluster with Secrets that somebody else renews. */
const ofCertificates = ['serverTLSSecret', 'replicationTLSSecret', 'serverCASecret', 'clientCASecret'] as const

/** Fields of `monitoring` with what holds queries. */
const ofQueries = [
  ['customQueriesConfigMap', 'ConfigMap'],
  ['customQueriesSecret', 'Secret'],
] as const

export const reload: readonly ObjectRule[] = [
  {
    // `hasReloadLabelSet` of CloudNativePG 1.27 to 1.30 looks at labels only
    id: 'policy/reload-is-label',
    severity: 'warning',
    configurable: true,
    summary: 'cnpg.io/reload, which makes the operator take up changes of a Secret or ConfigMap, is a label',
    reads: [],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kinds.has(kind))) {
        if (places.some((path) => has(object, [...path, 'labels']))) continue
        const above = places.find((path) => has(object, [...path, 'annotations']))
        if (above === undefined) continue
        const what = object.kind === 'ExternalSecret' ? 'Secret that it makes' : object.kind
        yield {
          object,
          message: phrase`${name} is an annotation, but must be a label: changes of the ${what} are not noticed`,
          places: [{ path: [...above, 'annotations', name], on: 'key' }],
          help: phrase`write it below ${named([...above, 'labels'].join('.'))}`,
        }
      }
    },
  },
  {
    // certificates.md of CloudNativePG 1.27 to 1.30: "you can add a label with the key `cnpg.io/reload` to it. Otherwise you must reload the instances
    // using the `kubectl cnpg reload` subcommand"; cert-manager renews 30 days before the end, and nobody is told
    id: 'policy/certificate-reloaded',
    severity: 'warning',
    configurable: true,
    upstream: 'hasReloadLabelSet',
    summary: 'the Secret of a certificate that cert-manager renews has the label by which the operator takes it up',
    reads: [['cluster', 'certificates']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const certificate of objectsOf(subject, 'Certificate')) {
          const secret = textAt(certificate.plain, 'spec', 'secretName') ?? ''
          const field = ofCertificates.find((one) => secret !== '' && textAt(cluster.plain, 'spec', 'certificates', one) === secret)
          if (field === undefined || has(certificate, ['spec', 'secretTemplate', 'labels'])) continue
          // the documentation writes the label into an empty Secret of that name
          if (objectsOf(subject, 'Secret').some((object) => object.name === secret && has(object, ['metadata', 'labels']))) continue
          yield {
            object: certificate,
            message: phrase`${named(secret)} is ${named(field)} of ${named(cluster.name)}, but has no label ${name}: a renewed certificate is not taken up`,
            places: [{ path: ['spec', 'secretName'] }],
            help: isMap(certificate, ['spec', 'secretTemplate', 'labels'])
              ? phrase`add ${name}: "" to secretTemplate.labels`
              : isMap(certificate, ['spec', 'secretTemplate'])
                ? phrase`add labels: {${name}: ""} to secretTemplate`
                : phrase`add secretTemplate: {labels: {${name}: ""}} beside secretName`,
          }
        }
    },
  },
  {
    // monitoring.md of CloudNativePG 1.27 to 1.30: "you can add a label with key `cnpg.io/reload` to it, otherwise you will have to reload the
    // instances using the `kubectl cnpg reload` subcommand"
    id: 'policy/queries-reloaded',
    severity: 'warning',
    configurable: true,
    upstream: 'hasReloadLabelSet',
    summary: 'custom queries have the label by which the operator takes up their changes',
    reads: [],
    *check(subject) {
      if (officialChart(subject) !== undefined) return
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const [field, kind] of ofQueries) {
          const list = ['spec', 'monitoring', field]
          const held = new Set(listAt(cluster.plain, ...list).map((one) => textAt(one, 'name')))
          for (const object of objectsOf(subject, kind)) {
            // with a hash in its name each change makes another one
            if (!held.has(object.name) || has(object, ['metadata', 'labels']) || /-[a-z0-9]{10}$/.test(object.name)) continue
            // as an annotation it is reported above
            if (has(object, ['metadata', 'annotations']) || plainAt(object.plain, 'immutable') === true) continue
            yield {
              object,
              message: phrase`${kind} has no label ${name}: changes of the queries are not noticed`,
              places: [{ path: ['metadata', 'name'] }],
              help: isMap(object, ['metadata', 'labels'])
                ? phrase`add ${name}: "" to its labels`
                : phrase`add labels: {${name}: ""} to its metadata`,
            }
          }
        }
    },
  },
]
