// What does an editor know about settings and service.yaml, and the rules that `policies` may name?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { editorSchemas } from '../discover/editor-schema.ts'
import { ruleGroups } from '../rules/registry.ts'
import type { JsonMap } from '../values/value.ts'

interface File {
  readonly path: string
  readonly text: string
}

/** The schemas with their paths from the repository's root; other keys of apps/values.yaml are not ours. */
export function deriveSettingsSchemas(root: string): readonly File[] {
  const settings = JSON.parse(readFileSync(join(root, 'scripts/discover/settings.schema.json'), 'utf8')) as JsonMap
  const { $schema, $id: _id, definitions, ...postgres } = settings
  const { policyLevels, ...others } = definitions as { policyLevels: JsonMap } & JsonMap
  const known = ruleGroups().flatMap(({ rules }) => rules.filter(({ configurable }) => configurable === true))
  const levels = Object.fromEntries(
    known.map(({ id, severity, summary, preset }) => [
      id,
      { description: `${summary} (${severity}${preset === undefined ? '' : `, preset ${preset}`})`, $ref: '#/definitions/level' },
    ]),
  )
  const shared = {
    ...others,
    level: policyLevels['additionalProperties'] as JsonMap,
    policyLevels: {
      ...policyLevels,
      properties: { ...(policyLevels['properties'] as JsonMap), ...levels },
      additionalProperties: false,
    },
  }
  const inApps = { title: 'Settings of cnpg-values in apps/values.yaml', type: 'object', properties: { postgres } }
  const {
    $schema: _draft,
    $id: _name,
    ...service
  } = JSON.parse(readFileSync(join(root, 'scripts/discover/service.schema.json'), 'utf8')) as JsonMap
  return [
    fileOf('schemas/values/settings.json', { $schema, ...inApps, definitions: shared }),
    fileOf(editorSchemas.settings, { $schema, title: 'Settings in cnpg-values.yaml', ...postgres, definitions: shared }),
    fileOf(editorSchemas.service, { $schema, title: 'What service.yaml says of a service', ...service }),
  ]
}

function fileOf(path: string, schema: object): File {
  return { path, text: `${JSON.stringify(schema, null, 2)}\n` }
}
