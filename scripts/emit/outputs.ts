// Which generated files are stale, missing or left over, and how are they written?
import { named, phrase } from '../findings/message.ts'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import type { Message } from '../findings/finding.ts'
import type { SourceFile } from '../values/value.ts'
import type { Advice } from '../repository/invocation.ts'
import type { Tree } from '../repository/tree.ts'
import { isLeftoverName, reasonFor, removeLeftover, WriteRefusal, writeWhole } from '../repository/write.ts'
import { generatedFiles, generatedFolders, isCurrent, isGenerated, manifestPaths, withCommand } from '../discover/header.ts'

/** A generated file as it should be. */
export interface Output {
  readonly path: string
  readonly text: string
  /** the database that it belongs to */
  readonly database?: string
}

export type OutputState =
  | { readonly kind: 'unchanged' | 'changed' | 'missing'; readonly output: Output; readonly present?: string }
  | { readonly kind: 'foreign'; readonly output: Output; readonly present: string }
  /** what is there can't be read as a file; `why` says what it is */
  | { readonly kind: 'blocked'; readonly output: Output; readonly why: string }
  | { readonly kind: 'orphan'; readonly path: string; readonly present: string }

/** The rules that ask for `render`, which fixes them. */
export const staleRules: ReadonlySet<string> = new Set(['emit/stale', 'emit/missing', 'emit/orphan'])

export interface CompareOptions {
  /** databases whose files are left as they are */
  readonly skippedDatabases: Iterable<Database>
  /** what files that are written name as the command line that writes them */
  readonly command: string
  readonly layout: Settings['layout']
}

/** What is there against what should be. A file without our header is foreign: never overwritten, never removed. */
export function compareOutputs(
  outputs: readonly Output[],
  tree: Tree,
  { skippedDatabases, command, layout }: CompareOptions,
): OutputState[] {
  const states: OutputState[] = outputs.map((one) => {
    const output = { ...one, text: withCommand(one.text, command) }
    const read = tree.read(output.path)
    if (read === undefined) return { kind: 'missing', output }
    if (!read.ok) return { kind: 'blocked', output, why: read.message }
    const present = read.text
    if (isCurrent(present, output.text)) return { kind: 'unchanged', output, present }
    // an empty file holds nothing that could be lost
    return isGenerated(present) || present === '' ? { kind: 'changed', output, present } : { kind: 'foreign', output, present }
  })
  const wanted = new Set(outputs.map((output) => output.path))
  for (const { rendered } of skippedDatabases) wanted.add(rendered)
  const places = [...generatedFiles, ...Object.values(manifestPaths(layout))]
  for (const path of tree.paths) {
    if (wanted.has(path) || isLeftover(path) || !isGeneratedPlace(path, places)) continue
    const read = tree.read(path)
    if (read?.ok === true && isGenerated(read.text)) states.push({ kind: 'orphan', path, present: read.text })
  }
  return states
}

/** Files left by a crash; older releases put the process id into the name, as in `orders.yaml.4711.tmp`. */
function isLeftover(path: string): boolean {
  const older = /(?<=\.yaml)\.\d+\.tmp$/
  return isLeftoverName(path) || (older.test(path) && isGeneratedPlace(path.replace(older, ''), generatedFiles))
}

function isGeneratedPlace(path: string, places: readonly string[]): boolean {
  return places.includes(path) || generatedFolders.some((folder) => path.startsWith(folder))
}

/** States → findings: `stale` findings for `check`, and foreign files, which also stop `render`. */
export function outputFindings(
  states: readonly OutputState[],
  { render, stage }: Advice,
): { stale: LocatedFinding[]; foreign: LocatedFinding[] } {
  const stale: LocatedFinding[] = []
  const foreign: LocatedFinding[] = []
  for (const state of states) {
    const staging =
      state.kind === 'orphan'
        ? stage(state.path, (text) => text === undefined)
        : stage(state.output.path, (text) => text !== undefined && isCurrent(text, state.output.text))
    const help =
      staging === undefined
        ? phrase`run \`${named(render)}\` and commit what it writes`
        : phrase`run \`${named(staging)}\`: the file in the work tree is up to date, but not staged`
    if (state.kind === 'orphan') {
      const file = { path: state.path, text: state.present }
      stale.push({
        rule: 'emit/orphan',
        severity: 'error',
        message: phrase`generated file is left over, but no database needs it`,
        at: lineSpot(file, 1),
        help,
      })
    } else if (state.kind === 'missing') {
      stale.push({
        rule: 'emit/missing',
        severity: 'error',
        message: phrase`generated file is missing, but must be committed`,
        at: lineSpot({ path: state.output.path, text: '' }, 1),
        help,
        database: state.output.database,
      })
    } else if (state.kind === 'changed') {
      const file = { path: state.output.path, text: state.present ?? '' }
      const line = firstDifference(file.text, state.output.text)
      stale.push({
        rule: 'emit/stale',
        severity: 'error',
        message: isSameButForEnds(file.text, state.output.text)
          ? phrase`generated file has different line endings or a byte order mark, but must be exactly as generated`
          : phrase`generated file is stale from line ${named(line)} on`,
        at: lineSpot(file, line),
        help: isSameButForEnds(file.text, state.output.text)
          ? phrase`run \`${named(render)}\`, and set \`eol=lf\` in .gitattributes`
          : help,
        database: state.output.database,
      })
    } else if (state.kind === 'blocked') {
      foreign.push({
        rule: 'emit/foreign-file',
        severity: 'error',
        message: phrase`what is here ${state.why}${state.why.includes(', but ') ? '' : ', but a generated file goes here'}`,
        at: lineSpot({ path: state.output.path, text: '' }, 1),
        help: phrase`remove it, then run \`${named(render)}\``,
        database: state.output.database,
      })
    } else if (state.kind === 'foreign') {
      const file = { path: state.output.path, text: state.present }
      foreign.push({
        rule: 'emit/foreign-file',
        severity: 'error',
        message: phrase`file is written by hand, but a generated file goes here`,
        at: lineSpot(file, 1),
        help: foreignHelp(state, render),
      })
    }
  }
  return { stale: [...together(stale, 'emit/missing'), ...together(stale, 'emit/stale'), ...together(stale, 'emit/orphan')], foreign }
}

