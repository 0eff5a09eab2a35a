// Can the operator read a promotion token?
import { memberOf, parseJson } from '../go-json.ts'

const members = [
  'latestCheckpointTimelineID',
  'redoWalFile',
  'databaseSystemIdentifier',
  'latestCheckpointREDOLocation',
  'timeOfLatestCheckpoint',
  'operatorVersion',
]
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** undefined: readable and complete. Reproduces `PgControldataToken` parsing and its validity check. */
export function promotionTokenProblem(token: string): 'format' | 'content' | undefined {
  const compact = token.replace(/[\r\n]/g, '')
  if (!base64.test(compact)) return 'format'
  const document = parseJson(Buffer.from(compact, 'base64').toString('utf8'))
  if (document === undefined) return 'format'
  if (document === null) return 'content'
  if (typeof document !== 'object' || Array.isArray(document)) return 'format'
  const values = members.map((name) => memberOf(document, name))
  if (values.some((value) => value !== null && typeof value !== 'string')) return 'format'
  return values.some((value) => !value) ? 'content' : undefined
}
