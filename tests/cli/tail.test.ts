import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius, start } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const cli = join(import.meta.dir, '../../src/cli.ts')
const tail = (url: string, key: string, ...args: string[]) =>
  start([process.execPath, cli, 'tail', '--url', url, '--key', key, ...args], {})

async function send({ url, key }: ServerProcess, ...events: object[]) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${url}/api/v1/events`, init)).status).toBe(200)
}

const types = (stdout: string) => stdout.match(/\bt\d+\b/g) ?? []

type Answer = (request: Request) => Response | Promise<Response>

/** Something between `tail` and the server, or in its place. */
function startBetween(answer: Answer) {
  const asked: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url)
      asked.push(pathname)
      return answer(request)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const passedTo = (url: string) => (request: Request) => {
  const { pathname, search } = new URL(request.url)
  return fetch(`${url}${pathname}${search}`, { headers: request.headers })
}

/** Sends until the first line is printed: only then does it follow for certain. */
async function printed(server: ServerProcess, program: ReturnType<typeof tail>) {
  const first = program.says(/\bt0\b/)
  let isPrinted = false
  void first.then(() => {
    isPrinted = true
  })
  for (let n = 0; !isPrinted; n += 1) {
    await send(server, { event_type: 't0', n })
    await Bun.sleep(50)
  }
}

describe('nonius tail over an event stream', () => {
  it('goes on where it was after the server was killed, or stopped', async () => {
    using folder = temporaryFolder()
    let server = await startServerProcess(folder.path)
    const port = { NONIUS_PORT: new URL(server.url).port }
    const program = tail(server.url, server.key, '--interval', '0.1')
    try {
      await printed(server, program)
      for (const [end, from] of [
        ['kill', 1],
        ['stop', 4],
      ] as const) {
        await server[end]()
        server = await startServerProcess(folder.path, port)
        await send(server, { event_type: `t${from}` }, { event_type: `t${from + 1}` })
        await send(server, { event_type: `t${from + 2}` })
        await program.says(new RegExp(`\\bt${from + 2}\\b`))
      }
      const { stdout, stderr } = await program.stop('SIGINT')
      expect(types(stdout).filter((type) => type !== 't0')).toEqual([
        ...['t1', 't2', 't3', 't4', 't5', 't6'],
      ])
      const [begun, ...said] = stderr.trimEnd().split('\n')
      expect(begun).toContain('Waiting for events at')
      expect(said.filter((line) => !/trying again$|^It answers again\.$/.test(line))).toEqual([])
    } finally {
      await program.stop('SIGKILL')
      await server.kill()
    }
  }, 60_000)

  it('prints what a condition lets pass, and says what is wrong with one', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const condition = {
      any: [
        { path: 'payload.score', gte: 0.5 },
        { path: 'type', equals: 't0' },
      ],
    }
    const filter = ['--filter', JSON.stringify(condition)]
    const program = tail(server.url, server.key, ...filter)
    try {
      await printed(server, program)
      await send(server, { event_type: 't1', payload: { score: 0.4 } })
      await send(server, { event_type: 't2', payload: { score: 0.6 } })
      const said = await program.says(/\bt2\b/)
      expect(types(said)).not.toContain('t1')
    } finally {
      await program.stop('SIGKILL')
    }
    for (const [wrong, sentence] of [
      ['{', /Must be JSON/],
      ['{"path":"type"}', /equals/],
    ] as const) {
      const { exitCode, stderr } = await nonius(['tail', '--key', 'x', '--filter', wrong])
      expect(stderr).toMatch(sentence)
      expect(exitCode).toBe(1)
    }
  }, 60_000)

  it('polls a server that sends no event streams', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const pass = passedTo(server.url)
    await using between = startBetween((request) =>
      request.url.includes('/stream') ? Response.json({}, { status: 404 }) : pass(request),
    )
    const program = tail(between.url, server.key, '--interval', '0.1')
    try {
      await printed(server, program)
      await send(server, { event_type: 't1' }, { event_type: 't2' })
      expect(types(await program.says(/\bt2\b/)).slice(-2)).toEqual(['t1', 't2'])
      const streams = between.asked.filter((path) => path.endsWith('/stream'))
      expect(streams).toHaveLength(1)
      expect(between.asked).toContain('/analytics/arrivals')
    } finally {
      await program.stop('SIGKILL')
    }
  }, 60_000)

  it('shows its key where it is sent on to', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    // As the API of a deployment, which sends on to the function that streams.
    await using between = startBetween((request) => {
      const { pathname, search } = new URL(request.url)
      const headers = { location: `${server.url}${pathname}${search}` }
      return new Response(null, { status: 307, headers })
    })
    const program = tail(between.url, server.key)
    try {
      await printed(server, program)
    } finally {
      await program.stop('SIGKILL')
    }
    expect(between.asked).toEqual(['/api/v1/events/stream'])
  }, 60_000)

  it('prints an event that comes twice once, and says that some are missing', async () => {
    const record = (eventId: string, receivedAt = '2026-11-29T10:00:00.000Z') => ({
      ...{ eventId, receivedAt, sourceId: 'demo', type: `t${eventId}`, raw: '{}' },
    })
    const message = (id: string, data: object) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`
    const connections = [
      `event: ready\nid: a\ndata: {}\n\n${message('b', record('1'))}${message('c', record('2'))}`,
      message('c', record('2')) + message('d', record('3')),
      `event: resync\nid: e\ndata: {"reason":"gone"}\n\n${message('f', record('4'))}`,
    ]
    const lasts: (string | null)[] = []
    await using between = startBetween(({ headers }) => {
      lasts.push(headers.get('last-event-id'))
      const body = connections[lasts.length - 1] ?? ''
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const args = ['--interval', '0.1', '--limit', '4']
    const { stdout, stderr, exitCode } = await tail(between.url, 'x', ...args).finished
    expect(types(stdout)).toEqual(['t1', 't2', 't3', 't4'])
    expect(lasts).toEqual([null, 'c', 'd'])
    expect(stderr).toContain('some events are missing')
    expect(exitCode).toBe(0)
  }, 60_000)
})
