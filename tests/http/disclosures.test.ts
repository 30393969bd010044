import { describe, expect, it } from 'bun:test'
import type { AuditEntry } from '../../src/audit/trail'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { eventId, personId, populate, type Reader, readers } from '../support/roles/world'
import { shared } from '../support/shared'
import { until } from '../support/until'

const app = shared(async () => {
  const test = await startTestApp()
  await populate(test)
  return test
})

const ofAda = `/analytics/events/${eventId('ada')}`

async function read(name: string, reason?: string, path = ofAda): Promise<Response> {
  const test = await app()
  const { sees: _, token: __, ...reader } = readers[name]! as Reader
  const key = await test.issue([], 'default', reader)
  const why = reason === undefined ? {} : { 'X-Nonius-Reason': reason }
  return test.request(path, { headers: { ...test.as(key), ...why } })
}

async function entriesOf(query: string): Promise<AuditEntry[]> {
  const test = await app()
  await test.services?.audit.settle()
  const headers = test.as(test.keys.admin)
  const reply = await test.request(`/audit?action=data.read&${query}`, { headers })
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { entries: AuditEntry[] }).entries
}

/** Waits for the entry that has this reason. */
async function entryWith(why: string, query = ''): Promise<AuditEntry> {
  let found: AuditEntry | undefined
  await until(async () => {
    found = (await entriesOf(query)).find(({ details }) => details.why === why)
    return found !== undefined
  })
  return found!
}

describe('the record of disclosures', () => {
  it('says who read, as which role, of whom, in which form, and why', async () => {
    const why = 'Conference with the parents on 3 December'
    expect((await read('teacher', why)).status).toBe(200)
    const { by, target, details } = await entryWith(why)
    expect(by).toMatch(/^key_/)
    expect(target).toBe('GET /analytics/events/{id}')
    const person = expect.stringMatching(/^person:/)
    expect(details).toEqual({
      ...{ count: 1, role: 'teacher', person, fields: 'sent', why, times: 1 },
    })
  })

  it('is found by the id of a learner, in any spelling, and names nobody', async () => {
    const why = 'An advisor asked'
    expect((await read('analyst', why)).status).toBe(200)
    const query = `person=${encodeURIComponent(personId('ada'))}`
    await entryWith(why, query)
    const found = await entriesOf(query)
    expect(JSON.stringify(found)).not.toContain(personId('ada'))
    expect(await entriesOf(`person=${personId('ad')}`)).toEqual([])
    // Another organisation has a learner of the same id, and a trail of its own.
    const test = await app()
    const key = await test.issue(['admin'], 'college')
    const reply = await test.request(`/audit?${query}`, { headers: test.as(key) })
    expect(await reply.json()).toEqual({ entries: [] })
  })

  it('has each reason, learner and role by itself, and what is alike together', async () => {
    for (const [name, path] of [
      ['teacher', ofAda],
      ['teacher', `/analytics/events/${eventId('bo')}`],
      ['admin', ofAda],
      ['admin', ofAda],
    ] as const) {
      expect((await read(name, 'Audit of grades', path)).status).toBe(200)
    }
    const kinds = async () => {
      const all = await entriesOf('')
      const found = all.filter(({ details }) => details.why === 'Audit of grades')
      return new Set(found.map(({ details }) => `${details.role} ${details.person}`)).size
    }
    await until(async () => (await kinds()) === 3)
  })

  notOnAws('header bytes')('takes a reason in any language', async () => {
    const why = 'Gespräch mit den Eltern, 家長會 😀'
    const bytes = Buffer.from(why).toString('latin1')
    expect((await read('admin', bytes)).status).toBe(200)
    await entryWith(why)
  })

  it('takes no reason that is too long', async () => {
    const { errors } = await problemOf(await read('admin', 'x'.repeat(501)), 'invalid_request')
    expect(errors[0]).toMatchObject({ path: ['X-Nonius-Reason'] })
    expect((await read('admin', ' ')).status).toBe(200)
  })

  it('has nothing of what was refused', async () => {
    const why = 'Curious'
    const other = `/analytics/events/${eventId('cyd')}`
    await problemOf(await read('student', why, other), 'not_found')
    await problemOf(await read('system', why), 'forbidden')
    expect((await read('admin', 'after it')).status).toBe(200)
    await entryWith('after it')
    expect((await entriesOf('')).filter(({ details }) => details.why === why)).toEqual([])
  })
})
