// Do policies depend on the versions that they speak of, and leave good databases alone?
import { textOf } from '../../scripts/findings/message.ts'
import { describe, expect, it } from 'vitest'
import { policies } from '../../scripts/policy/rules.ts'
import { hasReached, judgeSyncOption, splitOptions } from '../../scripts/applicationset/sync-options.ts'

describe('sync options', () => {
  it.each(['Prune=false', 'Delete=confirm', 'ServerSideApply=true', 'SkipDryRunOnMissingResource=true', 'Replace=true'])(
    'takes %s on an object',
    (option) => {
      expect(judgeSyncOption(option, 'object', '3.5.1')).toBeUndefined()
    },
  )

  it('knows that Prune and Delete on an Application are read from 3.4 on', () => {
    expect(textOf(judgeSyncOption('Delete=false', 'application', '3.3.9')?.message ?? [], 300)).toBe(
      'sync option is Delete=false, but Argo CD reads it here only since 3.4',
    )
    expect(judgeSyncOption('Delete=false', 'application', '3.4.0')).toBeUndefined()
    expect(judgeSyncOption('Delete=false', 'object', '3.3.9')).toBeUndefined()
  })

  it('says what was meant by another word for on or off', () => {
    const help = (option: string): string => textOf(judgeSyncOption(option, 'application', '3.5.1')?.help ?? [], 300)
    expect(['CreateNamespace=yes', 'ServerSideApply=no', 'Validate='].map(help)).toEqual([
      'write CreateNamespace=true',
      'write ServerSideApply=false',
      'write Validate=false',
    ])
  })

  it('knows that confirm came with 2.14', () => {
    expect(textOf(judgeSyncOption('Prune=confirm', 'object', '2.13.4')?.help ?? [], 300)).toBe('write Prune=false, or upgrade Argo CD')
    expect(judgeSyncOption('Prune=confirm', 'object', '2.14.0')).toBeUndefined()
  })

  it('sends a compare option to its annotation', () => {
    expect(textOf(judgeSyncOption('ServerSideDiff=true', 'application', '3.5.1')?.help ?? [], 300)).toContain(
      'compare-options: ServerSideDiff=true',
    )
  })

  it('suggests a name or a value where one is near, and is silent about names that it cannot know', () => {
    for (const both of ['Prune=false;CreateNamespace=true', 'Prune=false CreateNamespace=true'])
      expect(textOf(judgeSyncOption(both, 'object', '3.5.1')?.help ?? [], 300)).toBe('write Prune=false,CreateNamespace=true')
    expect(textOf(judgeSyncOption('CreateNamspace=true', 'application', '3.5.1')?.help ?? [], 300)).toBe('did you mean CreateNamespace?')
    expect(textOf(judgeSyncOption('CreateNamespace=yes', 'application', '3.5.1')?.message ?? [], 300)).toBe(
      'sync option is `CreateNamespace=yes`, but CreateNamespace takes false, true',
    )
    expect(judgeSyncOption('SomethingOfNextYear=true', 'application', '3.5.1')).toBeUndefined()
  })

  it('splits an annotation and compares versions', () => {
    expect(splitOptions(' Prune=false , Delete=false,')).toEqual(['Prune=false', 'Delete=false'])
    expect([hasReached('v3.10.0', '3.4'), hasReached('3.3.12', '3.4')]).toEqual([true, false])
  })
})

describe('policies', () => {
  it('have ids of their own under policy/ or argocd/', () => {
    const ids = policies.map((rule) => rule.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^(?:policy|argocd)\/[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([])
  })
})
