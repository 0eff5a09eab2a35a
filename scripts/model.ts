// What does a repository describe? The nouns that stages hand to each other: types only.
import type { JsonMap, LayerName, MapValue, SourceFile, Span } from './values/value.ts'

export interface ChartPin {
  readonly repository: string
  readonly name: string
  readonly version: string
}

export interface Destination {
  readonly server?: string
  readonly name?: string
}

export type Guard = 'never' | 'confirm' | 'none'

export interface Environment {
  readonly name: string
  readonly destination: Destination
  /** pattern with {service}, {name}, {env} */
  readonly namespace: string
  readonly guard: Guard
  readonly autoSync: boolean
  readonly operator: {
    readonly version: string
    readonly namespace: string
    readonly chart: ChartPin
    /** its settings choose the image of Clusters that name none, or are not here */
    readonly ownImage?: true
    /** manifests without a chart name its release */
    readonly isNamed?: true
    /** it hands no label or annotation of a Cluster itself on to pods; absent: nobody knows */
    readonly inheritsNone?: true
  }
  readonly clusterChart: ChartPin & { readonly engine: 'builtin' | 'helm' }
  /** the version of Kubernetes at the destination, such as `1.34`; absent: nobody said */
  readonly kubernetes?: string
  /** what its Applications have besides; absent: what the generator writes by itself */
  readonly application?: ApplicationParts
}

/** Parts of Applications that are written as they are given; texts in them may hold {service}, {name} and {env}. */
export interface ApplicationParts {
  readonly labels?: Readonly<Record<string, string>>
  /** in place of the generator's own */
  readonly annotations?: Readonly<Record<string, string>>
  /** in place of the generator's own */
  readonly syncPolicy?: JsonMap
  readonly revisionHistoryLimit?: number
  readonly ignoreDifferences?: readonly JsonMap[]
  readonly info?: readonly JsonMap[]
  /** besides the chart and its values, such as a folder of manifests */
  readonly sources?: readonly JsonMap[]
}

/** How severe a house rule is. */
export type Level = 'error' | 'warning' | 'off'
/** Which house rules are on without further settings. */
export type Preset = 'production' | 'development'

/** What the databases of an environment may use together; quantities as Kubernetes reads them. */
export interface FleetBudget {
  readonly storage?: string
  readonly memory?: string
  readonly instances?: number
}

/** What a month of one unit costs. */
export interface Prices {
  /** per GiB of volumes */
  readonly storage?: number
  /** per GiB of requested memory */
  readonly memory?: number
  readonly currency?: string
}

/** Levels of house rules in an environment, or in the databases whose id fits a pattern. */
export interface PolicyLevels {
  /** name of an environment, or a pattern of ids with `/` or `*` */
  readonly of: string
  readonly preset?: Preset
  readonly levels: ReadonlyMap<string, Level>
}

/** Why a database is to be removed, and since when (`YYYY-MM-DD`): its removal is allowed once this is at the base. */
export interface Retirement {
  readonly reason: string
  readonly since: string
}

/** The settings, defaults filled in. */
export interface Settings {
  /** releases that the command line names: they are also those of a base */
  readonly given?: { readonly operator?: string; readonly argocd?: string }
  readonly argocd: {
    readonly version: string
    readonly namespace: string
    readonly project: string
    readonly manageProject: boolean
  }
  /** whether the Application of the operator is generated; false: somebody else installs it */
  readonly manageOperator: boolean
  /** `isRemote`: nobody wrote the address, it is where the checkout was cloned from */
  readonly repository: { readonly url: string; readonly revision: string; readonly path: string; readonly isRemote?: true }
  /** in the order of the file */
  readonly environments: readonly Environment[]
  readonly ownKeys: readonly string[]
  /** whether the generator adds the labels service, env and owner to the objects */
  readonly labels: boolean
  /** whether values files and manifests are generated; false: what is written is only judged */
  readonly generate: boolean
  /** the folder of the databases in another checkout, from the root; absent: they are below the root */
  readonly databases?: string
  /** repositories other than this one: URL → folder, from the root or absolute */
  readonly checkouts: Readonly<Record<string, string>>
  /** the operator that judges, where no environment and no Application says more */
  readonly operator?: string
  /** the version of Kubernetes, where no Application says more */
  readonly kubernetes?: string
  /** folders of the repository that Applications are looked for in; empty: all */
  readonly apps: readonly string[]
  /** folders of the repository that charts are looked for in, beside `charts/` */
  readonly charts: readonly string[]
  /** in the order of the file */
  readonly policies: readonly PolicyLevels[]
  /** by the name of the environment */
  readonly budgets?: Readonly<Record<string, FleetBudget>>
  readonly prices?: Prices
  /** databases as written that are to be removed, by id */
  readonly retired: Readonly<Record<string, Retirement>>
  readonly layout: {
    readonly databases: string
    readonly overrides: string
    readonly cluster: string
    readonly application: string
    /** absent: releases are called as their Clusters */
    readonly release?: string
    /** the folder of the generated manifests for Argo CD; absent: they are in the app-of-apps chart, `apps/` */
    readonly manifests?: string
  }
  /** the parsed `postgres` map, for places */
  readonly origin: MapValue
}

