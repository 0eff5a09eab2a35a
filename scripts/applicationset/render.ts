// What does Argo CD make of one templated text?
import { templateBudget } from '../go-template/budget.ts'
import type { Budget } from '../go-template/budget.ts'
import { shown } from '../go-template/go-bytes.ts'
import { execute } from '../go-template/go-exec.ts'
import type { MissingKey } from '../go-template/go-state.ts'
import { parseTemplate } from '../go-template/go-parse.ts'
import type { Template } from '../go-template/go-tree.ts'
import type { GoFunctions } from '../go-template/go-function.ts'
import { GoPanic, TemplateError } from '../go-template/go-value.ts'
import type { GoMap } from '../go-template/go-value.ts'
import { nameFunctions } from '../go-template/sprig/names.ts'
import { sprigFunctions } from '../go-template/sprig/sprig.ts'

/** What Argo CD offers to templates: Sprig without env, expandenv and getHostByName, and six functions of its own. */
export const functions: GoFunctions = { ...sprigFunctions, ...nameFunctions }

/** How the texts of one set are rendered. */
export interface RenderOptions {
  readonly goTemplate: boolean
  readonly goTemplateOptions: readonly string[]
  /** what all texts of a set together may cost; absent: each text may cost as much as a set */
  readonly budget?: Budget
  /** replaces a text that depends on chance or the clock; absent: it is generated */
  readonly unknown?: string
}

/** `goTemplateOptions` → what an absent key does; the last entry wins. */
function missingKeyOf(options: readonly string[]): MissingKey {
  let result: MissingKey = 'default'
  for (const option of options) {
    const known = {
      'missingkey=default': 'default',
      'missingkey=invalid': 'default',
      'missingkey=zero': 'zero',
      'missingkey=error': 'error',
    } as const
    if (option === '') throw new GoPanic('empty option string')
    if (!Object.hasOwn(known, option)) throw new GoPanic(`unrecognized option: ${option}`)
    result = known[option as keyof typeof known]
  }
  return result
}

/** Throws GoPanic where the options of a set would make its first text panic. */
export function checkOptions(options: RenderOptions): void {
  if (options.goTemplate) missingKeyOf(options.goTemplateOptions)
}

function holdsTag(text: string): boolean {
  if (!text.includes('{{')) return false
  return text.split('\n').some((line) => {
    const open = line.indexOf('{{')
    return open >= 0 && line.includes('}}', open + 2)
  })
}

const parsed = new Map<string, Template>()
let parsedCharacters = 0

/** `Render.Replace`: one text with the parameters of one element; throws TemplateError. */
export function renderText(text: string, params: GoMap, options: RenderOptions): string {
  const budget = options.budget ?? templateBudget()
  budget.steps(text.length / 32)
  // a tag counts only where one line holds both of its ends; then all tags are replaced
  if (!options.goTemplate) return holdsTag(text) ? replaceTags(text, params, budget) : text
  const template = text.includes('{{') ? parseOnce(text, budget) : undefined
  // a bad option panics on the first text, template or not
  const missingKey = missingKeyOf(options.goTemplateOptions)
  if (template === undefined) return text
  const { draws } = budget
  const printed = shown(execute(template, params, { functions, missingKey, budget }))
  return options.unknown !== undefined && budget.draws > draws ? options.unknown : printed
}

function parseOnce(text: string, budget: Budget): Template {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const template = parseTemplate(text, { isFunction: (name) => Object.hasOwn(functions, name), budget })
  // the same few texts are rendered for every element; a bound keeps odd input from filling the memory
  if (parsed.size > 5000 || parsedCharacters > 5_000_000) {
    parsed.clear()
    parsedCharacters = 0
  }
  parsed.set(text, template)
  parsedCharacters += text.length
  return template
}

/** fasttemplate: `{{ key }}` if the key has a string value; any other tag stays as written. */
function replaceTags(text: string, params: GoMap, budget: Budget): string {
  let out = ''
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) return out + text.slice(at)
    const close = text.indexOf('}}', open + 2)
    if (close < 0) throw new TemplateError('cannot find end tag')
    const tag = text.slice(open + 2, close)
    const value = params.get(tag.trim())
    budget.steps()
    budget.output(typeof value === 'string' ? value.length : tag.length)
    out += text.slice(at, open) + (tag.trim() !== '' && typeof value === 'string' ? value : `{{${tag}}}`)
    at = close + 2
  }
}
