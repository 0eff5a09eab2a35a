// Do messages fit on a line without losing what they say?
import { describe, expect, test } from 'vitest'
import { fitted } from '../../scripts/values/fitted.ts'

describe('a message that is too long', () => {
  const long = 'x'.repeat(200)
  test('keeps its sentence, and its values give way', () => {
    expect(fitted(`name is \`${long}\`, but must be short`)).toBe(`name is \`${'x'.repeat(90)}…\`, but must be short`)
    expect(fitted(`${long} becomes ${long}, but must not`)).toMatch(/^x{39,}… becomes x{38}…, but must not$/)
  })
  test('is no shorter than its sentence needs', () => {
    const sentence =
      'cluster of example-api/dev is renamed from example-api-db-dev to example-api-db-dev-cluster, but a new, empty one would be made'
    expect(fitted(sentence)).toBe(sentence)
  })
  test('that never ends does so behind a whole word', () => {
    for (let length = 100; length < 450; length++) {
      const text = fitted('one, two three '.repeat(30).slice(0, length))
      expect(text.length).toBeLessThanOrEqual(240)
      if (length > 240) expect(text).toMatch(/(?:one|two|three)…$/)
    }
  })
  test('is left alone where it fits', () => {
    expect(fitted(long.slice(0, 120))).toBe(long.slice(0, 120))
  })
})
