// How much may untrusted templates cost?
import { bytesIn, isGoMap } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** A template exceeds the budget. This is not an error of Go: the same template may well pass there. */
export class BudgetExceeded extends Error {}

/** The costs counted over all texts of one set or chart. */
export interface BudgetLimits {
  /** nodes walked, functions called, items visited: about 100 ns each */
  readonly steps: number
  /** characters of all texts that functions create */
  readonly characters: number
  /** characters of one text */
  readonly text?: number
  /** characters that templates print */
  readonly output: number
  /** items of all lists and maps that functions create */
  readonly elements: number
  /** parameter sets that generators produce */
  readonly parameters: number
}

const plainLimits: BudgetLimits = { steps: 2_000_000, characters: 32_000_000, output: 8_000_000, elements: 1_000_000, parameters: 20_000 }

/** No text is longer: the API server accepts no object over 1.5 MiB. */
const longestText = 2_000_000
/** Nesting of templates, parentheses and values; a JavaScript stack holds several times as much. */
const deepest = 500
/** A pass over a text costs one step per this many characters. */
const charactersPerStep = 8
/** Most functions look at a few items of a list only. */
const itemsPerStep = 16
const comparisonsPerStep = 256

const nouns: Readonly<Record<Exclude<keyof BudgetLimits, 'steps' | 'text'>, string>> = {
  characters: 'characters of text',
  output: 'characters of output',
  elements: 'list items',
  parameters: 'parameter sets',
}

/**
 * One budget for all templates of one source. A function charges before it creates something; the interpreter charges
 * every node, every call and every result, so a function itself charges only for what exceeds its arguments.
 */
export class Budget {
  readonly #limits: BudgetLimits
  readonly #spent: Record<Exclude<keyof BudgetLimits, 'steps' | 'text'>, number> = { characters: 0, output: 0, elements: 0, parameters: 0 }
  #stepsLeft: number
  readonly #known = new Set<string>()
  #depth = 0
  /** random draws and clock reads so far: a text during which this grows differs each time */
  draws = 0
  /** changes so far to maps that a template did not make by itself: what runs later may see them */
  writes = 0

  constructor(limits: BudgetLimits) {
    this.#limits = limits
    this.#stepsLeft = limits.steps
  }

  #spend(kind: Exclude<keyof BudgetLimits, 'steps' | 'text'>, count: number): void {
    this.#spent[kind] += count
    // NaN is also too many
    if (!(this.#spent[kind] <= this.#limits[kind])) exceeded(`more than ${shown(this.#limits[kind])} ${nouns[kind]}`)
  }

  steps(count = 1): void {
    this.#stepsLeft -= count
    if (!(this.#stepsLeft >= 0)) exceeded(`more than ${shown(this.#limits.steps)} steps`)
  }
  /** A text of this many characters is about to be created. */
  characters(count: number): void {
    const longest = this.#limits.text ?? longestText
    if (!(count <= longest)) exceeded(`a text of more than ${shown(longest)} characters`)
    this.#spend('characters', count)
    this.steps(count / charactersPerStep)
  }
  output(count: number): void {
    this.#spend('output', count)
  }
  /** A list or map of this many items is about to be created. */
  elements(count: number): void {
    this.#spend('elements', count)
    this.steps(count)
  }
  parameters(count: number): void {
    this.#spend('parameters', count)
  }

  /** Whether this is requested for the first time: what is cached is charged once. */
  isFirst(key: string): boolean {
    if (this.#known.has(key)) return false
    this.#known.add(key)
    return true
  }

  /** Runs a part that may contain itself. */
  nested<T>(body: () => T): T {
    this.enter()
    try {
      return body()
    } finally {
      this.leave()
    }
  }
  /** The same for what runs too often for a function of its own. */
  enter(): void {
    if (this.#depth >= deepest) exceeded(`more than ${deepest} levels`)
    this.#depth++
  }
  leave(): void {
    this.#depth--
  }

  /** Charges reading a text, or one level of anything else. */
  read(value: GoValue): void {
    if (typeof value === 'string') this.steps(value.length / charactersPerStep)
    else if (Array.isArray(value)) this.steps(value.length / itemsPerStep)
    else if (isGoMap(value)) this.steps(value.size / itemsPerStep)
  }
  /** Charges visiting each character of a text, which takes several times as long as a pass of the platform's own functions. */
  eachCharacter(text: string): void {
    this.steps(text.length)
  }
  /** Charges a search for one text in another: at worst every character is compared with every other. */
  search(part: string, text: string): void {
    this.steps((part.length * text.length) / comparisonsPerStep)
  }
  /** Charges a parser of YAML, about a microsecond for each character. */
  parse(text: string): void {
    this.steps(30 + text.length / 2)
  }
  /** Charges the result of a parser: lists take much more memory than their text. */
  parsed(value: GoValue): void {
    this.elements(this.whole(value))
  }
  /** Charges the result of a function. */
  made(value: GoValue): void {
    if (typeof value === 'string') this.characters(value.length)
    else if (Array.isArray(value)) this.elements(value.length)
    else if (isGoMap(value)) this.elements(value.size)
  }
  /** Charges a pass over all of a value, as for printing or copying: shared parts count each time. Returns the number of nodes. */
  whole(value: GoValue, depth = 0): number {
    if (depth > deepest) exceeded(`more than ${deepest} levels`)
    let nodes = 1
    this.steps()
    if (typeof value === 'string') this.characters(value.length + depth)
    else if (bytesIn(value) !== undefined) this.characters((value as readonly GoValue[]).length)
    else if (Array.isArray(value)) for (const item of value) nodes += this.whole(item, depth + 1)
    else if (isGoMap(value))
      for (const [key, item] of value) {
        this.characters(key.length + depth)
        nodes += this.whole(item, depth + 1)
      }
    return nodes
  }
}

function exceeded(what: string): never {
  throw new BudgetExceeded(`template needs ${what}, which is not computed here`)
}

const shown = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** A budget for `times` as much as one untrusted set may cost. */
export function templateBudget(times = 1): Budget {
  const scaled = Object.entries(plainLimits).map(([kind, limit]) => [kind, limit * times])
  return new Budget({ ...(Object.fromEntries(scaled) as BudgetLimits), text: longestText * times })
}
