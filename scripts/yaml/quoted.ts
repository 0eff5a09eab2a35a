// Which text does a scalar have, as go-yaml reads it?
import { getScalarValue, SCALAR_STYLE } from 'js-yaml'
import type { ScalarEvent } from 'js-yaml'

const separator = /[\u2028\u2029]/

/** js-yaml's text; go-yaml keeps these two breaks inside of quotes, and drops the blanks around them (`yaml_parser_scan_flow_scalar`). */
export function writtenText(text: string, event: ScalarEvent): string {
  const isQuoted = event.style === SCALAR_STYLE.DOUBLE_QUOTED || event.style === SCALAR_STYLE.SINGLE_QUOTED
  const written = isQuoted ? text.slice(event.valueStart, event.valueEnd) : ''
  if (!separator.test(written)) return getScalarValue(text, event)
  const parts = written.split(/([\u2028\u2029])/)
  const kept = parts.map((part, at) => {
    const start = at === 0 ? part : part.replace(/^[ \t]+/, '')
    let length = start.length
    while (length > 0 && ' \t\n'.includes(start.charAt(length - 1))) length--
    const end = start.slice(0, length)
    // a blank after a backslash is none that is dropped
    return at === parts.length - 1 || at % 2 === 1 || end.endsWith('\\') ? start : end
  })
  const whole = kept.join('')
  return getScalarValue(whole, { ...event, valueStart: 0, valueEnd: whole.length })
}
