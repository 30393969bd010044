import { expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { describeNotOnAws } from '../support/not-on-aws'

const open = () => startTestApp({ config: { requireAuth: false } })
const json = { 'Content-Type': 'application/json' }
const body = JSON.stringify([{ event_type: 'quiz_started', source: 'quiz', user_id: 'u' }])

describeNotOnAws('in process')('where no key is required', () => {
  it('whoever shows none sends, reads and is of the source anonymous', async () => {
    await using test = await open()
    const sent = await test.request('/api/v1/events', { method: 'POST', headers: json, body })
    expect(sent.status).toBe(200)
    const read = await test.request('/analytics/events?view=record')
    expect(await read.json()).toMatchObject({ events: [{ sourceId: 'anonymous' }] })
    for (const path of ['/sources', '/quarantine', '/webhooks', '/metrics']) {
      expect([path, (await test.request(path)).status]).toEqual([path, 200])
    }
    const headers = { 'X-Experience-API-Version': '1.0.3' }
    expect((await test.request('/xapi/statements', { headers })).status).toBe(200)
  })

  it('a key that is shown counts, and a wrong one is refused', async () => {
    await using test = await open()
    const headers = { ...test.as(), ...json }
    await test.request('/api/v1/events', { method: 'POST', headers, body })
    const read = await test.request('/analytics/events?view=record')
    expect(await read.json()).toMatchObject({ events: [{ sourceId: 'demo' }] })
    const wrong = await test.request('/analytics/events', { headers: test.as('nk_wrong') })
    await problemOf(wrong, 'unauthenticated')
  })

  it('keys and tenants are administered with a key all the same', async () => {
    await using test = await open()
    const asked = JSON.stringify({ name: 'x', sourceId: 'demo', scopes: ['admin'] })
    const sent = { method: 'POST', headers: json, body: asked }
    await problemOf(await test.request('/keys', sent), 'unauthenticated')
    await problemOf(await test.request('/keys'), 'unauthenticated')
    const change = { method: 'PATCH', headers: json, body: '{"xapi":"off"}' }
    await problemOf(await test.request('/tenants/default', change), 'unauthenticated')
    expect((await test.request('/tenants')).status).toBe(403)
  })

  const asked: [name: string, headers: Record<string, string>, taken: boolean][] = [
    ['a program', { Host: 'localhost:3000' }, true],
    ['a program that names the address', { Host: '127.0.0.1:3000' }, true],
    ['a program that names the other address', { Host: '[::1]:3000' }, true],
    ['a page of this machine', { Origin: 'http://localhost:5173' }, true],
    ['a page at the address', { Origin: 'http://127.0.0.1:3000' }, true],
    ['its own page', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['a person at the address bar', { 'Sec-Fetch-Site': 'none' }, true],
    ['a page under a name that leads here', { Host: 'evil.example:3000' }, false],
    ['such a name that looks like ours', { Host: 'localhost.evil.example' }, false],
    ['a page of another site', { Origin: 'https://evil.example' }, false],
    ['a page that looks like ours', { Origin: 'http://localhost.evil.example' }, false],
    ['a page of no origin', { Origin: 'null' }, false],
    ['what a page of another site embeds', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['a proxy', { 'X-Forwarded-For': '203.0.113.9' }, false],
    ['another proxy', { Forwarded: 'for=203.0.113.9' }, false],
    ['an old proxy', { Via: '1.1 cache' }, false],
  ]
  for (const [name, headers, taken] of asked) {
    it(`${taken ? 'lets in' : 'asks for the key of'} ${name}`, async () => {
      await using test = await open()
      const sent = { method: 'POST', headers: { ...json, ...headers }, body }
      const response = await test.request('/api/v1/events', sent)
      if (taken) expect(response.status).toBe(200)
      else {
        const { detail } = await problemOf(response, 'unauthenticated')
        expect(detail).toStartWith('Without a key, only programs and pages of this machine are')
      }
      const withKey = { ...sent, headers: { ...sent.headers, ...test.as() } }
      expect((await test.request('/api/v1/events', withKey)).status).toBe(200)
    })
  }

  it('pages of origins that the operator named are let in, too', async () => {
    const config = { requireAuth: false, corsOrigins: ['https://quiz.example.edu'] }
    await using test = await startTestApp({ config })
    const headers = { ...json, Origin: 'https://quiz.example.edu' }
    const sent = await test.request('/api/v1/events', { method: 'POST', headers, body })
    expect(sent.status).toBe(200)
  })
})
