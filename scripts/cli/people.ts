// Which commands answer a person's questions, beside the gate?
import type { Command } from './command.ts'

const where = {
  root: { type: 'string', value: 'DIR', does: 'the repository to look at (default: this folder)' },
  databases: { type: 'string', value: 'DIR', does: 'take the databases from another checkout' },
} as const

/** Entries of the table of commands, in the order of the help text. */
export const peopleCommands: readonly Command[] = [
  {
    name: 'explain',
    usage: 'explain [--format pretty|json] [--root DIR] [--databases DIR] DATABASE [PATH]',
    does: 'say where a value comes from, what it becomes, and what may stand there',
    options: { format: { type: 'string', value: 'FORMAT', does: 'pretty (default) or json' }, ...where },
    operands: true,
    run: async (flags, words, terminal) => (await import('./commands/explain.ts')).explain(flags, words, terminal),
  },
  {
    name: 'new',
    usage:
      'new [--env dev,prd] [--size 10Gi] [--owner TEAM] [--database NAME] [--name NAME] [--dry-run] [--root DIR] [--databases DIR] SERVICE',
    does: 'write the files of a new service; asks for what is not given when run on a terminal',
    options: {
      env: { type: 'string', value: 'NAMES', does: 'its environments, with commas (default: all)' },
      size: { type: 'string', value: 'SIZE', does: 'size of each volume, such as 10Gi (default: what the environment says)' },
      owner: { type: 'string', value: 'TEAM', does: 'the label `owner` of its objects' },
      database: { type: 'string', value: 'NAME', does: 'database and role in PostgreSQL (default: from the name of the service)' },
      name: { type: 'string', value: 'NAME', does: 'the cluster, where the layout has several a service' },
      'dry-run': { type: 'boolean', does: 'print the files, write nothing' },
      ...where,
    },
    operands: true,
    run: async (flags, words, terminal) => (await import('./commands/new.ts')).newService(flags, words, terminal),
  },
  {
    name: 'connect',
    usage:
      'connect [--spring|--env|--node|--python|--flyway] [--via SERVICE] [--format pretty|json] [--root DIR] [--databases DIR] DATABASE [DIR]',
    does: 'show how people and applications reach a database; never a password',
    options: {
      spring: { type: 'boolean', does: 'application.yaml and Deployment for Spring Boot with JPA' },
      flyway: { type: 'boolean', does: 'a first migration; with DIR it is written to DIR/V1__init.sql' },
      env: { type: 'boolean', does: 'the environment of a Deployment, for any program' },
      node: { type: 'boolean', does: 'Deployment and code for Node (pg)' },
      python: { type: 'boolean', does: 'Deployment and code for Python (psycopg)' },
      via: { type: 'string', value: 'SERVICE', does: 'rw (default), ro, r, or the name of a pooler' },
      format: { type: 'string', value: 'FORMAT', does: 'pretty (default) or json, without snippets' },
      ...where,
    },
    operands: true,
    run: async (flags, words, terminal) => (await import('./commands/connect.ts')).connect(flags, words, terminal),
  },
  {
    name: 'upgrade',
    usage:
      'upgrade [--operator V] [--chart V] [--argocd V] [--postgres MAJOR] [--format pretty|json] [--root DIR] [--databases DIR] [DATABASE…]',
    does: 'say what would change or break with other versions; writes nothing',
    options: {
      operator: { type: 'string', value: 'V', does: 'release of the operator, such as 1.30.0' },
      chart: { type: 'string', value: 'V', does: 'version of the cluster chart, such as 0.8.1' },
      argocd: { type: 'string', value: 'V', does: 'version of Argo CD, such as 3.5.1' },
      postgres: { type: 'string', value: 'MAJOR', does: 'major version of PostgreSQL, such as 18' },
      format: { type: 'string', value: 'FORMAT', does: 'pretty (default) or json' },
      ...where,
    },
    operands: true,
    run: async (flags, words, terminal) => (await import('./commands/upgrade.ts')).upgrade(flags, words, terminal),
  },
  {
    name: 'rules',
    usage: 'rules [--format pretty|json] [ID]',
    does: 'list the rules, or show one with a bad and a good example',
    options: { format: { type: 'string', value: 'FORMAT', does: 'pretty (default) or json' } },
    operands: true,
    run: async (flags, words, terminal) => (await import('./commands/rules.ts')).rules(flags, words, terminal),
  },
]
