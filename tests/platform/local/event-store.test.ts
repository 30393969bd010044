import { describe, expect, it } from 'bun:test'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createEventStore } from '../../../src/platform/local/event-store'
import { createEventKeys } from '../../../src/platform/local/log/event-keys'
import { openEventLog } from '../../../src/platform/local/log/event-log'
import { CAPACITY } from '../../../src/platform/local/log/generation'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { silentLog } from '../../../src/telemetry/log'
import { eventStoreContract } from '../../contracts/event-store.contract'
import { clockAt } from '../../support/clock'
import { temporaryFolder } from '../../support/folders'
import { aRecord } from '../../support/records'

function openStore(folder: string, now = () => new Date()) {
  const keys = createEventKeys(new Uint8Array(16).fill(7))
  const log = openEventLog({
    folder,
    keys,
    now: now().getTime(),
    log: silentLog,
    floor: () => Number.POSITIVE_INFINITY,
  })
  const tokens = createTokenSigner(new Uint8Array(32).fill(1))
  const store = createEventStore({ log, keys, tokens, clock: clockAt(now) })
  return {
    ...store,
    log,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await log.close()
    },
  }
}

eventStoreContract('SQLite', async ({ now } = {}) => {
  const folder = temporaryFolder()
  const store = openStore(folder.path, now)
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
})

describe('the log on one machine', () => {
  it('still knows everything after it was closed and opened', async () => {
    using folder = temporaryFolder()
    const records = Array.from({ length: 700 }, () => aRecord())
    {
      await using store = openStore(folder.path)
      await store.append(records)
    }
    await using store = openStore(folder.path)
    const outcomes = await store.append([...records, aRecord()])
    expect(outcomes.filter(({ kind }) => kind === 'duplicate')).toHaveLength(700)
    expect(await store.get('default', records[333]!.eventId)).toEqual(records[333]!)
  })

  it('rebuilds an index that is missing or was cut short', async () => {
    for (const harm of ['missing', 'cut'] as const) {
      using folder = temporaryFolder()
      const records = Array.from({ length: 20 }, () => aRecord({ actorId: 'me' }))
      {
        await using store = openStore(folder.path)
        await store.append(records)
      }
      const index = join(folder.path, '00000001.idx')
      if (harm === 'cut') truncateSync(index, 1000)
      else truncateSync(index, 0)
      await using store = openStore(folder.path)
      const { items } = await store.query('default', { actorId: 'me' }, { limit: 100 })
      expect(items).toHaveLength(20)
    }
  })

  it('goes on in a new generation each day and drops old ones whole', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-01T00:00:00.000Z')
    await using store = openStore(folder.path, () => now)
    const expiresAt = '2026-11-03T00:00:00.000Z'
    const old = Array.from({ length: 300 }, () => aRecord({ expiresAt }))
    await store.append(old)
    now = new Date('2026-11-02T12:00:00.000Z')
    const young = aRecord({ expiresAt: '2026-11-09T00:00:00.000Z' })
    await store.append([young])
    expect(store.log.newestFirst()).toHaveLength(2)
    expect((await store.append([old[0]!]))[0]).toEqual({ kind: 'duplicate' })
    expect((await store.query('default', {}, { limit: 1000 })).items).toHaveLength(301)

    expect(await store.expire(now)).toEqual({ dropped: 0 })
    now = new Date('2026-11-04T00:00:00.000Z')
    expect(await store.expire(now)).toEqual({ dropped: 300 })
    expect(await store.get('default', young.eventId)).toEqual(young)
    expect(await store.get('default', old[0]!.eventId)).toBeUndefined()
  })

  it('begins a new generation when one is full, and finds across both', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    const first = aRecord({ actorId: 'first' })
    const many = Array.from({ length: CAPACITY - 10 }, () => first)
    await store.append([first])
    // Fills the index without 260,000 distinct events: the room is what counts.
    store.log.newestFirst()[0]!.index.count += many.length
    const next = Array.from({ length: 20 }, () => aRecord({ actorId: 'next' }))
    store.log.roomFor(next.length, Date.now())
    await store.append(next)
    expect(store.log.newestFirst()).toHaveLength(2)
    expect((await store.append([first]))[0]).toEqual({ kind: 'duplicate' })
    const page = await store.query('default', { actorId: 'next' }, { limit: 100 })
    expect(page.items).toHaveLength(20)
  })
})
