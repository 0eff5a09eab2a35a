// How do Argo CD's own functions turn texts into names?
import type { Budget } from '../budget.ts'
import { takes, takesMore } from '../go-function.ts'
import type { GoFunctions } from '../go-function.ts'
import { TemplateError, int, isInteger } from '../go-value.ts'
import type { GoValue } from '../go-value.ts'
import { lower } from './case.ts'

/** SanitizeName of Argo CD: a DNS subdomain of at most 253 characters. */
export function normalizeName(text: string): string {
  const clean = lower(text)
    .replace(/[^-a-z0-9.]/gu, '-')
    .slice(0, 253)
  return clean.replace(/^[-.]+|[-.]+$/g, '')
}

/** SlugifyName of Argo CD: `slugify [size [smart]] text`; the name comes last, what is between is ignored. */
function slugify(args: readonly GoValue[], budget: Budget): string {
  const [size = int(50), smart = true] = args.slice(0, -1)
  const name = args.length === 0 ? '' : args.at(-1)
  if (typeof name !== 'string' || !isInteger(size) || size.type !== 'int' || typeof smart !== 'boolean')
    throw new TemplateError('slugify takes a size, true or false, and a text')
  budget.eachCharacter(name)
  return slugOf(normalizeName(name), Number(size.value), smart)
}

/** `slug.Make`: a smart cut keeps whole words. */
function slugOf(text: string, limit: number, smart: boolean): string {
  if (!smart && limit < 0) throw new TemplateError('slice bounds out of range')
  const slug = (smart ? text : text.slice(0, limit))
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/-+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  if (!smart || limit <= 0 || slug.length <= limit) return slug
  const cut = slug.lastIndexOf('-', limit)
  return slug.slice(0, cut < 0 ? limit : cut)
}

export const nameFunctions: GoFunctions = {
  normalize: takes(['string'], (text, budget) => {
    budget.eachCharacter(text)
    return normalizeName(text)
  }),
  slugify: takesMore([], 'any', slugify),
}
