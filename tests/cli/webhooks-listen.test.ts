import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { freePort } from '../../tools/free-port'
import { temporaryFolder } from '../support/folders'
import { nonius, type Program, start } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const cli = join(import.meta.dir, '../../src/cli.ts')
const folder = temporaryFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(folder.path)
})

afterAll(async () => {
  await server.kill()
  folder[Symbol.dispose]()
})

function listen(...args: string[]): Program {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
  return start([process.execPath, cli, 'webhooks', 'listen', ...args], { env })
}

async function send(...events: object[]) {
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(200)
}

/** Sends until the first message is printed: only then does it listen for certain. */
async function begun(program: Program) {
  let isBegun = false
  void program.says(/\bt0\b/).then(() => {
    isBegun = true
  })
  for (let n = 0; !isBegun; n += 1) {
    await send({ event_type: 't0', n })
    await Bun.sleep(50)
  }
}

interface Line {
  id: string
  headers: Record<string, string>
  body: string
  isVerified: boolean
}

const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

/** A receiver that is well, then asks for patience, then is gone. */
function startHook(secret: string) {
  const verified: { type: string; data: { event_type: string }[] }[] = []
  const hook = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const headers = Object.fromEntries(request.headers)
      // As what stands before a receiver does: the signature is that of the body before.
      const isGzip = request.headers.get('content-encoding') === 'gzip'
      const bytes = new Uint8Array(await request.arrayBuffer())
      const body = Buffer.from(isGzip ? Bun.gunzipSync(bytes) : bytes).toString()
      const message = new Webhook(secret).verify(body, headers) as (typeof verified)[number]
      verified.push(message)
      const type = message.data[0]!.event_type
      if (type === 'fails') return new Response('\u001b[31mno', { status: 500 })
      return new Response(null, { status: type === 'goes' ? 410 : 204 })
    },
  })
  return { url: `${hook.url}hook`, verified, [Symbol.asyncDispose]: () => hook.stop(true) }
}

describe('nonius webhooks listen', () => {
  it('forwards what a receiver can verify, and says what it answered', async () => {
    const secret = `whsec_${Buffer.alloc(32, 'listen').toString('base64')}`
    await using hook = startHook(secret)
    const program = listen(
      '--forward',
      hook.url,
      '--secret',
      secret,
      '--batch',
      '1',
      '--gzip',
      '--source',
      'demo',
    )
    try {
      await begun(program)
      await send({ event_type: 'fails' }, { event_type: 'goes' }, { event_type: 'last' })
      await program.says(/\blast\b[^←]*←.*\n/)
      const { stdout, stderr } = await program.stop('SIGINT')
      expect(stderr).toContain(`Messages are signed with ${secret}\n`)
      expect(stdout).toMatch(/→ msg_[0-9a-f]{40} {2}1 event, \d+ bytes, signature verified\n/)
      expect(stdout).toMatch(
        / fails .*\n← HTTP 500 in \d+ ms: a webhook would send it again in 5 s\n {2}\\u001b/,
      )
      expect(stdout).toMatch(/ goes .*\n← HTTP 410 in \d+ ms: a webhook would be disabled\n/)
      expect(stdout).toMatch(/ last .*\n← HTTP 204 in \d+ ms\n/)
      const types = hook.verified.map(({ data }) => data.map(({ event_type }) => event_type))
      expect(types.slice(-3)).toEqual([['fails'], ['goes'], ['last']])
    } finally {
      await program.stop('SIGKILL')
    }
  }, 30_000)

  it('prints messages as JSON that verify, those of the types and the rule, over a restart', async () => {
    const rule = {
      any: [
        { path: 'type', equals: 't0' },
        { path: 'payload.score', gte: 0.5 },
      ],
    }
    const program = listen(
      ...['--json', '--event', 't0', '--event', 'quiz_completed', '--rule', JSON.stringify(rule)],
    )
    try {
      await begun(program)
      const port = { NONIUS_PORT: new URL(server.url).port }
      await server.kill()
      server = await startServerProcess(folder.path, port)
      const quiz = (score: number) => ({ event_type: 'quiz_completed', payload: { score } })
      await send(quiz(0.1), quiz(0.7), { event_type: 'other', payload: { score: 1 } }, quiz(0.9))
      await program.says(/0\.9/)
      const { stdout, stderr } = await program.stop('SIGINT')
      const secret = /whsec_\S+/.exec(stderr)![0]
      const lines = linesOf(stdout)
      expect(lines.every(({ isVerified }) => isVerified)).toBe(true)
      const messages = lines.map(({ body, headers }) => new Webhook(secret).verify(body, headers))
      const scores = (messages as { data: { payload?: { score: number } }[] }[])
        .flatMap(({ data }) => data.map(({ payload }) => payload?.score))
        .filter((score) => score !== undefined)
      expect(scores).toEqual([0.7, 0.9])
      expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length)
    } finally {
      await program.stop('SIGKILL')
    }
  }, 40_000)

  it('says that a receiver is not there, and ends after as many messages as asked', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}/`
    const program = listen('--forward', nowhere, '--limit', '1')
    try {
      await begun(program)
      const { stdout, exitCode } = await program.finished
      expect(stdout).toMatch(/← .*onnect.*, in \d+ ms: a webhook would send it again in 5 s\n$/)
      expect(stdout.match(/→/g)).toHaveLength(1)
      expect(exitCode).toBe(0)
    } finally {
      await program.stop('SIGKILL')
    }
  }, 30_000)

  it('refuses what it cannot do, in a sentence', async () => {
    const refused = async (...args: string[]) => {
      const { exitCode, stderr } = await nonius(['webhooks', 'listen', ...args])
      expect(exitCode).toBe(1)
      return stderr
    }
    expect(await refused()).toBe('A key is needed: pass --key, or set NONIUS_KEY.\n')
    expect(await refused('--secret', 'whsec_c2hvcnQ=')).toContain('24 to 64 bytes in base64')
    expect(await refused('--rule', '{"path":"x"}')).toContain('--rule')
    expect(await refused('--batch', '501')).toContain('1 to 500 events')
  }, 30_000)
})
