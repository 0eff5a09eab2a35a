// Which files of a plain folder does Argo CD apply?
import type { Json } from '../../values/value.ts'
import { globOrNothing } from '../../go-template/gobwas.ts'
import { at } from '../manifest-parts.ts'

/**
 * By a path from the folder: `recurse`, `include` and `exclude` of `source.directory`, as `findManifests` of the repo
 * server reads them. An invalid pattern matches nothing there.
 */
export function directoryFilter(directory: Json | undefined): (path: string) => boolean {
  const pattern = (key: string): ((path: string) => boolean) | undefined => {
    const text = at(directory, key)
    return typeof text === 'string' && text !== '' ? globOrNothing(text) : undefined
  }
  const [include, exclude] = [pattern('include'), pattern('exclude')]
  const isDeep = at(directory, 'recurse') === true
  return (path) => {
    if (!/\.(?:ya?ml|json|jsonnet)$/.test(path) || (!isDeep && path.includes('/'))) return false
    return exclude?.(path) !== true && include?.(path) !== false
  }
}
