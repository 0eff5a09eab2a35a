// Where does a Go template stop, and how does Go report it?
import { nodeText } from './go-tree.ts'
import type { GoNode, TemplateTree } from './go-tree.ts'
import { TemplateError } from './go-value.ts'

export interface TemplatePlace {
  /** the name of the text */
  readonly name: string
  readonly line: number
  /** bytes before it on its line */
  readonly column: number
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

export function placeAt(tree: TemplateTree, offset: number): TemplatePlace {
  const start = tree.text.lastIndexOf('\n', offset - 1) + 1
  const column = offset === 0 ? 0 : Buffer.byteLength(tree.text.slice(start, offset))
  return { name: tree.parseName, line: lineAt(tree.text, offset), column }
}

/** What `parse` refuses; the message alone is the reason. */
export class ParseError extends TemplateError {
  readonly place: { readonly name: string; readonly line: number }
  constructor(name: string, line: number, reason: string) {
    super(reason)
    this.place = { name, line }
  }
  get full(): string {
    return `template: ${this.place.name}:${this.place.line}: ${this.message}`
  }
}

/** `template.ExecError`: where execution stopped; the message alone is the innermost reason. */
export class ExecError extends TemplateError {
  readonly tree: TemplateTree
  readonly node: GoNode
  /** Go's reason at this place */
  readonly reason: string
  /** the error of the called function, if the reason ends with it */
  readonly inner: Error | undefined
  constructor(tree: TemplateTree, node: GoNode, reason: string, inner?: Error) {
    super(inner === undefined ? reason : inner.message)
    this.tree = tree
    this.node = node
    this.reason = reason
    this.inner = inner
  }
  get place(): TemplatePlace {
    return placeAt(this.tree, this.node.at)
  }
  /** the innermost error of a template among this and what it wraps */
  get full(): string {
    return fullText(this)
  }
}

/** `Error()` of Go's errors, the whole chain on one line. */
export function fullText(error: Error): string {
  let text = ''
  let current: Error | undefined = error
  // a loop: includes may nest a thousand deep
  while (current !== undefined) {
    if (current instanceof ExecError) {
      const { name, line, column } = current.place
      text += `template: ${name}:${line}:${column}: executing ${JSON.stringify(current.tree.name)} at <${nodeText(current.node)}>: ${current.reason}`
      current = current.inner
    } else if (current instanceof WrappedError) {
      text += current.prefix
      current = current.inner
    } else {
      text += current instanceof ParseError ? current.full : current.message
      current = undefined
    }
  }
  return text
}

/** `fmt.Errorf("prefix %w", inner)`. */
export class WrappedError extends TemplateError {
  readonly prefix: string
  readonly inner: Error
  constructor(prefix: string, inner: Error) {
    super(inner.message)
    this.prefix = prefix
    this.inner = inner
  }
}
