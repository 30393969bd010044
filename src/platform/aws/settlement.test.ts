import { describe, expect, it } from 'bun:test'
import { memoryBlobs } from '../../../tests/support/blobs'
import { silentLog } from '../../telemetry/log'
import type { BlobStore } from '../blob-store'
import { createSettlement } from './settlement'
import type { Statements } from './settlement/statements'
import { settledColumns } from './settlement/texts'

// Settling over a lake that is a list, so that it can die at each of its calls. What the statements mean
// is tested on Trino (tests/lake/settled.slow.ts); here only which of them is asked, and when.

const HOUR_MS = 60 * 60 * 1000
const UNTIL = '2026-11-23'

class Died extends Error {}

interface Landed {
  key: string
  storedAt: string
  ids: string[]
}

/**
 * A lake, and Athena in front of it. `dying` is told before every call of settling to anything outside.
 * @param most a statement merges so many events, and fails with more
 */
function aLake(
  dying: (call: string) => void = () => {},
  { most = Number.POSITIVE_INFINITY }: { most?: number } = {},
) {
  let now = Date.parse('2026-11-23T04:00:00.000Z')
  let landed: Landed[] = []
  const settled: { id: string; day: string }[] = []
  let from = '2026-01-01'
  const asked: string[] = []
  const tokens = new Map<string, string>()
  const failed = new Map<string, string>()
  const dayOf = (key: string) => /day=([\d-]+)/.exec(key)![1]!

  function merge(sql: string): string | undefined {
    const day = /WHERE day = '([\d-]+)'/.exec(sql)![1]!
    const [, mask = 0, at = 0] = /, (\d+)\) = (\d+)/.exec(sql) ?? []
    const ids = landed
      .filter(({ key }) => dayOf(key) === day)
      .flatMap((one) => one.ids)
      .filter((id) => (id.charCodeAt(0) & Number(mask)) === Number(at))
    if (ids.length > most) return 'Query exhausted resources at this scale factor'
    for (const id of new Set(ids)) {
      if (!settled.some((one) => one.id === id)) settled.push({ id, day })
    }
    return undefined
  }

  function run(sql: string): string | undefined {
    asked.push(sql.split(/\s/).slice(0, 2).join(' '))
    if (sql.startsWith('MERGE')) return merge(sql)
    if (sql.startsWith('CREATE OR')) from = /WHERE day < '([\d-]+)'/.exec(sql)![1]!
    return undefined
  }

  const statements: Statements = {
    async start(sql, token) {
      dying('start')
      const known = tokens.get(token)
      if (known !== undefined) return known
      const id = `q${tokens.size}`
      tokens.set(token, id)
      const reason = run(sql)
      if (reason !== undefined) failed.set(id, reason)
      // It may die after Athena has begun, and before the answer is known.
      dying('started')
      return id
    },
    async look(id) {
      dying('look')
      const reason = failed.get(id)
      if (reason !== undefined) return { status: 'failed', reason, isMoreNeeded: false }
      return { status: 'succeeded', submittedAt: new Date(now) }
    },
    async answer() {
      dying('answer')
      return { columns: settledColumns.map(({ name }) => name), rows: [], updated: 0 }
    },
  }

  const lake: Pick<BlobStore, 'list' | 'delete'> = {
    async list(prefix, limit, after = '') {
      dying('list')
      return landed
        .filter(({ key }) => key.startsWith(prefix) && key > after)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit)
        .map(({ key, storedAt }) => ({ key, bytes: 1, storedAt }))
    },
    async delete(key) {
      dying('delete')
      landed = landed.filter((one) => one.key !== key)
    },
  }

  const memory = memoryBlobs()
  const blobs: BlobStore = {
    ...memory,
    async put(key, bytes) {
      dying('put')
      await memory.put(key, bytes)
      dying('put done')
    },
  }

  return {
    asked,
    blobs: memory,
    pass: (ms: number) => {
      now += ms
    },
    land(day: string, ids: string[], name = ids[0]!) {
      const key = `events/retention_class=standard/day=${day}/hour=10/${name}.parquet`
      landed.push({ key, ids, storedAt: new Date(now - 5 * HOUR_MS).toISOString() })
    },
    landedObjects: () => landed.length,
    /** Reads the view, copies within a day left out as it does. */
    read() {
      const old = settled.filter(({ day }) => day < from).map(({ id }) => id)
      const days = [...new Set(landed.map(({ key }) => dayOf(key)))].filter((day) => day >= from)
      const fresh = days.flatMap((day) => [
        ...new Set(landed.filter(({ key }) => dayOf(key) === day).flatMap(({ ids }) => ids)),
      ])
      return [...old, ...fresh].sort()
    },
    settle: (until = UNTIL) =>
      createSettlement({
        ...{ statements, lake, blobs, bucket: 'lake', log: silentLog },
        tenants: { list: async () => [] },
        clock: { now: () => new Date(now), monotonic: () => now },
      }).settle({ until }),
  }
}

