import { describe, expect, it } from 'bun:test'
import { createHash, hash } from 'node:crypto'
import { memoryBlobs } from '../../../tests/support/blobs'
import { aRecord } from '../../../tests/support/records'
import type { EventRecord, RetentionClass } from '../../event/record'
import { isIncluded } from '../../merkle/check'
import { rootOver, treeOver } from '../../merkle/tree'
import { silentLog } from '../../telemetry/log'
import type { ChangeBatch } from '../change-feed'
import type { KeptLeaf, Trees } from '../trees'
import { createTrees } from './trees'
import { hashing } from './trees/hashing'

const HOUR = '2026-11-30T02'
const at = (time: string) => Date.parse(`2026-11-30T${time}.000Z`)
const days: Record<RetentionClass, number> = { standard: 400, sensitive: 30, pii: 30, system: 400 }
const DAY_MS = 24 * 60 * 60 * 1000

function start() {
  const blobs = memoryBlobs()
  const clock = { time: at('02:10:00'), now: () => new Date(clock.time), monotonic: () => 0 }
  const trees = createTrees({ blobs, clock, log: silentLog })
  const another = createTrees({ blobs, clock, log: silentLog })
  async function mergeAt(time: string) {
    clock.time = at(time)
    return trees.merge(1)
  }
  return { blobs, clock, trees, another, mergeAt, keys: () => [...blobs.held.keys()] }
}

let batches = 0
function batchOf(records: EventRecord[], storedAt = at('02:10:00'), id = `b-${batches++}`) {
  const batch = { id, count: records.length, records: () => records, isWithin: () => true }
  return { ...batch, storedAt: () => storedAt } satisfies ChangeBatch
}

const named = (eventId: string, more: Partial<EventRecord> = {}) =>
  aRecord({ eventId, tenantId: 'school', raw: JSON.stringify({ id: eventId }), ...more })
const many = (count: number, more: Partial<EventRecord> = {}, prefix = 'e') =>
  Array.from({ length: count }, (_, n) => named(`${prefix}-${n}`, more))

