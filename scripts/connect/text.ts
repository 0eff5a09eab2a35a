// What does a person type to reach a database?
import { styleText } from 'node:util'
import { secretKeys } from './facts.ts'
import type { ConnectFacts, SecretFacts, ServiceFacts } from './facts.ts'
import { oneLine, psqlDatabase, shellWord } from './quoting.ts'

/** A command line with what it is for. */
export interface CommandLine {
  readonly does: string
  readonly command: string
}

/** Commands of kubectl's `cnpg` plugin; most work on the operator's objects, none shows a password. */
export function pluginCommands({ cluster: name, namespace, dbname, instances, role }: ConnectFacts): CommandLine[] {
  const cnpg = `kubectl cnpg -n ${shellWord(namespace)}`
  const [cluster, database] = [shellWord(name), psqlDatabase(dbname)]
  const certificate = shellWord(`${name}-${role.replaceAll(/[^a-z0-9]+/g, '-')}-cert`)
  return [
    { does: 'health, primary, replication, certificates', command: `${cnpg} status ${cluster}` },
    { does: '… with details', command: `${cnpg} status ${cluster} -v` },
    { does: '… with everything, including PostgreSQL settings', command: `${cnpg} status ${cluster} -v -v` },
    { does: 'psql on the primary, as postgres, no password', command: `${cnpg} psql ${cluster} -- ${database}` },
    ...(instances > 1 ? [{ does: 'psql on a standby: reads only', command: `${cnpg} psql ${cluster} --replica -- ${database}` }] : []),
    {
      does: 'client certificate for a role, as a Secret',
      command: `${cnpg} certificate ${certificate} --cnpg-cluster ${cluster} --cnpg-user ${shellWord(role)}`,
    },
    { does: 'reload changed settings', command: `${cnpg} reload ${cluster}` },
    { does: 'restart all instances, one after the other', command: `${cnpg} restart ${cluster}` },
    ...(instances > 1 ? [{ does: 'make instance 2 the primary', command: `${cnpg} promote ${cluster} 2` }] : []),
    { does: 'logs of all instances', command: `${cnpg} logs cluster ${cluster} -f` },
  ]
}

/** The same with plain kubectl. */
export function kubectlCommands({ cluster, namespace, dbname, secrets }: ConnectFacts): CommandLine[] {
  const kubectl = `kubectl -n ${shellWord(namespace)}`
  const primary = shellWord(`svc/${cluster}-rw`)
  const secret = secrets.find(({ use }) => use === 'application')
  const name = secret?.name ?? ''
  // a name that starts with `-` would be an option
  const words = name.startsWith('-') ? shellWord(`secret/${name}`) : `secret ${shellWord(name)}`
  const read = (key: string): string => `${kubectl} get ${words} -o jsonpath='{.data.${key}}' | base64 -d`
  const keys = secret === undefined ? [] : secret.by === 'given' ? ['username', 'password'] : ['uri', 'username', 'password']
  return [
    ...keys.map((key) => ({ does: key === 'uri' ? 'connection string of the application' : `${key} only`, command: read(key) })),
    { does: 'the primary on localhost:5432', command: `${kubectl} port-forward ${primary} 5432:5432` },
    { does: 'psql inside the primary', command: `${kubectl} exec -it ${primary} -c postgres -- psql ${psqlDatabase(dbname)}` },
    {
      does: 'pods, and which one is the primary',
      command: `${kubectl} get pods -l ${shellWord(`cnpg.io/cluster=${cluster}`)} -L cnpg.io/instanceRole`,
    },
    { does: 'the Cluster and its events', command: `${kubectl} describe clusters.postgresql.cnpg.io ${shellWord(cluster)}` },
  ]
}

/** Two ways to install the plugin; the version is that of the operator. */
export function installCommands({ operator }: ConnectFacts): CommandLine[] {
  const script = 'https://github.com/cloudnative-pg/cloudnative-pg/raw/main/hack/install-cnpg-plugin.sh'
  return [
    { does: 'with krew', command: 'kubectl krew install cnpg' },
    {
      does: `with the script, version ${oneLine(operator)}`,
      command: `curl -sSfL ${script} | sudo sh -s -- -b /usr/local/bin ${shellWord(`v${operator}`)}`,
    },
  ]
}