const ALL = ['a', 'b', 'c', 'd', 'e']

function land(lake: ReturnType<typeof aLake>) {
  lake.land('2026-11-20', ['a', 'b', 'a'])
  lake.land('2026-11-21', ['c'])
  lake.land('2026-11-22', ['d'])
  lake.land('2026-11-23', ['e'])
}

/** Settles on two nights. */
async function twoNights(lake: ReturnType<typeof aLake>) {
  await lake.settle()
  lake.pass(25 * HOUR_MS)
  await lake.settle()
}

describe('a night of settling', () => {
  it('moves day after day, and deletes what landed a night later', async () => {
    const lake = aLake()
    land(lake)
    await twoNights(lake)
    expect(lake.read()).toEqual(ALL)
    expect(lake.landedObjects()).toBe(1)
    expect(lake.asked.filter((one) => one.startsWith('MERGE'))).toHaveLength(3)
  })

  it('has each event once for readers, and all of them, wherever it dies', async () => {
    let calls = 0
    const counting = aLake(() => {
      calls += 1
    })
    land(counting)
    await twoNights(counting)
    expect(calls).toBeGreaterThan(60)
    for (let at = 1; at <= calls; at += 1) {
      let left = at
      const lake = aLake(() => {
        left -= 1
        if (left === 0) throw new Died()
      })
      land(lake)
      await twoNights(lake).catch((error) => expect(error).toBeInstanceOf(Died))
      expect([at, lake.read()]).toEqual([at, ALL])
      await twoNights(lake)
      expect([at, lake.read(), lake.landedObjects()]).toEqual([at, ALL, 1])
    }
  })

  it('merges a day in pieces that Athena takes, wherever it dies', async () => {
    const many = [...'abcdefghij']
    /** Settles until nothing is left to do, over failures, as the schedule would. */
    async function nights(lake: ReturnType<typeof aLake>) {
      for (let calls = 0; calls < 8; calls += 1) {
        await lake.settle().catch(() => {})
        lake.pass(7 * HOUR_MS)
      }
    }
    let calls = 0
    const counting = aLake(
      () => {
        calls += 1
      },
      { most: 3 },
    )
    counting.land('2026-11-20', many)
    await nights(counting)
    expect(counting.asked.filter((one) => one.startsWith('MERGE'))).toHaveLength(1 + 1 + 4)
    expect([counting.read(), counting.landedObjects()]).toEqual([many, 0])
    for (let at = 1; at <= calls; at += 3) {
      let left = at
      const lake = aLake(
        () => {
          left -= 1
          if (left === 0) throw new Died()
        },
        { most: 3 },
      )
      lake.land('2026-11-20', many)
      await nights(lake)
      expect([at, lake.read(), lake.landedObjects()]).toEqual([at, many, 0])
    }
  })

  it('goes on where its notes are lost', async () => {
    const lake = aLake()
    land(lake)
    await lake.settle()
    lake.blobs.held.clear()
    await twoNights(lake)
    expect([lake.read(), lake.landedObjects()]).toEqual([ALL, 1])
  })

  it('has nothing to do on a day without events but to move the view', async () => {
    const lake = aLake()
    await lake.settle()
    const before = lake.asked.length
    await lake.settle('2026-11-24')
    expect(lake.asked.slice(before)).toEqual(['CREATE OR'])
  })

  it('settles again a day in which something came while it was settled, before it is deleted', async () => {
    const lake = aLake()
    land(lake)
    await lake.settle()
    // It came to S3 a minute after the day was merged.
    lake.pass(5 * HOUR_MS + 60_000)
    lake.land('2026-11-21', ['late'])
    lake.pass(25 * HOUR_MS)
    await twoNights(lake)
    expect(lake.read()).toEqual([...ALL, 'late'])
    expect(lake.landedObjects()).toBe(1)
  })
})
