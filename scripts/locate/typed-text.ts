// How is a finding about an object said of the values that its author typed?
import { printed } from '../values/printed.ts'
import type { Finding, Path, Place, Value } from '../model.ts'
import { formatPath } from '../values/path.ts'

/** Where the place of a finding was typed. */
export interface TypedPlace {
  /** path as the author typed it; empty where nothing was typed */
  readonly typed: Path
  /** the whole path of the place exists, and was typed or is a null that the chart printed for a key that could be */
  readonly exact: boolean
  readonly node: Value
}

/** Messages of admission name the object's field; a person typed another path, so that one is shown. */
export function typedMessage(message: string, place: Place, resolved: TypedPlace): string {
  const { typed } = resolved
  const { path } = place
  if (!resolved.exact || typed.length === 0) return message
  const renamed = place.on === 'key' ? renameParent(message, path, typed) : renameField(message, path, typed)
  return renamed.length <= 120 || renamed.length <= message.length ? renamed : message
}

/** `set name: a string` → `set recovery.backupName: a string`, where the key has another name in the values. */
export function typedHelp(help: string | undefined, path: Path, { exact, typed }: TypedPlace): string | undefined {
  const name = printed(path.at(-1))
  if (!exact || typed.length === 0 || typed.at(-1) === name || help?.startsWith(`set ${name}`) !== true) return help
  return `set ${formatPath(typed)}${help.slice(`set ${name}`.length)}`
}

/** ``unknown field `x` in `spec.affinity` `` → ``… in `cluster.affinity` `` */
function renameParent(message: string, path: Path, typed: Path): string {
  return message.replace(`\`${formatPath(path.slice(0, -1))}\``, `\`${formatPath(typed.slice(0, -1))}\``)
}

/** `spec.storage.size is …`, `size of storage is …` → `cluster.storage.size is …`, where the author typed that very key. */
function renameField(message: string, path: Path, typed: Path): string {
  const field = formatPath(path)
  if (message.startsWith(`${field} is `)) return formatPath(typed) + message.slice(field.length)
  const subject = /^[\w .[\]-]{1,60}?(?= is )/.exec(message)?.[0]
  return subject !== undefined && path.at(-1) === typed.at(-1) ? formatPath(typed) + message.slice(subject.length) : message
}

/**
 * Many texts are printed by the chart without the quotes of their author, so that the API server gets a number or a
 * switch: quotes inside the quotes are printed, too. `isHidden`: the value is shown nowhere.
 */
export function asPrinted(finding: Finding, { node, exact }: TypedPlace, isHidden: boolean): Pick<Finding, 'message' | 'help'> {
  const { file, value } = node.origin
  const written = file.text.slice(value.start, value.end)
  const text = /^(?:"([\w.+-]+)"|'([\w.+-]+)')$/.exec(written)
  if (finding.help !== 'put quotes around it' || !exact || text === null || node.kind !== 'scalar') return finding
  const reason = finding.message.replace(/, but must be a string$/, ' since the chart prints no quotes, but must be a string')
  return {
    message: reason.length <= 120 ? reason : finding.message,
    help: isHidden ? 'write single quotes inside double ones' : `write \`"'${text[1] ?? text[2]}'"\`: the inner quotes are printed`,
  }
}
