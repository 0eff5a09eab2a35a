// Which files does a repository need so that its databases are checked: settings, hook, CI job?
import { posix } from 'node:path'
import { editorLine, editorSchemas } from '../discover/editor-schema.ts'
import { normalizeRemote } from '../repository/remote.ts'
import { writeScalar } from '../yaml/write.ts'

export type Forge = 'github' | 'gitlab' | 'none'

/** What was decided, or found out. Paths are '/'-separated. */
export interface Wanted {
  /** address → folder from the root: those that the settings don't have yet, and all of them */
  readonly checkouts: ReadonlyMap<string, string>
  readonly all: ReadonlyMap<string, string>
  /** where this repository was cloned from, such as github.com; '' is not known */
  readonly host: string
  /** only what the repository does not say itself */
  readonly operator?: string
  readonly argocd?: string
  readonly hook: boolean
  readonly forge: Forge
  /** the root from the top of its repository; '' at the top */
  readonly below: string
  /** the name of the repository's own folder */
  readonly folder: string
  readonly program: { readonly home: string; readonly version: string }
  /** the text of a file of the repository, from its top; undefined: there is none */
  readonly read: (path: string) => string | undefined
  /** paths of the workflows that are there, from the top */
  readonly workflows: readonly string[]
}

/** A file; `add` is for a file that somebody wrote already: its text is printed, never written. */
export interface Step {
  /** from the top of the repository */
  readonly path: string
  readonly text: string
  readonly how: 'create' | 'add' | 'there'
}

export const settingsName = 'cnpg-values.yaml'
const hookFile = '.pre-commit-config.yaml'
const workflowFile = '.github/workflows/cnpg-values.yml'
const pipelineFile = '.gitlab-ci.yml'
const jobFile = '.gitlab/cnpg-values.yml'

/** The files in the order of their use; a file that mentions this program already is left alone. */
export function filesFor(wanted: Wanted): Step[] {
  const settings = settingsText(wanted)
  const path = posix.join(wanted.below, settingsName)
  const hasSchema = wanted.read(path) === undefined && wanted.read(posix.join(wanted.below, editorSchemas.settings)) !== undefined
  const first = hasSchema ? `${editorLine(settingsName, editorSchemas.settings)}\n` : ''
  return [...(settings === '' ? [] : [step(wanted, path, first + settings)]), ...jobSteps(wanted)]
}

/** The hook and the job alone. */
export function jobSteps(wanted: Wanted): Step[] {
  return [
    ...(wanted.hook ? [hookStep(wanted)] : []),
    ...(wanted.forge === 'github' ? githubSteps(wanted) : wanted.forge === 'gitlab' ? gitlabSteps(wanted) : []),
  ]
}

function step({ read }: Wanted, path: string, text: string): Step {
  return { path, text, how: read(path) === undefined ? 'create' : 'add' }
}

const mentions = (text: string | undefined): boolean => text?.includes('cnpg-values') === true

