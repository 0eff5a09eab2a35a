// Which patch makes the edits of a text without showing a secret?
import { diffArrays } from 'diff'
import { isPlainLine } from '../values/untrusted.ts'
import { secretsOf, spansWithin } from '../secret/source.ts'

const context = 3
/** More insertions and deletions are not paired line by line, which takes quadratic time. */
const maxEdits = 1_000

interface Row {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
  /** it must not be printed: it holds a secret, or something that could steer a terminal or a CI runner */
  readonly isHidden: boolean
}

export interface Patch {
  /** `--- a/file`, `+++ b/file` and hunks that `git apply` takes; empty: nothing can be shown, or nothing differs */
  readonly text: string
  /** changed places that are left out because a hidden line is part of them or follows them */
  readonly left: number
}

/**
 * The unified diff of a text with three lines of context. Context ends at a line that may not be printed. `git apply` takes
 * a hunk without trailing context for the end of the file, so a change directly above such a line is left out, too.
 */
export function unifiedDiff(path: string, before: string, after: string): Patch {
  if (before === after) return { text: '', left: 0 }
  const { rows, left: hidden } = withoutHidden(compare(before, after))
  const { hunks, left: unplaced } = writeHunks(rows)
  const left = hidden + unplaced
  return { text: hunks.length === 0 ? '' : `--- ${quotePath(`a/${path}`)}\n+++ ${quotePath(`b/${path}`)}\n${hunks.join('')}`, left }
}

/** As git writes it: control characters and quotes escaped inside quotes, and a tab after a name with spaces. */
function quotePath(path: string): string {
  const bytes = [...Buffer.from(path)]
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x23 && byte !== 0x5c))
    return path.includes(' ') ? `${path}\t` : path
  const escaped = bytes.map((byte) =>
    byte === 0x22 || byte === 0x5c
      ? `\\${String.fromCharCode(byte)}`
      : byte >= 0x20 && byte < 0x7f && byte !== 0x23
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, '0')}`,
  )
  return `"${escaped.join('')}"`
}

function writeHunks(rows: readonly Row[]): { readonly hunks: string[]; readonly left: number } {
  const shown = new Uint8Array(rows.length)
  for (const [at, row] of rows.entries()) {
    if (row.sign === ' ') continue
    shown[at] = 1
    for (const step of [-1, 1])
      for (let near = at + step, more = context; more > 0; near += step, more--) {
        if (rows[near] === undefined || (rows[near] as Row).isHidden) break
        shown[near] = 1
      }
  }
  const hunks: string[] = []
  let left = 0
  let [oldLine, newLine] = [1, 1]
  for (let at = 0; at < rows.length;) {
    let end = at
    while (end < rows.length && shown[end] === 1) end++
    if (end === at) {
      at++
      oldLine++
      newLine++
      continue
    }
    const hunk = rows.slice(at, end)
    const [oldCount, newCount] = [hunk.filter(({ sign }) => sign !== '+').length, hunk.filter(({ sign }) => sign !== '-').length]
    // without any context after the first line: `git apply` takes it for both the beginning and the end of the file
    if (oldCount === 0 && oldLine === 2) left++
    else hunks.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${hunk.map(print).join('')}`)
    oldLine += oldCount
    newLine += newCount
    at = end
  }
  return { hunks, left }
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`
}

function print({ sign, line }: Row): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`
}

/** From the last change to the first: one that can't be shown is undone, and becomes context for those above it. */
function withoutHidden(all: readonly Row[]): { readonly rows: readonly Row[]; readonly left: number } {
  const rows: Row[] = []
  let left = 0
  for (let end = all.length; end > 0;) {
    let start = end
    if (all[end - 1]?.sign === ' ') {
      rows.push(all[--end] as Row)
      continue
    }
    while (start > 0 && all[start - 1]?.sign !== ' ') start--
    const block = all.slice(start, end)
    for (const change of separate(block).reverse()) {
      const follows = rows.at(-1)
      const isShown = !change.some(({ isHidden }) => isHidden) && follows?.isHidden !== true
      if (!isShown) left++
      for (const row of change.toReversed())
        if (isShown) rows.push(row)
        else if (row.sign === '-') rows.push({ ...row, sign: ' ' })
    }
    end = start
  }
  return { rows: rows.reverse(), left }
}

/** Replaced lines as pairs, so that leaving one out does not affect the others. */
function separate(block: readonly Row[]): Row[][] {
  const [old, now] = [block.filter(({ sign }) => sign === '-'), block.filter(({ sign }) => sign === '+')]
  return old.length === now.length ? old.map((row, index) => [row, now[index] as Row]) : [[...old, ...now]]
}

/** Lines with their line break; the last may have none. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== '')
}

function compare(before: string, after: string): Row[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const [isOldHidden, isNewHidden] = [hiddenLines(before, old), hiddenLines(after, now)]
  const rows: Row[] = []
  let [a, b] = [0, 0]
  const step = (sign: Row['sign']): void => {
    const line = (sign === '+' ? now[b] : old[a]) as string
    const isHidden = (sign !== '+' && isOldHidden(a)) || (sign !== '-' && isNewHidden(b))
    rows.push({ sign, line, isHidden })
    if (sign !== '+') a++
    if (sign !== '-') b++
  }
  const walk = (sign: Row['sign'], count: number): void => {
    for (let left = count; left > 0; left--) step(sign)
  }
  if (old.length === now.length) {
    // edits inside lines: nothing has moved
    while (a < old.length)
      if (old[a] === now[b]) step(' ')
      else {
        step('-')
        step('+')
      }
    return rows
  }
  const changes = diffArrays([...old], [...now], { maxEditLength: maxEdits })
  if (changes !== undefined) {
    for (const { added, removed, count } of changes) walk(added ? '+' : removed ? '-' : ' ', count)
    return rows
  }
  let [head, tail] = [0, 0]
  while (head < old.length && old[head] === now[head]) head++
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  walk(' ', head)
  walk('-', old.length - head - tail)
  walk('+', now.length - head - tail)
  walk(' ', tail)
  return rows
}

/** Which of a text's lines may not be printed. */
function hiddenLines(text: string, lines: readonly string[]): (index: number) => boolean {
  const secrets = secretsOf(text)
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length
  }
  return (index) => {
    const [line, start] = [lines[index] as string, starts[index] as number]
    return !isPlainLine(line.replace(/\r?\n$/, '')) || spansWithin(secrets, { start, end: start + line.length }).length > 0
  }
}
