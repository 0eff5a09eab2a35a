// Does the API server take the data of a Secret?
import { here, phrase } from '../../findings/message.ts'
import { isJsonMap } from '../../values/value.ts'
import { plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** What another program replaces or decrypts before the Secret is applied. */
const isFilledIn = (text: string): boolean => /[<>{}$]|^ENC\[|^AQ?vault:|^ref\+/.test(text)

/** `encoding/base64` of Go, which passes over line breaks. */
function isBase64(text: string): boolean {
  const bare = text.replaceAll(/[\r\n]/g, '')
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)
}

export const secretData: readonly ObjectRule[] = [
  {
    // json: "illegal base64 data at input byte …"
    id: 'policy/secret-data-encoded',
    severity: 'error',
    configurable: true,
    summary: 'the data of a Secret are base64, or in stringData',
    reads: [],
    *check({ objects }) {
      for (const object of objects) {
        const data = object.kind === 'Secret' && !('sops' in object.plain) ? plainAt(object.plain, 'data') : undefined
        const [first, ...others] = Object.entries(isJsonMap(data) ? data : {}).flatMap(([key, value]) =>
          typeof value !== 'string' || isFilledIn(value) || isBase64(value) ? [] : [key],
        )
        if (first === undefined) continue
        yield {
          object,
          message: phrase`${here(first)}${others.length === 0 ? '' : ` (and ${others.length} more)`} is no base64, so that the API server refuses the Secret`,
          places: [{ path: ['data', first] }],
          help: phrase`write stringData for data, or encode it with \`printf %s … | base64\``,
        }
      }
    },
  },
]
