// How do tests run the command line in a repository of their own?
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../scripts/cli/cli.ts'
import type { Answer as Line } from '../../scripts/emit/terminal.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))

export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A copy of the smallest repository, removed by `remove`. `answers` are what a person types, in order; then the input ends. */
export function openRepository(): {
  readonly root: string
  run(...argv: string[]): Promise<Answer>
  talk(answers: readonly Line[], ...argv: string[]): Promise<Answer & { readonly questions: readonly string[] }>
  put(path: string, text: string): void
  read(path: string): string
  remove(): void
} {
  const root = mkdtempSync(join(tmpdir(), 'cnpg-values-people-'))
  cpSync(base, root, { recursive: true })
  const talk = async (answers: readonly Line[] | undefined, argv: readonly string[]) => {
    let stdout = ''
    let stderr = ''
    const questions: string[] = []
    const left = [...(answers ?? [])]
    const ask = async (question: string): Promise<Line> => {
      questions.push(question)
      return left.shift() ?? { stopped: 'end' }
    }
    const code = await main(argv, {
      cwd: root,
      color: false,
      stdout: (text) => (stdout += text),
      stderr: (text) => (stderr += text),
      ...(answers === undefined ? {} : { ask }),
    })
    return { code, stdout, stderr, questions }
  }
  return {
    root,
    run: async (...argv) => {
      const { code, stdout, stderr } = await talk(undefined, argv)
      return { code, stdout, stderr }
    },
    talk: (answers, ...argv) => talk(answers, argv),
    put: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    remove: () => rmSync(root, { recursive: true }),
  }
}
