// Which API versions does Helm take for granted without a cluster?
import type { HelmGeneration } from '../values/merge.ts'

/** The schemes of client-go 0.31, 0.34 and 0.36 and of apiextensions, in their order: `group:version,version`. */
const known: Readonly<Record<HelmGeneration, string>> = {
  '3.16':
    ':v1 admissionregistration.k8s.io:v1,v1alpha1,v1beta1 internal.apiserver.k8s.io:v1alpha1 apps:v1,v1beta1,v1beta2 authentication.k8s.io:v1,v1alpha1,v1beta1 authorization.k8s.io:v1,v1beta1 autoscaling:v1,v2,v2beta1,v2beta2 batch:v1,v1beta1 certificates.k8s.io:v1,v1beta1,v1alpha1 coordination.k8s.io:v1alpha1,v1beta1,v1 discovery.k8s.io:v1,v1beta1 events.k8s.io:v1,v1beta1 extensions:v1beta1 flowcontrol.apiserver.k8s.io:v1,v1beta1,v1beta2,v1beta3 networking.k8s.io:v1,v1alpha1,v1beta1 node.k8s.io:v1,v1alpha1,v1beta1 policy:v1,v1beta1 rbac.authorization.k8s.io:v1,v1beta1,v1alpha1 resource.k8s.io:v1alpha3 scheduling.k8s.io:v1alpha1,v1beta1,v1 storage.k8s.io:v1beta1,v1,v1alpha1 storagemigration.k8s.io:v1alpha1 apiextensions.k8s.io:v1beta1,v1',
  '3.19':
    ':v1 admissionregistration.k8s.io:v1,v1alpha1,v1beta1 internal.apiserver.k8s.io:v1alpha1 apps:v1,v1beta1,v1beta2 authentication.k8s.io:v1,v1alpha1,v1beta1 authorization.k8s.io:v1,v1beta1 autoscaling:v1,v2,v2beta1,v2beta2 batch:v1,v1beta1 certificates.k8s.io:v1,v1beta1,v1alpha1 coordination.k8s.io:v1alpha2,v1beta1,v1 discovery.k8s.io:v1,v1beta1 events.k8s.io:v1,v1beta1 extensions:v1beta1 flowcontrol.apiserver.k8s.io:v1,v1beta1,v1beta2,v1beta3 networking.k8s.io:v1,v1beta1 node.k8s.io:v1,v1alpha1,v1beta1 policy:v1,v1beta1 rbac.authorization.k8s.io:v1,v1beta1,v1alpha1 resource.k8s.io:v1,v1beta2,v1beta1,v1alpha3 scheduling.k8s.io:v1alpha1,v1beta1,v1 storage.k8s.io:v1beta1,v1,v1alpha1 storagemigration.k8s.io:v1alpha1 apiextensions.k8s.io:v1beta1,v1',
  '4.2':
    ':v1 admissionregistration.k8s.io:v1,v1alpha1,v1beta1 internal.apiserver.k8s.io:v1alpha1 apps:v1,v1beta1,v1beta2 authentication.k8s.io:v1,v1alpha1,v1beta1 authorization.k8s.io:v1,v1beta1 autoscaling:v1,v2 batch:v1,v1beta1 certificates.k8s.io:v1,v1beta1,v1alpha1 coordination.k8s.io:v1alpha2,v1beta1,v1 discovery.k8s.io:v1,v1beta1 events.k8s.io:v1,v1beta1 extensions:v1beta1 flowcontrol.apiserver.k8s.io:v1,v1beta1,v1beta2,v1beta3 networking.k8s.io:v1,v1beta1 node.k8s.io:v1,v1alpha1,v1beta1 policy:v1,v1beta1 rbac.authorization.k8s.io:v1,v1beta1,v1alpha1 resource.k8s.io:v1,v1beta2,v1beta1,v1alpha3 scheduling.k8s.io:v1alpha2,v1beta1,v1 storage.k8s.io:v1beta1,v1,v1alpha1 storagemigration.k8s.io:v1beta1 apiextensions.k8s.io:v1beta1,v1',
}

const lists = new Map<HelmGeneration, readonly string[]>()

export function knownApiVersions(helm: HelmGeneration): readonly string[] {
  const made = lists.get(helm)
  if (made !== undefined) return made
  const list = known[helm].split(' ').flatMap((part) => {
    const [group = '', versions = ''] = part.split(':')
    return versions.split(',').map((version) => (group === '' ? version : `${group}/${version}`))
  })
  lists.set(helm, list)
  return list
}
