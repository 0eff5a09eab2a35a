// Which APIs does a cluster that runs these databases have, besides those of Kubernetes itself?
import { operatorKinds } from '../operator/objects.ts'

/** What Argo CD hands to Helm as API versions: CloudNativePG, the Barman Cloud plugin and the Prometheus operator. */
export const wanted: readonly string[] = [
  ...operatorKinds.map((kind) => `postgresql.cnpg.io/v1/${kind}`),
  'postgresql.cnpg.io/v1',
  'barmancloud.cnpg.io/v1',
  'barmancloud.cnpg.io/v1/ObjectStore',
  'monitoring.coreos.com/v1',
  ...['PodMonitor', 'Probe', 'Prometheus', 'PrometheusRule', 'ServiceMonitor'].map((kind) => `monitoring.coreos.com/v1/${kind}`),
]
