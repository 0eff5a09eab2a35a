// What is known about the state that a change is compared with?
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import type { Bytes } from '../repository/bytes.ts'
import type { Compared } from '../findings/database-change.ts'
import type { SourceFile } from '../values/value.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'

/** The repository at the merge base. */
export interface Base extends Compared {
  /** the base as a person named it */
  readonly revision: string
  /** absent: the program was not used there yet, or `findings` explain why they could not be read */
  readonly settings?: Settings
  /** what could not be read there */
  readonly findings: readonly LocatedFinding[]
  /** what was deployed there, by id: the inputs may hold more than had been rendered */
  readonly databases: ReadonlyMap<string, Database>
  /** what the inputs there define */
  readonly inputs: readonly Database[]
  /** whether the tree has the generated files of that commit, and not those of now */
  readonly hasGenerated: boolean
  readonly tree: Tree
  /** the same state byte for byte, for charts in it */
  readonly bytes: Bytes
  /** whether a file's content is another one now */
  readonly differs: (path: string) => boolean
  /** whether what is staged changes a file that may be a manifest outside of our own folders; costs less than to look into them */
  readonly stagesLoose: () => boolean
}

/** The databases that a commit deployed, and what could not be read there. */
export interface Deployed {
  readonly databases: readonly Database[]
  readonly findings: readonly LocatedFinding[]
}

/** A file of a commit, for places in it. */
export function sourceFile(tree: Tree, path: string, text: string): SourceFile {
  return { path: tree.shown?.(path) ?? path, text, ...revisionIn(tree, path) }
}
