// What in a `.json` file is YAML, but no JSON?
import { phrase } from '../findings/message.ts'
import type { SourceFile } from '../values/value.ts'
import type { YamlProblem } from './reading.ts'

const tokens =
  /[ \t\r\n]+|[{}[\]:,]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y

/**
 * Argo CD reads a file that is named so as JSON alone, and as one object (`getObjsFromYAMLOrJSON`). The first place that
 * only YAML allows; undefined: none, or the text is no YAML either, which is reported as that.
 */
export function notJson({ path, text }: SourceFile): YamlProblem | undefined {
  if (!path.endsWith('.json')) return undefined
  const reader = new RegExp(tokens)
  let depth = 0
  let before = ''
  for (let at = 0; at < text.length; at = reader.lastIndex) {
    reader.lastIndex = at
    const token = reader.exec(text)?.[0]
    if (token === undefined) return problem(text, at, whatIs(text[at]))
    if (/^\s/.test(token)) continue
    const isClose = token === '}' || token === ']'
    if (isClose && before === ',') return problem(text, text.lastIndexOf(',', at), `a comma before \`${token}\``)
    if (depth === 0 && before !== '') return problem(text, at, 'a second object')
    depth += isClose ? -1 : token === '{' || token === '[' ? 1 : 0
    before = token
  }
  return undefined
}

function whatIs(character: string | undefined): string {
  if (character === '#' || character === '/') return 'a comment'
  if (character === "'") return 'a single quote'
  return character === '"' ? 'such a text' : 'a word or number like this'
}

function problem(text: string, at: number, what: string): YamlProblem {
  return {
    rule: 'yaml/syntax',
    fatal: true,
    message: phrase`Argo CD reads a .json file as JSON, which does not allow ${what} here`,
    span: { start: at, end: Math.max(at + 1, at + (/^[\w.'"#/-]+/.exec(text.slice(at, at + 60))?.[0].length ?? 1)) },
    help: phrase`correct it, or name the file .yaml`,
  }
}
