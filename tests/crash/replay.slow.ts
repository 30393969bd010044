import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 6)
const ITEMS = 2_000
const ADMIN = 'nk_test_key_of_the_admin'

const idOf = (n: number) => `urn:uuid:20000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Every third of them says nothing of its id: which it gets must not depend on the repair. */
const items = Array.from({ length: ITEMS }, (_, n) => ({
  ...(n % 3 !== 0 && { id: idOf(n) }),
  actor: { id: `https://example.edu/users/${n}`, type: 'Person' },
  action: 'Viewed',
  object: { id: `https://example.edu/pages/${n}`, type: 'Page' },
  eventTime: '2026-11-15T10:15:00.000Z',
}))

async function call<Reply>({ url }: ServerProcess, method: string, path: string, body?: unknown) {
  const headers = { authorization: ADMIN, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const reply = await fetch(`${url}${path}`, { method, headers, ...sent })
  return { status: reply.status, body: (await reply.json()) as Reply }
}

/** All pages of a list. */
async function all<Item>(server: ServerProcess, path: string, name: string): Promise<Item[]> {
  const found: Item[] = []
  let cursor: string | undefined
  do {
    const query = `limit=1000${cursor === undefined ? '' : `&cursor=${cursor}`}`
    const { body } = await call<Record<string, unknown>>(server, 'GET', `${path}?${query}`)
    found.push(...(body[name] as Item[]))
    cursor = body.nextCursor as string | undefined
  } while (cursor !== undefined)
  return found
}

const repairs = ['ViewEvent', 'ToolUseEvent'].map((value) => {
  return [{ op: 'add', path: '/type', value }]
})

it(`makes one event of each item when it is killed ${ROUNDS} times while it replays them`, async () => {
  using folder = temporaryFolder()
  for (let round = 0; round < ROUNDS; round += 1) {
    await using server = await startServerProcess(folder.path)
    if (round === 0) {
      const { status } = await call(server, 'POST', '/caliper/v1p2/events', { data: items })
      expect(status).toBe(200)
    }
    // Two people with two repairs, at once.
    const replays = repairs.map((patch) =>
      call(server, 'POST', '/quarantine/replay', { filter: {}, patch, limit: 1000 }),
    )
    for (const replay of replays) replay.catch(() => {}) // of a server that dies
    await Bun.sleep(50 + Math.random() * 400)
    await server.kill()
  }

  await using server = await startServerProcess(folder.path)
  // What a process before this one began goes on by itself; the rest is asked for.
  for (;;) {
    const asked = { filter: {}, patch: repairs[0], background: false, limit: 1000 }
    const { body } = await call<{ counts: Record<string, number> }>(
      ...([server, 'POST', '/quarantine/replay', asked] as const),
    )
    const { stored = 0, duplicate = 0 } = body.counts
    if (stored + duplicate === 0) break
  }
  const held = await all<{ errors: { code: string }[] }>(server, '/quarantine', 'items')
  type Event = { object: { id: string }; type: string }
  const events = await all<Event>(server, '/analytics/events', 'events')

  const objects = events.map(({ object }) => object.id)
  expect(new Set(objects).size).toBe(objects.length)
  expect(objects.length).toBe(ITEMS)
  // Killed between the event and the release, then repaired in the other way: the event stands.
  for (const item of held)
    expect(item).toMatchObject({ lastReplay: { errors: [{ code: 'conflict' }] } })
}, 240_000)

/** Replays with more and more work, until it takes longer than a request does on this machine. */
async function replayLonger(server: ServerProcess) {
  for (let copies = 12; ; copies *= 2) {
    const patch = Array.from({ length: copies }, (_, n) => {
      return { op: 'copy', from: '/eventTime', path: `/copy${n}` }
    })
    const asked = { filter: {}, patch, limit: 1000 }
    const reply = await call<{ replayId: string }>(server, 'POST', '/quarantine/replay', asked)
    // A patch has a hundred operations at most.
    if (reply.status === 202 || copies > 50) return reply
  }
}

it('goes on with a replay in the background after it was killed', async () => {
  using folder = temporaryFolder()
  let path = ''
  {
    await using server = await startServerProcess(folder.path)
    // Each is refused, after work of some size, so that a request ends early.
    const wrong = items.slice(0, 1000).map((item) => ({ ...item, eventTime: 'x'.repeat(20_000) }))
    for (let at = 0; at < wrong.length; at += 200) {
      await call(server, 'POST', '/caliper/v1p2/events', { data: wrong.slice(at, at + 200) })
    }
    const { status, body } = await replayLonger(server)
    expect(status).toBe(202)
    path = `/quarantine/replays/${body.replayId}`
    await server.kill()
  }
  await using server = await startServerProcess(folder.path)
  const end = performance.now() + 60_000
  for (;;) {
    const { body } = await call<{ finishedAt?: string; left: number }>(server, 'GET', path)
    if (body.finishedAt !== undefined) break
    if (performance.now() > end) throw new Error(`it stands still: ${JSON.stringify(body)}`)
    await Bun.sleep(50)
  }
  expect(await all(server, '/quarantine', 'items')).toHaveLength(1000)
}, 120_000)
