// What is read of one state of the repository, and what is found in it?
import type { Charts } from '../charts/find.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import type { Draft } from './sets/drafts.ts'
import type { Skipped } from './skipped.ts'

/** One state of the repository. */
export interface WrittenState {
  readonly settings: Settings
  readonly tree: Tree
  /** the generated ones */
  readonly databases: readonly Database[]
  readonly charts: Charts
  /** what is outside the folders of the settings is as it was when it was judged before: only templates of `apps/` are read */
  readonly isElsewhereSame?: boolean
}

export interface Written extends WrittenDatabases {
  /** with the addresses of other checkouts, where only the manifests tell them */
  readonly tree: Tree
  /** with the address of this repository, where only the manifests tell it */
  readonly settings: Settings
  /** Clusters that nothing here deploys */
  readonly undeployed?: readonly Skipped[]
  /** manifests hold an error that may be why there is no database */
  readonly isExplained?: boolean
}

export interface WrittenDatabases {
  /** sorted by id */
  readonly databases: readonly Database[]
  /** sets of which nothing but the template is known */
  readonly drafts: readonly Draft[]
  readonly skipped: readonly Skipped[]
  /** folders of what is not run here, whatever it makes of the Clusters in them */
  readonly unread?: readonly string[]
  /** addresses of repositories that are not at hand, from which something is deployed */
  readonly elsewhere?: readonly string[]
  readonly findings: readonly LocatedFinding[]
}
