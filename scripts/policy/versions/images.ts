// Does the image of a Cluster hold the programs and libraries that its settings need?
import { posix } from 'node:path'
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parseImageReference } from '../../operator/image.ts'
import { majorOf } from '../../operator/major.ts'
import { officialImage } from '../../operator/official-image.ts'
import type { RenderedObject } from '../../model.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { printed } from '../../values/printed.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'

/** The image of a Cluster and where it is named; that of a catalogue if it is among the objects. */
export function imageOf(cluster: RenderedObject, { objects }: ObjectsSubject): { readonly image: string; readonly path: Path } | undefined {
  const own = textAt(cluster.plain, 'spec', 'imageName')
  if (own !== undefined) return { image: own, path: ['spec', 'imageName'] }
  const reference = plainAt(cluster.plain, 'spec', 'imageCatalogRef')
  const kind = textAt(reference, 'kind') ?? 'ImageCatalog'
  const catalog = objects.find((object) => object.kind === kind && object.name === plainAt(reference, 'name'))
  const entry = listAt(catalog?.plain, 'spec', 'images').find((one) => plainAt(one, 'major') === plainAt(reference, 'major'))
  const image = textAt(entry, 'image')
  return image === undefined ? undefined : { image, path: ['spec', 'imageCatalogRef', 'major'] }
}

/** In-tree stores that the instances themselves talk to. */
function inTreeStores(cluster: JsonMap): Path[] {
  const source = textAt(cluster, 'spec', 'bootstrap', 'recovery', 'source') ?? textAt(cluster, 'spec', 'replica', 'source')
  const read = listAt(cluster, 'spec', 'externalClusters').flatMap((external, index) =>
    source !== undefined && textAt(external, 'name') === source && isJsonMap(plainAt(external, 'barmanObjectStore'))
      ? [['spec', 'externalClusters', index, 'barmanObjectStore']]
      : [],
  )
  return [...(isJsonMap(plainAt(cluster, 'spec', 'backup', 'barmanObjectStore')) ? [['spec', 'backup', 'barmanObjectStore']] : []), ...read]
}

/** Images for Docker, by the user `postgres` that they have: 999 on Debian, 70 on Alpine (docker-library/postgres). */
const forDocker =
  /^docker\.io\/(?:library\/postgres|postgis\/postgis|pgvector\/pgvector|timescale\/timescaledb(?:-ha)?|tensorchord\/(?:pgvecto-rs|vchord-postgres))$/

/** The only user id that an image knows; undefined: it may know others. */
function userOf(image: string): number | undefined {
  const { name, tag } = parseImageReference(image)
  if (officialImage(image) !== undefined) return 26
  if (!forDocker.test(name)) return undefined
  if (name.endsWith('/timescaledb-ha')) return 1000
  return name.includes('timescale') || /alpine/.test(tag) ? 70 : 999
}

/** The images that an object names. */
function namedImages({ kind, plain }: RenderedObject): { readonly image: string; readonly path: Path }[] {
  const list = (path: Path, field: Path): Path[] => [...listAt(plain, ...path).keys()].map((index) => [...path, index, ...field])
  const paths =
    kind === 'Cluster'
      ? [['spec', 'imageName'], ...list(['spec', 'postgresql', 'extensions'], ['image', 'reference'])]
      : kind === 'Pooler'
        ? list(['spec', 'template', 'spec', 'containers'], ['image'])
        : kind === 'ImageCatalog' || kind === 'ClusterImageCatalog'
          ? list(['spec', 'images'], ['image'])
          : []
  return paths.flatMap((path) => {
    const image = textAt(plain, ...path)
    return image === undefined || image === '' ? [] : [{ image, path }]
  })
}

/** A part of a repository, as every registry takes it. */
const repositoryPart = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/

/** The part of a repository that no registry takes; undefined: none. A first part with a dot, a colon or capitals is the registry. */
function impossiblePart(image: string): string | undefined {
  const parts = image.split('/')
  const repository = parts.length > 1 && /[.:A-Z]|^localhost$/.test(parts[0] ?? '') ? parts.slice(1) : parts
  const last = repository.length - 1
  return repository
    .map((part, index) => (index < last ? part : (/^[^:@]*/.exec(part)?.[0] ?? '')))
    .find((part) => !repositoryPart.test(part))
}

/** Of postgres-extensions-containers: `ld_library_path` in metadata.hcl of each image that has one. */
const ownFolders: readonly (readonly [image: string, folder: string])[] = [['postgis-extension', 'system']]

