// Which names does Helm accept for releases?
import { isDns1123Subdomain } from './dns-name.ts'

/** Helm's release names: at most 53 characters. */
export function isReleaseName(text: string): boolean {
  return text.length <= 53 && isDns1123Subdomain(text)
}
