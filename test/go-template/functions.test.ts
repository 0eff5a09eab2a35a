// Do our template functions give the same results as Go's and Sprig's?
import { expect, test } from 'vitest'
import { TemplateError, fromJson } from '../../scripts/go-template/go-value.ts'
import type { GoMap } from '../../scripts/go-template/go-value.ts'
import { renderText } from '../../scripts/applicationset/render.ts'

const params = fromJson({ n: 3 }) as GoMap
const render = (text: string) => renderText(text, params, { goTemplate: true, goTemplateOptions: ['missingkey=error'] })

// each result is what Argo CD 3.5.1's own code gave
test.each([
  ['{{ printf "%.2v|%8.2v|%+v|%+d" 100.0 100.0 .n 5 }}', '1e+02|   1e+02|3|+5'],
  ['{{ printf "%d|%5t|%+q" "x" 1 "é" }}', '%!d(string=x)|%!t(int=    1)|"\\u00e9"'],
  [
    '{{ printf "%x %X %b %f %.3f" 1.5 1e6 1.1 1e21 2.0005 }}',
    '0x1.8p+00 0X1.E848P+19 4953959590107546p-52 1000000000000000000000.000000 2.001',
  ],
  ['{{ printf "%#g %#.3g %G %e" 1.5 100.0 1e-7 0.0 }}', '1.50000 100. 1E-07 0.000000e+00'],
  [
    '{{ printf "%v %d %q" (list 1 nil "a") (list 1 nil "a") (list 1 nil "a") }}',
    '[1 <nil> a] [1 <nil> %!d(string=a)] [\'\\x01\' <nil> "a"]',
  ],
  ['{{ printf "%*d|%.*f|%*d" 5 1 2 1.0 "x" 3 }}', '    1|1.00|%!(BADWIDTH)3'],
  ['{{ printf "%[3]d %[2]*.[1]*f %!|%z" 1 2 3 }}', '3 %!f(int= 2) %!!(int=3)|%!z(MISSING)'],
  ['{{ printf "%05O|%U|%#U|%#x|% x|%T" 8 -1 65 "" "ab" nil }}', "0o00010|U+FFFFFFFFFFFFFFFF|U+0041 'A'||61 62|<nil>"],
  [
    '{{ printf "%d %v %s %#v" (semver "1.2.3-a+b") (semver "1.2") (semver "v1") "q" }}',
    '&{1 2 3 %!d(string=a) %!d(string=b) %!d(string=1.2.3-a+b)} 1.2.0 1.0.0 "q"',
  ],
  ['{{ printf "%6.2f|%-8s|%08.3f|%+.1e|%x" 3.14159 "ab" -3.14159 12345.678 "\\xff" }}', '  3.14|ab      |-003.142|+1.2e+04|ff'],
  ['{{ "\\xff" }} {{ len "\\xff" }} {{ "\\xc3\\xa9" }} {{ quote "a\\xffb" }} {{ toJson "\\xff" }}', '� 1 é "a\\xffb" "\\ufffd"'],
  [
    '{{ semverCompare "^0.0" "0.5.0" }} {{ semverCompare "~1 || >2.1" "2.1.5" }} {{ semverCompare "1.2 - 1.4" "1.4.9" }} {{ semverCompare "!=1.x" "2.0.0" }} {{ semverCompare ">=1-0" "1.0.0-rc1" }}',
    'false false true true true',
  ],
  [
    '{{ toDate "2006-01-02 15:04" "2024-02-29 23:30" | date "Mon Jan _2 3:04:05.000PM 2006 MST -0700 Z07:00 002" }}',
    'Thu Feb 29 11:30:00.000PM 2024 UTC +0000 Z 060',
  ],
  [
    '{{ toDate "2006-01-02" "nonsense" }} {{ (toDate "2006-01-02" "2024-03-05").Weekday }} {{ printf "%d" (toDate "2006-01-02" "2024-03-05").Month }}',
    '0001-01-01 00:00:00 +0000 UTC Tuesday 3',
  ],
  [
    '{{ toDate "2006-01-02" "2024-03-05" | dateModify "-36h5m" }} {{ (toDate "2006-01-02" "2024-03-05").Year }} {{ toDate "2006-01-02" "2024-03-05" | unixEpoch }}',
    '2024-03-03 11:55:00 +0000 UTC 2024 1709596800',
  ],
  [
    '{{ toDate "2006-01-02" "2024-03-05" | kindOf }} {{ toDate "2006-01-02" "2024-03-05" | toJson }} {{ date "2006" (int64 0) }} {{ toDate "Jan 2 2006 -0700" "mar 5 2024 +0200" }}',
    'struct "2024-03-05T00:00:00Z" 1970 2024-03-05 00:00:00 +0200 +0200',
  ],
  ['{{ duration 95 }} {{ duration "95" }} {{ duration (int64 95) }} {{ duration 95.0 }} {{ duration "x" }}', '0s 1m35s 1m35s 0s 0s'],
  ['{{ durationRound "2h45m" }} {{ durationRound "400h" }} {{ durationRound (int64 90000000000) }} {{ durationRound 5 }}', '2h 16d 1m 0s'],
  [
    '{{ derivePassword 1 "long" "password" "user" "example.com" }} {{ derivePassword 1 "nope" "a" "b" "c" }}',
    'ZedaFaxcZaso9* cannot find password template nope',
  ],
  [
    '{{ addf 0.1 0.2 }} {{ divf 1 3 }} {{ mulf 1.1 1.1 }} {{ subf 1 0.9 }} {{ round -1.5 0 }} {{ round 2.345 2 }} {{ floor "0x1p4" }} {{ float64 "1_0" }} {{ int "5." }} {{ int 1e19 }}',
    '0.3 0.3333333333333333 1.21 0.1 -2 2.35 16 10 0 -9223372036854775808',
  ],
  [
    '{{ seq 1 -1 1 }}|{{ seq 5 }}|{{ seq 2 -2 -4 }}|{{ untilStep 3 0 -1 }} {{ atoi "99999999999999999999" }} {{ toDecimal "777" }}',
    '|1 2 3 4 5|2 0 -2 -4|[3 2 1] 9223372036854775807 511',
  ],
  [
    '{{ b64dec "YQ" }} {{ b64dec "Y!==" }} {{ b64dec "YQ==YQ" }} {{ b64dec "YQ=a" }} {{ b64dec "YWJj\\nYQ==" }} {{ b64dec "/w==" | quote }} {{ b64dec "=" }} {{ b64dec "YWJjY" }}',
    'illegal base64 data at input byte 0 illegal base64 data at input byte 1 illegal base64 data at input byte 4 illegal base64 data at input byte 2 abca "\\xff" illegal base64 data at input byte 0 illegal base64 data at input byte 4',
  ],
  [
    '{{ b32dec "MFRGG===" }} {{ b32dec "MF" }} {{ b32dec "MFR!" }} {{ b32dec "M=======" }} {{ b32dec "MFRGGZDF" }} {{ b32dec "mf======" }}',
    'abc illegal base32 data at input byte 0 illegal base32 data at input byte 3 illegal base32 data at input byte 1 abcde illegal base32 data at input byte 0',
  ],
  ["{{ 'a' }} {{ '\\xff' }} {{ 1_000 }} {{ 0x1p4 }} {{ 1e3 }}", '97 255 1000 16 1000'],
  [
    '{{ regexReplaceAll "(?i:x)y" "Xy XY" "<$0>" }} {{ regexFind "[]a]" "b]" }} {{ regexFind "(?-i)a" "A" }}|{{ regexFind "[[:^alpha:]]+" "ab12" }}',
    '<Xy> XY ] |12',
  ],
  [
    '{{ regexReplaceAll "a*" "baac" "-" }} {{ regexReplaceAll "b" "abc" "$é${" }} {{ regexReplaceAll "(?P<x>b)" "abc" "${x}$x1" }}',
    '-b-c- a${c abc',
  ],
  [
    '{{ regexFindAll "x" "y" -1 | toJson }} {{ regexSplit "," "a,b,c" 2 | toJson }} {{ regexSplit "a" "" 0 | toJson }} {{ regexFind "a{,2}" "a{,2}" }}',
    'null ["a","b,c"] null a{,2}',
  ],
  [
    '{{ rest (list) | toJson }} {{ concat | toJson }} {{ typeOf (chunk 2 (list 1 2 3)) }} {{ slice (list 1 2 3) "1" 2.9 }} {{ chunk -3 (list 1) }}',
    'null null [][]interface {} [2] [[1]]',
  ],
  [
    '{{ urlParse "http://u:p%40s@h:80/%41%2f?q=1#f%20x" }}',
    'map[fragment:f x host:h:80 hostname:h opaque: path:/A/ query:q=1 scheme:http userinfo:u:p%40s]',
  ],
  [
    '{{ fromJson "1e400" | quote }}|{{ fromJson "\\"\\\\ud800\\"" | quote }}|{{ round 1 1000 | toJson }}|{{ printf "%#v" (toDate "2006" "2024") }}',
    '|"\ufffd"||time.Date(2024, time.January, 1, 0, 0, 0, 0, time.Local)',
  ],
  ['{{ define "a" }}1{{ end }}{{ define "a" }} {{ end }}{{ template "a" }}{{ 2i }}', '1(0+2i)'],
])('%s prints %j', (text, printed) => {
  expect(render(text)).toBe(printed)
})

