import { describe, expect, it } from 'bun:test'
import { type Role, roles } from '../../src/identity/role'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { shared } from '../support/shared'

interface RoleKey {
  id: string
  key: string
  scopes: string[]
  role?: Role
  actor?: string
  aggregatesOnly?: true
}

function call(test: TestApp, method: string, path: string, body?: unknown, key = test.keys.admin) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request(path, { method, headers, ...content })
}

async function made(test: TestApp, body: object, path = '/keys') {
  const reply = await call(test, 'POST', path, { name: 'of somebody', ...body })
  expect(reply.status).toBe(201)
  return (await reply.json()) as RoleKey
}

const personal = ['teacher-admin', 'teacher', 'student']

describe('a key with a role', () => {
  const app = shared(startTestApp)

  for (const role of roles) {
    it(`is made for ${role}, with no scope, and is shown with whose it is`, async () => {
      const test = await app()
      const whose = personal.includes(role) ? { actor: `of ${role}` } : {}
      const view = await made(test, { role, ...whose })
      expect(view).toMatchObject({ role, ...whose, scopes: [] })
      const read = await call(test, 'GET', `/keys/${view.id}`)
      expect(await read.json()).toMatchObject({ role, ...whose, scopes: [] })
    })
  }

  const refused: [why: string, body: object, path: string][] = [
    ['an unknown role', { role: 'head' }, 'role'],
    ['nobody whose it is', { role: 'teacher' }, 'actor'],
    ['nobody who manages', { role: 'teacher-admin' }, 'actor'],
    ['nobody who learns', { role: 'student' }, 'actor'],
    ['somebody of no organisation', { role: 'system', actor: 'ada' }, 'actor'],
    ['a NUL in whose it is', { role: 'student', actor: 'a\0b' }, 'actor'],
    ['half a character in whose it is', { role: 'student', actor: 'a\ud800' }, 'actor'],
    ['too long a name of whose it is', { role: 'student', actor: 'a'.repeat(2049) }, 'actor'],
    ['scopes beside it', { role: 'analyst', scopes: ['events:read'] }, 'scopes'],
    ['no scopes beside it', { role: 'analyst', scopes: [] }, 'scopes'],
    ['sources beside it', { role: 'admin', sources: '*' }, 'sources'],
    ['origins beside it', { role: 'admin', origins: ['https://x.example'] }, 'origins'],
    ['xAPI beside it', { role: 'admin', xapi: true }, 'xapi'],
    ['aggregates of one', { role: 'student', actor: 'a', aggregatesOnly: true }, 'aggregatesOnly'],
    ['somebody without a role', { sourceId: 'demo', actor: 'ada' }, 'actor'],
    ['aggregates without a role', { sourceId: 'demo', aggregatesOnly: true }, 'aggregatesOnly'],
    ['neither a role nor a source', {}, 'sourceId'],
  ]
  for (const [why, body, path] of refused) {
    it(`is not made with ${why}`, async () => {
      const reply = await call(await app(), 'POST', '/keys', { name: 'x', ...body })
      const { errors } = await problemOf(reply, 'invalid_request')
      expect(errors[0]!.path[0]).toBe(path)
    })
  }

  it('is given by whoever may read people themself, and system by the installation alone', async () => {
    const test = await app()
    const give = async (role: Role, ...scopes: Parameters<TestApp['issue']>[0]) => {
      const key = await test.issue(scopes)
      return (await call(test, 'POST', '/keys', { name: 'x', role }, key)).status
    }
    expect(await give('analyst', 'admin')).toBe(201)
    expect(await give('analyst', 'installation')).toBe(403)
    expect(await give('analyst', 'installation', 'events:read')).toBe(201)
    expect(await give('system', 'admin', 'events:read')).toBe(403)
    expect(await give('system', 'installation')).toBe(201)
    expect(await give('admin', 'events:read')).toBe(403)
    for (const role of roles) {
      const whose = personal.includes(role) ? { actor: 'ada' } : {}
      const { key } = await made(test, { role, ...whose })
      const reply = await call(test, 'POST', '/keys', { name: 'x', role: 'analyst' }, key)
      await problemOf(reply, 'forbidden')
    }
  })

  it('is rotated with its role and whose it is, by whoever may give that role', async () => {
    const test = await app()
    const old = await made(test, { role: 'teacher', actor: 'tess', aggregatesOnly: true })
    const reply = await call(test, 'POST', `/keys/${old.id}/rotate`, {})
    expect(await reply.json()).toMatchObject({
      ...{ role: 'teacher', actor: 'tess', aggregatesOnly: true, scopes: [] },
    })
    const system = await made(test, { role: 'system' })
    const admin = await test.issue(['admin'])
    const rotate = await call(test, 'POST', `/keys/${system.id}/rotate`, {}, admin)
    await problemOf(rotate, 'forbidden')
  })

  it('leaves in the trail the role, and whose it is by a digest', async () => {
    const test = await app()
    const { id } = await made(test, { role: 'teacher', actor: 'https://example.edu/users/trail7' })
    const reply = await call(test, 'GET', `/audit?action=key.created&target=${id}`)
    const text = await reply.text()
    expect(text).not.toContain('trail7')
    const { entries } = JSON.parse(text) as { entries: { details: object }[] }
    const person = expect.stringMatching(/^person:/)
    expect(entries[0]!.details).toMatchObject({ role: 'teacher', person, scopes: [] })
  })

  it('sends nothing', async () => {
    const test = await app()
    const { key } = await made(test, { role: 'student', actor: 'ada' })
    const event = { event_type: 'noted', user_id: 'ada' }
    const { detail } = await problemOf(
      await call(test, 'POST', '/api/v1/events', event, key),
      'forbidden',
    )
    expect(detail).toContain('role student')
    const caliper = await call(test, 'POST', '/caliper/v1p2/events', {}, key)
    await problemOf(caliper, 'insufficient_scope')
  })
})
