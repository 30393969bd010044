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

const demo = ['--source', 'demo']
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

  it('makes a key for a role, which reads as that and does nothing else, and lists whose it is', async () => {
    const ada = 'https://example.edu/users/ada'
    const made = await keys('create', '--role', 'teacher', '--actor', ada, '--aggregates-only')
    expect(made).toMatchObject({ exitCode: 0 })
    expect(made.stderr).toEndWith('for the role teacher, aggregates only\n')
    expect(await statusWith(made.stdout.trim())).toBe(401)
    const held = (await list()).find(({ role }) => role === 'teacher')!
    expect(held).toMatchObject({ name: 'teacher', scopes: [], actorId: ada, isAggregateOnly: true })
    expect((await keys('list')).stdout).toContain(`teacher ${ada} (aggregates only)`)
    const turned = await keys('rotate', held.keyId as string, '--overlap', '0m')
    expect(turned.stderr).toContain('It is for the role teacher')
    const next = (await list()).findLast(({ role }) => role === 'teacher')!
    expect(next).toMatchObject({ actorId: ada, isAggregateOnly: true })
    for (const [args, says] of [
      [['--role', 'head'], 'admin, teacher-admin, teacher'],
      [['--role', 'student'], '--actor: Must name whose key it is'],
      [['--role', 'analyst', '--scopes', 'events:read'], '--scopes: Must be left out'],
    ] as const) {
      const { stderr, exitCode, stdout } = await keys('create', ...args)
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toContain(says)
    }
  }, 20_000)

  it('makes a key for pages of some origins, which only sends, and lists them', async () => {
    const origins = ['--origin', 'HTTPS://Quiz.example.edu/', '--origin', 'http://localhost:5173']
    const made = await keys('create', '--name', 'quiz', ...demo, ...origins)
    expect(made.stderr).toContain(
      'events:write, for pages of https://quiz.example.edu, http://localhost:5173',
    )
    const key = made.stdout.trim()
    expect(await statusWith(key)).toBe(403)
    const { keyId, ...held } = (await list()).find(({ name }) => name === 'quiz')!
    const bound = ['https://quiz.example.edu', 'http://localhost:5173']
    expect(held).toMatchObject({ scopes: ['events:write'], origins: bound })
    expect((await keys('list')).stdout).toContain(bound.join(' '))
    const turned = await keys('rotate', keyId as string)
    expect(turned.exitCode).toBe(0)
    expect(await statusWith(turned.stdout.trim())).toBe(403)
    for (const [more, said] of [
      [['--origin', '*'], 'It must be an origin: https://'],
      [['--origin', 'https://x.edu/page'], 'It must be an origin: https://'],
      [['--origin', bound[0]!, '--scopes', 'events:read'], '--scopes: Must be events:write alone'],
      [['--origin', bound[0]!, '--xapi'], 'cannot be used with option'],
      [['--origin', bound[0]!, '--sources', '*'], 'cannot be used with option'],
    ] as const) {
      const refused = await keys('create', '--name', 'no', ...demo, ...more)
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain(said)
    }
  })

  it('ends a key within seconds of revoking it', async () => {
    const key = (await keys('create', '--name', 'short-lived', ...demo)).stdout.trim()
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

  it('ends a key at the time that it was made with, and says so to who shows it', async () => {
    const end = new Date(Date.now() + 2_500).toISOString()
    const made = await keys('create', '--name', 'for now', '--expires', end, ...demo)
    expect(made.stderr).toContain(`, until ${end}`)
    const key = made.stdout.trim()
    expect(await statusWith(key)).toBe(200)
    expect((await list()).find(({ name }) => name === 'for now')).toMatchObject({ expiresAt: end })
    await Bun.sleep(Date.parse(end) - Date.now() + 50)
    const headers = { authorization: `Bearer ${key}` }
    const reply = await fetch(`${server.url}/analytics/events`, { headers })
    expect(reply.status).toBe(401)
    expect(await reply.json()).toMatchObject({ detail: `This key expired at ${end}.` })
  })

  it('rotates a key, by how its id begins: both work, until the old one ends', async () => {
    const old = (await keys('create', '--name', 'turning', '--source', 'lms')).stdout.trim()
    const find = async (key: string) =>
      (await list()).find(({ hint }) => key.startsWith(`${hint}`))!
    const { keyId } = await find(old)
    const rotated = await keys('rotate', `${keyId}`.slice(0, 16), '--overlap', '7d')
    expect(rotated).toMatchObject({ exitCode: 0 })
    const next = rotated.stdout.trim()
    expect([await statusWith(old), await statusWith(next)]).toEqual([200, 200])
    const [was, is] = [await find(old), await find(next)]
    const { name, sourceId, scopes } = was
    expect(is).toMatchObject({ name, sourceId, scopes })
    expect(was.replacedBy).toBe(is.keyId)
    const days = (Date.parse(`${was.expiresAt}`) - Date.parse(`${is.createdAt}`)) / 86_400_000
    expect(days).toBe(7)
    expect(rotated.stderr).toContain(`ends at ${was.expiresAt}`)

    const again = await keys('rotate', `${keyId}`)
    expect(again).toMatchObject({ exitCode: 1, stdout: '' })
    expect(again.stderr).toContain(`was rotated already: ${is.keyId} stands in its place`)

    // With no overlap the old one ends at once.
    const last = (await keys('rotate', `${is.keyId}`, '--overlap', '0m')).stdout.trim()
    const end = performance.now() + 8_000
    while ((await statusWith(next)) !== 401 && performance.now() < end) await Bun.sleep(250)
    expect([await statusWith(next), await statusWith(last)]).toEqual([401, 200])
  }, 20_000)

  it('asks for no source, and no name, of a key that sends nothing', async () => {
    const made = await keys('create', '--scopes', 'installation')
    expect(made).toMatchObject({ exitCode: 0 })
    const headers = { authorization: `Bearer ${made.stdout.trim()}` }
    expect((await fetch(`${server.url}/tenants`, { headers })).status).toBe(200)
  })

  it('says when it adds a source, and when another stands in for a tool of xAPI', async () => {
    const made = await keys('create', '--name', 'slip', '--source', 'mooodle')
    expect(made.stderr).toMatch(/^Added the source mooodle \(there were: demo/)
    expect((await keys('create', '--name', 'slip', '--source', 'mooodle')).stderr).toStartWith(
      'Key ',
    )
    expect((await keys('create', '--xapi')).stderr).toMatch(
      /^Stamped with the source demo\. .*mooodle/,
    )
  })

  it('grants no more than it is told to', async () => {
    const key = (await keys('create', '--name', 'reader', '--scopes', 'events:read')).stdout.trim()
    expect([401, 403]).toContain(await statusWith(key))
    const headers = { authorization: `Bearer ${key}` }
    expect((await fetch(`${server.url}/analytics/events`, { headers })).status).toBe(200)
  })

  it('lists keys without what would let someone use them', async () => {
    const key = (await keys('create', '--name', 'listed', ...demo)).stdout.trim()
    const table = (await keys('list')).stdout
    const json = (await keys('list', '--json')).stdout
    expect(table).toMatch(/listed +demo +demo +events:write events:read/)
    for (const text of [table, json]) {
      expect(text).not.toContain(key)
      expect(text).not.toMatch(/[0-9a-f]{64}/)
    }
  })

  it('does not let a key change what is in quarantine unless it is told to', async () => {
    await keys('create', '--name', 'usual', ...demo)
    const { scopes } = (await list()).find(({ name }) => name === 'usual')!
    expect(scopes).toEqual([
      ...['events:write', 'events:read', 'webhooks:read', 'webhooks:write', 'quarantine:read'],
    ])
    await keys(
      'create',
      '--name',
      'repairs',
      '--scopes',
      'quarantine:read,quarantine:write',
      ...demo,
    )
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
      ['create', '--name', 'x', ...demo, '--sources', 'canvas,../x'],
      /A source is named by/,
    ],
    [
      'more sources than a key can have',
      ['create', '--name', 'x', '--sources', Array.from({ length: 100 }, (_, n) => n).join()],
      /At most 99 sources/,
    ],
    ['an unknown key', ['revoke', 'key_nobody'], /There is no key key_nobody in use/],
    ['an unknown key to rotate', ['rotate', 'nobody'], /There is no key nobody in use/],
    ['several keys', ['revoke', 'nk_'], /\d+ keys begin with nk_….*: key_\S+ \(admin\), key_/],
    [
      'no source',
      ['create', '--name', 'x'],
      /There are: demo.*Name one, or a new one: --source ID/,
    ],
    [
      'a tenant that is none',
      ['list', '--tenant', 'x'],
      /There is no tenant x\. There are: default/,
    ],
    ['an overlap that is none', ['rotate', 'nobody', '--overlap', '24'], /It must be a duration/],
    [
      'an end that is over',
      ['create', '--expires', '2020-01-01'],
      /It must be a duration from now/,
    ],
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
