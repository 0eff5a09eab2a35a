// What is in an image of PostgreSQL, as far as its tag says: which flavour of the project's own, which Debian?
import { parseImageReference } from './image.ts'

export type Flavour = 'minimal' | 'standard' | 'system'

/** What an image of the project itself (or a mirror of it) is: `17.6-202509010000-standard-trixie`, `17.5`. */
interface OfficialImage {
  readonly flavour: Flavour
  /** of Debian; a tag without one was built on bullseye */
  readonly release: string
  readonly isLegacy: boolean
}

/** The registry of the project, or one that mirrors it: in others, a tag of a mere version is as likely an image that somebody built. */
const isMirrored = (name: string): boolean => /ghcr|mirror|proxy|cache/.test(name)

/** postgres-containers, "Image Tags": `MM.mm-TS-TYPE-OS`; tags without type and OS are system images of the old kind. Undefined: another image. */
export function officialImage(image: string): OfficialImage | undefined {
  const { name, tag } = parseImageReference(image)
  if (!name.endsWith('/cloudnative-pg/postgresql')) return undefined
  const [, flavour, release] = /^\d[\d.]*(?:-\d+)?-(minimal|standard|system)-([a-z]+)$/.exec(tag) ?? []
  if (flavour !== undefined && release !== undefined) return { flavour: flavour as Flavour, release, isLegacy: false }
  const [, old] = /^\d[\d.]*(?:-\d+)?(?:-(bullseye|bookworm))?$/.exec(tag) ?? [null]
  return old === null || !isMirrored(name) ? undefined : { flavour: 'system', release: old ?? 'bullseye', isLegacy: true }
}

/** The release of Debian below an image, where its tag says so, or where the project's own tags are known to mean one. */
export function debianOf(image: string): string | undefined {
  return (
    officialImage(image)?.release ??
    /(?:^|[-_.])(buster|bullseye|bookworm|trixie|forky)(?:$|[-_.])/.exec(parseImageReference(image).tag)?.[1]
  )
}
