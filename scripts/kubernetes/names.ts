// Which names do Kubernetes and Helm accept?

/** Lower case letters, digits, `-` and `.`, at most 253 characters. */
export function isDns1123Subdomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text)
}

/** Helm's release names: at most 53 characters. */
export function isReleaseName(text: string): boolean {
  return text.length <= 53 && isDns1123Subdomain(text)
}
