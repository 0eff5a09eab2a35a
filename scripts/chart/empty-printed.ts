// Does a template of the repository print a map of nothing, where that is no YAML?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { HelmRefusal } from '../helm/error.ts'
import { PrintedRefused } from '../helm/error.ts'

/** `toYaml` prints a map of nothing as `{}` or `null`, which is no YAML in a line among keys. */
export function emptyPrinted(error: HelmRefusal, at: Spot): LocatedFinding | undefined {
  if (!(error instanceof PrintedRefused) || error.offset === undefined) return undefined
  const { text } = error.printed
  const [line = ''] = text.slice(text.lastIndexOf('\n', error.offset - 1) + 1).split('\n', 1)
  const word = line.trim()
  const [, value, rest] =
    /\{\{-?[ ]*toYaml[ ]+([\w.$]+)[ ]*(\|[ ]*n?indent[ ]+\d+)[ ]*-?\}\}/.exec(at.file.text.slice(at.span.start, at.span.end)) ?? []
  if (value === undefined || !['null', '{}', '[]'].includes(word)) return undefined
  return {
    rule: 'chart/printed-yaml',
    severity: 'error',
    message: phrase`${named(value)} is empty, and is printed as ${named(word)} in a line of its own, where keys or items must be`,
    at,
    help: phrase`put it between lines with {{- with ${named(value)} }} and {{- end }}, and write {{- toYaml . ${named((rest ?? '').replace(' indent', ' nindent'))} }}`,
  }
}
