import { describe, expect, it } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { aViewEvent } from '../support/events'
import { temporaryFolder } from '../support/folders'
import { start } from '../support/program'
import { readmeOf } from '../support/readme'
import { startServerProcess } from '../support/server-process'

const { commands, printed } = readmeOf('canvas-proxy')
const secret = 'a-long-random-secret'

async function startProxy(url: string, key = 'nk_of_canvas') {
  const env = { NONIUS_URL: url, NONIUS_KEY: key, PROXY_SECRET: secret, PORT: '0' }
  const program = start(['bash', '-c', `exec ${commands[0]}`], { env })
  const said = await program.says(/\n/)
  expect(said.replace(/:\d+\//, ':8080/')).toBe(`${printed.join('\n')}\n`)
  const { origin } = new URL(/http:\S+/.exec(said)![0])
  const home = origin.replace('localhost', '127.0.0.1')
  return {
    home,
    post: (body: string, type = 'application/json') =>
      fetch(`${home}/live-events/${secret}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      }),
    [Symbol.asyncDispose]: async () => void (await program.stop('SIGTERM')),
  }
}

/** Stands where Nonius does and answers as told. */
function startNonius(answer: (request: Request) => Response | Promise<Response>) {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer })
  return {
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

describe('examples/canvas-proxy', () => {
  it('brings a bare event to a real server, which answers Canvas with its receipt', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    await using proxy = await startProxy(server.url, server.key)
    const event = aViewEvent()
    const reply = await proxy.post(JSON.stringify(event))
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ eventIds: [event.id], duplicates: 0 })
    expect(await (await proxy.post(JSON.stringify(event))).json()).toMatchObject({ duplicates: 1 })
  }, 60_000)

  it('passes a signed body on byte for byte, with its type, the key, and compressed', async () => {
    const seen: { path: string; type: string | null; text: string }[] = []
    await using nonius = startNonius(async (request) => {
      expect(request.headers.get('content-encoding')).toBe('gzip')
      const text = gunzipSync(await request.arrayBuffer()).toString()
      const type = request.headers.get('content-type')
      seen.push({ path: new URL(request.url).pathname, type, text })
      return Response.json({})
    })
    await using proxy = await startProxy(nonius.url)
    const text = 'eyJhbGciOiJSUzI1NiJ9.eyJhIjoiw6QifQ.c2ln'
    await proxy.post(text, 'application/jwt')
    expect(seen).toEqual([{ path: '/caliper/in/nk_of_canvas', type: 'application/jwt', text }])
  }, 60_000)

  it('answers only after Nonius did, and what Nonius did', async () => {
    const mayAnswer = Promise.withResolvers<void>()
    const wasReached = Promise.withResolvers<void>()
    await using nonius = startNonius(async () => {
      wasReached.resolve()
      await mayAnswer.promise
      return new Response('{"code":"busy"}', { status: 503, headers: { 'Retry-After': '7' } })
    })
    await using proxy = await startProxy(nonius.url)
    const reply = proxy.post('{}')
    await wasReached.promise
    const early = await Promise.race([reply, Bun.sleep(200).then(() => 'not yet')])
    expect(early).toBe('not yet')
    mayAnswer.resolve()
    const { status, headers } = await reply
    expect({ status, wait: headers.get('retry-after') }).toEqual({ status: 503, wait: '7' })
  }, 60_000)

  it('answers 503 when Nonius cannot be reached, so that Canvas sends again, and goes on', async () => {
    const nonius = startNonius(() => new Response())
    await nonius[Symbol.asyncDispose]()
    await using proxy = await startProxy(nonius.url)
    for (const _ of ['first', 'second']) {
      const { status, headers } = await proxy.post('{}')
      expect({ status, wait: headers.get('retry-after') }).toEqual({ status: 503, wait: '60' })
    }
  }, 60_000)

  it('passes on nothing that comes without its secret, by another method, or too large', async () => {
    let reached = 0
    await using nonius = startNonius(() => {
      reached += 1
      return new Response()
    })
    await using proxy = await startProxy(nonius.url)
    const guess = await fetch(`${proxy.home}/live-events/${secret}x`, {
      method: 'POST',
      body: '{}',
    })
    expect(guess.status).toBe(404)
    expect((await fetch(`${proxy.home}/live-events/${secret}`)).status).toBe(405)
    expect((await proxy.post('x'.repeat(6 * 1024 * 1024 + 1))).status).toBe(413)
    expect(reached).toBe(0)
  }, 60_000)
})
