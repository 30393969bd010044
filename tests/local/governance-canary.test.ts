import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { issueKey } from '../../src/access/keys/key'
import { createPolicies } from '../../src/governance/policies'
import { readPolicy } from '../../src/governance/policy/read'
import { scopes } from '../../src/identity/scope'
import { systemClock as clock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { silentLog as log } from '../../src/telemetry/log'
import { type Canary, send, sentBy } from '../support/canary'
import { temporaryFolder } from '../support/folders'
import { openLake } from '../support/lake'
import { around, readable } from '../support/readable'
import { type ServerProcess, startServerProcess } from '../support/server-process'

/** Every tenant has a learner of its own, and a policy that leaves nothing of them; the last has none. */
const tenants: { tenantId: string; canary: Canary; policy?: Record<string, unknown> }[] = [
  {
    tenantId: 'pseudonyms',
    canary: { text: 'canary7pseudonym' },
    policy: {
      rules: [{ name: 'everybody', then: { personal: 'pseudonymise' } }],
      addresses: 'none',
    },
  },
  {
    tenantId: 'children',
    canary: { text: 'canary7child', isUnder13: true },
    // What cannot be read says nothing of age.
    policy: { unreadable: 'withhold' },
  },
  {
    tenantId: 'consents',
    canary: { text: 'canary7consent' },
    policy: {
      rules: [{ name: 'asked', then: { consent: { category: 'analytics', without: 'drop' } } }],
    },
  },
  {
    tenantId: 'anonymous',
    canary: { text: 'canary7nobody' },
    policy: {
      rules: [
        { name: 'asked', then: { consent: { category: 'analytics', without: 'anonymous' } } },
      ],
    },
  },
  { tenantId: 'control', canary: { text: 'canary7control' } },
]

const folder = temporaryFolder()
const keys = new Map<string, string>()
const said = new Map<string, string>()
const posted: string[] = []
let server: ServerProcess
let output = ''

const receiver = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    posted.push(await request.text())
    return new Response()
  },
})

async function prepare() {
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  const { registry, documents } = platform
  const policies = createPolicies({ documents, clock })
  for (const { tenantId, policy } of tenants) {
    const at = clock.now()
    await registry.tenants.put({
      tenantId,
      name: tenantId,
      createdAt: at.toISOString(),
      xapi: 'lrs',
    })
    const grant = {
      tenantId,
      sourceId: 'demo',
      name: 'demo',
      scopes: scopes.filter((one) => one !== 'installation'),
    }
    const { key } = await issueKey(registry, grant, { at })
    keys.set(tenantId, key)
    if (policy === undefined) continue
    const read = readPolicy(policy)
    if (read.errors !== undefined) throw new Error(JSON.stringify(read.errors))
    await policies.put(tenantId, read, { changedBy: 'key_1', basedOn: 0 })
  }
}

async function webhook(key: string) {
  const targetUrl = `http://127.0.0.1:${receiver.port}/`
  const reply = await fetch(new URL('/webhooks', server.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ targetUrl }),
  })
  if (!reply.ok) throw new Error(await reply.text())
}

/** Sends one event over a WebSocket, as the learner. */
async function publish(key: string, { text, isUnder13 }: Canary): Promise<string> {
  const url = new URL('/ws/publish', server.url.replace('http', 'ws'))
  url.searchParams.set('key', key)
  const socket = new WebSocket(url)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const message = {
    event_type: 'lesson_completed',
    user_id: text,
    payload: { by: text },
    ...(isUnder13 && { context: { under13: true } }),
  }
  socket.onopen = () => socket.send(JSON.stringify(message))
  socket.onmessage = ({ data }) => resolve(String(data))
  socket.onerror = () => reject(new Error('the connection failed'))
  return promise.finally(() => socket.close())
}

/** Every place of the folder in which a text stands, by the name of the file. */
function filesWith(text: string): string[] {
  const names = readdirSync(folder.path, { recursive: true }) as string[]
  const files = names.filter((name) => statSync(join(folder.path, name)).isFile())
  const forms = [
    text,
    Buffer.from(text, 'utf16le'),
    Buffer.from(text).toString('base64').slice(0, -4),
  ]
  return files.filter((name) => {
    const bytes = readFileSync(join(folder.path, name))
    return forms.some((form) => bytes.includes(form))
  })
}

async function readableOf(tenantId: string): Promise<string> {
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  return await readable(platform, tenantId)
}

beforeAll(async () => {
  await prepare()
  server = await startServerProcess(folder.path, {
    NONIUS_LOG_LEVEL: 'debug',
    NONIUS_ALLOW_PRIVATE_WEBHOOKS: 'true',
  })
  for (const { tenantId, canary } of tenants) {
    const key = keys.get(tenantId)!
    await webhook(key)
    const answers: string[] = []
    for (const one of sentBy(canary)) {
      const { status, text } = await send(server.url, key, one)
      if (status === 404 || status >= 500) throw new Error(`${one.name}: ${status} ${text}`)
      answers.push(`${one.name}: ${status} ${text}`)
    }
    answers.push(`WebSocket: ${await publish(key, canary)}`)
    said.set(tenantId, answers.join('\n\n'))
  }
  await Bun.sleep(1500)
  await server.stop()
  output = server.output()
}, 60_000)

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await receiver.stop(true)
  folder[Symbol.dispose]()
})

describe('what a policy forbids to keep', () => {
  it('is found by this search where no policy forbids it', async () => {
    const { text } = tenants.at(-1)!.canary
    expect(filesWith(text).length).toBeGreaterThan(2)
    expect(await readableOf('control')).toContain(text)
    expect(posted.join()).toContain(text)
    await using lake = openLake(folder.path)
    const { rows } = await lake.query(`SELECT count(*) FROM events WHERE raw LIKE '%${text}%'`)
    expect(Number(Object.values(rows[0]!)[0])).toBeGreaterThan(5)
  })

  for (const { tenantId, canary } of tenants.slice(0, -1)) {
    describe(`for the learner of ${tenantId}`, () => {
      it('is in no file', () => expect(filesWith(canary.text)).toEqual([]))

      it('is in nothing that can be read', async () => {
        expect(around(await readableOf(tenantId), canary.text)).toBe('')
      })

      it('is in no row of the lake', async () => {
        await using lake = openLake(folder.path)
        const { rows } = await lake.query(
          `SELECT CAST(to_json(e) AS VARCHAR) AS row FROM events e WHERE CAST(to_json(e) AS VARCHAR) LIKE '%${canary.text}%'`,
        )
        expect(rows).toEqual([])
      })

      it('is in no answer', () => {
        const lines = said.get(tenantId)!.split('\n\n')
        expect(lines.filter((line) => line.includes(canary.text))).toEqual([])
      })

      it('is in no line of the log, and in no webhook', () => {
        expect(output.split('\n').filter((line) => line.includes(canary.text))).toEqual([])
        expect(posted.filter((body) => body.includes(canary.text))).toEqual([])
      })
    })
  }

  it('is not all that there is: events are kept without the person', async () => {
    for (const tenantId of ['pseudonyms', 'children', 'anonymous']) {
      expect(await readableOf(tenantId)).toContain('lesson_completed')
    }
    expect(await readableOf('pseudonyms')).toContain('urn:nonius:pseudonym:1.')
    expect(said.get('consents')).toContain('"withheld":[{"rule":"asked","count":1}]')
  })
})
