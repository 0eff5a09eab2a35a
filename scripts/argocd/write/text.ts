// How are scalars, patterns and fences written in the Argo CD files?
import type { Destination, Settings } from '../../model.ts'

/** `YES`, `~`, `off`: words that YAML 1.1 (Helm) or 1.2 reads as something other than text. */
const reservedWords = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i
const plainWord = /^[A-Za-z][A-Za-z0-9_./@+:-]*[A-Za-z0-9_/]$|^[A-Za-z]$/
const plainVersion = /^\d+\.\d+\.\d+(?:[-+][A-Za-z0-9.+-]*)?$/

/** A text as a YAML scalar: bare where every reader sees the same text, else in double quotes. */
export function scalar(text: string): string {
  const bare = (plainWord.test(text) && !reservedWords.test(text)) || plainVersion.test(text)
  return bare ? text : quoted(text)
}

/** A text in double quotes; JSON's escapes are YAML's. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

/** `{service}-db-{env}` → `{{ .service }}-db-dev`: the environment is known per set, the rest comes from the element. */
export function elementTemplate(pattern: string, environment: string): string {
  return pattern.replaceAll('{env}', environment).replaceAll('{service}', '{{ .service }}').replaceAll('{name}', '{{ .name }}')
}

/** Whether Argo CD has a field that came with `minor` (`3.1`); an unknown field would be dropped without a word. */
export function argocdHas(settings: Settings, minor: string): boolean {
  const [major = 0, patchless = 0] = settings.argocd.version.replace(/^v/, '').split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = minor.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && patchless >= wantedMinor)
}

/** The cluster that Argo CD itself runs in, under either of its two spellings. */
export function isLocal(destination: Destination): boolean {
  return destination.server === 'https://kubernetes.default.svc' || destination.name === 'in-cluster'
}

/** The key of a destination: equal for two spellings of the same cluster. */
export function destinationKey(destination: Destination): string {
  if (isLocal(destination)) return 'local'
  return destination.server === undefined ? `name ${destination.name ?? ''}` : `server ${destination.server.replace(/\/$/, '')}`
}

/** `server: …` or `name: …`. */
export function destinationLine(destination: Destination): string {
  if (destination.server !== undefined) return `server: ${scalar(destination.server)}`
  return `name: ${scalar(destination.name ?? '')}`
}

/**
 * A file of this repository as an Application's value file. The repository server expands `$x` in the rest of the path
 * (`Env.Envsubst`), so a dollar sign is doubled.
 */
export function valueFile(settings: Settings, path: string): string {
  const folder = settings.repository.path.split('/').filter((part) => part !== '' && part !== '.')
  return `$values/${[...folder, path].join('/').replaceAll('$', '$$$$')}`
}
