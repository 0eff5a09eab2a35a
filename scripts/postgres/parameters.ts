// Does the PostgreSQL of a database know its parameters, and accept their values?
import { here, named, phrase } from '../findings/message.ts'
import type { Finding } from '../findings/finding.ts'
import { fileHelp, whereAbsent } from './files.ts'
import type { PodFiles } from './files.ts'
import { at, finding, quoted, valueOf, verdictOn } from './running.ts'
import type { PostgresRule, Running } from './running.ts'
import type { Verdict } from './judge-parameter.ts'

type Unknown = Extract<Verdict, { kind: 'unknown' }>

function* unknownNames({ major, parameters }: Running): Iterable<readonly [string, Unknown]> {
  for (const [name, value] of parameters) {
    const verdict = verdictOn(major, name, value)
    if (verdict?.kind === 'unknown') yield [name, verdict]
  }
}

function unknownParameter(name: string, { reason, at: other, meant }: Unknown, major: number): Omit<Finding, 'places'> {
  const shown = quoted(name)
  switch (reason) {
    case 'added':
      return {
        message: phrase`parameter ${shown} is set, but PostgreSQL ${named(major)} would not start: it was added in ${named(other)}`,
        help: phrase`remove it, or run PostgreSQL ${named(other)}`,
      }
    case 'removed':
      return {
        message: phrase`parameter ${shown} is set, but PostgreSQL ${named(major)} would not start: it was removed in ${named(other)}`,
        help: phrase`${meant ?? 'remove it'}`,
      }
    case 'elsewhere':
      return {
        message: phrase`${shown} is set as a parameter, but it is a field of its own, beside \`parameters\``,
        help: phrase`move it up to postgresql.${named(name)}`,
      }
    case 'syntax':
      return {
        message: phrase`parameter ${shown} is not a valid name, but must be letters, digits and _ with at most one dot`,
        help: phrase`correct the name, or remove the parameter`,
      }
    case 'typo':
      return {
        message: phrase`parameter ${shown} is set, but PostgreSQL ${named(major)} has no such parameter and would not start`,
        help: phrase`did you mean \`${named(meant)}\`?`,
      }
    case 'strange':
      return {
        message: phrase`parameter ${shown} is set, but PostgreSQL ${named(major)}, in the releases known here, does not have it and would not start`,
        help: phrase`look it up in the documentation of this PostgreSQL, or remove it`,
      }
  }
}

type Wrong = Extract<Verdict, { kind: 'value' }>

/** What the image of this database refuses, though others take it. */
function byThisImage(name: string, value: string, { image }: Running): Wrong | undefined {
  // the target `minimal` of postgres-containers installs no locales; those of libc-bin are left
  if (image?.isMinimal !== true || !/^lc_(?:messages|monetary|numeric|time)$/.test(name)) return undefined
  const isThere = value === '' || /^(?:C|POSIX|C\.utf-?8)$/i.test(value)
  return isThere
    ? undefined
    : { kind: 'value', must: 'C, POSIX or C.UTF-8 in a minimal image', help: 'use a standard image, which has all locales' }
}

/** Whether a server of this image refuses the value for certain, perhaps, or not at all. */
function certaintyOf({ byImage }: Wrong, { image }: Running): 'certain' | 'open' | 'none' {
  if (byImage === undefined) return 'certain'
  if (byImage === 'build' || image?.debian === undefined) return 'open'
  return ['buster', 'bullseye', 'bookworm'].includes(image.debian) ? 'none' : 'certain'
}

function* wrongValues(running: Running, wanted: 'certain' | 'open'): Iterable<Finding> {
  for (const name of running.parameters.keys()) {
    const value = valueOf(running, name)
    if (value === undefined) continue
    const verdict = verdictOn(running.major, name, value) ?? byThisImage(name, value, running)
    if (verdict?.kind !== 'value' || certaintyOf(verdict, running) !== wanted) continue
    yield finding(
      name,
      phrase`${here(name)} is ${quoted(value)}, but must be ${verdict.must}`,
      verdict.help !== undefined ? phrase`${verdict.help}` : phrase`correct ${named(name)}, or remove it`,
    )
  }
}

