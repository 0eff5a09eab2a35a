// Which commands answer questions interactively, apart from the gate?
import { command, format, running, where } from './command.ts'
import type { Command } from './command.ts'

/** Entries of the table of commands, in the order of the help text. */
export const interactiveCommands: readonly Command[] = [
  command({
    name: 'explain',
    does: 'show where a value comes from, what it becomes, and what may be written there',
    details:
      'PATH is a value (`cluster.storage.size`) or a field of an object (`Cluster/spec.storage.size`); without it, every value is listed. `pg_hba` prints the file of access rules that the operator writes, `budgets` what connections, memory, WAL and volumes add up to, `schedules` the next three runs of each scheduled backup. The answer shows the file that sets it, what it overrides, its type and bounds, and the rules that read it.',
    options: {
      format,
      today: { type: 'text', value: 'DAY', does: 'count the next runs of schedules from this day on (2026-01-31, or `now`, the default)' },
      ...running,
      ...where,
    },
    operands: 'DATABASE [PATH]',
    run: async (flags, words, terminal) => (await import('./commands/explain.ts')).explain(flags, words, terminal),
  }),
  command({
    name: 'list',
    does: 'list the databases and what deploys each: Application, namespace, chart, values',
    options: { format, ...running, ...where },
    run: async (flags, _, terminal) => (await import('./commands/list.ts')).list(flags, terminal),
  }),
  command({
    name: 'init',
    does: 'look at a repository and write what checking it needs: settings, hook, CI job',
    details:
      'Only what could not be found out goes into `cnpg-values.yaml`. A file that exists is not changed: what belongs in it is printed. On a terminal it asks for what nothing here says.',
    options: {
      operator: { type: 'text', value: 'V', does: 'release of the operator that runs, where nothing here installs it' },
      argocd: { type: 'text', value: 'V', does: 'version of Argo CD that runs, such as 3.5.1' },
      hook: { type: 'choice', choices: ['pre-commit', 'none'], does: 'the hook before each commit' },
      ci: { type: 'choice', choices: ['auto', 'github', 'gitlab', 'none'], does: 'the job on pull requests' },
      generate: { type: 'boolean', does: 'take the databases of hand-written sets over into generated ones, if nothing of them changes' },
      drop: { type: 'texts', value: 'NAME', does: 'an Application that --generate leaves out' },
      environment: { type: 'text', value: 'NAME', does: 'with --generate: the environment of databases whose names and files show none' },
      bare: { type: 'boolean', does: 'with --generate: add neither labels nor guards to the objects' },
      yes: { type: 'boolean', does: 'ask nothing: take what was found, and the defaults' },
      'dry-run': { type: 'boolean', does: 'print the files, write nothing' },
      root: where.root,
      checkout: where.checkout,
      apps: where.apps,
      charts: where.charts,
    },
    run: async (flags, _, terminal) => (await import('./commands/init.ts')).init(flags, terminal),
  }),
  command({
    name: 'new',
    does: 'write the files of a new service; on a terminal it asks for what is not given',
    options: {
      env: { type: 'text', value: 'NAMES', does: 'its environments, separated by commas (default: all)' },
      size: { type: 'text', value: 'SIZE', does: 'size of each volume, such as 10Gi (default: that of the environment)' },
      owner: { type: 'text', value: 'TEAM', does: 'the label `owner` of its objects' },
      database: { type: 'text', value: 'NAME', does: 'database and role in PostgreSQL (default: from the name of the service)' },
      name: { type: 'text', value: 'NAME', does: 'the cluster, if the layout has several per service' },
      'dry-run': { type: 'boolean', does: 'print the files, write nothing' },
      ...where,
    },
    operands: 'SERVICE',
    run: async (flags, words, terminal) => (await import('./commands/new.ts')).newService(flags, words, terminal),
  }),
  command({
    name: 'connect',
    does: 'show how users and applications reach a database; never a password',
    options: {
      spring: { type: 'boolean', does: 'application.yaml and Deployment for Spring Boot with JPA' },
      flyway: { type: 'boolean', does: 'a first migration; with DIR it is written to DIR/V1__init.sql' },
      env: { type: 'boolean', does: 'the environment of a Deployment, for any program' },
      node: { type: 'boolean', does: 'Deployment and code for Node (pg)' },
      python: { type: 'boolean', does: 'Deployment and code for Python (psycopg)' },
      via: { type: 'text', value: 'SERVICE', does: 'rw (default), ro, r, or the name of a pooler' },
      format: { type: 'choice', choices: ['pretty', 'json'], does: 'the output format, without snippets' },
      ...where,
    },
    operands: 'DATABASE [DIR]',
    run: async (flags, words, terminal) => (await import('./commands/connect.ts')).connect(flags, words, terminal),
  }),
  command({
    name: 'upgrade',
    does: 'report what would change or break with other versions; writes nothing',
    details: 'The operator, the chart, Argo CD or PostgreSQL, database by database.',
    options: {
      operator: { type: 'text', value: 'V', does: 'release of the operator, such as 1.30.0' },
      chart: { type: 'text', value: 'V', does: 'version of the cluster chart, such as 0.8.1' },
      argocd: { type: 'text', value: 'V', does: 'version of Argo CD, such as 3.5.1' },
      postgres: { type: 'text', value: 'MAJOR', does: 'major version of PostgreSQL, such as 18' },
      format,
      ...where,
    },
    operands: '[DATABASE…]',
    run: async (flags, words, terminal) => (await import('./commands/upgrade.ts')).upgrade(flags, words, terminal),
  }),
  command({
    name: 'rules',
    does: 'list the rules, or show one with a bad and a good example',
    options: {
      format,
      export: {
        type: 'choice',
        choices: ['vap'],
        does: 'write the rules about single objects as ValidatingAdmissionPolicies and their bindings',
      },
    },
    operands: '[ID]',
    run: async (flags, words, terminal) => (await import('./commands/rules.ts')).rules(flags, words, terminal),
  }),
]
