// Which files are looked into where git does not tell them?
import { expect, test } from 'vitest'
import { looseOutsideGit } from '../../scripts/discover/trees.ts'

const many = (count: number): { readonly paths: string[] } => ({ paths: Array.from({ length: count }, (_, index) => `a${index}.yaml`) })

test('all that may be manifests, up to a limit that is said', () => {
  expect(looseOutsideGit({ paths: ['a.yaml', 'b.png', 'c.json'] }, '/home/me')).toEqual(['a.yaml', 'c.json'])
  expect(looseOutsideGit(many(100_000), '/home/me')).toHaveLength(100_000)
  expect(() => looseOutsideGit(many(100_001), '/home/me')).toThrow(
    '/home/me is in no git repository and holds 100001 files, but no more than 100000 are looked into; name the repository: --root DIR',
  )
})