/** The generated files as they are, and what is wrong with them. */
export function judgeOutputs(
  outputs: readonly Output[],
  tree: Tree,
  { advice, ...options }: CompareOptions & { readonly advice: Advice },
): ReturnType<typeof outputFindings> & { readonly states: readonly OutputState[] } {
  const states = compareOutputs(outputs, tree, options)
  return { states, ...outputFindings(states, advice) }
}

/** What to do about a hand-written file; the Applications of a live set must survive it. */
function foreignHelp({ output, present }: OutputState & { readonly kind: 'foreign' }, render: string): Message {
  const first = output.text.slice(0, output.text.indexOf('\n') + 1)
  if (isCurrent(first + present, output.text)) return phrase`put back its first line, or delete the file and run \`${named(render)}\``
  if (/\bkind:\s*["']?ApplicationSet/.test(present))
    return phrase`keep the names of its Applications: follow docs/adoption.md, road 2, which ends with \`${named(render)}\``
  return phrase`move what it says to the inputs (README, "Adopt"), then delete it and run \`${named(render)}\``
}

/** More files than this with the same state are reported as one, at the first of them. */
const most = 8

function together(stale: readonly LocatedFinding[], rule: string): LocatedFinding[] {
  const sameState = stale.filter((finding) => finding.rule === rule)
  const [first] = sameState
  if (first === undefined || sameState.length <= most) return sameState
  const is = rule === 'emit/missing' ? 'missing' : rule === 'emit/stale' ? 'stale' : 'left over'
  const message = phrase`${named(sameState.length)} generated files are ${is}, the first is ${first.at.file.path}`
  return sameState.map((finding) => ({ ...finding, at: first.at, message }))
}

function isSameButForEnds(present: string, wanted: string): boolean {
  return isCurrent(present.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n'), wanted)
}

function firstDifference(present: string, wanted: string): number {
  const a = present.split('\n')
  const b = wanted.split('\n')
  // the command line that the first one names is no difference
  const isSameHeader = isCurrent(`${a[0]}\n`, `${b[0]}\n`)
  const index = a.findIndex((line, at) => line !== b[at] && !(at === 0 && isSameHeader))
  return (index < 0 ? Math.min(a.length, b.length) - 1 : index) + 1
}

function lineSpot(file: SourceFile, line: number): { file: SourceFile; span: { start: number; end: number } } {
  let start = 0
  for (let at = 1; at < line; at++) start = file.text.indexOf('\n', start) + 1
  const end = file.text.indexOf('\n', start)
  return { file, span: { start, end: end < 0 ? file.text.length : end } }
}

export interface Written {
  readonly written: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: number
}

/** The file system refused; files written before are complete and stay. */
export class WriteFailure extends Error {
  readonly written: Written
  constructor(reason: string, written: Written) {
    super(reason)
    this.written = written
  }
}

/** Writes what differs, each file atomically, and removes orphans and files that a crash left among `paths`. */
export function writeOutputs(root: string, states: readonly OutputState[], paths: readonly string[] = []): Written {
  const written: string[] = []
  const removed: string[] = []
  const changes = states.filter(({ kind }) => kind !== 'unchanged')
  const result = { written, removed, unchanged: states.length - changes.length }
  for (const path of paths) if (isLeftover(path) && removeLeftover(join(root, path))) removed.push(path)
  for (const state of changes) {
    const path = state.kind === 'orphan' ? state.path : state.output.path
    try {
      if (state.kind === 'orphan') {
        rmSync(join(root, path))
        removed.push(path)
      } else if (state.kind === 'changed' || state.kind === 'missing') {
        writeWhole(join(root, path), state.output.text, { inside: root, shown: path })
        written.push(path)
      }
    } catch (error) {
      if (error instanceof WriteRefusal) throw new WriteFailure(error.message, result)
      if (error instanceof Error && 'code' in error) throw new WriteFailure(`${path} can't be removed: ${reasonFor(error)}`, result)
      throw error
    }
  }
  return result
}
