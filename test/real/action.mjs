// Does the composite Action do what its inputs say, as far as its `run` steps go? `uses` and the runner itself are GitHub's.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { exampleRepository, expect, Failure, git, run, Skipped } from './support.mjs'

/** `${{ … }}` in the places where the Action has them; anything else is a mistake of the Action. */
function evaluate(text, context) {
  return text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name) => {
    if (!(name in context)) throw new Failure(`action.yml asks for \`${name}\`, which this trial doesn't know`)
    return context[name]
  })
}

/** Runs the steps as a runner does, with the inputs' defaults; returns the last step's result. */
function runAction(action, program, workspace, inputs) {
  const temporary = mkdtempSync(`${workspace}-temp-`)
  const context = { 'github.action_path': program, 'github.workspace': workspace, 'runner.temp': temporary }
  for (const [name, { default: value }] of Object.entries(action.inputs)) context[`inputs.${name}`] = inputs[name] ?? value
  const outputs = join(temporary, 'outputs')
  writeFileSync(outputs, '')
  let last
  for (const { run: script, env = {}, 'working-directory': folder } of action.runs.steps) {
    // the trial has been installed already
    if (script === undefined || /npm (?:ci|install)/.test(script)) continue
    if (script.includes('${{')) throw new Failure('a script of action.yml has an expression in it, so an input may become code')
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, evaluate(String(value), context)]))
    const file = join(temporary, 'step.sh')
    writeFileSync(file, script)
    const variables = { GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: outputs, RUNNER_TEMP: temporary, GITHUB_ACTIONS: 'true', ...own }
    last = run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], { cwd: evaluate(folder ?? workspace, context), env: variables })
  }
  return {
    ...last,
    outputs: Object.fromEntries(
      readFileSync(outputs, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/=(.*)/s)),
    ),
  }
}

/** The trials of the Action. */
export function actionTrials(root, work) {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'))
  const trial = (name, body) => ({
    name: `Action: ${name}`,
    run() {
      if (run('bash', ['--version'], { cwd: work }).code !== 0) throw new Skipped('there is no bash')
      body(exampleRepository(root, mkdtempSync(join(work, 'workspace-'))))
    },
  })
  const walStorge = (repository) => writeFileSync(join(repository, 'databases/example-api/values.yaml'), 'cluster:\n  walStorge: {}\n')
  return [
    trial('a good repository passes, a bad one is annotated', (repository) => {
      const good = runAction(action, root, repository, {})
      expect(good.code === 0, 'exit code 0', good)
      walStorge(repository)
      const bad = runAction(action, root, repository, {})
      expect(bad.code === 1 && bad.stdout.includes('::error file=databases/example-api/values.yaml,line=2'), 'an annotation', bad)
    }),
    trial('a repository in a subfolder is annotated from the workspace', (repository) => {
      const workspace = mkdtempSync(join(work, 'outer-'))
      mkdirSync(join(workspace, 'infra'))
      git(work, 'clone', '--quiet', repository, join(workspace, 'infra'))
      walStorge(join(workspace, 'infra'))
      const bad = runAction(action, root, workspace, { root: 'infra' })
      expect(bad.code === 1 && bad.stdout.includes('::error file=infra/databases/example-api/values.yaml,line=2'), 'an annotation', bad)
    }),
    trial('the report goes to a file that no link of the branch leads away', (repository) => {
      walStorge(repository)
      const victim = join(work, 'victim')
      writeFileSync(victim, 'precious')
      symlinkSync(victim, join(repository, 'cnpg.sarif'))
      runAction(action, root, repository, { format: 'sarif', output: 'cnpg.sarif' })
      expect(readFileSync(victim, 'utf8') === 'precious', 'the file outside is as it was', { code: 0, text: readFileSync(victim, 'utf8') })
      const seen = runAction(action, root, repository, { format: 'sarif', output: 'other.sarif' })
      expect(seen.code === 1 && existsSync(join(repository, 'other.sarif')), 'a report, and exit code 1', seen)
      const alone = runAction(action, root, repository, { format: 'sarif' })
      expect(
        alone.code === 1 && JSON.parse(readFileSync(alone.outputs.report, 'utf8')).version === '2.1.0',
        'the output `report` names the file',
        alone,
      )
    }),
    trial('inputs are words, not code', (repository) => {
      const word = '$(touch pwned)`touch pwned`;touch pwned'
      const seen = runAction(action, root, repository, { base: word, root: word, databases: word, format: word, output: word })
      expect(seen.code === 2 && !existsSync(join(repository, 'pwned')), 'wrong usage, and nothing is run', seen)
      const option = runAction(action, root, repository, { base: '--help', root: '.' })
      expect(option.code === 2, 'a word that starts with a dash is no option', option)
    }),
  ]
}
