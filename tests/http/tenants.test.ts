import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { shared } from '../support/shared'

async function call(test: TestApp, method: string, body?: unknown, key = test.keys.admin) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request('/tenants/default', { method, headers, ...content })
}

const aws = process.env.TEST_TARGET === 'aws'

describe('a tenant', () => {
  it('is read, with the mode of xAPI that holds for it', async () => {
    await using test = await startTestApp()
    const response = await call(test, 'GET')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: 'default',
      name: 'Default',
      xapi: aws ? 'ingest' : 'lrs',
      unknownTypes: 'accept',
      createdAt: expect.any(String),
    })
  })

  it('is changed in what is sent, and in nothing else', async () => {
    await using test = await startTestApp()
    const before = (await (await call(test, 'GET')).json()) as object
    for (const xapi of ['off', 'ingest', 'lrs']) {
      const changed = await call(test, 'PATCH', { xapi })
      expect(changed.status).toBe(200)
      expect(await changed.json()).toEqual({ ...before, xapi })
      expect(await (await call(test, 'PATCH', {})).json()).toEqual({ ...before, xapi })
      expect(await (await call(test, 'GET')).json()).toEqual({ ...before, xapi })
    }
    // Null goes back to what the deployment has.
    expect(await (await call(test, 'PATCH', { xapi: null })).json()).toEqual(before)
  })

  const settings: Record<string, unknown>[] = [
    { unknownTypes: 'reject' },
    { unknownTypes: 'quarantine' },
    { vocabularies: ['quiz', 'tenant'] },
    { vocabularies: [] },
    { limits: { publish: '6000/minute' } },
    { limits: { query: '10 per second', admin: '5/2 hours' } },
    { webhookHosts: ['hooks.example.edu', '*.example.edu', '8.8.8.8'] },
    { unknownTypes: 'accept', limits: {}, vocabularies: ['observer'] },
  ]
  for (const sent of settings) {
    it(`takes ${JSON.stringify(sent)}, and null takes it back`, async () => {
      await using test = await startTestApp()
      const before = (await (await call(test, 'GET')).json()) as object
      expect(await (await call(test, 'PATCH', sent)).json()).toEqual({ ...before, ...sent })
      expect(await (await call(test, 'GET')).json()).toEqual({ ...before, ...sent })
      const nothing = Object.fromEntries(Object.keys(sent).map((name) => [name, null]))
      expect(await (await call(test, 'PATCH', nothing)).json()).toEqual(before)
    })
  }

  it('is followed by the addresses of xAPI within five seconds', async () => {
    await using test = await startTestApp()
    const headers = { ...test.as(), 'X-Experience-API-Version': '1.0.3' }
    const query = 'agent={"mbox":"mailto:ada@example.edu"}&activityId=https://example.edu/7'
    const read = () => test.request(`/xapi/activities/state?${query}`, { headers })
    await call(test, 'PATCH', { xapi: 'lrs' })
    test.clock.advance(5_000)
    expect((await read()).status).toBe(200)
    await call(test, 'PATCH', { xapi: 'off' })
    test.clock.advance(5_000)
    expect((await problemOf(await read(), 'not_found')).detail).toContain('xapi')
  })

  const refused: [name: string, body: unknown, path: (string | number)[]][] = [
    ['a mode that is none', { xapi: 'on' }, ['xapi']],
    ['a mode in capitals', { xapi: 'LRS' }, ['xapi']],
    ['a mode that is no text', { xapi: true }, ['xapi']],
    ['an outcome that is none', { unknownTypes: 'drop' }, ['unknownTypes']],
    ['a vocabulary that is none', { vocabularies: ['Quiz'] }, ['vocabularies', 0]],
    ['a vocabulary twice', { vocabularies: ['quiz', 'quiz'] }, ['vocabularies']],
    ['a limit of nothing', { limits: { publish: '0/minute' } }, ['limits', 'publish']],
    ['a limit in no time', { limits: { query: '1/0 minutes' } }, ['limits', 'query']],
    ['a limit without a time', { limits: { query: '100' } }, ['limits', 'query']],
    ['a limit by the week', { limits: { admin: '100/week' } }, ['limits', 'admin']],
    ['half a request', { limits: { admin: '0.5/minute' } }, ['limits', 'admin']],
    ['a limit of no class', { limits: { read: '1/minute' } }, ['limits', 'read']],
    ['any host', { webhookHosts: ['*'] }, ['webhookHosts', 0]],
    ['a host with a port', { webhookHosts: ['a.edu', 'b.edu:8443'] }, ['webhookHosts', 1]],
    ['no hosts', { webhookHosts: [] }, ['webhookHosts']],
    ['its id', { id: 'mine' }, ['id']],
    ['an unknown property', { colour: 'red' }, ['colour']],
  ]
  const rows = shared(startTestApp)
  for (const [name, body, path] of refused) {
    it(`is not changed by ${name}`, async () => {
      const test = await rows()
      const { errors } = await problemOf(await call(test, 'PATCH', body), 'invalid_request')
      expect(errors[0]!.path).toEqual(path)
      expect(await (await call(test, 'GET')).json()).toMatchObject({ id: 'default' })
    })
  }

  it('of others is neither seen nor changed', async () => {
    await using test = await startTestApp()
    const stranger = await test.issue(['admin'], 'elsewhere')
    await problemOf(await call(test, 'GET', undefined, stranger), 'not_found')
    await problemOf(await call(test, 'PATCH', { xapi: 'off' }, stranger), 'not_found')
    const { xapi } = (await (await call(test, 'GET')).json()) as { xapi: string }
    expect(xapi).not.toBe('off')
  })
})

batteryOf({ method: 'GET', path: '/tenants/default', scope: 'admin', otherMethod: 'DELETE' })
batteryOf({
  method: 'PATCH',
  path: '/tenants/default',
  scope: 'admin',
  otherMethod: 'PUT',
  body: { type: 'application/json', text: '{"xapi":"lrs" }' },
})
