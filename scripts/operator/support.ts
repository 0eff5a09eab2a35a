// Which versions of PostgreSQL and Kubernetes does an operator support?
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

/** Minors of Kubernetes 1, as docs/src/supported_releases.md of v1.30.0 and of the last tag of each older minor lists them. */
const kubernetes = new Map([
  ['1.27', { first: 31, last: 33 }],
  ['1.28', { first: 32, last: 35 }],
  ['1.29', { first: 33, last: 35 }],
  ['1.30', { first: 34, last: 36 }],
])

/** The minors of Kubernetes 1 that a release supports; undefined: its minor is not known here. */
export const supportedKubernetes: (operator: string) => { readonly first: number; readonly last: number } | undefined = byText((operator) =>
  kubernetes.get(operator.split('.').slice(0, 2).join('.')),
)

/** The minor of a version such as `v1.34.2`; undefined: it is none of Kubernetes 1. */
export function kubernetesMinor(version: string): number | undefined {
  const minor = /^v?1\.(\d+)(?:[.+-]|$)/.exec(version)?.[1]
  return minor === undefined ? undefined : Number(minor)
}
