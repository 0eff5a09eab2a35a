// How is a change of a text shown as a unified diff?
import { maskLines } from '../report/secret-lines.ts'

const context = 3
/** Larger tables of line pairs are not filled: then everything between the first and the last change is shown as replaced. */
const maxCells = 4_000_000

type Row = { readonly sign: ' ' | '-' | '+'; readonly line: string }

/** `--- a/file`, `+++ b/file` and hunks with three lines of context; values of secret-looking keys are masked. Empty: no change. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const rows = masked(compare(linesOf(before), linesOf(after)))
  const shown = rows.map((_, at) => rows.slice(Math.max(0, at - context), at + context + 1).some(({ sign }) => sign !== ' '))
  let [oldLine, newLine] = [1, 1]
  const hunks: string[] = []
  for (let at = 0; at < rows.length;) {
    if (shown[at] !== true) {
      at++
      oldLine++
      newLine++
      continue
    }
    const end = shown.indexOf(false, at)
    const hunk = rows.slice(at, end < 0 ? rows.length : end)
    const [oldCount, newCount] = [hunk.filter(({ sign }) => sign !== '+').length, hunk.filter(({ sign }) => sign !== '-').length]
    hunks.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${hunk.map(print).join('')}`)
    oldLine += oldCount
    newLine += newCount
    at += hunk.length
  }
  return `--- a/${path}\n+++ b/${path}\n${hunks.join('')}`
}

/** Lines with their line break; the last may have none. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/)
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`
}

function print({ sign, line }: Row): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`
}

/** Each side is masked as a whole text, since a line alone does not tell what it belongs to; line breaks stay. */
function masked(rows: readonly Row[]): Row[] {
  const shown = (hiddenSign: Row['sign']): string[] =>
    maskLines(rows.filter(({ sign }) => sign !== hiddenSign).map(({ line }) => line.replace(/\r?\n$/, ''))).lines.toReversed()
  const [before, after] = [shown('+'), shown('-')]
  return rows.map(({ sign, line }) => {
    const old = sign === '+' ? undefined : before.pop()
    const now = sign === '-' ? undefined : after.pop()
    return { sign, line: `${now ?? old ?? ''}${/\r?\n$/.exec(line)?.[0] ?? ''}` }
  })
}

function compare(before: readonly string[], after: readonly string[]): Row[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const keep = (lines: readonly string[]): Row[] => lines.map((line) => ({ sign: ' ', line }))
  return [
    ...keep(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...keep(before.slice(before.length - tail)),
  ]
}

/** The longest common subsequence of lines, by a table from the end. */
function middle(before: readonly string[], after: readonly string[]): Row[] {
  const width = after.length + 1
  if ((before.length + 1) * width > maxCells)
    return [...before.map((line): Row => ({ sign: '-', line })), ...after.map((line): Row => ({ sign: '+', line }))]
  const common = new Uint32Array((before.length + 1) * width)
  const at = (a: number, b: number): number => common[a * width + b] as number
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--)
      common[a * width + b] = before[a] === after[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1))
  const rows: Row[] = []
  let [a, b] = [0, 0]
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && before[a] === after[b]) {
      rows.push({ sign: ' ', line: before[a++] as string })
      b++
    } else if (a < before.length && (b >= after.length || at(a + 1, b) >= at(a, b + 1)))
      rows.push({ sign: '-', line: before[a++] as string })
    else rows.push({ sign: '+', line: after[b++] as string })
  }
  return rows
}