/** The files that are included and not there. */
function* absentFiles(running: Running, directives: readonly string[]): Iterable<readonly [string, string, string, PodFiles]> {
  const { files } = running
  if (files === undefined) return
  for (const name of directives) {
    const file = valueOf(running, name)
    const where = file === undefined || file === '' ? undefined : whereAbsent(file, files)
    if (file !== undefined && where !== undefined) yield [name, file, where, files]
  }
}

export const parameters: readonly PostgresRule[] = [
  {
    id: 'postgres/known-parameter',
    severity: 'error',
    summary: 'the PostgreSQL of the image has each parameter: none is misspelt or from another major',
    *check(running) {
      for (const [name, verdict] of unknownNames(running))
        if (verdict.reason !== 'strange')
          yield { ...unknownParameter(name, verdict, running.major), places: [{ path: at(name), on: 'key' }] }
    },
  },
  {
    // a minor release can add a parameter that is not known here
    id: 'postgres/parameter-listed',
    severity: 'warning',
    summary: 'each parameter is one that the PostgreSQL of the image is known to have',
    *check(running) {
      for (const [name, verdict] of unknownNames(running))
        if (verdict.reason === 'strange')
          yield { ...unknownParameter(name, verdict, running.major), places: [{ path: at(name), on: 'key' }] }
    },
  },
  {
    id: 'postgres/parameter-value',
    severity: 'error',
    summary: 'PostgreSQL accepts the value of each parameter: type, unit, bounds and words',
    *check(running) {
      yield* wrongValues(running, 'certain')
    },
  },
  {
    // `escapePostgresConfValue` of 1.27 to 1.30 doubles quotes and no more; `STRING` of guc-file.l, 13 to 18, ends at a line break
    id: 'postgres/parameter-one-line',
    severity: 'error',
    summary: 'the value of a parameter has no line break, which would break postgresql.conf',
    *check({ parameters, isOperated }) {
      for (const [name, value] of isOperated ? parameters : [])
        if (value.includes('\n'))
          yield finding(
            name,
            phrase`${here(name)} has a line break, but postgresql.conf takes none in a value: PostgreSQL does not start`,
            phrase`write it in one line, or, in a YAML block, \`>-\` instead of \`|\``,
          )
    },
  },
  {
    // Debian moved `US/Eastern` and its like to the package tzdata-legacy in trixie; glibc reads `0b11` from 2.38 on
    id: 'postgres/parameter-portable',
    severity: 'warning',
    summary: 'the value of each parameter is one that every image accepts',
    *check(running) {
      yield* wrongValues(running, 'open')
    },
  },
  {
    // 13 to 18: "could not open configuration file …: No such file or directory"
    id: 'postgres/included-file-there',
    severity: 'error',
    summary: 'a file or folder that the parameters include is in the pod',
    *check(running) {
      for (const [name, file, where, files] of absentFiles(running, ['include', 'include_dir']))
        yield finding(
          name,
          phrase`${here(name)} is ${quoted(file)}, but ${where} has no such ${name === 'include' ? 'file' : 'folder'}: PostgreSQL does not start`,
          fileHelp(file, 'write the settings in parameters', files),
        )
    },
  },
  {
    // 13 to 18: "skipping missing configuration file"
    id: 'postgres/optional-file-there',
    severity: 'warning',
    configurable: true,
    summary: 'a file that pg_hba, pg_ident or the parameters include if it exists can exist in the pod',
    *check(running) {
      for (const [name, file, where, files] of absentFiles(running, ['include_if_exists']))
        yield finding(
          name,
          phrase`${here(name)} is ${quoted(file)} and has no effect: ${where} has no such file`,
          fileHelp(file, 'write the settings in parameters', files),
        )
    },
  },
]
