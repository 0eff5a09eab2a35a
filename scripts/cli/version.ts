// Which version of this program runs?
import { readFileSync } from 'node:fs'

/** The version of package.json, which stands beside both scripts/ and dist/. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
