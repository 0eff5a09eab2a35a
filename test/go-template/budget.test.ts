// Do templates that strangers wrote end soon, whatever they ask for?
import { expect, test } from 'vitest'
import { BudgetExceeded, templateBudget } from '../../scripts/go-template/budget.ts'
import type { ArgumentType, GoFunction } from '../../scripts/go-template/go-function.ts'
import { GoPanic, TemplateError, fromJson } from '../../scripts/go-template/go-value.ts'
import type { GoMap } from '../../scripts/go-template/go-value.ts'
import { functions, renderText } from '../../scripts/applicationset/render.ts'
import { costOf } from '../support/cost.ts'

const blanks = ' '.repeat(100_000)
const params = () => fromJson({ a: 'a', n: 3, blanks: `x${blanks}x`, long: 'a'.repeat(200_000), digits: '9'.repeat(200_000) }) as GoMap
const options = { goTemplate: true, goTemplateOptions: ['missingkey=error'] }

function render(text: string): string {
  return renderText(text, params(), { ...options, budget: templateBudget() })
}

/** Anything but a refusal is thrown. */
function orRefused(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof BudgetExceeded) && !(error instanceof TemplateError) && !(error instanceof GoPanic)) throw error
  }
}

/** What it costs until the template is printed or refused. */
const cost = (text: string): number => costOf(() => orRefused(() => render(text)))

test('a long text that a pattern begins with is searched for at the cost of a text', () => {
  const search = (pattern: string): string => `{{ regexReplaceAllLiteral "${pattern}" (printf "%s%s%s" .long .long .long) "" | len }}`
  expect(render(search(`metadata: ${'b'.repeat(80)}.`))).toBe('600000')
  expect(() => render(search(`.metadata: ${'b'.repeat(80)}`))).toThrow(BudgetExceeded)
})

const double = (step: string): string => `{{ $x := "xxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $x = ${step} }}{{ end }}`
const shared = (use: string): string => `{{ $x := list 1 2 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ ${use} }}`
const loop = (body: string): string => `{{ range until 100000 }}${body}{{ end }}`

