import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository, run } from '../support/program'
import { readmeOf } from '../support/readme'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const { commands, printed } = readmeOf('send-events')
const [command] = commands
const send = (url: string, key: string) =>
  run(['bash', '-c', command!], { env: { NONIUS_URL: url, NONIUS_KEY: key } })

type Handle = (request: Request, turn: number) => Response | Promise<Response>

/** A way to the server that can lose requests and replies. */
function startBetween(handle: Handle) {
  let turn = 0
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => handle(request, ++turn),
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    turns: () => turn,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

async function pass(request: Request, { url }: ServerProcess): Promise<Response> {
  const { pathname } = new URL(request.url)
  const { method, headers } = request
  const reply = await fetch(`${url}${pathname}`, { method, headers, body: await request.text() })
  return new Response(await reply.text(), { status: reply.status })
}

async function countStored({ url, key }: ServerProcess): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  const reply = await fetch(`${url}/analytics/events`, { headers })
  return ((await reply.json()) as { events: unknown[] }).events.length
}

describe('examples/send-events', () => {
  it('prints what its README says, and stores nothing twice', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const first = await send(server.url, server.key)
    expect(first).toEqual({ exitCode: 0, stdout: `${printed.join('\n')}\n`, stderr: '' })
    const second = await send(server.url, server.key)
    expect(second.stdout).toBe('0 stored, 3 already there, 0 in quarantine\n')
    expect(await countStored(server)).toBe(3)
  }, 60_000)

  it('sends again after a 503, and after a reply that was lost on its way', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    await using between = startBetween(async (request, turn) => {
      if (turn === 1) return new Response('busy', { status: 503, headers: { 'Retry-After': '1' } })
      const reply = await pass(request, server)
      return turn === 2 ? new Response('lost', { status: 502 }) : reply
    })
    const { stdout, stderr, exitCode } = await send(between.url, server.key)
    expect(stdout).toBe('0 stored, 3 already there, 0 in quarantine\n') // the second attempt stored them
    expect(stderr).toBe('503 busy; again in 1 s\n502 lost; again in 2 s\n')
    expect(exitCode).toBe(0)
    expect(between.turns()).toBe(3)
    expect(await countStored(server)).toBe(3)
  }, 60_000)

  it('gives up at once on what would be the same the next time', async () => {
    await using between = startBetween(() => new Response('no such key', { status: 401 }))
    const { stderr, exitCode } = await send(between.url, 'nk_of_nobody')
    expect(stderr).toContain('401 no such key')
    expect(exitCode).toBe(1)
    expect(between.turns()).toBe(1)
  }, 60_000)

  it('names the line of an event that is in quarantine, and does not end well', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const file = join(folder.path, 'odd.jsonl')
    await Bun.write(file, '{"event_type":"opened"}\n{"user_id":"u-1"}\n')
    const script = join(repository, 'examples/send-events/send.mjs')
    const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
    const { stdout, stderr, exitCode } = await run(['node', script, file], { env })
    expect(stdout).toBe('1 stored, 0 already there, 1 in quarantine\n')
    expect(stderr).toBe('line 2: event_type Required\n')
    expect(exitCode).toBe(1)
  }, 60_000)
})
