import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { anEnvelopeText } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const keys = (...args: string[]) => nonius(['keys', ...args, '--data-dir', dataDir])

async function statusWith(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = anEnvelopeText()
  const reply = await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body })
  await reply.text()
  return reply.status
}

async function list(): Promise<Record<string, unknown>[]> {
  return JSON.parse((await keys('list', '--json')).stdout)
}

describe('nonius keys, beside a running server', () => {
  it('creates a key that works at once, and stamps events with its source', async () => {
    const { stdout, exitCode } = await keys('create', '--name', 'moodle', '--source', 'lms')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^nk_\S{40,}\n$/)
    const key = stdout.trim()
    expect(await statusWith(key)).toBe(200)
    const headers = { authorization: `Bearer ${key}` }
    const reply = await fetch(`${server.url}/analytics/events?view=record&limit=1`, { headers })
    expect(await reply.json()).toMatchObject({ events: [{ sourceId: 'lms' }] })
  })

  it('ends a key within seconds of revoking it', async () => {
    const key = (await keys('create', '--name', 'short-lived')).stdout.trim()
    expect(await statusWith(key)).toBe(200)
    const { keyId } = (await list()).find(({ name }) => name === 'short-lived')!
    expect((await keys('revoke', keyId as string)).exitCode).toBe(0)
    const end = performance.now() + 8_000
    let status = 200
    while (status !== 401 && performance.now() < end) {
      await Bun.sleep(250)
      status = await statusWith(key)
    }
    expect(status).toBe(401)

    const again = await keys('revoke', keyId as string)
    expect(again.stderr).toStartWith(`There is no key ${keyId} in use`)
    expect(again.exitCode).toBe(1)
  }, 20_000)

  it('grants no more than it is told to', async () => {
    const key = (await keys('create', '--name', 'reader', '--scopes', 'events:read')).stdout.trim()
    expect([401, 403]).toContain(await statusWith(key))
    const headers = { authorization: `Bearer ${key}` }
    expect((await fetch(`${server.url}/analytics/events`, { headers })).status).toBe(200)
  })

  it('lists keys without what would let someone use them', async () => {
    const key = (await keys('create', '--name', 'listed')).stdout.trim()
    const table = (await keys('list')).stdout
    const json = (await keys('list', '--json')).stdout
    expect(table).toMatch(/listed +demo +events:write events:read/)
    for (const text of [table, json]) {
      expect(text).not.toContain(key)
      expect(text).not.toMatch(/[0-9a-f]{64}/)
    }
  })

  for (const [what, args, sentence] of [
    ['no name', ['create'], /required option '-n, --name/],
    [
      'a scope that is none',
      ['create', '--name', 'x', '--scopes', 'events:all'],
      /"events:all" is not a scope/,
    ],
    [
      'a source that is no word',
      ['create', '--name', 'x', '--source', '../x'],
      /A source is named by/,
    ],
    ['an unknown key', ['revoke', 'key_nobody'], /There is no key key_nobody in use/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, stdout, exitCode } = await keys(...args)
      expect(stderr).toMatch(sentence)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }

  it('registers a client of an identity provider, which gets no key and is revoked like one', async () => {
    const args = ['create', '--name', 'by token', '--source', 'lms', '--client', 'moodle-1']
    const refused = await keys(...args)
    expect(refused.exitCode).not.toBe(0)
    expect(refused.stderr).toContain('NONIUS_OIDC_ISSUER')

    const made = await keys(...args, '--issuer', 'https://id.example.edu')
    expect(made).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await statusWith('moodle-1')).toBe(401)
    const registered = (await list()).find(({ name }) => name === 'by token')!
    expect(registered).toMatchObject({ hint: 'moodle-1', sourceId: 'lms' })
    expect((await keys('revoke', registered.keyId as string)).exitCode).toBe(0)
  })

  it('does not take a wrong folder for an empty one', async () => {
    const { stderr, exitCode } = await nonius(['keys', 'list', '--data-dir', folder.path])
    expect(stderr).toStartWith(`No Nonius server has run on the data folder ${folder.path} yet`)
    expect(exitCode).toBe(1)
  })
})
