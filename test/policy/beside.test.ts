// What public reports blame on how a Cluster and the objects beside it name each other, and a twin of each that works
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const group = 'apiVersion: postgresql.cnpg.io/v1'
const cluster = (spec: string): string =>
  `{ ${group}, kind: Cluster, metadata: { name: a }, spec: { instances: 3, storage: { size: 10Gi }, ${spec} } }`
const object = (kind: string, spec: string): string =>
  `{ ${group}, kind: ${kind}, metadata: { name: o }, spec: { cluster: { name: a }, ${spec} } }`
const together = (...objects: readonly string[]): string => objects.join('\n---\n')

const found = (text: string): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0').map(
    ({
      rule,
      finding: {
        object: { kind },
        places,
      },
    }) => `${rule.slice('policy/'.length)}: ${kind} ${places[0].path.join('.')}`,
  )

const imported = (rest: string): string =>
  cluster(
    `bootstrap: { initdb: { ${rest}import: { type: microservice, databases: [shop], source: { externalCluster: old } } } }, ` +
      'externalClusters: [{ name: old, connectionParameters: { host: h, user: u, dbname: shop } }]',
  )
const subscription = (rest = ''): string =>
  object('Subscription', `name: s, dbname: shop, publicationName: p, externalClusterName: old${rest}`)
const from = (parameters: string): string =>
  cluster(
    `bootstrap: { initdb: { database: shop, owner: shop } }, externalClusters: [{ name: old, connectionParameters: { host: h, ${parameters} } }]`,
  )
const catalog = (kind: string): string =>
  `{ ${group}, kind: ${kind}, metadata: { name: pg }, spec: { images: [{ major: 17, image: "ghcr.io/cloudnative-pg/postgresql:17.5" }] } }`
const ofCatalog = cluster('imageCatalogRef: { apiGroup: postgresql.cnpg.io, kind: ImageCatalog, name: pg, major: 17 }')
const plugin = 'name: barman-cloud.cloudnative-pg.io'
const archiving = cluster(`plugins: [{ ${plugin}, isWALArchiver: true, parameters: { barmanObjectName: wal } }]`)
const backup = (parameters: string): string => object('Backup', `method: plugin, pluginConfiguration: { ${plugin}, ${parameters} }`)
const role = cluster('managed: { roles: [{ name: shop, login: true, passwordSecret: { name: s } }] }')
const owner = cluster('bootstrap: { initdb: { database: shop, owner: shop, secret: { name: s } } }')
const secret = (metadata: string, password = 'x'): string =>
  `{ apiVersion: v1, kind: Secret, metadata: { name: s, ${metadata} }, stringData: { username: shop, password: ${password} } }`
const external = (metadata: string, target = ''): string =>
  `{ apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: { name: s, ${metadata} }, spec: { target: { name: s${target} } } }`
const sealed = (metadata: string, template = ''): string =>
  `{ apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: { ${metadata} }, spec: { encryptedData: { username: A, password: B }, template: { metadata: { ${template} } } } }`
const inShop = owner.replace('{ name: a }', '{ name: a, namespace: shop }')
const hook = (phase: string): string => `annotations: { argocd.argoproj.io/hook: ${phase} }`
const reload = '{ cnpg.io/reload: "true" }'
const pages = (amount: string, parameters = ''): string =>
  cluster(
    `imageName: "ghcr.io/cloudnative-pg/postgresql:17.5-standard-bookworm", postgresql: { parameters: { shared_buffers: 1GB, max_connections: "150"${parameters} } }, ` +
      `resources: { requests: { memory: 2Gi, hugepages-2Mi: ${amount} }, limits: { memory: 2Gi, hugepages-2Mi: ${amount} } }`,
  )
const postgis = (rest: string, image = 'ghcr.io/cloudnative-pg/postgresql:18.1-minimal-trixie'): string =>
  cluster(
    `imageName: "${image}", postgresql: { extensions: [{ name: postgis, image: { reference: "r.example.com/cloudnative-pg/postgis-extension:3.6" }${rest} }] }`,
  )