export const images: readonly ObjectRule[] = [
  {
    // distribution/reference, Parse: the kubelet answers InvalidImageName, and the pod never starts
    id: 'policy/image-readable',
    severity: 'error',
    configurable: true,
    summary: 'the repository of an image has lower case letters, digits and separators only',
    reads: [
      ['cluster', 'imageName'],
      ['imageCatalog', 'images'],
    ],
    *check({ objects }) {
      for (const object of objects)
        for (const { image, path } of namedImages(object)) {
          const part = impossiblePart(image)
          // what another program puts in is no name yet
          if (part === undefined || /[${}()<>]/.test(image)) continue
          // as Go prints one
          if (image.startsWith('map[')) {
            yield {
              object,
              message: phrase`${here('image')} is a map, but the chart prints it as text: no pod starts`,
              places: [{ path }],
              help: phrase`write registry/repository:tag`,
            }
            continue
          }
          yield {
            object,
            message: phrase`${here('image')} has ${shown(part)} in its repository, where only a-z, 0-9, -, . and _ may be: no pod starts`,
            places: [{ path }],
            help:
              part !== part.toLowerCase() && repositoryPart.test(part.toLowerCase())
                ? phrase`did you mean ${named(part.toLowerCase())}?`
                : phrase`write registry/repository:tag`,
          }
        }
    },
  },
  {
    // initdb: "could not look up effective user ID 26: user does not exist" (cnpg#3331, #5076, #9401; VectorChord#239)
    id: 'policy/image-has-user',
    severity: 'warning',
    configurable: true,
    summary: 'the image knows the user that PostgreSQL runs as',
    reads: [
      ['cluster', 'imageName'],
      ['cluster', 'postgresUID'],
    ],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const found = imageOf(cluster, subject)
        const known = found === undefined ? undefined : userOf(found.image)
        const written = plainAt(cluster.plain, 'spec', 'postgresUID')
        // 0 and nothing are the default
        const used = typeof written === 'number' && written > 0 ? written : 26
        if (found === undefined || known === undefined || used === known) continue
        yield {
          object: cluster,
          message: phrase`image knows user ${known}, but PostgreSQL runs as ${used}: initdb fails where nothing else names that user`,
          places: [{ path: used === 26 ? found.path : ['spec', 'postgresUID'] }],
          help:
            known === 26
              ? phrase`remove postgresUID, or build an image with that user`
              : phrase`use an image made for CloudNativePG, or set postgresUID and postgresGID to ${known}`,
        }
      }
    },
  },
  {
    id: 'policy/image-has-barman',
    severity: 'error',
    configurable: true,
    summary: 'the image holds the programs of barman-cloud where the Cluster uses an in-tree object store',
    reads: [
      ['cluster', 'imageName'],
      ['backups', 'method'],
    ],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const found = imageOf(cluster, subject)
        const official = found === undefined ? undefined : officialImage(found.image)
        const [store] = inTreeStores(cluster.plain)
        if (found === undefined || official === undefined || official.flavour === 'system' || store === undefined) continue
        const system = parseImageReference(found.image).tag.replace(`-${official.flavour}-`, '-system-')
        yield {
          object: cluster,
          message: phrase`image is a ${official.flavour} one, but barmanObjectStore needs barman-cloud, which only system images have`,
          places: [{ path: found.path }, { path: store, on: 'key', label: phrase`the in-tree object store is set up here` }],
          help: phrase`${found.path[1] === 'imageName' ? 'use' : 'have the catalog name'} ${named(system)}, or move to the Barman Cloud plugin: without the programs no WAL is archived and the disk fills`,
        }
      }
    },
  },
  {
    // `setExtensionControlPath` of CloudNativePG 1.27 to 1.30 writes extension_control_path, which PostgreSQL has from 18 on
    id: 'policy/extension-images-work',
    severity: 'error',
    configurable: true,
    summary: 'extensions are mounted from images for a PostgreSQL that can find them',
    reads: [['cluster', 'postgresql', 'extensions']],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const [major, found] = [majorOf(cluster.plain), imageOf(cluster, subject)]
        const extensions = ['spec', 'postgresql', 'extensions']
        if (major === undefined || major >= 18 || listAt(cluster.plain, ...extensions).length === 0) continue
        // another image may be built with the patch
        if (found === undefined || officialImage(found.image) === undefined) continue
        yield {
          object: cluster,
          message: phrase`extensions are mounted from images, but PostgreSQL ${major} does not know extension_control_path and does not start`,
          places: [
            { path: extensions, on: 'key' },
            { path: found.path, label: phrase`PostgreSQL ${major} is chosen here` },
          ],
          help: phrase`run PostgreSQL 18, or use an image that holds the extensions`,
        }
      }
    },
  },
  {
    id: 'policy/extension-finds-libraries',
    severity: 'error',
    configurable: true,
    summary: 'an extension image whose libraries need others has the folder of these in ld_library_path',
    reads: [['cluster', 'postgresql', 'extensions']],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'postgresql', 'extensions']
        const found = imageOf(cluster, subject)
        // another image may hold the libraries itself
        if (found === undefined || officialImage(found.image) === undefined) continue
        for (const [index, extension] of listAt(cluster.plain, ...path).entries()) {
          const image = textAt(extension, 'image', 'reference') ?? ''
          const folder = ownFolders.find(([name]) => parseImageReference(image).name.endsWith(`/cloudnative-pg/${name}`))?.[1]
          const listed = listAt(extension, 'ld_library_path').map((one) => posix.join('/', printed(one), '/'))
          if (folder === undefined || listed.includes(`/${folder}/`)) continue
          const misplaced = listAt(extension, 'dynamic_library_path').indexOf(folder)
          yield {
            object: cluster,
            message: phrase`ld_library_path lacks ${shown(folder)}, where the image has what its libraries need: the extension can't be created`,
            places: [{ path: [...path, index, ...(misplaced < 0 ? ['image', 'reference'] : ['dynamic_library_path', misplaced])] }],
            help: phrase`write ld_library_path: [${folder}]${misplaced < 0 ? ' beside image' : ' in place of dynamic_library_path'}`,
          }
        }
      }
    },
  },
]
