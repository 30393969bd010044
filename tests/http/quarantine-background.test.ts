import { describe, expect, it } from 'bun:test'
import type { Scope } from '../../src/identity/scope'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { describeNotOnAws } from '../support/not-on-aws'

const rights: Scope[] = ['events:write', 'quarantine:read', 'quarantine:write']
const patch = [{ op: 'add', path: '/type', value: 'ViewEvent' }]

interface Reply {
  counts: Record<string, number>
  results: { quarantineId: string }[]
  replayId?: string
  nextCursor?: string
}

interface Job {
  counts: Record<string, number>
  left: number
  refused: string[]
  finishedAt?: string
  nextCursor?: string
  problem?: string
}

// What a request may take is used up after some of these.
const ITEM_MS = 300

/** An app whose quarantine is slow, with so many items that a patch mends, and one that it does not. */
async function withSlowItems(count: number) {
  let isSlow = true
  const test = await startTestApp({
    wrap: (platform) => ({
      ...platform,
      quarantine: {
        ...platform.quarantine,
        async get(...asked) {
          if (isSlow) await Bun.sleep(ITEM_MS)
          return platform.quarantine.get(...asked)
        },
      },
    }),
  })
  const events = Array.from({ length: count }, () => anEvent())
  const untyped = events.map(({ type: _, ...rest }) => rest)

  async function call(method: string, path: string, body?: unknown, key = test.keys.admin) {
    const headers = { ...test.as(key), 'Content-Type': 'application/json' }
    return test.request(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  }
  await call('POST', '/caliper/v1p2/events', { data: [...untyped, 7] })

  async function until(path: string, key?: string): Promise<Job> {
    const end = performance.now() + 20_000
    while (performance.now() < end) {
      const job = (await (await call('GET', path, undefined, key)).json()) as Job
      if (job.finishedAt !== undefined) return job
      await Bun.sleep(20)
    }
    throw new Error('it does not come to an end')
  }
  return {
    ...test,
    ...{ call, until, events },
    beFast() {
      isSlow = false
    },
    held: async () => (await test.platform.quarantine.list('default', { limit: 1000 })).items,
  }
}

describeNotOnAws('faults')('a replay that takes longer than a request may', () => {
  it('is answered, goes on in the background, and says how far it is to whoever began it', async () => {
    await using test = await withSlowItems(12)
    const key = await test.issue(rights)
    const begun = performance.now()
    const reply = await test.call('POST', '/quarantine/replay', { filter: {}, patch }, key)
    expect(performance.now() - begun).toBeLessThan(2_000 + 16 * ITEM_MS)
    expect(reply.status).toBe(202)
    const { replayId, results, counts, nextCursor } = (await reply.json()) as Reply
    expect(nextCursor).toBeUndefined()
    expect(counts.stored).toBe(results.length)
    const path = reply.headers.get('Location')!
    expect(path).toBe(`/quarantine/replays/${replayId}`)
    const now = (await (await test.call('GET', path, undefined, key)).json()) as Job
    expect(now.left).toBeGreaterThan(0)
    expect(now).not.toHaveProperty('nextCursor')

    test.beFast()
    const done = await test.until(path, key)
    expect(done).toMatchObject({ counts: { stored: 12, refused: 1 }, left: 0 })
    expect(done).not.toHaveProperty('nextCursor')
    const held = await test.held()
    expect(held.map(({ quarantineId }) => quarantineId)).toEqual(done.refused)
    for (const { id } of test.events) {
      expect(await test.platform.events.get('default', id)).toHaveProperty('repair.paths', [
        '/type',
      ])
    }

    expect((await test.call('GET', path)).status).toBe(200) // to an administrator
    for (const stranger of [await test.issue(rights), await test.issue(rights, 'elsewhere')]) {
      await problemOf(await test.call('GET', path, undefined, stranger), 'not_found')
    }
  }, 240_000)

  it('ends at its limit, and tells where to go on', async () => {
    await using test = await withSlowItems(14)
    const reply = await test.call('POST', '/quarantine/replay', { filter: {}, patch, limit: 12 })
    expect(reply.status).toBe(202)
    test.beFast()
    const { nextCursor, counts } = await test.until(reply.headers.get('Location')!)
    expect(counts).toMatchObject({ stored: 12 })
    const asked = { filter: {}, patch, cursor: nextCursor }
    const rest = await test.call('POST', '/quarantine/replay', asked)
    expect(await rest.json()).toMatchObject({ counts: { stored: 2, refused: 1 } })
  }, 240_000)

  for (const more of [{ background: false }, { dryRun: true }]) {
    it(`has a cursor instead when it is asked with ${JSON.stringify(more)}`, async () => {
      await using test = await withSlowItems(12)
      const asked = { filter: {}, patch, ...more }
      const reply = await test.call('POST', '/quarantine/replay', asked)
      expect(reply.status).toBe(200)
      const first = (await reply.json()) as Reply
      expect(first).not.toHaveProperty('replayId')
      test.beFast()
      const next = { ...asked, cursor: first.nextCursor }
      const second = (await (await test.call('POST', '/quarantine/replay', next)).json()) as Reply
      expect(first.results.length + second.results.length).toBe(13)
    }, 240_000)
  }

  it('ends when its key is revoked', async () => {
    await using test = await withSlowItems(30)
    const key = await test.issue(rights)
    const reply = await test.call('POST', '/quarantine/replay', { filter: {}, patch }, key)
    await test.revoke(key)
    test.clock.advance(10_000)
    const job = await test.until(reply.headers.get('Location')!)
    expect(job.problem).toContain('revoked')
    expect((await test.held()).length).toBeGreaterThan(10)
  }, 240_000)

  it('is begun by one key as often as there is room, and has a cursor after that', async () => {
    await using test = await withSlowItems(400)
    const jobs = await Promise.all(
      Array.from({ length: 12 }, () =>
        test.call('POST', '/quarantine/replay', { filter: {}, patch }),
      ),
    )
    const statuses = jobs.map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(10)
    expect(statuses.filter((status) => status === 200)).toHaveLength(2)
  }, 240_000)
})

describe('a replay that nobody has', () => {
  it('is not found', async () => {
    await using test = await startTestApp()
    const headers = test.as(test.keys.admin)
    await problemOf(await test.request('/quarantine/replays/rpl_x', { headers }), 'not_found')
  })
})
