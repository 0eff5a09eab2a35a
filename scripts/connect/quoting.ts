// How is a text from a file put into a command, a snippet or a sentence without being interpreted?

// eslint-disable-next-line no-control-regex
const invisible = /[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** One word for a POSIX shell, quoted if necessary. Control characters become printf's octal escapes: a terminal would obey them. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  if (!invisible.test(text)) return `'${text.replaceAll("'", "'\\''")}'`
  const octals = [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  return `"$(printf '${octals.join('')}')"`
}

/** The database as an argument of psql: one that psql would take for an option or a connection string is spelled out. */
export function psqlDatabase(name: string): string {
  if (!/^-|=|^postgres(?:ql)?:\/\//.test(name)) return shellWord(name)
  return shellWord(`dbname='${name.replaceAll(/['\\]/g, '\\$&')}'`)
}

/** A value of a container's `env`, in which Kubernetes would fill in `$(NAME)`. */
export function literalVariable(text: string): string {
  return text.replaceAll('$', () => '$$')
}

/** For comments and sentences: line breaks and invisible characters are shown as dots. */
export function oneLine(text: string): string {
  return text.replaceAll(new RegExp(invisible, 'g'), '·')
}
