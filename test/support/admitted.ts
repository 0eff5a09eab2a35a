// What does `admit --policies` say of hand-written manifests?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../scripts/cli/cli.ts'

/** `line: rule` of each finding in one file. */
export async function admitted(text: string, ...flags: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-admitted-'))
  try {
    writeFileSync(join(folder, 'all.yaml'), text)
    let stdout = ''
    await main(['admit', '--policies', ...flags, '--format', 'json', 'all.yaml'], {
      cwd: folder,
      color: false,
      stdout: (part) => (stdout += part),
      stderr: () => {},
    })
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { line: number; rule: string }[] }
    return diagnostics.map(({ line, rule }) => `${line}: ${rule}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