const exceeding: readonly (readonly [string, string])[] = [
  [
    'steps',
    '{{ range until 100000 }}{{ range 1 }}{{ range 1 }}{{ range 1 }}{{ range 1 }}{{ range 1 }}{{ end }}{{ end }}{{ end }}{{ end }}{{ end }}{{ end }}',
  ],
  ['steps', '{{ range until 500000 }}{{ $.n | add 1 | add 2 | add 3 }}{{ end }}'],
  ['steps', double('printf "%s%s" $x $x')],
  ['a text of', double('print $x $x')],
  ['a text of', double('cat $x $x')],
  ['a text of', double('list $x $x | join ","')],
  ['a text of', double('replace "x" "xx" $x')],
  ['steps', double('regexReplaceAll "x" $x "xx"')],
  ['steps', double('regexReplaceAllLiteral "x" $x "xx"')],
  ['a text of', double('toJson (list $x $x)')],
  ['a text of', double('toYaml (list $x $x)')],
  ['a text of', double('b64enc (b64enc $x)')],
  ['a text of', double('quote $x $x')],
  ['steps', double('html (print $x "<<<<<<<<<<<<<<<<")') + double('urlquery (print $x $x)')],
  ['a text of', '{{ repeat 1000000000 "x" }}'],
  ['a text of', '{{ indent 1000000000 "x" }}'],
  ['a text of', '{{ nindent 100000 .blanks | replace " " "\\n" | nindent 100000 }}'],
  ['a text of', '{{ printf "%999999d%999999d%999999d" 1 2 3 }}{{ printf "%999999v" (until 100000) }}'],
  ['a text of', '{{ randAlphaNum 1000000000 }}'],
  ['a text of', '{{ randBytes 1000000000 }}'],
  ['a text of', '{{ wrapWith 1 .long .long }}'],
  ['list items', '{{ until 1000000000 }}'],
  ['list items', '{{ untilStep 0 1000000000 1 }}'],
  ['list items', '{{ seq 1 1000000000 }}'],
  ['list items', '{{ range 1000000000 }}{{ end }}'],
  ['steps', shared('len (toJson $x)')],
  ['steps', shared('print $x')],
  ['steps', shared('toYaml $x')],
  ['steps', shared('deepCopy $x')],
  ['steps', `${shared('$x | len')}{{ $y := list 1 2 }}{{ range until 60 }}{{ $y = list $y $y }}{{ end }}{{ deepEqual $x $y }}`],
  ['steps', shared('uniq $x | join ","')],
  ['levels', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}'],
  ['levels', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}'],
  ['levels', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}'],
  ['levels', '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}'],
  ['levels', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`],
  ['levels', `${'{{ if true }}'.repeat(20_000)}${'{{ end }}'.repeat(20_000)}`],
  ['levels', `{{ if true }}${'{{ else if true }}'.repeat(20_000)}{{ end }}`],
  ['output', `{{ $x := repeat 1000000 "x" }}{{ range until 100 }}{{ $x }}{{ end }}`],
  ['steps', loop('{{ derivePassword 1 "long" (toString .) "user" "site" }}')],
  ['steps', loop('{{ genCA "x" 365 }}')],
  ['steps', loop('{{ bcrypt "x" }}')],
  ['steps', '{{ regexFindAll "a*b|a" .long -1 }}'],
  ['steps', `{{ regexMatch "${'a{1000}'.repeat(500)}" .long }}`],
]

test.each(exceeding)('more %s is one refusal: %s', (bound, text) => {
  expect(() => render(text)).toThrow(bound)
})

// a bound of time that no polynomial meets, and a busy machine does
/** What has no bound takes minutes; a slow machine may need a few seconds for what has one. */
const seconds = 8

test.each([
  '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}',
  '{{ regexMatch "^(a+)+$" (print .long "!") }}',
  '{{ regexMatch "(x+x+)+y" .long }}{{ regexSplit "(a|aa)+$" .long -1 }}',
  `{{ semverCompare "0${',*.*'.repeat(200)}^" "1.2.3" }}`,
  `{{ semverCompare "${'1'.repeat(50_000)}" "1.2.3" }}{{ semver .long }}{{ semver .digits }}`,
  '{{ duration .digits }}{{ durationRound .digits }}{{ dateModify .digits (toDate "2006" "2020") }}',
  '{{ trim .blanks }}{{ trimAll " " .blanks }}{{ nospace .blanks }}{{ initials .blanks }}{{ trimSuffix " " .blanks }}',
  '{{ camelcase .blanks }}{{ snakecase .blanks }}{{ kebabcase .blanks }}{{ title .blanks }}{{ untitle .blanks }}{{ swapcase .blanks }}',
  '{{ wrap 1 .blanks }}{{ wrap 80 .long }}{{ abbrev 10 .long }}{{ abbrevboth 50 100 .long }}{{ slugify .blanks }}{{ normalize .blanks }}',
  '{{ atoi .digits }}{{ int .digits }}{{ float64 .digits }}{{ toDecimal .digits }}{{ add .digits .digits }}{{ int (print "1" (repeat 100000 ".") "x") }}',
  '{{ ext .long }}{{ base (repeat 100000 "/") }}{{ clean (repeat 100000 "../") }}{{ dir .long }}{{ urlParse .long }}{{ urlParse (repeat 100000 "%41") }}',
  '{{ toDate .long .long }}{{ date .long (toDate "2006" "2020") }}{{ toDate (repeat 10000 "2006") .digits }}',
  '{{ printf (repeat 100000 "%[") 1 }}{{ printf (repeat 100000 "%.999999f") 1.5 }}{{ printf "%.999999e %.999999b" 1e308 1e308 }}',
  '{{ fromJson (repeat 100000 "[") }}{{ fromYaml (repeat 100000 "[") }}{{ fromYaml (repeat 50000 "- ") }}{{ fromYamlArray (repeat 1000 "\\n") }}',
  '{{ fromYaml "a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\\n" }}',
  `{{ maxf 1${' 2'.repeat(150_000)} }}`,
  `${'{{ $a := 1 }}'.repeat(20_000)}${'{{ $a }}'.repeat(20_000)}`,
  `{{ $l := list }}{{ range until 5000 }}{{ $l = append $l . }}{{ end }}{{ without $l 1 2 3 | uniq | len }}`,
  `{{ (printf "? [a%s]\\n: x" (repeat 50000 "\\"\\\\") | fromYaml).Error }}`,
  '{{ sortAlpha (splitList "" .long) | len }}{{ splitn "" 3 .long }}{{ split "a" .long }}',
  '{{ htmlDate 9e300 }}{{ htmlDate (int64 9223372036854775807) }}{{ ago (int64 -9223372036854775808) }}{{ randInt 0 9223372036854775807 }}',
])('ends soon: %s', (text) => {
  expect(cost(text)).toBeLessThan(seconds * 1000)
})

const addChain = `{{ 1 ${'| add 1 '.repeat(60_000)}}}`

test.each(
  [
    addChain,
    loop(`{{ $_ := 1 ${'| add 1 '.repeat(100)}}}`),
    double('toYaml (list $x $x) | toString'),
    double('printf "%s%s" (toYaml $x) (toJson $x)'),
    `{{ divf 1e300${' 3e-300'.repeat(100_000)} }}`,
    `{{ mulf 1e300${' 3.3e300'.repeat(100_000)} }}`,
    loop('{{ $_ := printf "%.999999f" 1.5 }}{{ $_ := printf "%.999999g" 1e308 }}'),
    loop('{{ $_ := add $.digits 1 }}{{ $_ := toDecimal $.digits }}'),
    loop('{{ $_ := toDate (print "." (repeat 100000 "0")) "2020" }}'),
  ].map((text) => [text.slice(0, 60), text] as const),
)('a cost that grows with each step is a result or one refusal: %s', (_, text) => {
  expect(cost(text)).toBeLessThan(seconds * 1000)
})

/** What a parameter of each type is handed: a large value. */
const large: Readonly<Record<ArgumentType, string>> = {
  string: '$.text',
  int: '3',
  uint32: '1',
  float64: '1.5',
  bool: 'true',
  map: '$.map',
  list: '$.list',
  any: '$.list',
  value: '$.text',
  '*semver.Version': '(semver "1.2.3")',
  'time.Time': '(toDate "2006" "2020")',
  'time.Duration': '((toDate "2006" "2020").Sub (toDate "2006" "2021"))',
  'sprig.certificate': '(genCA "x" 1)',
}
const largeParams = fromJson({
  text: 'aB-c. 1,'.repeat(5000),
  list: Array.from({ length: 5000 }, (_, index) => `item ${index}`),
  map: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key ${index}`, index])),
}) as GoMap

test.each(Object.keys(functions))('no call of %s costs much more than it pays', { timeout: 60_000 }, (name) => {
  const { parameters, rest } = functions[name] as GoFunction
  const types = [...parameters, ...(rest === undefined ? [] : [rest, rest])]
  for (const texts of ['$.text', '"a"']) {
    const call = [name, ...types.map((type) => (type === 'string' || type === 'any' ? texts : large[type]))].join(' ')
    // a small part of what a set may cost
    const text = `{{ range until 10000 }}{{ $_ := ${call} }}{{ end }}`
    const taken = costOf(() => orRefused(() => renderText(text, largeParams, { ...options, budget: templateBudget(0.02) })))
    expect(taken, call).toBeLessThan(1000)
  }
})

/** The nightly run takes all that a template may be handed; the gate takes a sixth of it. */
const huge = process.env['FUZZ'] === undefined ? 150_000 : 900_000
const hugeParams = fromJson({
  a: 'a'.repeat(huge),
  digits: '9'.repeat(huge),
  dots: '1.'.repeat(huge / 2),
  signs: '<&"\\%[{('.repeat(huge / 8),
  slashes: '/..'.repeat(huge / 3),
  blanks: ' \t'.repeat(huge / 2),
  words: 'aB-c_d\n'.repeat(huge / 7),
  wide: '\u00e9\u{1f600}'.repeat(huge / 3),
  list: Array.from({ length: huge / 9 }, (_, index) => `i${index}`),
  map: Object.fromEntries(Array.from({ length: huge / 15 }, (_, index) => [`k${index}`, index])),
}) as GoMap
const hugeTexts = ['$.a', '$.digits', '$.dots', '$.signs', '$.slashes', '$.blanks', '$.words', '$.wide']
const hugeNumbers = ['1000000000', '-9223372036854775808', '100000']
const shares =
  '{{ $g := list 1 2 }}{{ $m := dict "a" 1 }}{{ range until 40 }}{{ $g = list $g $g }}{{ $m = dict "a" $m "b" $m }}{{ end }}{{ $d := dict }}{{ $_ := set $d "d" $d }}'
const hugeOf: Partial<Readonly<Record<ArgumentType, readonly string[]>>> = {
  string: hugeTexts,
  int: hugeNumbers,
  uint32: ['4294967295'],
  float64: ['1e308'],
  map: ['$.map', '$m', '$d'],
  list: ['$.list', '$g'],
  any: [...hugeTexts, ...hugeNumbers, '$.list', '$.map', '$g', '$m', '$d'],
  value: [...hugeTexts, '$.list', '$g', '$d'],
}
const little: Readonly<Record<ArgumentType, string>> = {
  ...large,
  string: '"a"',
  map: '(dict "a" 1)',
  list: '(list 1 2)',
  any: '"a"',
  value: '"a"',
}

test.each(Object.keys(functions))('one call of %s with something huge ends soon', { timeout: 120_000 }, (name) => {
  const { parameters, rest } = functions[name] as GoFunction
  const types = [...parameters, ...(rest === undefined ? [] : [rest, rest])]
  for (const [place, type] of types.entries())
    for (const value of hugeOf[type] ?? []) {
      const call = [name, ...types.map((other, index) => (index === place ? value : little[other]))].join(' ')
      const text = `${shares}{{ $_ := ${call} }}`
      const taken = costOf(() => orRefused(() => renderText(text, hugeParams, { ...options, budget: templateBudget() })))
      expect(taken, call).toBeLessThan(seconds * 1000)
    }
})

test.each([
  'eq $g $g',
  'eq $g $m',
  'ne $m $m',
  'le $g $g',
  'genSignedCert "a" (list $g) nil 1 (genCA "a" 1)',
  'genSelfSignedCert "a" nil (list $m) 1',
])('what is refused is not printed at any cost: %s', (call) => {
  const text = `${shares}{{ ${call} }}`
  const taken = costOf(() => expect(() => renderText(text, hugeParams, { ...options, budget: templateBudget() })).toThrow())
  expect(taken).toBeLessThan(seconds * 1000)
})

test('what is asked for on the way of honest templates is no reason to refuse', () => {
  const budget = templateBudget()
  const text =
    '{{ $n := .a | lower | trunc 40 | trimSuffix "-" }}{{ range $i, $e := list "x" "y" "z" }}{{ printf "%s-%s-%d" $n $e $i }}{{ end }}{{ regexReplaceAll "[^a-z0-9-]" .a "-" }}{{ toYaml . }}'
  const element = fromJson({ a: 'orders-prd', labels: { team: 'payments', tier: 'gold' } }) as GoMap
  for (let times = 0; times < 5000; times++) renderText(text, element, { ...options, budget })
  const passwords = templateBudget()
  for (let times = 0; times < 50; times++)
    renderText(`{{ derivePassword 1 "long" "secret" "user" "site-${times}" }}{{ htpasswd "a" "b" }}`, element, {
      ...options,
      budget: passwords,
    })
})

test('what chance or the clock decides is unknown where an answer hangs on it', () => {
  const unknown = (text: string): string => renderText(text, params(), { ...options, unknown: '?' })
  for (const call of [
    'randAlphaNum 5',
    'uuidv4',
    'now',
    'now.Year',
    'date "2006" "x"',
    'ago 1',
    'shuffle "abc"',
    'randInt 1 3',
    'bcrypt "x"',
    'htpasswd "a" "b"',
    'genPrivateKey "rsa"',
    '(genCA "x" 1).Cert',
    'encryptAES "a" "b"',
    'randBytes 3',
    'htmlDate "x"',
    'if gt (randInt 1 3) 1 }}a{{ end',
  ])
    expect(unknown(`a-{{ ${call} }}`), call).toBe('?')
  expect(unknown('a-{{ date "2006" (int64 0) }}-{{ derivePassword 1 "pin" "a" "b" "c" }}')).toMatch(/^a-1970-\d{4}$/)
})
