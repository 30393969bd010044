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
  }, 60_000)

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
    expect(table).toMatch(/listed +demo +demo +events:write events:read/)
    for (const text of [table, json]) {
      expect(text).not.toContain(key)
      expect(text).not.toMatch(/[0-9a-f]{64}/)
    }
  })

  it('does not let a key change what is in quarantine unless it is told to', async () => {
    await keys('create', '--name', 'usual')
    const { scopes } = (await list()).find(({ name }) => name === 'usual')!
    expect(scopes).toEqual([
      ...['events:write', 'events:read', 'webhooks:read', 'webhooks:write', 'quarantine:read'],
    ])
    await keys('create', '--name', 'repairs', '--scopes', 'quarantine:read,quarantine:write')
    const repairs = (await list()).find(({ name }) => name === 'repairs')!
    expect(repairs.scopes).toEqual(['quarantine:read', 'quarantine:write'])
  })

  const reaches: [args: string[], sources: unknown, shown: string][] = [
    [[], undefined, 'lms'],
    [['--sources', 'canvas, sakai,canvas'], ['canvas', 'sakai'], 'lms canvas sakai'],
    [['--sources', '*'], '*', '\\*'],
    [['--scopes', 'admin'], undefined, '\\*'],
  ]
  for (const [args, sources, shown] of reaches) {
    it(`keeps and shows whose quarantine a key reaches: ${args.join(' ') || 'its own'}`, async () => {
      const name = `reach${args.join('').replace(/[^a-z]/g, '')}`
      expect((await keys('create', '--name', name, '--source', 'lms', ...args)).exitCode).toBe(0)
      const key = (await list()).find((one) => one.name === name)!
      expect(key.sources).toEqual(sources as never)
      expect((await keys('list')).stdout).toMatch(new RegExp(`${name} +lms +${shown} +\\w`))
    })
  }

  for (const [what, args, sentence] of [
    ['no name', ['create'], /Say what the key is for: --name/],
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
    [
      'a list of sources that is none',
      ['create', '--name', 'x', '--sources', 'canvas,../x'],
      /A source is named by/,
    ],
    [
      'more sources than a key can have',
      ['create', '--name', 'x', '--sources', Array.from({ length: 100 }, (_, n) => n).join()],
      /At most 99 sources/,
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

  const forTools: [args: string[], scopes: string[], source: string][] = [
    [
      ['--xapi'],
      ['statements/write', 'statements/read/mine', 'state', 'profile', 'define'],
      'demo',
    ],
    [['--xapi', '--source', 'h5p', '--scopes', 'all'], ['all'], 'h5p'],
    [
      ['--xapi', '-n', 'few', '--scopes', 'statements/write,define'],
      ['statements/write', 'define'],
      'demo',
    ],
  ]
  for (const [args, scopes, source] of forTools) {
    it(`prints what a tool of xAPI asks for, a line each: ${args.join(' ')}`, async () => {
      const made = await keys('create', ...args, '--url', server.url)
      expect(made.exitCode).toBe(0)
      const lines = made.stdout.split('\n')
      expect(lines).toHaveLength(4)
      const [endpoint, key, secret] = ['endpoint', 'key', 'secret'].map((name, at) => {
        const [first, value, ...more] = lines[at]!.split(' ')
        expect([first, more]).toEqual([name, []])
        return value!
      })
      expect(endpoint).toBe(`${server.url}/xapi`)
      expect(secret).toMatch(/^nk_\S{40,}$/)
      const record = (await list()).find(({ keyId }) => keyId === key)!
      expect(record).toMatchObject({ scopes, sourceId: source })

      const basic = Buffer.from(`${key}:${secret}`).toString('base64')
      const headers = { authorization: `Basic ${basic}`, 'X-Experience-API-Version': '1.0.3' }
      // Let in, and told that a parameter is missing; nobody else is told that.
      expect((await fetch(`${endpoint}/statements?x=1`, { headers })).status).not.toBe(401)
    })
  }

  it('names this machine as the endpoint unless it is told how others reach it', async () => {
    const endpointOf = async (...args: string[]) =>
      (await keys('create', '--xapi', ...args)).stdout.split('\n')[0]
    expect(await endpointOf()).toBe('endpoint http://localhost:3000/xapi')
    const behindProxy = 'https://lrs.example.edu/nonius'
    expect(await endpointOf('--url', behindProxy)).toBe(`endpoint ${behindProxy}/xapi`)
  })

  it('does not take a wrong folder for an empty one', async () => {
    const { stderr, exitCode } = await nonius(['keys', 'list', '--data-dir', folder.path])
    expect(stderr).toStartWith(`No Nonius server has run on the data folder ${folder.path} yet`)
    expect(exitCode).toBe(1)
  })
})
