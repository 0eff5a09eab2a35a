// How does go-yaml v3 write a value?
import type { Budget } from '../go-template/budget.ts'
import type { GoValue } from '../go-template/go-value.ts'
import { writeYaml } from '../go-template/go-yaml.ts'

/** `yaml.Encoder` with an indent of two. */
export function writePrettyYaml(value: GoValue, budget: Budget): string {
  return writeYaml(value, budget)
}
