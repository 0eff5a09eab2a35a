// Which findings are only about `${NAME}`, `{{ name }}` or what SOPS encrypted, which Flux or another program replaces before the server sees the object?
import { named as name, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { SourceFile, Value } from '../values/value.ts'

/** `${NAME}`, also with a default, and a text that is one `$NAME`; not `${podselector:name}`, which the operator reads in pg_hba. */
const braced = /\$\{[A-Za-z_]\w{0,100}(?:\}|:?[-=+?/,^]|:\d)/
const bare = /^\$[A-Za-z_]\w{0,100}(?![\w$])/

/** `{{ name }}`, as Ansible and sets without goTemplate write it; what begins with a dot is a template of Helm. */
const inBraces = /\{\{[ \t]*[A-Za-z_][\w.-]{0,100}[ \t]*\}\}/

/** How SOPS writes a value that it encrypted. */
const isEncrypted = (text: string): boolean => text.startsWith('ENC[AES256_GCM,')

function placeholderIn(text: string): string | undefined {
  if (isEncrypted(text)) return 'ENC[…]'
  const start = braced.exec(text)?.index
  if (start === undefined) return bare.exec(text)?.[0] ?? inBraces.exec(text)?.[0]
  return `\${${/\w+/.exec(text.slice(start))?.[0]}}`
}

interface Written {
  readonly value: Value
  readonly text: string
}

function scalarsOf(value: Value): Written[] {
  if (value.kind === 'map') return [...value.entries.values()].flatMap(scalarsOf)
  if (value.kind === 'list') return value.items.flatMap(scalarsOf)
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return []
  return value.value.includes('$') || value.value.includes('{{') || isEncrypted(value.value) ? [{ value, text: value.value }] : []
}

/**
 * The findings without those that look at a placeholder: nobody knows what replaces it. The first such value of each file
 * is named instead, so that a file that is applied as it is does not go unreported.
 */
export function withoutPlaceholders(all: readonly LocatedFinding[], objects: readonly Value[]): LocatedFinding[] {
  // what SOPS writes beside, and takes away again
  const findings = all.filter(({ rule, path }) => rule !== 'schema/unknown-field' || path !== 'sops')
  const unknown = objects.flatMap(scalarsOf).filter(({ text }) => placeholderIn(text) !== undefined)
  if (unknown.length === 0) return [...findings]
  const unknownAt = ({ file, span }: Spot): Written | undefined =>
    unknown.find(({ value: { origin } }) => origin.file === file && origin.value.start <= span.start && span.start < origin.value.end)
  const kept: LocatedFinding[] = []
  const named = new Map<SourceFile, LocatedFinding>()
  for (const finding of findings) {
    const at = [finding.at, ...(finding.related ?? [])].find((spot) => unknownAt(spot) !== undefined)
    if (at === undefined) kept.push(finding)
    else if (at.span.start < (named.get(at.file)?.at.span.start ?? Number.POSITIVE_INFINITY))
      named.set(at.file, note(at, unknownAt(at)?.text ?? '', finding))
  }
  return [...kept, ...named.values()]
}

function printerOf(text: string): Message {
  if (isEncrypted(text)) return phrase`\`sops decrypt\``
  return text.includes('$') ? phrase`\`flux build\` or envsubst` : phrase`the program that fills it in`
}

function note({ file, span }: Spot, text: string, { object, path }: LocatedFinding): LocatedFinding {
  return {
    rule: 'schema/filled-in',
    severity: 'info',
    message: phrase`${name(placeholderIn(text))} is a placeholder, and nothing is said of values with one`,
    at: { file, span },
    help: phrase`judge what is applied: pipe what ${printerOf(text)} prints into \`admit -\``,
    ...(object === undefined ? {} : { object }),
    ...(path === undefined ? {} : { path }),
  }
}
