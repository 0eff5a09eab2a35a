// What does the kubelet make of a text in the command of a container?

/** A text as the program gets it, and where each of its characters was written. */
export interface Expanded {
  readonly text: string
  /** offset in the text → offset in what was written */
  readonly placeOf: (offset: number) => number
  /** the variables that are put into it, whose values may be elsewhere */
  readonly variables: readonly string[]
}

/**
 * `expansion.Expand` of Kubernetes 1.27 to 1.35: `$$` becomes `$`, and `$(NAME)` the value of a variable that the container has.
 * A variable that it has not stays as it is written, and so does one whose value is not known here.
 */
export function expanded(written: string, hasVariable: (name: string) => boolean): Expanded {
  const offsets: number[] = []
  const variables: string[] = []
  let text = ''
  for (let at = 0; at < written.length;) {
    const end = written[at] === '$' ? endOfReference(written, at) : at + 1
    const name = end > at + 2 ? written.slice(at + 2, end - 1) : undefined
    if (name !== undefined && hasVariable(name)) variables.push(name)
    const isEscape = end === at + 2 && written[at + 1] === '$'
    for (let from = at; from < (isEscape ? at + 1 : end); from++) {
      text += written.charAt(from)
      offsets.push(from)
    }
    at = end
  }
  return { text, placeOf: (offset) => offsets[offset] ?? written.length, variables }
}

/** The end of what begins with a dollar: `$$`, `$(NAME)` or the dollar and the character after it. */
function endOfReference(written: string, at: number): number {
  if (written[at + 1] === '(') {
    const close = written.indexOf(')', at)
    return close < 0 ? at + 2 : close + 1
  }
  return Math.min(at + 2, written.length)
}
