// Do messages fit on a line without losing what they say?
import { describe, expect, test } from 'vitest'
import { fitted } from '../../scripts/values/fitted.ts'

describe('a message that is too long', () => {
  const long = 'x'.repeat(200)
  test('keeps its sentence, and its values give way', () => {
    expect(fitted(`name is \`${long}\`, but must be short`)).toBe(`name is \`${'x'.repeat(90)}…\`, but must be short`)
    expect(fitted(`${long} becomes ${long}, but must not`)).toMatch(/^x{20,}… becomes x{20,}…?,? but must not$/)
  })
  test('that is all words ends with a whole one', () => {
    expect(fitted('some words that go on '.repeat(20))).toMatch(/^(?:some words that go on )+some words that go…$|…$/)
    for (let length = 100; length < 300; length++) {
      const text = fitted('one, two three '.repeat(30).slice(0, length))
      expect(text.length).toBeLessThanOrEqual(120)
      if (length > 120) expect(text).toMatch(/(?:one|two|three)…$/)
    }
  })
  test('is left alone where it fits', () => {
    expect(fitted(long.slice(0, 120))).toBe(long.slice(0, 120))
  })
})