test.each([
  '{{ 08 }}',
  '{{ 1e400 }}',
  '{{ 1__0 }}',
  '{{ "\\777" }}',
  '{{ (semver "1").Compare }}',
  '{{ (semver "1").Nope }}',
  '{{ semver "1.2.3-01" }}',
  '{{ divf 1 0 }}',
  '{{ mustToDate "2006" "x" }}',
  '{{ unixEpoch 5 }}',
  '{{ decryptAES "k" "x" }}',
  '{{ mustToJson (round 1 1000) }}',
  '{{ urlParse "://" }}',
  '{{ urlParse "http://h/%zz" }}',
  '{{ dig 1 "a" "" (dict) }}',
  '{{ regexFind "(?=a)" "a" }}',
  '{{ chunk 0 (list 1) }}',
  '{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}',
  '{{ define "base" }}Q{{ end }}w',
  '{{ $_ := set .absent.deep "q" 1 }}',
  '{{ toJson 2i | mustFromJson }}',
])('%s is refused', (text) => {
  expect(() => render(text)).toThrow(TemplateError)
})

test('what depends on chance or on the clock has the right shape', () => {
  expect(render('{{ bcrypt "x" | len }} {{ bcrypt "x" | trunc 7 }} {{ htpasswd "u" "p" | len }}')).toBe('60 $2a$10$ 62')
  expect(render('{{ typeOf now }} {{ kindOf now }} {{ ago now }} {{ len (now.Format "2006") }}')).toBe('time.Time struct 0s 4')
  expect(render('{{ $ca := genCA "x" 1 }}{{ typeOf $ca }} {{ $ca.Cert | trunc 27 }}')).toBe('sprig.certificate -----BEGIN CERTIFICATE-----')
  expect(render('{{ genPrivateKey "rsa" | trunc 31 }} {{ htpasswd "a:b" "c" }}')).toBe(
    '-----BEGIN RSA PRIVATE KEY----- invalid username: a:b',
  )
})
