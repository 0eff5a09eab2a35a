// What do the settings of Argo CD itself say, as far as they are in the repository: ConfigMap argocd-cm, or the values of its chart?
import { isManifestPath } from '../../discover/loose.ts'
import { once } from '../../values/once.ts'
import type { Tree } from '../../repository/tree.ts'

/** What is read of them; each is asked for rarely, and found by its text wherever it is. */
interface ArgoCdSettings {
  /** kinds of the core group whose differences are left alone everywhere; `all` for any */
  readonly ignoredKinds: ReadonlySet<string>
  /** whether kustomize inflates charts; undefined: the settings are not here */
  readonly inflatesCharts: boolean | undefined
}

const words = /argocd-cm|resource\.customizations|kustomize\.buildOptions|enable-helm|argoproj\/argo-cd/
const ignoring = /^[ \t]*["']?resource\.customizations\.ignoreDifferences\.([\w.*-]{1,200})["']?[ \t]*:/gm
const older = /^[ \t]*["']?resource\.customizations["']?[ \t]*:/m
const configMap = /^[ \t]*kind[ \t]*:[ \t]*["']?ConfigMap\b/m
/** Not in a comment, as defaults that were copied have it. */
const buildOptions = /^[^#\n]*kustomize\.buildOptions/m
const installed = /argoproj\/argo-cd\b[^\s"']{0,100}manifests/
const named = /^[ \t]*name[ \t]*:[ \t]*["']?argocd-cm\b/m

const known = new WeakMap<Tree, () => ArgoCdSettings>()

/** The settings of the Argo CD that is set up from a tree. */
export function argocdSettings(tree: Tree): ArgoCdSettings {
  const settings = known.get(tree) ?? once(() => readSettings(tree))
  known.set(tree, settings)
  return settings()
}

function readSettings(tree: Tree): ArgoCdSettings {
  const texts = textsOf(tree)
  const kinds = texts.flatMap((text) => [...text.matchAll(ignoring)].map(([, kind = '']) => kind.replace(/^_/, '')))
  // the older key holds a map as a text, with wildcards
  const isOld = texts.some((text) => older.test(text) && text.includes('ignoreDifferences'))
  const isAny = isOld || kinds.some((kind) => kind.startsWith('*'))
  // a ConfigMap alone may be a part of what somebody else sets up
  const isInstalled = texts.some((text) => installed.test(text)) && texts.some((text) => configMap.test(text) && named.test(text))
  const isHere = isInstalled || texts.some((text) => buildOptions.test(text))
  return {
    ignoredKinds: new Set([...kinds, ...(isAny ? ['all'] : [])]),
    inflatesCharts: texts.some((text) => text.includes('enable-helm')) ? true : isHere ? false : undefined,
  }
}

function textsOf(tree: Tree): string[] {
  const all = tree.loose?.() ?? tree.wide?.() ?? tree
  return all.paths.flatMap((path) => {
    const read = isManifestPath(path) ? all.read(path) : undefined
    return read?.ok === true && words.test(read.text) ? [read.text] : []
  })
}
