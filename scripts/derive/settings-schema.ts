// What does an editor know about apps/values.yaml: the schema of `postgres`, with the rules that `policies` may name?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ruleGroups } from '../rules/registry.ts'
import type { JsonMap } from '../values/value.ts'

/** The file with its path from the repository's root; other keys of apps/values.yaml are not ours. */
export function deriveSettingsSchema(root: string): { readonly path: string; readonly text: string } {
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
  const schema = {
    $schema,
    title: 'Settings of cnpg-values in apps/values.yaml',
    type: 'object',
    properties: { postgres },
    definitions: {
      ...others,
      level: policyLevels['additionalProperties'],
      policyLevels: {
        ...policyLevels,
        properties: { ...(policyLevels['properties'] as JsonMap), ...levels },
        additionalProperties: false,
      },
    },
  }
  return { path: 'schemas/values/settings.json', text: `${JSON.stringify(schema, null, 2)}\n` }
}
