// Does each patch of a minor have the fields that it has, and none that came later?
import { expect, test } from 'vitest'
import { admit } from '../../scripts/admit/admit.ts'
import type { JsonMap } from '../../scripts/values/value.ts'

const cluster = (spec: JsonMap): JsonMap => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'orders', namespace: 'orders' },
  spec: { instances: 1, storage: { size: '1Gi' }, ...spec },
})
const store: JsonMap = { destinationPath: 'https://a.blob.core.windows.net/x', azureCredentials: { useDefaultAzureCredentials: true } }
const extension = (fields: JsonMap): JsonMap =>
  cluster({
    imageName: 'ghcr.io/cloudnative-pg/postgresql:18',
    postgresql: { extensions: [{ image: { reference: 'a:1' }, ...fields }] },
  })
const catalog: JsonMap = {
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'ImageCatalog',
  metadata: { name: 'all', namespace: 'orders' },
  spec: { images: [{ major: 17, image: 'a:17', extensions: [{ name: 'b', image: { reference: 'b:1' } }] }] },
}

test.each<readonly [what: string, object: JsonMap, first: string]>([
  ['the default credentials of Azure', cluster({ backup: { barmanObjectStore: store } }), '1.27.3'],
  ['those of an external cluster', cluster({ externalClusters: [{ name: 'old', barmanObjectStore: store }] }), '1.27.3'],
  ['an underscore in the name of an extension', extension({ name: 'pg_ivm' }), '1.27.3'],
  ['a path of programs of an extension', extension({ name: 'a', bin_path: ['bin'] }), '1.27.4'],
  ['extensions of a catalog', catalog, '1.27.4'],
])('%s', (_what, object, first) => {
  for (const operator of ['1.27.1', '1.27.2', '1.27.3', '1.27.4', '1.28.4']) {
    const { verdict, pruned } = admit(object, { operator })
    expect([operator, verdict === 'accepted' && pruned.length === 0]).toEqual([operator, operator >= first])
  }
})
