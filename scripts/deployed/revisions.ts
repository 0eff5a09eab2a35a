// Which revisions do the makers of databases read that the files here can't be?
import { sourcesIn } from '../applicationset/sources.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { printed } from '../values/printed.ts'
import { at, gitGenerators, isSameRepository, sourcePath } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'
import { unknownText } from './sets/unknown-text.ts'

interface Read {
  readonly url: string
  readonly revision: string
  readonly spot: () => Spot
}

/** `argocd/assumed-revision`: one note for each tag, commit or further branch of a repository whose files here were judged in its place. */
export function assumedRevisions(makers: Iterable<Manifest>): LocatedFinding[] {
  const byRepository = new Map<string, Map<string, Read>>()
  for (const manifest of makers) {
    const { settings, tree } = manifest
    if (settings.generate) continue
    const here = [settings.repository.url, ...(tree.homes ?? []).map(({ url }) => url)]
    for (const read of readsOf(manifest)) {
      const home = here.find((url) => isSameRepository(url, read.url))
      const isCurrent = ['', 'HEAD', settings.repository.revision].includes(read.revision)
      if (home === undefined || isCurrent || read.revision.includes('{{') || read.revision.includes(unknownText)) continue
      const known = byRepository.get(home) ?? new Map<string, Read>()
      byRepository.set(home, known)
      if (!known.has(read.revision)) known.set(read.revision, read)
    }
  }
  return [...byRepository.values()].flatMap((reads) => {
    const branches = [...reads.keys()].filter((revision) => !isFixed(revision))
    const isOther = (revision: string): boolean => isFixed(revision) || (branches.length > 1 && !/^(?:main|master)$/.test(revision))
    return [...reads.values()].filter(({ revision }) => isOther(revision)).map(noteOf)
  })
}

/** A tag or a commit: what a branch changes does not reach it. */
const isFixed = (revision: string): boolean => /^(?:refs\/tags\/.+|v?\d+(?:\.\d+)+(?:[-+][\w.+-]+)?|[0-9a-f]{7,40})$/.test(revision)

/** What a manifest reads from git: folders and files of its Applications, and the files of its generators. */
function* readsOf(manifest: Manifest): Iterable<Read> {
  const { base, plain, applications = [], kind } = manifest
  for (const application of applications) {
    const spec = at(application, 'spec')
    for (const [nth, { repoURL, targetRevision, chart }] of sourcesIn(spec).entries())
      if (chart === undefined)
        yield {
          url: printed(repoURL ?? ''),
          revision: printed(targetRevision ?? ''),
          spot: () => manifest.spotOf([...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), nth), 'targetRevision']),
        }
  }
  if (kind !== 'ApplicationSet') return
  for (const { repoURL, revision } of gitGenerators(plain['spec'] ?? null))
    yield { url: printed(repoURL ?? ''), revision: printed(revision ?? ''), spot: () => manifest.spotOf(['spec', 'generators'], 'key') }
}

function noteOf({ url, revision, spot }: Read): LocatedFinding {
  return {
    rule: 'argocd/assumed-revision',
    severity: 'info',
    message: phrase`revision is ${named(revision)} of ${named(url)}, but what was judged is the checkout of it that is here`,
    at: spot(),
    help: phrase`a change here reaches it only when the revision moves; look at ${named(revision)} itself for what is deployed now`,
  }
}
