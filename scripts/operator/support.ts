// Which versions of PostgreSQL does an operator support?
import { byText } from '../values/by-text.ts'

/** As the documentation of each minor lists them. */
const majors = new Map([
  ['1.27', { first: 13, last: 18 }],
  ['1.28', { first: 14, last: 18 }],
  ['1.29', { first: 14, last: 18 }],
  ['1.30', { first: 14, last: 18 }],
])

/** The majors of PostgreSQL that a release supports; undefined: its minor is not known here. */
export const supportedMajors: (operator: string) => { readonly first: number; readonly last: number } | undefined = byText((operator) =>
  majors.get(operator.split('.').slice(0, 2).join('.')),
)
