// Which release of the operator is installed without its chart, and does it choose the image of Clusters that name none?
import type { LooseFiles } from '../../discover/loose.ts'
import { firstSpot } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { firstPlain } from '../../values/value.ts'
import type { SourceFile } from '../../values/value.ts'
import { printed } from '../../values/printed.ts'
import { at } from '../manifest-parts.ts'

export interface PlainOperators {
  /** undefined: none, or several */
  readonly version: string | undefined
  /** where the version is written */
  readonly at?: Spot | undefined
  /** `POSTGRES_IMAGE_NAME` is set in a ConfigMap, a Secret or a Deployment */
  readonly choosesImage: boolean
}

const manifest = /\bcnpg-(\d+\.\d+\.\d+)\.yaml\b/g
const image = /cloudnative-pg\/cloudnative-pg:v?(\d+\.\d+\.\d+)/g
/** A line about the image of a container: a list of images, to be mirrored or loaded beforehand, installs nothing. */
const ofContainer = /\bimage["']?[ \t]*:/

interface Release {
  readonly version: string
  readonly at: Spot
}

/** By the release manifest that a kustomization, an Application or a file is named after, and the image of the Deployment. */
export function plainOperators(files: LooseFiles['aboutOperator'] = []): PlainOperators {
  const [first, ...others] = files.flatMap((file) => releasesIn(file))
  const only = others.some(({ version }) => version !== first?.version) ? undefined : first
  return { version: only?.version, at: only?.at, choosesImage: files.some(({ text }) => text.includes('POSTGRES_IMAGE_NAME')) }
}

/** A tag that a kustomization puts in wins over the release that it takes. */
function releasesIn(file: SourceFile): Release[] {
  const { path, text } = file
  if (text === '') return [...path.matchAll(manifest)].map(([, version = '']) => ({ version, at: firstSpot(undefined, file) }))
  const found = (version: string, from: number): Release => {
    const start = text.indexOf(version, from)
    return { version, at: { file, span: { start, end: start + version.length } } }
  }
  const tag = text.includes('newTag') ? newTag(text) : undefined
  if (tag !== undefined) return [found(tag, text.indexOf('newTag'))]
  const bare = withoutComments(text)
  const images = [...bare.matchAll(image)].filter(({ index }) => ofContainer.test(bare.slice(bare.lastIndexOf('\n', index) + 1, index)))
  return [...images, ...bare.matchAll(manifest)].map(({ 1: version = '', index }) => found(version, index))
}

function newTag(text: string): string | undefined {
  const images = at(firstPlain(parseYaml({ path: '', text }, 'service').documents), 'images')
  const own = Array.isArray(images)
    ? images.find((one) => printed(at(one, 'name') ?? '').endsWith('cloudnative-pg/cloudnative-pg'))
    : undefined
  return /^v?(\d+\.\d+\.\d+)/.exec(printed(at(own, 'newTag') ?? ''))?.[1]
}

const withoutComments = (text: string): string => text.replaceAll(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length))