function settingsText({ checkouts, operator, argocd }: Wanted): string {
  const lines = [
    ...(checkouts.size === 0
      ? []
      : ['# repositories that Applications read, and where they are checked out, from this folder', 'checkouts:']),
    ...[...checkouts].map(([url, folder]) => `  ${writeScalar(url)}: ${writeScalar(folder)}`),
    ...(operator === undefined ? [] : ['# the release that runs, which nothing here installs', 'operator:', `  version: ${operator}`]),
    ...(argocd === undefined ? [] : ['# it decides which Helm merges the values', 'argocd:', `  version: ${argocd}`]),
  ]
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function hookStep(wanted: Wanted): Step {
  const { program, below, read } = wanted
  const text = [
    'repos:',
    `  - repo: ${program.home}`,
    `    rev: v${program.version}`,
    '    hooks:',
    '      - id: cnpg-values-check',
    ...(below === '' ? [] : [`        args: [--root, ${writeScalar(below)}]`]),
    '',
  ].join('\n')
  const other = ['.husky/pre-commit', hookFile].find((path) => mentions(read(path)))
  return other === undefined ? step(wanted, hookFile, text) : { path: other, text: '', how: 'there' }
}

/** Where this repository and the others go in a job, so that the paths of the settings lead to them there, too. */
function placesInJob({ all, below, folder }: Wanted): { readonly own: string; readonly others: readonly [string, string][] } {
  const fromTop = [...all].map(([url, path]): [string, string] => [url, posix.normalize(posix.join(below, path))])
  const ups = Math.max(0, ...fromTop.map(([, path]) => path.split('/').filter((part) => part === '..').length))
  const own = ups === 0 ? '' : [...Array<string>(ups - 1).fill('work'), folder].join('/')
  return { own, others: fromTop.map(([url, path]) => [url, posix.normalize(posix.join(own, path))]) }
}

/** The versions that docs/ci.md pins; a test compares them. */
const checkoutAction = 'actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0'

function githubSteps(wanted: Wanted): Step[] {
  const there = wanted.workflows.find((path) => mentions(wanted.read(path)))
  if (there !== undefined) return [{ path: there, text: '', how: 'there' }]
  const { own, others } = placesInJob(wanted)
  const root = posix.join(own, wanted.below)
  const lines = [
    'name: databases',
    'on:',
    '  pull_request:',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  check:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 10',
    '    steps:',
    `      - uses: ${checkoutAction}`,
    '        with:',
    '          fetch-depth: 0',
    '          persist-credentials: false',
    ...(own === '' ? [] : [`          path: ${writeScalar(own)}`]),
    ...others.flatMap(([url, path]) => {
      // the action knows no other forge than its own
      if (hostOf(url) !== wanted.host) return [`      - run: git clone --quiet --depth 1 -- ${shellWord(url)} ${shellWord(path)}`]
      return [
        `      - uses: ${checkoutAction}`,
        '        # a private repository also needs `token` or `ssh-key` here',
        '        with:',
        `          repository: ${writeScalar(nameOn(url))}`,
        `          path: ${writeScalar(path)}`,
        '          persist-credentials: false',
      ]
    }),
    `      - uses: ${wanted.program.home.replace(/^https:\/\/[^/]+\//, '')}@v${wanted.program.version}`,
    '        with:',
    ...(root === '.' || root === '' ? [] : [`          root: ${writeScalar(root)}`]),
    '          base: origin/${{ github.base_ref }}',
    '',
  ]
  return [step(wanted, workflowFile, lines.join('\n'))]
}

const hostOf = (url: string): string => normalizeRemote(url)?.split('/')[0] ?? ''

/** A word for a shell, in a plain YAML scalar. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** `acme/deploy`, as the Action names a repository. */
function nameOn(url: string): string {
  const name = normalizeRemote(url)
  return name === undefined ? url : name.slice(name.indexOf('/') + 1)
}

function gitlabSteps(wanted: Wanted): Step[] {
  const there = [pipelineFile, jobFile].find((path) => mentions(wanted.read(path)))
  if (there !== undefined) return [{ path: there, text: '', how: 'there' }]
  const { program, below, all, host } = wanted
  const where = below === '' ? '' : ` --root ${below}`
  const run = `npx --yes --package "git+${program.home}.git#v${program.version}" -- cnpg-values`
  const clones = [...all].map(([url, folder]) => {
    const address = normalizeRemote(url)
    // the token of a job is for its own forge alone
    const from = address === undefined || hostOf(url) !== host ? url : `https://gitlab-ci-token:$CI_JOB_TOKEN@${address}.git`
    return `    - ${JSON.stringify(`git clone --quiet --depth 1 "${from}" "${posix.join(below, folder)}"`)}`
  })
  const job = [
    'databases:',
    '  image: node:20',
    '  variables:',
    '    GIT_DEPTH: "0"',
    '  script:',
    ...clones,
    '    - git fetch --quiet origin "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"',
    `    - ${run} check${where} --base "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --format gitlab --out code-quality.json`,
    '  artifacts:',
    '    when: always',
    '    reports:',
    '      codequality: code-quality.json',
    '  rules:',
    '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
    '',
  ].join('\n')
  return [step(wanted, jobFile, job), step(wanted, pipelineFile, `include:\n  - local: ${jobFile}\n`)]
}
