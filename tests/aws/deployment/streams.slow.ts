import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { aDeployment } from '../../support/aws/deployment'
import { type OpenStream, readStream } from '../../support/event-stream'

setDefaultTimeout(300_000) // the whole deployment starts, on whatever machine

// Long enough that a stream says something, short enough that a test sees it end.
const STREAM_S = 10

let deployment: Awaited<ReturnType<typeof aDeployment>>
beforeAll(async () => {
  deployment = await aDeployment({ environment: { NONIUS_STREAM_SECONDS: String(STREAM_S) } })
})
afterAll(() => deployment[Symbol.asyncDispose]())

interface Shown {
  id: string
  position: string
  payload: { n: number }
}

let sent = 0
/** Sends events of a session. @returns their numbers */
async function send(session: string, count: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, () => (sent += 1))
  const events = numbers.map((n) => ({
    event_type: 'answered',
    source: 'quiz',
    session_id: session,
    payload: { n },
  }))
  const reply = await deployment.call('POST', '/api/v1/events', events)
  expect(reply.status).toBeLessThan(300)
  return numbers
}

const addressOf = (query: string, url = deployment.streamUrl) =>
  `${url}/api/v1/events/stream?${query}`

async function follow(
  query: string,
  headers: Record<string, string> = {},
  key = deployment.keys.demo,
) {
  const reply = await fetch(addressOf(query), {
    headers: { Authorization: `Bearer ${key}`, ...headers },
  })
  expect([reply.status, reply.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/event-stream'),
  ])
  return readStream(reply.body!)
}

/** Reads a stream to its end. */
async function readToEnd(stream: OpenStream) {
  const found: { name: string; id?: string | undefined; data: string }[] = []
  for (let one = await stream.next(); one !== undefined; one = await stream.next()) found.push(one)
  return found
}

describe('a stream of the deployment', () => {
  it('is asked for at the API, which sends its client on, query and all', async () => {
    const asked = `api_key=${deployment.keys.demo}&session_id=a%20b`
    const reply = await fetch(addressOf(asked, deployment.url), { redirect: 'manual' })
    expect([reply.status, reply.headers.get('location')]).toEqual([307, addressOf(asked)])
    const followed = await fetch(addressOf(asked, deployment.url))
    expect(followed.url).toBe(addressOf(asked))
    await using stream = readStream(followed.body!)
    expect(await stream.next()).toMatchObject({ name: 'ready' })
  })

  it('brings what is stored while it is open, and no event of another session', async () => {
    const found: number[] = []
    let numbers: number[] | undefined
    let last: string | undefined
    // A function that is called for the first time may take longer than a stream has here.
    while (numbers === undefined || found.length < numbers.length) {
      await using stream = await follow('session_id=open', last ? { 'Last-Event-ID': last } : {})
      last ??= (await stream.next())!.id
      numbers ??= [...(await send('another', 2)), ...(await send('open', 3))].slice(2)
      for (const { name, id, data } of await readToEnd(stream)) {
        last = id ?? last
        if (name === 'message') found.push((JSON.parse(data) as Shown).payload.n)
      }
    }
    expect(found).toEqual(numbers)
  })

  it('ends by itself, and its client goes on without a gap by the position it had last', async () => {
    const wanted: number[] = []
    const found: number[] = []
    let last: string | undefined
    for (let round = 0; round < 2; round += 1) {
      const began = Date.now()
      await using stream = await follow('session_id=life', last ? { 'Last-Event-ID': last } : {})
      const first = await stream.next()
      last ??= first!.id
      wanted.push(...(await send('life', 2)))
      for (const { name, id, data } of await readToEnd(stream)) {
        last = id ?? last
        if (name === 'message') found.push((JSON.parse(data) as Shown).payload.n)
      }
      expect(Date.now() - began).toBeLessThan((STREAM_S + 30) * 1000)
      wanted.push(...(await send('life', 2)))
    }
    await using stream = await follow('session_id=life', { 'Last-Event-ID': last! })
    while (new Set(found).size < wanted.length) {
      found.push(...(await stream.events<Shown>(1)).map(({ payload }) => payload.n))
    }
    expect(found.toSorted((a, b) => a - b)).toEqual(wanted)
  })

  it('says so when it cannot go on where it was asked to', async () => {
    for (const after of ['x', `${'A'.repeat(20)}.${'B'.repeat(22)}`]) {
      const reply = await fetch(addressOf(`after=${after}`), {
        headers: { Authorization: `Bearer ${deployment.keys.demo}` },
      })
      expect(reply.status).toBe(400)
      expect(await reply.json()).toMatchObject({ code: 'invalid_cursor' })
    }
  })

  it('is for those who may read, and ends within five seconds of the revocation of the key', async () => {
    const nobody = await fetch(addressOf(''))
    expect(nobody.status).toBe(401)
    const admin = {
      Authorization: `Bearer ${deployment.keys.admin}`,
      'Content-Type': 'application/json',
    }
    const made = await fetch(`${deployment.url}/keys`, {
      method: 'POST',
      headers: admin,
      body: JSON.stringify({ name: 'dashboard', sourceId: 'demo', scopes: ['events:read'] }),
    })
    const { key, id } = (await made.json()) as { key: string; id: string }
    await using stream = await follow('', {}, key)
    await stream.next()
    const ended = await fetch(`${deployment.url}/keys/${id}`, { method: 'DELETE', headers: admin })
    expect(ended.status).toBeLessThan(300)
    const revoked = Date.now()
    const end = (await readToEnd(stream)).at(-1)
    expect(end).toMatchObject({ name: 'end', data: expect.stringContaining('revoked') })
    expect(Date.now() - revoked).toBeLessThan(5000 + 1000) // a second for a machine that is busy
  })

  it('has a function that does nothing else', async () => {
    const headers = { Authorization: `Bearer ${deployment.keys.demo}` }
    for (const path of ['/', '/api/v1/events', '/caliper/v1p2/events', '/openapi.json']) {
      const reply = await fetch(deployment.streamUrl + path, { headers })
      expect(reply.status).toBe(404)
    }
    const posted = await fetch(addressOf(''), { method: 'POST', headers, body: '{}' })
    expect(posted.status).toBe(405)
  })

  it('was allowed everything that it did', () => {
    expect(deployment.logged.filter((line) => line.startsWith('IAM'))).toEqual([])
    expect(
      deployment.logged.filter((line) => /^Stream .*"level":"(error|warn)"/.test(line)),
    ).toEqual([])
  })
})
