// How does text get into a comment or a summary without becoming Markdown?
import { visible } from '../../values/untrusted.ts'

/**
 * Text that Markdown shows literally: nothing in it becomes a link, an image, HTML or a table cell. GitHub looks for mentions,
 * references and addresses in the rendered text, so a comment splits what would become one.
 */
export function markdownText(text: string): string {
  return visible(text.replaceAll(/[\r\n]+/g, ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]!|~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/&#(\d+);|[@#]|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, (found, entity?: string) =>
      entity === undefined ? `${found}<!-- -->` : found,
    )
}

/** Inline code that no value can leave: a fence longer than any run of backticks inside; pipes would end a table's cell. */
export function markdownCode(text: string): string {
  const line = visible(text)
  const runs = line.match(/`+/g) ?? []
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length), 0) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line.replaceAll('|', '\\|')}${pad}${fence}`
}