/** One layer of a database's values. */
export interface DatabaseLayer {
  readonly layer: LayerName
  readonly file: SourceFile
  /** what was read already: values inside a manifest. Its text, not that of the whole file, tells two sides apart */
  readonly inline?: { readonly root: MapValue; readonly text: string }
}

interface WrittenAt {
  readonly file: SourceFile
  readonly span: Span
}

/** A database that Argo CD deploys as somebody wrote it, without our settings. */
export interface AsWritten {
  /** the set that makes its Application; absent: the Application is written itself */
  readonly set?: string
  /** `namespace/name` of the Application */
  readonly key: string
  /** the Application as it is made, and what makes it: a set, or the Application itself */
  readonly application: JsonMap
  readonly maker: { readonly plain: JsonMap; readonly applications: readonly JsonMap[] }
  /** the name of the Helm release; the Cluster has its own */
  readonly release: string
  /** the namespace of the Helm release, where that of the Cluster may be another */
  readonly releaseNamespace?: string
  /** where the name of the Application is written, and what decides the chart and the namespace */
  readonly at: WrittenAt
  readonly chartAt: WrittenAt
  readonly namespaceAt: WrittenAt
  /** what fills in a place of the set's template; `isWhole`: nothing is written beside it */
  readonly filledAt?: (at: WrittenAt) => { readonly spot: WrittenAt; readonly isWhole: boolean } | undefined
  /** kinds of the core group whose differences Argo CD leaves alone everywhere, by its own settings; `all` for any */
  readonly ignoredKinds?: () => ReadonlySet<string>
  /** the folder of the repository that the chart is */
  readonly chartFolder?: string
  /** manifests in a folder, which no chart makes */
  readonly objects?: readonly RenderedObject[]
  /** Secrets, ConfigMaps, Certificates and NetworkPolicies beside them, in the same namespace */
  readonly holders?: readonly RenderedObject[]
  /** what else decides about its objects; two sides of a change are the same where it is */
  readonly fingerprint: string
  /** how Argo CD runs Helm for it */
  readonly helm: { readonly kubeVersion?: string; readonly apiVersions?: readonly string[]; readonly skipSchema?: boolean }
}

/** One service in one environment, or what one Application deploys. */
export interface Database {
  /** `<service>/<env>` or `<service>/<name>/<env>`; the Application's name where it is deployed as written */
  readonly id: string
  /** present: nothing of it is generated */
  readonly written?: AsWritten
  readonly service: string
  readonly name?: string
  readonly environment: Environment
  readonly namespace: string
  /** the Cluster's name */
  readonly cluster: string
  /** the name of the Helm release, where it is not that of the Cluster */
  readonly release?: string
  readonly application: string
  readonly owner?: string
  readonly retired?: Retirement
  /** the parsed service.yaml, for places; absent: there is none, or it is empty */
  readonly description?: MapValue
  /** path of the rendered values file */
  readonly rendered: string
  /** hand-written layers that exist, lowest first */
  readonly layers: readonly DatabaseLayer[]
}

/** A Kubernetes object that the chart prints, each node with the origin of the value that made it. */
export interface RenderedObject {
  readonly kind: string
  readonly name: string
  readonly value: MapValue
  readonly plain: JsonMap
  /** a Helm hook (annotation helm.sh/hook) */
  readonly hook: boolean
}

/** The ObjectStores in hand-written manifests. */
export interface WrittenStores {
  /** without a namespace only the parent knows where one goes */
  readonly stores: readonly { readonly namespace: string | undefined; readonly object: RenderedObject }[]
  /** those of the base of a change; absent: there is none */
  readonly before?: WrittenStores['stores']
  /** whether every manifest was read, so that what is missing is surely not there */
  readonly isComplete: boolean
}
