import { describe, expect, it } from 'bun:test'
import { createPseudonyms } from '../../src/governance/pseudonyms/create'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'

const REVEAL = '/privacy/reveal'
const ROTATE = '/privacy/pseudonym-keys/rotate'
const ADA = 'https://example.edu/users/554433'
const reason = 'A counsellor asked, case 12'
const unknown = `urn:nonius:pseudonym:1.${'a'.repeat(22)}`

async function post(test: TestApp, path: string, body: unknown, key = test.keys.admin) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  return test.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Opens the same pseudonyms as another process has them. */
async function open({ platform, clock }: TestApp) {
  return createPseudonyms({ documents: platform.documents, box: await platform.box(), clock })
}

async function pseudonymOf(test: TestApp, id: string, tenantId = 'default'): Promise<string> {
  const one = await (await open(test)).forTenant(tenantId)
  const made = one.of(id)
  await one.store()
  return made
}

async function trailOf(test: TestApp) {
  const answer = await test.request('/audit', { headers: test.as(test.keys.admin) })
  const { entries } = (await answer.json()) as { entries: Record<string, unknown>[] }
  return entries.map(({ action, target, details }) => ({ action, target, details }))
}

describe(`POST ${REVEAL}`, () => {
  it('says who it is once the audit trail has it, with the reason and without the person', async () => {
    await using test = await startTestApp()
    const pseudonym = await pseudonymOf(test, ADA)
    const answer = await post(test, REVEAL, { pseudonym, reason })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(await answer.json()).toEqual({ pseudonym, personId: ADA })
    expect(await trailOf(test)).toEqual([
      { action: 'person.revealed', target: pseudonym, details: { reason } },
    ])
    expect(JSON.stringify(await trailOf(test))).not.toContain('554433')
  })

  it('knows nobody of another tenant, nobody unknown, and nobody erased, and notes none of it', async () => {
    await using test = await startTestApp()
    const elsewhere = await pseudonymOf(test, ADA, 'other')
    const erased = await pseudonymOf(test, 'https://example.edu/users/1')
    await (await open(test)).forget('default', ['https://example.edu/users/1'])
    for (const pseudonym of [elsewhere, erased, unknown, 'x', '../keys', 'urn:nonius:anonymous']) {
      const answer = await post(test, REVEAL, { pseudonym, reason })
      await problemOf(answer, 'not_found')
    }
    expect(await trailOf(test)).toEqual([])
  })

  it('wants a reason', async () => {
    await using test = await startTestApp()
    const pseudonym = await pseudonymOf(test, ADA)
    for (const body of [
      { pseudonym },
      { pseudonym, reason: '' },
      { pseudonym, reason: 'why not' },
      { pseudonym, reason: ' '.repeat(20) },
      { pseudonym, reason: 'x'.repeat(1001) },
      { reason },
      { pseudonym: 1, reason },
      { pseudonym, reason, more: 1 },
      [],
    ]) {
      await problemOf(await post(test, REVEAL, body), 'invalid_request')
    }
    expect(await trailOf(test)).toEqual([])
  })

  it('answers at most 60 in a minute to a tenant', async () => {
    await using test = await startTestApp()
    const statuses = new Map<number, number>()
    for (let at = 0; at < 62; at += 1) {
      const { status } = await post(test, REVEAL, { pseudonym: unknown, reason })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect([...statuses]).toEqual([
      [404, 60],
      [429, 2],
    ])
  })
})

describe(`POST ${ROTATE}`, () => {
  it('takes a new key into use, and knows both pseudonyms of a person', async () => {
    await using test = await startTestApp()
    const former = await pseudonymOf(test, ADA)
    const answer = await post(test, ROTATE, { overlapDays: 7 })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ key: 2, overlapUntil: expect.any(String) })
    const newer = await pseudonymOf(test, ADA)
    expect(newer).not.toBe(former)
    for (const pseudonym of [former, newer]) {
      const revealed = await post(test, REVEAL, { pseudonym, reason })
      expect(await revealed.json()).toEqual({ pseudonym, personId: ADA })
    }
    expect((await trailOf(test)).at(-1)).toMatchObject({
      action: 'pseudonym-key.rotated',
      target: '2',
      details: { overlapDays: 7 },
    })
    expect((await post(test, ROTATE, {})).status).toBe(200)
  })

  it('refuses what is no overlap', async () => {
    await using test = await startTestApp()
    for (const overlapDays of [-1, 366, 1.5, '7', null]) {
      await problemOf(await post(test, ROTATE, { overlapDays }), 'invalid_request')
    }
  })
})

describe('pseudonyms', () => {
  for (const [path, body] of [
    [REVEAL, { pseudonym: unknown, reason }],
    [ROTATE, {}],
  ] as const) {
    it(`are not for whoever may not administer: ${path}`, async () => {
      await using test = await startTestApp()
      await problemOf(await post(test, path, body, 'nk_no_key_of_ours'), 'unauthenticated')
      const none = await test.request(path, { method: 'POST', body: JSON.stringify(body) })
      await problemOf(none, 'unauthenticated')
      for (const key of [test.keys.demo, await test.issue(['events:read'])]) {
        await problemOf(await post(test, path, body, key), 'forbidden')
      }
    })
  }
})