/** Why no password is shown, and none is in Git; secrets are named if they have different owners. */
function whySecret(secrets: readonly SecretFacts[]): string[] {
  const made = secrets.filter(({ by }) => by === 'operator').map(({ name }) => name)
  const given = secrets.filter(({ by }) => by === 'given').map(({ name }) => name)
  const paragraphs = [
    ...(made.length === 0
      ? []
      : [
          `The operator generates the password${given.length === 0 ? ' and keeps it in the Secret' : ` in ${made.join(', ')}`}: it is never typed, it is not in Git, and a change reaches PostgreSQL and`,
          'the applications that read the Secret. Read it where it is needed; a copy in values or in a ConfigMap would go out of date.',
        ]),
    ...(given.length === 0
      ? []
      : [
          `The password in ${given.join(', ')} comes from whatever creates that Secret; the operator sets it in PostgreSQL and does not change the Secret.`,
          'A change reaches PostgreSQL if the Secret has the label cnpg.io/reload: "true". This password does not belong in Git either.',
        ]),
  ]
  return paragraphs.length === 0 ? [] : ['', ...paragraphs.map((line) => `  ${line}`)]
}

/** Everything about a database for a person; `room`: what its connections add up to. Ends with a line break. */
export function connectText(
  facts: ConnectFacts,
  { color, command, room }: { readonly color: boolean; readonly command: string; readonly room: readonly (readonly [string, string])[] },
): string {
  const title = (text: string): string => (color ? styleText('cyan', text, { validateStream: false }) : text)
  const sections = [
    [
      `${facts.database}: cluster ${facts.cluster} in namespace ${facts.namespace} of ${facts.destination}`,
      `  ${facts.instances === 1 ? '1 instance' : `${facts.instances} instances`}${facts.image === undefined ? '' : `, ${facts.image}`}, operator ${facts.operator}`,
      `  database ${facts.dbname}, role ${facts.role}`,
      ...facts.others.map(({ dbname, owner }) => `  database ${dbname}, role ${owner}`),
    ].map(oneLine),
    [title('secrets'), ...[...secretLines(facts), ...whySecret(facts.secrets)].map(oneLine)],
    [
      title('services, port 5432'),
      ...pairs(facts.services.map(({ name, use }) => [`${name}.${facts.namespace}`, use])).map(oneLine),
      ...poolerNotes(facts.services),
    ],
    ...(room.length === 0 ? [] : [[title('room for connections'), ...pairs(room).map(oneLine)]]),
    [title('kubectl cnpg'), ...commandLines(pluginCommands(facts))],
    [title('kubectl'), ...commandLines(kubectlCommands(facts))],
    [title('install the plugin'), ...commandLines(installCommands(facts))],
    [title('for applications'), `  ${command} ${facts.database} --spring | --env | --node | --python | --flyway DIR`],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function secretLines({ secrets, cluster }: ConnectFacts): string[] {
  if (secrets.length === 0) return [`  none: ${cluster} follows or restores another cluster and has its roles`]
  return secrets.flatMap(({ name, use, by }) => {
    const keys =
      by === 'operator'
        ? secretKeys.join(', ')
        : `username, password (created elsewhere; the operator reads them, adds nothing, and makes no ${cluster}-${use === 'superuser' ? 'superuser' : 'app'})`
    return [`  ${name}  for the ${use}`, `    keys: ${keys}`]
  })
}

function poolerNotes(services: readonly ServiceFacts[]): string[] {
  const transaction = services.some(({ poolMode }) => poolMode === 'transaction')
  if (!transaction) return []
  return [
    '',
    '  Transaction mode: each transaction may run in another session. SET, LISTEN, advisory locks and WITH HOLD cursors do not last;',
    '  migrations and such work go to the rw service.',
  ]
}

function commandLines(commands: readonly CommandLine[]): string[] {
  return commands.flatMap(({ does, command }) => [`  # ${does}`, `  ${command}`])
}

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, use]) => `  ${name.padEnd(width)}  ${use}`)
}

/** The facts and the commands for a program, version 1. */
export function connectJson(facts: ConnectFacts): string {
  const { database, cluster, namespace, destination, operator, dbname, role, others, secrets, services } = facts
  const commands = { cnpg: pluginCommands(facts), kubectl: kubectlCommands(facts), install: installCommands(facts) }
  const named = secrets.map((secret) => ({ ...secret, keys: secret.by === 'operator' ? secretKeys : ['username', 'password'] }))
  return `${JSON.stringify({ version: 1, database, cluster, namespace, destination, operator, dbname, role, others, secrets: named, services, commands }, null, 2)}\n`
}
