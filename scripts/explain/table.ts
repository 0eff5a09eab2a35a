// How are cells aligned in columns, also on a narrow screen?

/** A last column narrower than this reads worse than lines of its own. */
const narrowest = 12

/**
 * Cells aligned in columns, each row as one text; the last cell is not padded. If `width` is too small, the words of the last cell
 * continue below it, or, if that leaves no room, cells that do not fit get lines of their own.
 */
export function columns(rows: readonly (readonly string[])[], width = Infinity, indent = '  '): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)))
  const lead = widths.slice(0, -1).reduce((sum, cell) => sum + cell + 2, indent.length)
  const lines = rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, index) => `${cell.padEnd(widths[index] as number)}  `)
    return { head: indent + cells.join(''), last: row.at(-1) ?? '' }
  })
  if (lines.every(({ head, last }) => head.length + last.length <= width)) return lines.map(({ head, last }) => (head + last).trimEnd())
  const room = width - lead
  const isRoomy = room >= narrowest && lines.every(({ last }) => last.split(' ').every((word) => word.length <= room))
  if (!isRoomy) return rows.map((row) => flow(row, width, indent))
  return lines.map(({ head, last }) => (head + wrap(last, room).join(`\n${' '.repeat(lead)}`)).trimEnd())
}

/** One cell after the other; the next line is indented further. */
function flow([first = '', ...row]: readonly string[], width: number, indent: string): string {
  const hanging = `${indent}    `
  const lines: string[] = []
  let line = `${indent}${first}`
  for (const cell of row) {
    const [start = '', ...more] = wrap(cell, width - hanging.length)
    if (line.length + 2 + start.length > width) {
      lines.push(line)
      line = `${hanging}${start}`
    } else line = `${line}  ${start}`
    for (const words of more) {
      lines.push(line)
      line = `${hanging}${words}`
    }
  }
  return [...lines, line].map((text) => text.trimEnd()).join('\n')
}

/** A text on lines of at most `width`, broken at blanks; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
