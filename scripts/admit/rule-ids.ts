// Which rules come from schemas, expressions and decoding, in addition to the operator's own?
import { lookup } from '../values/lookup.ts'
import type { Severity } from '../findings/finding.ts'

/** A rule without a check of its own: it comes from the schema of a kind. */
export interface SchemaRule {
  readonly id: string
  readonly severity: Severity
  readonly summary: string
}

const errors: Readonly<Record<string, string>> = lookup({
  'cel/expression': 'the expressions of the CRD hold',
  'cel/unchanged': 'members that the CRD makes immutable stay as they were',
  'schema/duplicate': 'lists with unique keys or items have no duplicates',
  'schema/duration': 'durations are written as the operator reads them',
  'schema/enum': 'values are from the set that the schema allows',
  'schema/format': 'strings have the format of their schema',
  'schema/kind': 'the kind is one that the operator version serves',
  'schema/max-items': 'lists are not longer than the schema allows',
  'schema/max-length': 'strings are not longer than the schema allows',
  'schema/max-properties': 'maps are not larger than the schema allows',
  'schema/maximum': 'numbers are not above the maximum',
  'schema/metadata': 'names, labels, annotations and finalizers are well formed',
  'schema/min-items': 'lists are not shorter than the schema allows',
  'schema/min-length': 'strings are not shorter than the schema allows',
  'schema/min-properties': 'maps are not smaller than the schema allows',
  'schema/minimum': 'numbers are not below the minimum',
  'schema/multiple': 'numbers are multiples of the given one',
  'schema/pattern': 'strings match the pattern of their schema',
  'schema/quantity': 'quantities are written as Kubernetes reads them',
  'schema/range': 'whole numbers fit their integer format',
  'schema/required': 'required members are set',
  'schema/scale': 'the replica count is a whole number from 0 to 2147483647',
  'schema/time': 'times are written in the format of RFC 3339',
  'schema/type': 'values have the type of their schema',
  'schema/unknown-field': 'members are known to the schema',
})

/** Every rule id that admission reports in addition to the operator rules, sorted. */
export const schemaRules: readonly SchemaRule[] = [
  ...Object.entries(errors).map(([id, summary]) => ({ id, severity: 'error' as const, summary })),
  { id: 'schema/zero-value', severity: 'warning', summary: 'required members are set where the server would store an empty value' },
]
