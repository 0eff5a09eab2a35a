// Does data go one way? Import directions, file sizes, opening questions.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../scripts/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
const text = (path: string) => readFileSync(join(folder, path), 'utf8')
const importsOf = (path: string) =>
  [...text(path).matchAll(/^(?:import|export)\b[^'\n]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map((match) =>
    normalize(join(dirname(path), match[1] ?? match[2] ?? '')),
  )

/** The rooms that hold a stage; a stage's files import each other, the ground floor, and no other stage. */
const stages = ['chart', 'admit', 'policy', 'postgres', 'argocd', 'emit', 'derive', 'commands']
const stageOf = (path: string) => stages.find((stage) => path.startsWith(`${stage}/`) || (stage === 'commands' && path.startsWith('cli/')))

test('a stage does not reach into another stage', () => {
  // generated files share one header, helm gets its values from YAML's own writer, and the API server checks Argo CD's objects, too
  const allowed =
    /^(?:argocd → emit\/(?:header|outputs)\.ts|emit → chart\/evaluated\.ts|chart → emit\/yaml\.ts|argocd → admit\/[a-z-]+\.ts)$/
  const wrong = files.flatMap((path) => {
    const stage = stageOf(path)
    // deriving runs by hand and reads every table that there is
    if (stage === undefined || stage === 'commands' || stage === 'derive') return []
    return importsOf(path)
      .filter((target) => stageOf(target) !== undefined && stageOf(target) !== stage && !allowed.test(`${stage} → ${target}`))
      .map((target) => `${path} → ${target}`)
  })
  expect(wrong).toEqual([])
})

test('only the pipeline, the library and the commands bring stages together', () => {
  const joining = files.filter(
    (path) =>
      stageOf(path) === undefined &&
      new Set(
        importsOf(path)
          .map(stageOf)
          .filter((stage) => stage !== undefined),
      ).size > 1,
  )
  expect(
    joining.filter(
      (path) =>
        ![
          'pipeline.ts',
          'outcome.ts',
          'assess.ts',
          'evaluate.ts',
          'library.ts',
          'index.ts',
          'explain/text.ts',
          'rules/registry.ts',
        ].includes(path) && !/^(?:explain|live|upgrade)\//.test(path),
    ),
  ).toEqual([])
})

test('a check of values loads neither the engine of Argo CD nor what only other commands need', () => {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    // import() waits until it is needed, and types are gone by then
    for (const [, target = ''] of text(path).matchAll(/^(?:import|export) (?!type\b)[^'\n]*?from '(\.[^']+)'/gm))
      load(normalize(join(dirname(path), target)))
  }
  load('cli/commands/check.ts')
  expect(
    [...loaded].filter((path) =>
      /^(?:argocd\/(?:rules\/hand-written)|(?:applicationset\/generate|connect|explain|fix|fleet|upgrade|derive)\/)/.test(path),
    ),
  ).toEqual([])
})

test('model.ts imports nothing, and nobody imports the pipeline but commands', () => {
  expect(importsOf('model.ts')).toEqual([])
  expect(files.filter((path) => importsOf(path).includes('pipeline.ts') && stageOf(path) !== 'commands')).toEqual([])
})

test('hand-written files stay under 300 lines and open with the question that they answer', () => {
  const written = files.filter((path) => !path.includes('.generated.'))
  expect(written.filter((path) => text(path).split('\n').length > 301)).toEqual([])
  expect(written.filter((path) => !/^\/\/ .*[?.]$/m.test(text(path).split('\n', 1)[0] ?? ''))).toEqual([])
})

test('no output depends on a locale', () => {
  expect(files.filter((path) => /localeCompare|toLocale|Intl\./.test(text(path)))).toEqual([])
})
