// Is every secret of a line found in a message, however many there are, and nothing else?
import { expect, test } from 'vitest'
import { maskMessage, textsMask } from '../../scripts/secret/message.ts'
import { costOf } from '../support/cost.ts'

test.each([
  [['hunter2x'], 'value is "hunter2x"', 'value is "***"'],
  [['hunter2xlonger'], 'value is "hunter2xl…', 'value is "***…'],
  [['hunter2x', 'hunter2xlonger'], 'hunter2xlonger and hunter2x', '*** and ***'],
  [['secret'], 'a secret in values', 'a secret in values'],
  [['secret'], 'value is secret, but', 'value is ***, but'],
  [['abcdefg1ij', 'abcdefg1'], 'abcdefg1i is', '*** is'],
  [['12345678a', '12345678b', '12345678'], 'is 12345678c', 'is ***c'],
  [['a b'], 'it is "a b"', 'it is "***"'],
] as const)('%j: %s', (texts, message, shown) => expect(textsMask(texts)(message)).toBe(shown))

test('the last of thousands is hidden like the first', () => {
  const secrets = Array.from({ length: 6_000 }, (_, index) => `Tok${index}x9`)
  const text = `password: [${secrets.join(', ')}]\n`
  for (const secret of [secrets[0], secrets[3_000], secrets.at(-1)])
    expect(maskMessage(`got ${secret}, but must be a string`, [{ text, line: 1, endLine: 1 }])).toBe('got ***, but must be a string')
})

test('thousands of messages about thousands of secrets take no longer than they are long', () => {
  const cost = costOf(() => {
    const text = `password: [${Array.from({ length: 10_000 }, (_, index) => `same-beginning-${index}`).join(', ')}]\n`
    for (let times = 0; times < 3_000; times++)
      maskMessage(`got same-beginning-${times}, but must be a string`, [{ text, line: 1, endLine: 1 }])
    const same = '0'.repeat(200_000)
    textsMask([same])(`value is ${same}, but`)
    textsMask([`${same}x`])(`value is ${same}y, but`)
    textsMask(Array.from({ length: 200 }, (_, length) => 'ab'.repeat(length + 5)))(`value is ${'ab'.repeat(100_000)}`)
  })
  expect(cost).toBeLessThan(5_000)
})
