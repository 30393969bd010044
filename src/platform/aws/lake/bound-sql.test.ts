import { describe, expect, it } from 'bun:test'
import { boundTo } from './bound-sql'

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
    it(`sees its events only: ${JSON.stringify(sql)}`, async () => {
      expect(await boundTo(sql, { tenantId: 'school', database: 'nonius' })).toBe(expected)
    })
  }

  it('cannot be left by the name of a tenant', async () => {
    expect(await boundTo('SELECT 1', { tenantId: `o'k`, database: 'nonius' })).toContain(
      `tenant_id = 'o''k')`,
    )
  })

  it('has its times in the zone that is asked for, and all else as it is', async () => {
    const zoned = await boundTo('SELECT 1', { timezone: 'Europe/Berlin', database: 'nonius' })
    expect(zoned).toContain(
      `with_timezone(event_time, 'UTC') AT TIME ZONE 'Europe/Berlin' AS event_time`,
    )
    expect(zoned).toContain(' raw, ')
    expect(zoned).not.toContain('WHERE')
  })

  it('has only the events that are asked for', async () => {
    const narrow = await boundTo('SELECT 1', { where: "source_id = 'lms'", database: 'nonius' })
    expect(narrow).toBe(
      `WITH events AS (SELECT * FROM "nonius".events WHERE (source_id = 'lms'))\nSELECT 1`,
    )
    const both = await boundTo('SELECT 1', { tenantId: 'a', where: 'x = 1', database: 'nonius' })
    expect(both).toContain(`WHERE tenant_id = 'a' AND (x = 1))`)
  })

  it('is left as it is where nothing is asked for', async () => {
    expect(await boundTo('SHOW TABLES', { database: 'nonius' })).toBe('SHOW TABLES')
  })
})