async function leavesIn(trees: Trees, tenantId = 'school', hour = HOUR): Promise<KeptLeaf[]> {
  const all: KeptLeaf[] = []
  for await (const some of trees.leaves(tenantId, hour)) all.push(...some)
  return all
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The leaf of a text, worked out in another way than the store does. */
function leafOf(salt: Uint8Array | undefined, text: string): string {
  const leaf = createHash('sha256').update(Uint8Array.of(0)).update(salt!)
  return leaf.update(createHash('sha256').update(text).digest()).digest('hex')
}

describe('trees in a bucket', () => {
  it('are one object a batch until their hour is over, and are then put together once', async () => {
    const test = start()
    await test.trees.add(batchOf(many(300)))
    await test.trees.add(batchOf([...many(5, {}, 'f'), named('x', { tenantId: 'other' })]))
    expect(test.keys().length).toBe(2)
    expect(await test.trees.head('school', HOUR)).toBeUndefined()
    expect(await test.mergeAt('03:09:59')).toEqual({ merged: 0 })
    expect(await test.mergeAt('03:10:00')).toEqual({ merged: 1 })
    expect(test.keys().filter((key) => key.startsWith('trees/batches/'))).toEqual([])
    const head = (await test.another.head('school', HOUR))!
    expect([head.treeSize, head.isClosed]).toEqual([305, true])
    expect((await test.trees.head('other', HOUR))?.treeSize).toBe(1)
    const leaves = await leavesIn(test.another)
    expect(leaves.map(({ index }) => index)).toEqual([...leaves.keys()])
    expect(new Set(leaves.map(({ salt }) => hex(salt!))).size).toBe(305)
    for (const { eventId, salt, hash: own } of leaves) {
      expect(hex(own)).toBe(leafOf(salt, JSON.stringify({ id: eventId })))
    }
    expect(hex(head.root)).toBe(
      hex(rootOver(Buffer.concat(leaves.map((one) => one.hash)), hashing)),
    )
    const tree = treeOver(
      (level, place) => test.another.tile('school', HOUR, level, place),
      hashing,
    )
    for (const leafIndex of [0, 255, 256, 304]) {
      const path = await tree.inclusion(leafIndex, 305)
      const proof = { leafHash: leaves[leafIndex]!.hash, leafIndex, treeSize: 305, path }
      expect(isIncluded({ ...proof, root: head.root }, hashing)).toBe(true)
    }
    // Nothing changes it any more.
    expect(await test.mergeAt('05:00:00')).toEqual({ merged: 0 })
  })

  it('are the same however batches were cut, and after a kill at any write', async () => {
    const records = many(40)
    const roots = new Set<string>()
    for (let dies = 0; dies < 14; dies += 1) {
      const test = start()
      await test.trees.add(batchOf(records.slice(0, 25), undefined, 'one'))
      await test.trees.add(batchOf(records.slice(20), undefined, 'two'))
      const before = new Map(test.blobs.held)
      let writes = 0
      const dying = {
        ...test.blobs,
        async put(key: string, bytes: Uint8Array) {
          if (writes++ === dies) throw new Error('killed')
          await test.blobs.put(key, bytes)
        },
        async delete(key: string) {
          if (writes++ === dies) throw new Error('killed')
          await test.blobs.delete(key)
        },
      }
      test.clock.time = at('03:20:00')
      const killed = createTrees({ blobs: dying, clock: test.clock, log: silentLog })
      await killed.merge(1).catch(() => {})
      await test.trees.merge(1)
      const leaves = await leavesIn(test.trees)
      expect(leaves.map(({ eventId }) => eventId).toSorted()).toEqual(
        records.map(({ eventId }) => eventId).toSorted(),
      )
      expect(before.size).toBe(2)
      const { root, treeSize } = (await test.trees.head('school', HOUR))!
      expect(hex(root)).toBe(hex(rootOver(Buffer.concat(leaves.map((one) => one.hash)), hashing)))
      expect(treeSize).toBe(40)
      roots.add(leaves.map(({ eventId }) => eventId).join())
      expect(test.keys().filter((key) => key.startsWith('trees/batches/'))).toEqual([])
    }
    expect(roots.size).toBe(1)
  })

  it('have two leaves for what is kept as another text than was sent', async () => {
    const test = start()
    const sentSha256 = hash('sha256', '{\n"id": "e"}')
    await test.trees.add(batchOf([named('e', { raw: '{ "id": "e"}', sentSha256 })]))
    await test.mergeAt('03:10:00')
    const [first, second, ...more] = (await test.trees.find('school', ['e'], '')).get('e')!
    expect(more).toEqual([])
    expect([first!.of, hex(first!.hash)]).toEqual(['sent', leafOf(first!.salt, '{\n"id": "e"}')])
    expect([second!.of, hex(second!.hash)]).toEqual(['kept', leafOf(second!.salt, '{ "id": "e"}')])
  })

  it('take what comes late into the hour in which it comes, also past the door of a closed one', async () => {
    const test = start()
    await test.trees.add(batchOf([named('in time')]))
    test.clock.time = at('03:04:59')
    await test.trees.add(batchOf([named('a little late')]))
    test.clock.time = at('03:05:01')
    await test.trees.add(batchOf([named('late')]))
    await test.mergeAt('03:10:00')
    // A function that stood still for ten minutes before it wrote.
    test.clock.time = at('02:59:00')
    await test.trees.add(batchOf([named('very late')]))
    await test.mergeAt('03:20:00')
    await test.mergeAt('04:10:00')
    const hours = async (id: string) =>
      (await test.trees.find('school', [id], HOUR)).get(id)?.map(({ hour }) => hour.slice(-2))
    expect(await Promise.all(['in time', 'a little late', 'late', 'very late'].map(hours))).toEqual(
      [...[['02'], ['02'], ['03'], ['03']]],
    )
    const { items, nextCursor } = await test.trees.heads('school', { limit: 1 })
    expect([items[0]?.hour, nextCursor]).toEqual(['2026-11-30T03', '2026-11-30T03'])
    const page = await test.trees.heads('school', { limit: 9, cursor: nextCursor })
    expect(page.items.map(({ hour }) => hour)).toEqual([HOUR])
  })

  it('keep tenants apart, whatever tenants and events are called', async () => {
    const test = start()
    const names = ['a', 'a/b', 'ä', '__proto__', "x'y", 'a b']
    const ids = ['1', '\u0000', '~', '__proto__', '"', 'null', 'ü'.repeat(200), '\ud800']
    await test.trees.add(
      batchOf(names.flatMap((tenantId) => ids.map((id) => named(id, { tenantId })))),
    )
    await test.mergeAt('03:10:00')
    for (const tenantId of names) {
      const found = await test.trees.find(tenantId, [...ids, 'none'], '')
      expect([...found.keys()].toSorted()).toEqual(ids.toSorted())
      expect((await test.trees.head(tenantId, HOUR))?.treeSize).toBe(ids.length)
    }
    expect(await test.trees.head('b', HOUR)).toBeUndefined()
  })

  it('forget what is erased, also before its tree is there, and not what is put back', async () => {
    const test = start()
    await test.trees.add(batchOf(many(600)))
    await test.trees.add(batchOf([named('e-7', { tenantId: 'other' })]))
    await test.mergeAt('03:10:00')
    const before = await leavesIn(test.trees)
    expect(await test.trees.erase('school', ['e-7', 'e-599', 'none'])).toEqual({ removed: 2 })
    expect(await test.trees.erase('school', ['e-7', 'e-599'])).toEqual({ removed: 0 })
    const after = await leavesIn(test.another)
    expect(after.map((one) => hex(one.hash))).toEqual(before.map((one) => hex(one.hash)))
    expect(after.filter(({ salt }) => salt === undefined).length).toBe(2)
    expect((await test.trees.find('other', ['e-7'], '')).size).toBe(1)

    await test.trees.add(batchOf([named('waits')], at('03:11:00')))
    test.clock.time = at('03:12:00')
    await test.trees.erase('school', ['waits'])
    await test.trees.add(batchOf([named('waits', { raw: '{"by":"nobody"}' })], at('03:12:05')))
    await test.mergeAt('04:10:00')
    const hour = await leavesIn(test.trees, 'school', '2026-11-30T03')
    expect(hour.map(({ eventId }) => eventId).toSorted()).toEqual(['waits', undefined] as string[])
    // The note of it names them, and goes.
    await test.mergeAt('08:00:00')
    const text = test.keys().filter((key) => key.startsWith('trees/erased/'))
    expect(text).toEqual([])
  })

  it('forget what has lived its days, and at last all but size and root', async () => {
    const test = start()
    const classes = ['standard', 'sensitive'] as const
    await test.trees.add(batchOf(classes.map((one) => named(one, { retentionClass: one }))))
    await test.trees.add(batchOf([named('asked', { retentionDays: 10 })]))
    await test.mergeAt('03:10:00')
    const head = await test.trees.head('school', HOUR)
    const after = (count: number) => new Date(at('02:00:00') + count * DAY_MS)
    const left = async () =>
      (await leavesIn(test.trees)).flatMap(({ eventId }) => eventId ?? []).toSorted()
    expect(await test.trees.expire('school', after(9), days)).toEqual({ removed: 0 })
    expect(await test.trees.expire('other', after(5000), days)).toEqual({ removed: 0 })
    expect(await test.trees.expire('school', after(14), days)).toEqual({ removed: 1 })
    expect(await left()).toEqual(['sensitive', 'standard'])
    expect(await test.trees.expire('school', after(34), days)).toEqual({ removed: 1 })
    expect(await left()).toEqual(['standard'])
    expect((await test.trees.find('school', ['sensitive'], '')).size).toBe(0)
    await test.trees.expire('school', after(404), days)
    expect(await leavesIn(test.trees)).toEqual([])
    expect(await test.trees.head('school', HOUR)).toEqual(head!)
    expect(test.keys().filter((key) => key.startsWith('trees/hours/'))).toEqual([
      `trees/hours/school/${HOUR}/head`,
    ])
  })
})
