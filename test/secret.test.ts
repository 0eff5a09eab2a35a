// Does a secret ever reach the output?
import { describe, expect, test } from 'vitest'
import { maskLine, showLine } from '../scripts/secret.ts'

describe('a shown line', () => {
  test.each([
    ['    secretKey: abc', '    secretKey: ***'],
    ['s3: {secretKey: abc, accessKey: "d, e"}', 's3: {secretKey: ***, accessKey: ***}'],
    ['secretKey: {a: abc}', 'secretKey: ***'],
    ['secretKey: [abc]', 'secretKey: ***'],
    ['passwordd: abc', 'passwordd: ***'],
    ['  dbPassword: abc # note', '  dbPassword: ***# note'],
    ['password_encryption: scram-sha-256', 'password_encryption: scram-sha-256'],
    ['secret: {create: false, name: ovh-s3-creds}', 'secret: {create: false, name: ovh-s3-creds}'],
    ['passwordSecret: {name: x, key: y}', 'passwordSecret: {name: x, key: y}'],
    ['- {name: DB_PASSWORD, value: abc}', '- {name: DB_PASSWORD, value: ***'],
    ['- {name: DB_HOST, value: abc}', '- {name: DB_HOST, value: abc}'],
    ['size: 10Gi', 'size: 10Gi'],
  ])('%s', (line, shown) => expect(maskLine(line)).toBe(shown))

  test('stands below a secret key: nothing of it is shown', () => {
    const lines = ['s3:', '  secretKey: |', '    abc', '    def', '  accessKey:', '    - ghi', '  bucket: b', 'other:', '  - x: 1']
    expect(lines.map((_, index) => showLine(lines, index))).toEqual([
      's3:',
      '  secretKey: ***',
      '    ***',
      '    ***',
      '  accessKey:',
      '    ***',
      '  bucket: b',
      'other:',
      '  - x: 1',
    ])
  })
})
