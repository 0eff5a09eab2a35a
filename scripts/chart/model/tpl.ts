// What does a values string become if the chart runs it as a template?
import { BudgetExceeded, templateBudget } from '../../go-template/budget.ts'
import { executeTree } from '../../go-template/go-exec.ts'
import { parseTemplate } from '../../go-template/go-parse.ts'
import type { TemplateTree, TemplateTrees } from '../../go-template/go-tree.ts'
import { GoPanic, TemplateError, int } from '../../go-template/go-value.ts'
import type { GoMap, GoValue } from '../../go-template/go-value.ts'
import { helmFunctions, withTrees } from '../../helm/functions.ts'
import { toGo } from '../../helm/render.ts'
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { chartVersion } from './names.ts'
import type { Chart } from './print.ts'
import { pathText, stringArgument, TemplateFault } from './template.ts'

const functions = helmFunctions('4.2')

/**
 * Helm's `tpl`, by the interpreter that renders charts from their files. The model has neither the chart's files nor most of
 * its helpers: what a template in the values reads of those stops with class `tpl`, as does what Helm refuses.
 */
export function runTemplate(chart: Chart, names: Names, template: Value): string {
  const text = stringArgument(template)
  if (!text.includes('{{')) return text
  const budget = templateBudget()
  try {
    const parsed = parseTemplate(text, { name: 'gotpl', isFunction: (name) => name in functions, budget })
    const trees = withTrees(helpers(names), parsed)
    const printed = executeTree(parsed.tree, contextOf(chart), { trees, functions, missingKey: 'zero', budget, watcher: undefined })
    return printed.replaceAll('<no value>', '')
  } catch (error) {
    const isRefused =
      error instanceof TemplateError || error instanceof GoPanic || error instanceof BudgetExceeded || error instanceof RangeError
    if (!isRefused) throw error
    // Helm reports whatever stops an inner template as a failure of `tpl`
    throw new TemplateFault('tpl', `${pathText(template)} can't be run as a template: ${reasonOf(error)}`, template)
  }
}

function reasonOf({ message }: Error): string {
  const helper = /no template ("[^"]*")/.exec(message)?.[1]
  return helper === undefined ? message : `it includes ${helper}, which is not known here`
}

function helpers(names: Names): TemplateTrees {
  const texts = { 'cluster.fullname': names.fullnameText, 'cluster.name': names.nameText }
  return new Map(
    Object.entries(texts).map(([name, text]): [string, TemplateTree] => [
      name,
      { name, parseName: name, text, root: [{ kind: 'text', text, at: 0 }] },
    ]),
  )
}

function contextOf({ values, release, namespace, name }: Chart): GoMap {
  return new Map<string, GoValue>([
    ['Values', toGo(values)],
    [
      'Release',
      new Map<string, GoValue>([
        ['Name', release],
        ['Namespace', namespace],
        ['IsInstall', true],
        ['IsUpgrade', false],
        ['Revision', int(1)],
        ['Service', 'Helm'],
      ]),
    ],
    [
      'Chart',
      new Map<string, GoValue>([
        ['Name', name],
        ['Version', chartVersion],
        ['AppVersion', ''],
        ['IsRoot', true],
      ]),
    ],
  ])
}
