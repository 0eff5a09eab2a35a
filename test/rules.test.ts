// Do the rules say what their cases expect, and does every rule have its cases?
import { textOf } from '../scripts/findings/message.ts'
import { describe, expect, it } from 'vitest'
import { bypassRules, changeRulesFor, rulesFor } from '../scripts/operator/rules.ts'
import { blamed, caseFiles, printCases, readCases, runCase } from './support/rule-cases.ts'

const kinds = ['Cluster', 'Pooler', 'ScheduledBackup', 'Backup', 'Database']
const rules = [...bypassRules, ...kinds.flatMap((kind) => [...rulesFor(kind), ...changeRulesFor(kind)])]
const all = caseFiles().map((file) => ({ file, cases: readCases(file) }))

for (const { file, cases } of all)
  describe(file, () => {
    for (const subject of cases)
      it(subject.name, () => {
        expect(blamed(subject, runCase(subject, cases))).toEqual(subject.expected)
      })
    it('says it in the expected words', async () => {
      await expect(printCases(cases)).toMatchFileSnapshot(`rules/${file.replace('.yaml', '.out')}`)
    })
  })

describe('each rule', () => {
  const names = all.flatMap(({ file, cases }) => cases.map((subject) => ({ file, subject })))
  for (const rule of rules)
    it(`${rule.id} has a bad and a good case in the file of its area`, () => {
      const own = names.filter(({ subject }) => subject.name.startsWith(`${rule.id}: `))
      const found = own.filter(({ subject }) => subject.expected.some((line) => line.endsWith(` ${rule.id}`)))
      expect(found.length).toBeGreaterThan(0)
      expect(own.length - found.length).toBeGreaterThan(0)
      expect(new Set(own.map(({ file }) => file))).toEqual(new Set([`${rule.id.split('/')[0]}.yaml`]))
    })

  it('has its own id in kebab case', () => {
    expect(rules.filter(({ id }) => !/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  })

  it('speaks in one short sentence without a final period, and operator errors name field and type', () => {
    for (const { cases } of all)
      for (const subject of cases)
        for (const finding of runCase(subject, cases)) {
          const said = textOf(finding.message)
          expect(said.length, said).toBeLessThanOrEqual(120)
          expect(said).not.toMatch(/\.$/)
          const rule = rules.find(({ id }) => id === finding.rule)
          if (rule !== undefined) expect(finding.severity, finding.rule).toBe(rule.severity)
          const isOperatorError = finding.severity === 'error' && rule !== undefined
          if (!isOperatorError) continue
          expect(finding.field).toBeTypeOf('string')
          expect(finding.type).toBeTypeOf('string')
          expect(finding.help).toBeDefined()
        }
  })
})
