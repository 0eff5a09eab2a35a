// How do tests make a repository of any shape?
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gitIn, runIn } from './change-repository.ts'
import type { Answer } from './terminal.ts'

/** A folder with files, removed by `remove`; with `origin` a git repository that was cloned from there. */
export function openFiles(files: Readonly<Record<string, string>>, origin?: string) {
  const root = mkdtempSync(join(tmpdir(), 'cnpg-values-files-'))
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, text] of Object.entries(files)) put(path, text)
  const git = (...args: string[]): string => gitIn(root, ...args)
  git('init', '--quiet')
  if (origin !== undefined) git('remote', 'add', 'origin', origin)
  git('add', '--all')
  git('commit', '--quiet', '--message', 'first')
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  return {
    root,
    git,
    put,
    read,
    edit: (path: string, from: string, to: string): void => {
      const text = read(path)
      if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
      put(path, text.replace(from, to))
    },
    run: (...argv: string[]): Promise<Answer> => runIn(root, ...argv),
    /** `<file>:<line>: <message> [<rule>]` of each diagnostic */
    told: async (...argv: string[]): Promise<string[]> => {
      const { stdout } = await runIn(root, 'check', ...argv, '--format', 'json')
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { file: string; line: number; message: string; rule: string }[] }
      return diagnostics.map(({ file, line, message, rule }) => `${file}:${line}: ${message} [${rule}]`)
    },
    remove: (): void => rmSync(root, { recursive: true }),
  }
}

/** What is told of a repository with these files, which is gone again. */
export async function toldOf(files: Readonly<Record<string, string>>, origin = 'https://github.com/acme/infra.git'): Promise<string[]> {
  const opened = openFiles(files, origin)
  try {
    return await opened.told()
  } finally {
    opened.remove()
  }
}

/** An Application of one database, up to the helm values that are to follow: twelve lines. */
export const ordersApplication = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      releaseName: orders
`
