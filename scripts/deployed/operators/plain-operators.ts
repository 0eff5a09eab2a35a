// Which release of the operator is installed without its chart, and does it choose the image of Clusters that name none?
import type { LooseFiles } from '../../discover/loose.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { firstPlain } from '../../values/value.ts'
import { printed } from '../../values/printed.ts'
import { at } from '../manifest-parts.ts'

export interface PlainOperators {
  /** undefined: none, or several */
  readonly version: string | undefined
  /** `POSTGRES_IMAGE_NAME` is set in a ConfigMap, a Secret or a Deployment */
  readonly choosesImage: boolean
}

const manifest = /\bcnpg-(\d+\.\d+\.\d+)\.yaml\b/g
/** That of a container: a list of images to mirror, or prose, may name another one. */
const image = /(?:^[ \t-]*|[{,][ \t]*)["']?image["']?[ \t]*:[ \t]*["']?[\w./:-]{0,200}cloudnative-pg\/cloudnative-pg:v?(\d+\.\d+\.\d+)/gm

/** By the release manifest that a kustomization, an Application or a file is named after, and the image of the Deployment. */
export function plainOperators(files: LooseFiles['aboutOperator'] = []): PlainOperators {
  const found = new Set(files.flatMap(({ path, text }) => versionsIn(text === '' ? path : text)))
  const [version, ...others] = found
  return { version: others.length > 0 ? undefined : version, choosesImage: files.some(({ text }) => text.includes('POSTGRES_IMAGE_NAME')) }
}

/** A tag that a kustomization puts in wins over the release that it takes. */
function versionsIn(text: string): string[] {
  const tag = text.includes('newTag') ? newTag(text) : undefined
  if (tag !== undefined) return [tag]
  return [...withoutComments(text).matchAll(image), ...withoutComments(text).matchAll(manifest)].map(([, version = '']) => version)
}

function newTag(text: string): string | undefined {
  const images = at(firstPlain(parseYaml({ path: '', text }, 'service').documents), 'images')
  const own = Array.isArray(images)
    ? images.find((one) => printed(at(one, 'name') ?? '').endsWith('cloudnative-pg/cloudnative-pg'))
    : undefined
  return /^v?(\d+\.\d+\.\d+)/.exec(printed(at(own, 'newTag') ?? ''))?.[1]
}

const withoutComments = (text: string): string => text.replaceAll(/^[ \t]*#.*$/gm, '')
