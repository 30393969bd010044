import { expect, it } from 'bun:test'
import { expectHeld, hotIds, missing, until } from '../support/crash/held'
import { register, startReceiver } from '../support/crash/receiver'
import { createSenders, idOf } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const ROUNDS = Math.ceil(Number(process.env.NONIUS_CRASH_ROUNDS ?? 20) / 4)

// Of `startServerProcess`: replaying is not what a key for sending may do.
const ADMIN = 'nk_test_key_of_the_admin'

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const patch = [{ op: 'add', path: '/type', value: 'ViewEvent' }]

/** Sends events that lack their type. */
async function sendUntyped({ url, key }: ServerProcess, ids: string[]) {
  const data = ids.map((id) => ({
    ...{ '@context': context, id, profile: 'ReadingProfile', action: 'Viewed' },
    actor: { id: 'https://example.edu/users/1', type: 'Person' },
    object: { id: 'https://example.edu/pages/1', type: 'Page' },
    eventTime: '2026-09-21T10:00:00.000Z',
  }))
  const sendTime = new Date().toISOString()
  const body = { sensor: 'https://example.edu/sensors/1', sendTime, dataVersion: context, data }
  const reply = await fetch(`${url}/caliper/v1p2/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(200)
  expect(await reply.json()).toMatchObject({ eventCount: 0 })
}

async function quarantined({ url, key }: ServerProcess): Promise<string[]> {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor ? { cursor } : {}) })
    const headers = { authorization: `Bearer ${key}` }
    const reply = await fetch(`${url}/quarantine?${query}`, { headers })
    expect(reply.status).toBe(200)
    const page = (await reply.json()) as { items: { quarantineId: string }[]; nextCursor?: string }
    found.push(...page.items.map(({ quarantineId }) => quarantineId))
    cursor = page.nextCursor
  } while (cursor)
  return found
}

/** Replays everything until it is all done, or the server is gone. @returns ids of what was stored */
async function replayAll({ url }: ServerProcess): Promise<Set<string>> {
  const stored = new Set<string>()
  for (;;) {
    const reply = await fetch(`${url}/quarantine/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ filter: {}, patch, limit: 20, background: false }),
    }).catch(() => undefined)
    if (reply === undefined) return stored
    const answer = (await reply.json().catch(() => undefined)) as
      | { results: { outcome: string; eventIds: string[] }[] }
      | undefined
    if (answer === undefined) return stored
    expect(reply.status).toBe(200)
    if (answer.results.length === 0) return stored
    for (const { outcome, eventIds } of answer.results) {
      expect(['stored', 'duplicate']).toContain(outcome)
      for (const id of eventIds) stored.add(id)
    }
  }
}

it(
  `makes of each item that is replayed one event, however often it is killed meanwhile`,
  async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    await using receiver = startReceiver()
    const ids: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await using server = await startServerProcess(dataDir, settings)
      if (round === 0) await register(server, receiver.url)
      const more = Array.from({ length: 300 }, (_, n) => idOf(round * 1000 + n))
      await sendUntyped(server, more)
      ids.push(...more)
      const replaying = replayAll(server)
      await Bun.sleep(20 + Math.random() * 200)
      await server.kill()
      const stored = await replaying

      await using again = await startServerProcess(dataDir, settings)
      const [left, hot] = [await quarantined(again), new Set(await hotIds(again))]
      expect(missing(stored, hot)).toEqual([])
      // In one place at least; in both when it was killed between the two.
      expect(left.length + hot.size).toBeGreaterThanOrEqual(ids.length)
      await again.kill()
    }
    await using server = await startServerProcess(dataDir, settings)
    await replayAll(server)
    expect(await quarantined(server)).toEqual([])
    await expectHeld(ids, { server, dataDir, receiver })
  },
  ROUNDS * 20_000,
)

it(
  'tells a webhook at least once, under the same id, however often it is killed while it is told',
  async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    await using receiver = startReceiver()
    const senders = createSenders()
    const contents = new Map<string, string>()
    const repeated = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      await using server = await startServerProcess(dataDir, settings)
      if (round === 0) await register(server, receiver.url)
      const before = receiver.messages.length
      // Killed when the receiver has all of the message and its answer is on the way, or already there.
      receiver.answerWith(async () => {
        if (receiver.messages.length - before >= 3 + round) void server.kill()
        return new Response()
      })
      await senders.sendUntil(server, server.process.exited)
    }
    receiver.answerWith(() => new Response())
    await using server = await startServerProcess(dataDir, settings)
    const { acknowledged } = senders
    await until(() => missing(acknowledged, receiver.received).length === 0, 40_000)
    for (const { webhookId, eventIds } of receiver.messages) {
      if (contents.has(webhookId)) repeated.add(webhookId)
      const content = contents.get(webhookId) ?? eventIds.join()
      // One id always means the same events.
      expect(eventIds.join()).toBe(content)
      contents.set(webhookId, content)
    }
    expect(repeated.size).toBeGreaterThan(0)
    await expectHeld(acknowledged, { server, dataDir, receiver })
  },
  ROUNDS * 20_000,
)
