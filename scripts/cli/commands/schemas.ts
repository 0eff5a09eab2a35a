// `schemas derive`: turn a release's CRDs into the schemas that objects are checked against.
import { realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { visible } from '../../values/untrusted.ts'
import fastGlob from 'fast-glob'
import { deriveSchemas } from '../../derive/crd-to-schema.ts'
import { byCodeUnit } from '../../values/path.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { readNamed, TooLarge } from '../../repository/named-file.ts'
import { repositoryTop } from '../../repository/place.ts'
import { UsageError } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'

export interface SchemasFlags {
  readonly from?: string | undefined
  readonly version?: string | undefined
  readonly out?: string | undefined
}

/** Reads one file or all YAML files of a folder (`--from`) and writes `schemas/<product>/<version>/` below `--out`. */
export function schemasDerive(flags: SchemasFlags, terminal: Terminal): number {
  if (flags.from === undefined) throw new UsageError('--from is not set, but must name a CRD file or a folder of them')
  if (flags.version === undefined)
    throw new UsageError('--version is not set, but must be the release that the CRDs belong to, such as 1.30.0')
  if (!/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?$/.test(flags.version))
    throw new UsageError(`--version is \`${flags.version}\`, but must be an exact release such as 1.30.0`)
  const inputs = readInputs(resolve(terminal.cwd, flags.from), flags.from)
  const derived = deriveSchemas(inputs, { version: flags.version })
  for (const { path, message, help } of derived.problems)
    terminal.stderr(`${visible(`${path}: ${message}`)}\n${help === undefined ? '' : `  help: ${visible(help)}\n`}`)
  if (derived.problems.length > 0) return 1
  const out = resolve(terminal.cwd, flags.out ?? 'schemas')
  const inside = repositoryTop(realpathSync(terminal.cwd))
  for (const { path, text } of derived.files) {
    const target = join(out, path.replace(/^schemas\//, ''))
    const shown = join(flags.out ?? 'schemas', path.replace(/^schemas\//, ''))
    writeWhole(target, text, { inside, shown })
    terminal.stdout(`written  ${visible(shown)}\n`)
  }
  return 0
}

function readInputs(full: string, shown: string): { path: string; text: string }[] {
  const stats = statSync(full, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`--from is \`${shown}\`, but there is no such file or folder`)
  if (!stats.isDirectory()) return [{ path: shown, text: readText(full, shown) }]
  const names = fastGlob.sync('**/*.{yaml,yml,json}', { cwd: full })
  return names.sort(byCodeUnit).map((name) => ({ path: name, text: readText(join(full, name), name) }))
}

function readText(full: string, shown: string): string {
  try {
    return readNamed(full).toString('utf8')
  } catch (error) {
    if (error instanceof TooLarge) throw new UsageError(`--from: ${shown} can't be read: ${error.message}`)
    throw error
  }
}
