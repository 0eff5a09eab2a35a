// What does the kubelet make of dollars and variables in a command?
import { expect, test } from 'vitest'
import { expanded } from '../../scripts/kubernetes/expansion.ts'

const run = (text: string): string => expanded(text, (name) => name === 'A').text

test.each([
  ['a$$b', 'a$b'],
  ['$$(A)', '$(A)'],
  ['$$$$', '$$'],
  ['$$$(B)', '$$(B)'],
  ['$B$$', '$B$'],
  ['$(B $$ c) $$', '$(B $$ c) $'],
  ['a $( $$', 'a $( $'],
  ['a$', 'a$'],
  ['$?_$!', '$?_$!'],
])('%s', (text, expected) => expect(run(text)).toBe(expected))

test('variables are named, and places are those of the text', () => {
  const { text, placeOf, variables } = expanded('$$ $(A) x', (name) => name === 'A')
  expect(variables).toEqual(['A'])
  expect(placeOf(text.indexOf('x'))).toBe(8)
})
