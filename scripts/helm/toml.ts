// How does BurntSushi/toml read and write?
import type { Budget } from '../go-template/budget.ts'
import { TemplateError } from '../go-template/go-value.ts'
import type { GoValue } from '../go-template/go-value.ts'

export function writeToml(_value: GoValue, _budget: Budget): string {
  throw new TemplateError('not done yet')
}
export function readToml(_text: string): GoValue {
  throw new TemplateError('not done yet')
}
