// What Application do tests deploy a folder of a repository with?
interface Folder {
  readonly name: string
  readonly url: string
  readonly path: string
  /** the name, if it is not given */
  readonly namespace?: string
  readonly revision?: string
}

/** An Application of project `default` in the cluster of its Argo CD, seven lines long; its source is in the last one. */
export const folderApplication = ({
  name,
  url,
  path,
  namespace = name,
  revision = 'main',
}: Folder): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  source: { repoURL: ${url}, targetRevision: ${revision}, path: ${path} }
`
