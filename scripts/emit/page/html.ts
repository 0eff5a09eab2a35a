// How does text get into HTML without becoming HTML?
import { maskInText } from '../../secret/shapes.ts'
import { byText } from '../../values/by-text.ts'
import { visible } from '../../values/untrusted.ts'

/** Markup that was made here and is safe to insert. */
export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | readonly (string | Markup)[] | undefined

/**
 * Tagged template: inserted values are escaped, unless they are markup; lists are joined, undefined becomes nothing.
 * Not named `html`: formatters reformat such templates, and with them the bytes of the page.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((text, string, index) => text + insert(parts[index - 1]) + string) }
}

/** Text that is markup already: constants of this program only. */
export function trusted(text: string): Markup {
  return { markup: text }
}

function insert(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'markup' in part ? part.markup : part.map((item) => insert(item)).join('')
}

/** A page reaches more people than the repository: what is secret by its shape is never on it. */
const withoutSecrets = byText((text) => maskInText(text, { isMessage: true }))

/** Also for attribute values in double quotes; what could turn the reading direction or hide or break a line is shown as an escape. */
function escapeHtml(text: string): string {
  return visible(withoutSecrets(text))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('##', '#&#35;')
}
