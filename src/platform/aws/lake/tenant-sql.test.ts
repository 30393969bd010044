import { describe, expect, it } from 'bun:test'
import { boundToTenant } from './tenant-sql'

const events = `events AS (SELECT * FROM "nonius".events WHERE tenant_id = 'school')`
const bound: [sql: string, expected: string][] = [
  ['SELECT 1', `WITH ${events}\nSELECT 1`],
  ['with a AS (SELECT 1) SELECT * FROM a', `WITH ${events}, a AS (SELECT 1) SELECT * FROM a`],
  ['WITH RECURSIVE a (n) AS (…)', `WITH RECURSIVE ${events}, a (n) AS (…)`],
  ['-- with\n/* a */ WITH a AS (…)', `-- with\n/* a */ WITH ${events}, a AS (…)`],
  ['-- with\nSELECT 1', `WITH ${events}\n-- with\nSELECT 1`],
  ['SELECT within FROM events', `WITH ${events}\nSELECT within FROM events`],
  ['withal', `WITH ${events}\nwithal`],
]

describe('a query of one tenant', () => {
  for (const [sql, expected] of bound) {
    it(`sees its events only: ${JSON.stringify(sql)}`, () => {
      expect(boundToTenant(sql, 'school', 'nonius')).toBe(expected)
    })
  }

  it('cannot be left by the name of a tenant', () => {
    expect(boundToTenant('SELECT 1', `o'k`, 'nonius')).toContain(`tenant_id = 'o''k')`)
  })
})
