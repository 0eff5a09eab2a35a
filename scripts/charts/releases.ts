// Which releases of the charts are there, and which operator does each install?
import { fitsRange } from '../go-template/sprig/semver.ts'
import { lookup } from '../values/lookup.ts'

/** Tags `cloudnative-pg-v…` of github.com/cloudnative-pg/charts, `appVersion` of each, read on 2026-11-29. */
export const installedBy: Readonly<Record<string, string>> = lookup({
  '0.14.3': '1.16.1',
  '0.15.0': '1.17.0',
  '0.15.1': '1.17.1',
  '0.16.0': '1.18.0',
  '0.16.1': '1.18.1',
  '0.17.0': '1.19.0',
  '0.17.1': '1.19.1',
  '0.17.2': '1.19.1',
  '0.18.0': '1.20.0',
  '0.18.1': '1.20.1',
  '0.18.2': '1.20.2',
  '0.19.0': '1.21.0',
  '0.19.1': '1.21.1',
  '0.20.0': '1.22.0',
  '0.20.1': '1.22.1',
  '0.20.2': '1.22.2',
  '0.21.0': '1.23.0',
  '0.21.1': '1.23.0',
  '0.21.2': '1.23.1',
  '0.21.3': '1.23.1',
  '0.21.4': '1.23.1',
  '0.21.5': '1.23.2',
  '0.21.6': '1.23.3',
  '0.22.0': '1.24.0',
  '0.22.1': '1.24.1',
  '0.23.0': '1.25.0',
  '0.23.1': '1.25.0',
  '0.23.2': '1.25.1',
  '0.24.0': '1.26.0',
  '0.25.0': '1.26.1',
  '0.26.0': '1.27.0',
  '0.26.1': '1.27.1',
  '0.27.0': '1.28.0',
  '0.27.1': '1.28.1',
  '0.28.0': '1.29.0',
  '0.28.1': '1.29.1',
  '0.28.2': '1.29.1',
  '0.28.3': '1.29.1',
  '0.29.0': '1.30.0',
})

/** The operators of the releases that a version or a range takes, oldest first; empty: not known, or later ones fit as well. */
export function fitting(written: string): string[] {
  const own = installedBy[written]
  if (own !== undefined) return [own]
  const all = Object.keys(installedBy)
  const found = all.filter((chart) => fitsRange(written, chart))
  // one without an upper bound takes what is released next
  return found.includes(all.at(-1) ?? '') && fitsRange(written, '0.9999.0')
    ? []
    : [...new Set(found.map((chart) => installedBy[chart] ?? ''))]
}

/** Tags `cluster-v…` from 0.1.0 on, newest first, read on 2026-11-29. */
export const clusterReleases: readonly string[] = [
  '0.8.1',
  '0.8.0',
  '0.7.0',
  '0.6.1',
  '0.6.0',
  '0.5.0',
  '0.4.0',
  '0.3.1',
  '0.3.0',
  '0.2.1',
  '0.2.0',
  '0.1.3',
  '0.1.2',
  '0.1.1',
  '0.1.0',
]
