// In which wave of a sync is an object applied, and is it a hook?
import type { Json } from '../values/value.ts'
import { jsonAt } from '../values/value.ts'

export const waveAnnotation = 'argocd.argoproj.io/sync-wave'

/** What makes an object a hook, which is applied in a phase of its own; Argo CD takes Helm's for its own where there is none of its own. */
export const hookAnnotations = ['argocd.argoproj.io/hook', 'helm.sh/hook'] as const

export const isHook = (plain: Json): boolean =>
  hookAnnotations.some((name) => jsonAt(plain, ['metadata', 'annotations', name]) !== undefined)

/** Reproduces gitops-engine's `syncwaves.Wave`: 0 where none is written; undefined: the text is no number that anybody means. */
export function waveOf(plain: Json): number | undefined {
  const written = jsonAt(plain, ['metadata', 'annotations', waveAnnotation])
  const text = typeof written === 'string' ? written : '0'
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
}
