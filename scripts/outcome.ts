// What can a check be asked for, and what is its outcome?
import type { Comparison } from './changes/comparison.ts'
import type { OutputState } from './emit/outputs.ts'
import type { LiveState } from './live/state.ts'
import type { Skipped } from './deployed/skipped.ts'
import type { Database, Settings } from './model.ts'
import type { Diagnostic } from './findings/finding.ts'

export interface Outcome {
  /** absent: they are broken, so nothing else could be looked at */
  readonly settings?: Settings
  readonly databases: readonly Database[]
  /** what may deploy databases and could not be looked at */
  readonly skipped?: readonly Skipped[]
  readonly diagnostics: readonly Diagnostic[]
  /** every generated file as it should be and as it is; empty if there is an error */
  readonly states: readonly OutputState[]
  /** every file that was listed */
  readonly paths?: readonly string[]
  /** text of a file, for code frames */
  readonly source: (file: string, revision?: string) => string | undefined
  /** absent: nothing was compared */
  readonly comparison?: Comparison
  /** hand-written deployments of the base: how many were compared, how many are made as before, and what could not be compared */
  readonly byHand?: { readonly compared: number; readonly kept: number; readonly uncompared: readonly string[] }
  /** how many of the databases were judged; the others are as they are at the base */
  readonly judged: number
}

export interface PipelineOptions {
  /** judge the git index; without a base it is compared with HEAD */
  readonly staged: boolean
  /** compare with where HEAD left this branch, tag or commit */
  readonly base?: string | undefined
  /** commits that other checkouts are compared with: `URL=REF` or `DIR=REF` each */
  readonly baseOf?: readonly string[] | undefined
  /** judge only the databases that differ from the base */
  readonly changed?: boolean
  /** compare with what kubectl printed */
  readonly live?: LiveState | undefined
  /** the day on which versions are judged, `YYYY-MM-DD`; absent: their age is not looked at */
  readonly today?: string | undefined
  /** also run the real Helm if the chart is modelled, and compare */
  readonly crossCheck?: boolean
}
