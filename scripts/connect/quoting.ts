// How does a text from a file stand in a command, a snippet or a sentence without becoming more than a text?

// eslint-disable-next-line no-control-regex
const unseen = /[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** One word for a POSIX shell, quoted where it is not plain. Control characters go as printf's octals: a terminal would obey them. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  if (!unseen.test(text)) return `'${text.replaceAll("'", "'\\''")}'`
  const octals = [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  return `"$(printf '${octals.join('')}')"`
}

/** The database among psql's words: one that psql would take for an option or a connection string is spelled out. */
export function psqlDatabase(name: string): string {
  if (!/^-|=|^postgres(?:ql)?:\/\//.test(name)) return shellWord(name)
  return shellWord(`dbname='${name.replaceAll(/['\\]/g, '\\$&')}'`)
}

/** A value of a container's `env`, in which Kubernetes would fill in `$(NAME)`. */
export function literalVariable(text: string): string {
  return text.replaceAll('$', () => '$$')
}

/** For comments and sentences: what breaks a line or hides is shown as a dot. */
export function oneLine(text: string): string {
  return text.replaceAll(new RegExp(unseen, 'g'), '·')
}
