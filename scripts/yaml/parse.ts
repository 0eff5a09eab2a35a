// What does a file say, as Helm's YAML reader sees it, and where is each key and value?
import { named, phrase } from '../findings/message.ts'
import { EVENT_ID, YAMLException } from 'js-yaml'
import type { Event } from 'js-yaml'
import { append } from '../values/append.ts'
import { compose } from './compose.ts'
import { Refusal } from './reading.ts'
import type { ParsedYaml, YamlProblem } from './reading.ts'
import { findRefusedByGo } from './go-scanner.ts'
import type { LayerName, SourceFile, Value } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { readEvents } from './events.ts'
import { findLikelyMistake } from './likely-mistake.ts'

export type { ParsedYaml, YamlProblem }

/** go-yaml refuses deeper nesting than 10,000; Node's stack overflows earlier, and no real file comes near. */
const maxDepth = 1_000
/** No real file comes near; whatever is read must be checked within seconds. */
const maxNodes = 200_000
/** The same for values and settings, of which each key is judged for each database. */
export const maxValues = 25_000

/**
 * Reads a YAML text as Helm does (go-yaml v2 through sigs.k8s.io/yaml): YAML 1.1 booleans, Go's numbers, duplicate keys
 * (the last one wins, reported), merge keys, keys turned into strings. All documents of the stream are returned.
 * A mistake in the text is a problem, never an exception. `reader` names another program that reads the text this way, for messages; a text of more than
 * `most` keys and values is refused.
 */
export function parseYaml(file: SourceFile & { readonly reader?: string }, layer: LayerName, most = maxNodes): ParsedYaml {
  return parsePart(file, layer, { base: 0, source: file.text, most })
}

/**
 * The same for readers that cut the text at lines beginning with `---` first and read one document of each part
 * (Helm 4, `k8s.io/apimachinery/pkg/util/yaml.YAMLReader`).
 */
export function parseYamlParts(file: SourceFile, layer: LayerName): ParsedYaml {
  const documents: Value[] = []
  const problems: YamlProblem[] = []
  for (const part of splitDocuments(file.text)) {
    if (part.problem !== undefined) {
      problems.push({
        rule: 'yaml/syntax',
        fatal: true,
        message: phrase`${part.problem}`,
        span: { start: part.start, end: part.start + 3 },
      })
      break
    }
    const parsed = parsePart(file, layer, { base: part.start, source: part.text })
    const [document] = parsed.documents
    if (document !== undefined) documents.push(document)
    append(problems, parsed.problems)
    if (parsed.problems.some((problem) => problem.fatal)) break
  }
  return { documents, problems }
}

/**
 * The same for readers that pass the text to go-yaml unchanged (Helm 3, Argo CD): they stop after the first document and
 * never see what follows it, and a block scalar at the end of a text without a final line break has none either.
 */
