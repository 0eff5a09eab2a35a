// How does text that others wrote reach a terminal or a log without steering it?

/** Line breaks other than ours, control and format characters (bidi, zero width), halves of surrogate pairs. */
// eslint-disable-next-line no-control-regex
const steering = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufff9-\ufffb]/gu
/** Logging commands of Actions (the old form), Azure Pipelines and TeamCity, which are found anywhere in a line. */
const commands = /##(?=\[|vso\[|teamcity\[)/gi
/** A workflow command of GitHub Actions; runners accept leading blanks, too. Known commands are not left inside a line either. */
const workflowCommand =
  /:(?=:(?:error|warning|notice|debug|group|endgroup|echo|(?:add|remove)-(?:mask|path|matcher)|stop-commands|set-(?:output|env)|save-state)\b)|:(?=:)(?<=^[^\S\n]{0,200}:)/gim

/** A character as JSON and JavaScript escape it: visible, and still the same in JSON. */
function escape(character: string): string {
  let text = ''
  for (let at = 0; at < character.length; at++) text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  return text
}

/** Text from elsewhere inside one line of ours: whatever could break the line or steer its reader becomes visible. */
export function visible(text: string): string {
  return text.replaceAll(steering, escape).replaceAll(commands, '#\\u0023').replaceAll(workflowCommand, '\\u003a')
}

/** The colours that this program sets. */
// eslint-disable-next-line no-control-regex
const colours = /\x1b\[(?:[0-9]|2[1-9]|3[0-9]|4[0-9]|9[0-7])m/g

/** Whole output, including line breaks: the last gate before a terminal or a log. Our line breaks, tabs and colours stay. */
export function guarded(text: string, { color, ownCommands = false }: { readonly color: boolean; readonly ownCommands?: boolean }): string {
  const clean = (color ? joinColours(text) : lines(text)).replaceAll(commands, '#\\u0023')
  return ownCommands ? clean : clean.replaceAll(workflowCommand, '\\u003a')
}

function lines(text: string): string {
  return text.replaceAll(steering, (character) => (character === '\n' || character === '\t' ? character : escape(character)))
}

function joinColours(text: string): string {
  let clean = ''
  let at = 0
  for (const match of text.matchAll(colours)) {
    clean += lines(text.slice(at, match.index)) + match[0]
    at = match.index + match[0].length
  }
  return clean + lines(text.slice(at))
}

/** Whether a line can be printed as it is. */
export function isPlainLine(line: string): boolean {
  return guarded(line, { color: false }) === line
}
