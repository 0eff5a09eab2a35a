// How does a rule express what it found in words and paths?
import type { FieldErrorType, Finding, Message, Place } from '../findings/finding.ts'
import type { Path } from '../values/value.ts'

/** An error at the field that the operator also names. `field` and `type` can be replaced with a spread. */
export function refusal(path: Path, message: Message, help: Message): Finding & { type: FieldErrorType } {
  return { message, help, places: [{ path }], field: formatField(path), type: 'FieldValueInvalid' }
}

/** A warning: it has places, but the operator reports no field. */
export function caution(path: Path, message: Message, help: Message): Finding {
  return { message, help, places: [{ path }] }
}

/** Adds the other places to look at. */
export function withPlaces<F extends Finding>(finding: F, ...others: readonly Place[]): F {
  const [first] = finding.places
  return { ...finding, places: [first, ...others] }
}

/** `spec.tablespaces[0].size`, as `field.Path.String` of apimachinery prints it. */
export function formatField(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (step === '') text += '[]'
    else text += text === '' ? step : `.${step}`
  }
  return text
}
