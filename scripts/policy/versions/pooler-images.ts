// Does the image of a Pooler hold PgBouncer where the operator starts it?
import { here, named, phrase } from '../../findings/message.ts'
import { parseImageReference } from '../../operator/image.ts'
import { listAt, objectsOf, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** Images with PgBouncer elsewhere, and where. */
const elsewhere: readonly (readonly [image: RegExp, program: string])[] = [
  [/^docker\.io\/bitnami(?:legacy|secure)?\/pgbouncer$/, '/opt/bitnami/pgbouncer/bin/pgbouncer'],
  [/^dhi\.io\/pgbouncer$/, '/usr/local/bin/pgbouncer'],
]

export const poolerImages: readonly ObjectRule[] = [
  {
    // `pgBouncerCommandName` of internal/cmd/manager/pgbouncer/run, CloudNativePG 1.27 to 1.30 (docker-hardened-images/catalog#417)
    id: 'policy/pooler-image-fits',
    severity: 'error',
    configurable: true,
    upstream: 'pgBouncerCommandName',
    summary: 'the image of a Pooler has its program at /usr/bin/pgbouncer, where the operator starts it',
    reads: [],
    *check(subject) {
      for (const pooler of objectsOf(subject, 'Pooler')) {
        const list = ['spec', 'template', 'spec', 'containers']
        for (const [index, container] of listAt(pooler.plain, ...list).entries()) {
          const image = textAt(container, 'name') === 'pgbouncer' ? textAt(container, 'image') : undefined
          const { name } = parseImageReference(image ?? '')
          const program = elsewhere.find(([pattern]) => pattern.test(name))?.[1]
          if (program === undefined) continue
          yield {
            object: pooler,
            message: phrase`${here('image')} has PgBouncer at ${named(program)}, but the operator starts /usr/bin/pgbouncer: no pod starts`,
            places: [{ path: [...list, index, 'image'] }],
            help: phrase`use ghcr.io/cloudnative-pg/pgbouncer`,
          }
        }
      }
    },
  },
]
