// What is reported if the operator is not known here, and what is still an error?
import { describe, expect, test } from 'vitest'
import { examine } from '../../scripts/admit/examine.ts'
import { judgedAs, unknownOperator } from '../../scripts/operator/known.ts'

const cluster = (spec: Record<string, unknown>) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'orders' },
  spec: { instances: 1, storage: { size: '1Gi' }, ...spec },
})
const severities = (spec: Record<string, unknown>, operator: string) =>
  examine(cluster(spec) as Parameters<typeof examine>[0], { operator }).map(({ rule, severity }) => `${severity} ${rule}`)

describe('an operator that is not known here', () => {
  test.each([
    ['1.27.1', undefined, '1.27.1'],
    ['1.28.2', undefined, '1.28.2'],
    ['1.25.1', '1.27.1', '1.27.1'],
    ['0.0.1', '1.27.1', '1.27.1'],
    ['1.27.9', '1.27.1', '1.27.1'],
    ['1.31.0', '1.30.0', '1.30.0'],
    ['2.0.0', '1.30.0', '1.30.0'],
  ])('%s', (operator, named, judged) => {
    expect(judgedAs(operator)).toBe(judged)
    const words =
      named === undefined
        ? undefined
        : `operator ${operator} is not known here: objects are checked as by ${named}, the nearest known release`
    expect(unknownOperator(operator)).toBe(words)
  })
  test.each([
    ['a field that the nearest release does not know', { instancs: 1 }, 'schema/unknown-field'],
    ['a rule of the webhook', { imageName: 'p:latest' }, 'image/tag-not-latest'],
  ])('%s is a warning where the minor is not known', (_, spec, rule) => {
    for (const operator of ['1.25.1', '1.31.0', '2.0.0']) expect(severities(spec, operator)).toContain(`warning ${rule}`)
    for (const operator of ['1.27.1', '1.27.9', '1.30.0']) expect(severities(spec, operator)).toContain(`error ${rule}`)
  })
  test('a wrong type is an error for every operator', () => {
    for (const operator of ['1.25.1', '1.30.0', '1.31.0'])
      expect(severities({ instances: 'three' }, operator)).toContain('error schema/type')
  })
})
