// Which forge does a repository live on, by what it holds and where it was cloned from?
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { normalizeRemote, originOf } from '../repository/remote.ts'
import type { Forge } from './files.ts'

export function forgeOf(top: string): Forge {
  if (existsSync(join(top, '.gitlab-ci.yml'))) return 'gitlab'
  if (existsSync(join(top, '.github'))) return 'github'
  const host = normalizeRemote(originOf(top) ?? '')?.split('/')[0] ?? ''
  return host.includes('gitlab') ? 'gitlab' : host === 'github.com' ? 'github' : 'none'
}