export function parseFirstDocument(file: SourceFile, layer: LayerName): ParsedYaml {
  const whole = parsePart({ ...file, asItIs: true }, layer, { base: 0, source: file.text })
  if (!whole.problems.some((problem) => problem.fatal)) return whole
  const end = /\n(?:---|\.\.\.)(?=\s|$)/g
  end.lastIndex = /^(?:[^\S\n]*(?:#[^\n]*)?\n)*---/.exec(file.text)?.[0].length ?? 0
  const cut = end.exec(file.text)
  // dots that follow only comments do not end a document
  if (cut === null || !/^[ \t]*[^#\s]/m.test(file.text.slice(0, cut.index))) return whole
  const first = parsePart(file, layer, { base: 0, source: file.text.slice(0, cut.index + 1) })
  return first.problems.some((problem) => problem.fatal) ? whole : first
}

function splitDocuments(text: string): { start: number; text: string; problem?: string }[] {
  const parts: { start: number; text: string; problem?: string }[] = []
  let start = 0
  let offset = 0
  for (const line of text.split(/(?<=\n)/)) {
    if (line.startsWith('---')) {
      const rest = line.slice(3).trim()
      if (rest !== '' && !rest.startsWith('#'))
        return [
          ...parts,
          { start: offset, text: '', problem: `document separator is followed by \`${rest.slice(0, 20)}\`, but must be alone on its line` },
        ]
      if (offset > start) {
        parts.push({ start, text: text.slice(start, offset) })
        start = offset + line.length
      }
    }
    offset += line.length
  }
  if (offset > start) parts.push({ start, text: text.slice(start) })
  return parts
}

// eslint-disable-next-line no-control-regex
const refused = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]/

function parsePart(
  file: SourceFile & { readonly asItIs?: true; readonly reader?: string },
  layer: LayerName,
  { base, source, most = maxNodes }: { readonly base: number; readonly source: string; readonly most?: number },
): ParsedYaml {
  const fatal = (rule: YamlProblem['rule'], message: Message, offset: number, help?: Message): ParsedYaml => ({
    documents: [],
    problems: [
      { rule, fatal: true, message, span: { start: base + offset, end: base + offset + 1 }, ...(help === undefined ? {} : { help }) },
    ],
  })
  const control = refused.exec(source)
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return fatal('yaml/syntax', phrase`control character U+${named(code)} is not allowed in YAML`, control.index)
  }
  // js-yaml needs the byte order mark removed, which shifts offsets by one
  const bom = source.startsWith('\ufeff') ? 1 : 0
  const written = bom === 1 ? source.slice(1) : source
  // Helm 4 reads lines and ends each with a break, the last one too
  const lacksBreak = written !== '' && !/[\n\r\u0085\u2028\u2029]$/.test(written)
  const text = lacksBreak ? `${written}\n` : written
  const openEnd = lacksBreak && file.asItIs === true ? written.length : undefined
  try {
    const events = readEvents(text, { maxDepth })
    const excess = firstBeyond(events, most)
    if (excess !== undefined) {
      const count = `${most / 1_000},000`
      const message = phrase`file has more than ${count} keys and values, the most that are read`
      return fatal('yaml/nesting', message, bom + excess, phrase`split the file`)
    }
    const stricter = findRefusedByGo(text, events)
    if (stricter !== undefined) return fatal('yaml/syntax', stricter.message, bom + stricter.offset, stricter.help)
    // a next line folds as a line feed does; the other two breaks stay as they are written (scannerc.go `read_line`)
    const { reader = 'Helm' } = file
    return compose({ file, layer, reader, base: base + bom, text: text.replaceAll('\u0085', '\n'), events, openEnd })
  } catch (error) {
    if (error instanceof Refusal) return fatal(error.rule, error.said, error.offset - base, error.help)
    if (error instanceof RangeError) return fatal('yaml/nesting', phrase`collections are nested too deeply to be read`, 0)
    if (!(error instanceof YAMLException)) throw error
    const offset = Math.min(Math.max(error.mark?.position ?? 0, 0), Math.max(written.length - 1, 0))
    if (/nesting|depth/i.test(error.reason))
      return fatal('yaml/nesting', phrase`collections are nested more than ${named(maxDepth)} deep`, bom + offset)
    return fatal('yaml/syntax', ...syntaxMessage(error.reason, text, offset, bom))
  }
}

/** Where the first node beyond a number of them is; a `pop` only closes one. */
function firstBeyond(events: readonly Event[], most: number): number | undefined {
  if (events.length <= most) return undefined
  let nodes = 0
  for (const event of events) {
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) continue
    if (++nodes > most) return Math.max(0, 'valueStart' in event ? event.valueStart : 'start' in event ? event.start : event.anchorStart)
  }
  return undefined
}

/** The likely mistake behind it if one is found, else js-yaml's reason. */
function syntaxMessage(reason: string, text: string, offset: number, bom: number): [Message, number, Message?] {
  const mistake = findLikelyMistake(text, offset)
  if (mistake !== undefined) return [mistake.message, bom + mistake.offset, mistake.help]
  const message = reason.replace(/\s+/g, ' ').replace(/\.$/, '')
  return [phrase`YAML is broken here: ${named(message)}`, bom + offset]
}