const wave = (number: number): string => `annotations: { argocd.argoproj.io/sync-wave: "${number}" }`
const inWave = (number: number, text: string): string => text.replace('metadata: { name: a }', `metadata: { name: a, ${wave(number)} }`)
const policy = (spec: string, kind = 'NetworkPolicy', apiVersion = 'networking.k8s.io/v1'): string =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: n }, spec: { podSelector: { matchLabels: { cnpg.io/cluster: a } }, ${spec} } }`
const operator = '{ from: [{ namespaceSelector: {} }] , ports: [{ port: 8000 }] }'
const lets = (peer: string): string => policy(`ingress: [${operator}, { from: [{ podSelector: { ${peer} } }], ports: [{ port: 5432 }] }]`)
const plain = cluster('logLevel: info')
const ofOperator = 'from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: cnpg-system } } }]'
const among = (ports: string): string =>
  policy(
    `ingress: [{ ${ofOperator}, ports: [{ port: 8000 }, { port: 5432 }] }, { from: [{ podSelector: { matchLabels: { cnpg.io/cluster: a } } }], ports: [${ports}] }]`,
  )
const wavePath = 'metadata.annotations.argocd.argoproj.io/sync-wave'

test.each([
  [together(owner, secret(wave(1))), `wave-brings-needs: Secret ${wavePath}`],
  [together(owner, external(wave(1))), `wave-brings-needs: ExternalSecret ${wavePath}`],
  [together(inWave(-1, owner), secret('')), `wave-brings-needs: Cluster ${wavePath}`],
  [
    together(ofCatalog, catalog('ImageCatalog').replace('{ name: pg }', `{ name: pg, ${wave(3)} }`)),
    `wave-brings-needs: ImageCatalog ${wavePath}`,
  ],
  [together(owner, secret(hook('PostSync'))), 'wave-brings-needs: Secret metadata.annotations.argocd.argoproj.io/hook'],
  [together(owner, secret('annotations: { helm.sh/hook: post-install }')), 'wave-brings-needs: Secret metadata.annotations.helm.sh/hook'],
  [
    together(owner, external(hook('"PostSync,SyncFail"'))),
    'wave-brings-needs: ExternalSecret metadata.annotations.argocd.argoproj.io/hook',
  ],
  [together(owner, secret(''), external('')), 'secret-made-once: Secret metadata.name'],
  [together(owner, secret(''), sealed('name: s')), 'secret-made-once: Secret metadata.name'],
  [together(owner, external(''), external('').replace('name: s, ', 'name: t, ')), 'secret-made-once: ExternalSecret spec.target.name'],
  [
    together(inShop, sealed('name: s, namespace: shop', 'name: s, namespace: dev')),
    'sealed-where-it-is: SealedSecret spec.template.metadata.namespace',
  ],
  [together(owner, sealed('name: t', 'name: s')), 'sealed-where-it-is: SealedSecret spec.template.metadata.name'],
  [together(plain, lets('matchLabels: { app: shop }')), 'network-lets-through: NetworkPolicy spec.ingress'],
  [together(plain, among('{ port: 5432 }')), 'network-lets-through: NetworkPolicy spec.ingress'],
  [
    together(plain, policy(`ingress: [{ ${ofOperator}, ports: [{ port: 8000 }, { port: 5432 }] }]`)),
    'network-lets-through: NetworkPolicy spec.ingress',
  ],
  [together(imported(''), subscription()), 'import-keeps-name: Cluster spec.bootstrap.initdb.import.databases.0'],
  [
    together(imported('database: other, owner: o, '), object('Database', 'name: shop, owner: o')),
    'import-keeps-name: Cluster spec.bootstrap.initdb.import.databases.0',
  ],
  [together(from('user: copy'), subscription()), 'publication-database-named: Subscription spec.externalClusterName'],
  [together(from('sslmode: require'), subscription()), 'publication-database-named: Subscription spec.externalClusterName'],
  [together(ofCatalog, catalog('ClusterImageCatalog')), 'catalog-kind: Cluster spec.imageCatalogRef.kind'],
  [
    together(archiving, backup('parameters: { barmanObjectName: base }')),
    'backup-parameters-read: Backup spec.pluginConfiguration.parameters.barmanObjectName',
  ],
  [together(role, secret(`annotations: ${reload}`)), 'reload-is-label: Secret metadata.annotations.cnpg.io/reload'],
  [together(role, external(`annotations: ${reload}`)), 'reload-is-label: ExternalSecret metadata.annotations.cnpg.io/reload'],
  [
    together(role, external('', `, template: { metadata: { annotations: ${reload} } }`)),
    'reload-is-label: ExternalSecret spec.target.template.metadata.annotations.cnpg.io/reload',
  ],
  [together(role, secret('', '"x\\n"')), 'key-without-line-break: Secret stringData.password'],
  [together(owner, secret('', '"x\\n"')), 'key-without-line-break: Secret stringData.password'],
  [pages('1Gi'), 'huge-pages-suffice: Cluster spec.resources.limits.hugepages-2Mi'],
  [postgis(''), 'extension-finds-libraries: Cluster spec.postgresql.extensions.0.image.reference'],
  [
    postgis(', dynamic_library_path: [lib, system]'),
    'extension-finds-libraries: Cluster spec.postgresql.extensions.0.dynamic_library_path.1',
  ],
])('%s', (text, finding) => expect(found(text)).toEqual([finding]))

test.each([
  together(inWave(2, owner), secret(wave(1))),
  together(owner, secret(wave(0))),
  together(owner, secret(hook('PreSync'))),
  together(owner, secret('annotations: { argocd.argoproj.io/hook: PreSync, helm.sh/hook: post-install }')),
  together(owner, secret('annotations: { helm.sh/hook: "pre-install,post-upgrade" }')),
  together(owner, secret('annotations: { helm.sh/hook: crd-install }')),
  together(owner, secret('annotations: { helm.sh/hook: pre-install, argocd.argoproj.io/sync-wave: "5" }')),
  together(owner, secret('annotations: { helm.sh/hook: pre-install }'), external('')),
  together(owner, secret(hook('"PreSync,PostSync"'))),
  // nobody waits for what a role takes
  together(role, secret(hook('PostSync'))),
  together(owner, secret(''), external('', ', creationPolicy: Merge')),
  together(owner, secret('namespace: other'), external('')),
  together(owner, secret(hook('PreSync')), external('')),
  together(owner, secret('annotations: { sealedsecrets.bitnami.com/managed: "true" }'), sealed('name: s')),
  // the controller adds its keys to those of such a Secret
  together(owner, secret('annotations: { sealedsecrets.bitnami.com/patch: "true" }'), sealed('name: s')),
  together(inShop, sealed('name: s, namespace: shop', 'name: s, namespace: shop')),
  together(inShop, sealed('name: s, namespace: shop')),
  together(owner, sealed('name: s, namespace: shop, annotations: { sealedsecrets.bitnami.com/cluster-wide: "true" }', 'namespace: dev')),
  // what is called so is what the Cluster asks for
  together(owner, sealed('name: s', 'name: t')),
  together(owner, secret(''), sealed('name: t', 'name: s')),
  // an operator makes this role as soon as its Secret is there
  together(role, secret(wave(1))),
  together(owner, secret('annotations: { argocd.argoproj.io/sync-wave: "1", argocd.argoproj.io/hook: PreSync }')),
  together(plain, lets('matchExpressions: [{ key: cnpg.io/cluster, operator: In, values: [a] }]')),
  together(plain, lets('matchLabels: { app.kubernetes.io/managed-by: cloudnative-pg, app.kubernetes.io/instance: a }')),
  together(plain, lets('matchLabels: { cnpg.io/cluster: a, cnpg.io/instanceRole: replica }')),
  together(plain, among('{ port: 5432 }, { port: 8000 }')),
  together(plain, among('')),
  together(cluster('instances: 1, enablePDB: false'), among('{ port: 5432 }')),
  together(cluster('probes: { liveness: { isolationCheck: { enabled: false } } }'), among('{ port: 5432 }')),
  together(
    plain,
    among('{ port: 5432 }').replace('matchLabels: { kubernetes.io/metadata.name: cnpg-system }', 'matchLabels: { team: data }'),
  ),
  // the operator may be in the same namespace
  together(plain, policy('ingress: [{ from: [{ podSelector: {} }] }]')),
  together(
    plain,
    policy('ingress: [{ from: [{ podSelector: { matchLabels: { cnpg.io/cluster: a } } }] }]'),
    policy('x: y', 'CiliumNetworkPolicy', 'cilium.io/v2'),
  ),
  together(inWave(0, cluster('env: [{ name: A, valueFrom: { secretKeyRef: { name: s, key: k, optional: true } } }]')), secret(wave(1))),
  together(inWave(0, cluster('envFrom: [{ secretRef: { name: s, optional: true } }]')), secret(wave(1))),
  together(owner, secret(wave(1)).replace(/ }$/, ', sops: { mac: x } }')),
  together(
    cluster(`externalClusters: [{ name: spare, plugin: { ${plugin}, parameters: { barmanObjectName: o } } }]`),
    `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: o, ${wave(1)} }, spec: { configuration: { destinationPath: "s3://b/p", s3Credentials: { inheritFromIAMRole: true } } } }`,
  ),
  // the operator watches no Cluster by this, and what a Certificate makes gets its labels elsewhere
  cluster('logLevel: info').replace('{ name: a }', `{ name: a, annotations: ${reload} }`),
  pages('0'),
  postgis(', ld_library_path: [./system/]'),
  together(archiving, backup('parameters: { serverName: a }')),
  cluster('imageName: ($values.image)').replace('($values.image)', '"r.example.com/($values.image):17"'),
  together(imported('database: shop, owner: shop, '), subscription()),
  together(imported(''), object('Database', 'name: shop, owner: o, ensure: absent')),
  together(imported(''), object('Subscription', 'name: s, dbname: app, publicationName: p, externalClusterName: old')),
  imported(''),
  together(from('user: copy, dbname: app'), subscription()),
  together(from('user: copy'), subscription(', publicationDBName: shop')),
  together(from('user: shop'), subscription()),
  together(from('service: old'), subscription()),
  together(ofCatalog, catalog('ImageCatalog')),
  ofCatalog,
  together(archiving, backup('parameters: { barmanObjectName: wal }')),
  together(archiving, backup('parameters: {}')),
  together(
    cluster(`plugins: [{ ${plugin}, isWALArchiver: true, parameters: { barmanObjectName: wal } }, { name: other.example.com }]`),
    object('Backup', 'method: plugin, pluginConfiguration: { name: other.example.com, parameters: { a: b } }'),
  ),
  together(role, secret(`labels: ${reload}`)),
  together(role, secret(`labels: ${reload}, annotations: ${reload}`)),
  together(role, external(`annotations: ${reload}`, `, template: { metadata: { labels: ${reload} } }`)),
  // nobody reads it here
  together(role, secret(`annotations: ${reload}`).replace('name: s', 'name: t')),
  pages('1280Mi'),
  pages('1Gi', ', huge_pages: "off"'),
  pages('1Gi', '').replace('shared_buffers: 1GB', 'shared_buffers: 256MB'),
  postgis(', ld_library_path: [system]'),
  postgis('', 'registry.example.com/postgis:18.1'),
])('%s', (text) => expect(found(text)).toEqual([]))

test('the amount of huge pages that is advised is one of whole pages', () => {
  const [one] = judgeManifests(readManifests({ path: 'a.yaml', text: pages('1Gi') }).manifests, '1.30.0')
  expect(textOf(one?.finding.help ?? [])).toMatch(/^ask for 11[0-9][02468]Mi /)
})
