// What does a repository describe? The nouns that stages hand to each other: types only.
import type { JsonMap, LayerName, MapValue, SourceFile } from './values/value.ts'

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
  readonly operator: { readonly version: string; readonly namespace: string; readonly chart: ChartPin }
  readonly clusterChart: ChartPin & { readonly engine: 'builtin' | 'helm' }
}

/** How severe a house rule is. */
export type Level = 'error' | 'warning' | 'off'
/** Which house rules are on without further settings. */
export type Preset = 'production' | 'development'

/** Levels of house rules in an environment, or in the databases whose id fits a pattern. */
export interface PolicyLevels {
  /** name of an environment, or a pattern of ids with `/` or `*` */
  readonly of: string
  readonly preset?: Preset
  readonly levels: ReadonlyMap<string, Level>
}

/** `postgres` of apps/values.yaml, defaults filled in. */
export interface Settings {
  readonly argocd: {
    readonly version: string
    readonly namespace: string
    readonly project: string
    readonly manageProject: boolean
  }
  /** whether the Application of the operator is generated; false: somebody else installs it */
  readonly manageOperator: boolean
  readonly repository: { readonly url: string; readonly revision: string; readonly path: string }
  /** in the order of the file */
  readonly environments: readonly Environment[]
  readonly ownKeys: readonly string[]
  /** folders of the repository that charts are looked for in, beside `charts/` */
  readonly charts: readonly string[]
  /** in the order of the file */
  readonly policies: readonly PolicyLevels[]
  readonly layout: {
    readonly databases: string
    readonly overrides: string
    readonly cluster: string
    readonly application: string
  }
  /** the parsed `postgres` map, for places */
  readonly origin: MapValue
}

/** One service in one environment. */
export interface Database {
  /** `<service>/<env>` or `<service>/<name>/<env>` */
  readonly id: string
  readonly service: string
  readonly name?: string
  readonly environment: Environment
  readonly namespace: string
  /** the Cluster's name, the release name */
  readonly cluster: string
  readonly application: string
  readonly owner?: string
  readonly retired?: { readonly reason: string; readonly since: string }
  /** the parsed service.yaml, for places; absent: there is none, or it is empty */
  readonly description?: MapValue
  /** path of the rendered values file */
  readonly rendered: string
  /** hand-written layers that exist, lowest first */
  readonly layers: readonly { readonly layer: LayerName; readonly file: SourceFile }[]
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
