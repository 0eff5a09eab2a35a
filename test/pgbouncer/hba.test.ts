// Which lines of pg_hba does PgBouncer skip? Those with a star were tried on PgBouncer 1.18, the others read in hba.c of 1.24.1 and 1.25.1.
import { expect, test } from 'vitest'
import { skippedByPgBouncer } from '../../scripts/pgbouncer/hba.ts'

test.each([
  'host all all 10.0.0.0/8 scram-sha-512', // *
  'host all all 10.0.0.0/8', // *
  'hostz all all 10.0.0.0/8 md5', // *
  'host all all 10.0.0.300/8 md5', // *
  'host all +grp 0.0.0.0/0 md5', // *
  'host all all samenet md5', // *
  'host all all example.com md5', // *
  'host samerole all 10.0.0.0/8 md5',
  'host all all 10.0.0.0/33 md5',
  'host all all 10.0.0.0 md5',
  'host all all md5',
  'host all "app 10.0.0.0/8 md5',
  'hostssl all all all cert clientcert=verify-full',
  'host',
])('%s is skipped', (line) => expect(skippedByPgBouncer(line, 25)).toBeTypeOf('string'))

test.each([
  'host all all 10.0.0.0/8 md5', // *
  'host all /^a 0.0.0.0/0 md5', // *
  'host all all all md5',
  'host "my db",sameuser "a ""b""",c 10.0.0.0 255.0.0.0 reject # those',
  'hostnossl all all ::/0 reject',
  'host all @users.txt 10.0.0.0/8 md5',
  'local all all peer map=m',
  'hostssl replication all 2001:db8::/32 cert map=m',
  '',
  '# nothing',
])('%s is taken', (line) => expect(skippedByPgBouncer(line, 24)).toBeUndefined())

test('LDAP came in 1.25', () => {
  const line = 'host all all 10.0.0.0/8 ldap ldapserver=ldap.example.com'
  expect(skippedByPgBouncer(line, 24)).toContain('ldap')
  expect(skippedByPgBouncer(line, 25)).toBeUndefined()
})
