// Is each of the arguments that are added to barman-cloud, pg_dump and pg_restore one argument?
import { here, named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { Json, Path } from '../../values/value.ts'
import { listAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'
import { everyStoreOf } from './store.ts'

/** Arguments that users add to the programs of barman-cloud, by the part of a store. */
const argumentLists: readonly Path[] = [
  ['data', 'additionalCommandArgs'],
  ['wal', 'archiveAdditionalCommandArgs'],
  ['wal', 'restoreAdditionalCommandArgs'],
]

const imported: Path = ['spec', 'bootstrap', 'initdb', 'import']
/** Those of pg_dump and pg_restore, by their field of an import. */
const importLists = [
  'pgDumpExtraOptions',
  'pgRestoreExtraOptions',
  'pgRestorePredataOptions',
  'pgRestoreDataOptions',
  'pgRestorePostdataOptions',
] as const

const helpFor = (option: string, value: string): Message =>
  option.startsWith('--') && !value.startsWith('-')
    ? phrase`write ${named(option)}=${named(value)}`
    : phrase`write ${named(option)} and ${named(value)} as two items`

/** Items with a blank after the option; PostgreSQL's programs take one after a short option for the beginning of its value. */
function* splitItems(
  items: readonly Json[],
  pattern: RegExp,
): Iterable<{ readonly index: number; readonly message: Message; readonly help: Message }> {
  for (const [index, item] of items.entries()) {
    const [, option = '', value = ''] = (typeof item === 'string' && pattern.exec(item)) || []
    if (option === '') continue
    yield {
      index,
      message: phrase`${here('the argument')} has a blank after ${named(option)}, but each item is one argument: the program refuses it`,
      help: helpFor(option, value),
    }
  }
}

/** But for a short option with a whole number, which argparse reads. */
const anyOption = /^(?!-[A-Za-z]\s+\d+\s*$)(--?[A-Za-z][\w-]*)\s+(\S.*)$/
const longOption = /^(--[A-Za-z][\w-]*)\s+(\S.*)$/

export const programArguments: readonly ObjectRule[] = [
  {
    // the operator hands each item on as one argument; Python's argparse takes an option with a blank in it for a file name, getopt_long
    // for an unrecognized option
    id: 'policy/argument-whole',
    severity: 'error',
    configurable: true,
    upstream: 'BarmanObjectStoreConfiguration.AppendAdditionalCommandArgs (plugin-barman-cloud#428), pgDumpDatabase',
    summary: 'each item of the additional arguments of barman-cloud, pg_dump and pg_restore is one argument',
    reads: [
      ['backups', 'data'],
      ['recovery', 'import'],
    ],
    *check(subject): Iterable<ObjectFinding> {
      for (const { object, path } of everyStoreOf(subject))
        for (const list of argumentLists)
          for (const { index, message, help } of splitItems(listAt(object.plain, ...path, ...list), anyOption))
            yield { object, message, places: [{ path: [...path, ...list, index] }], help }
      for (const object of subject.objects.filter(({ kind }) => kind === 'Cluster'))
        for (const field of importLists)
          for (const { index, message, help } of splitItems(listAt(object.plain, ...imported, field), longOption))
            yield { object, message, places: [{ path: [...imported, field, index] }], help }
    },
  },
]
