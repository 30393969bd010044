import { describe, expect, it } from 'bun:test'
import { createHash, hash } from 'node:crypto'
import type { EventRecord, RetentionClass } from '../../src/event/record'
import { isConsistent, isIncluded } from '../../src/merkle/check'
import { treeHashing } from '../../src/merkle/hashes'
import { rootOver, TILE, treeOver } from '../../src/merkle/tree'
import type { ChangeBatch } from '../../src/platform/change-feed'
import type { KeptLeaf, Trees } from '../../src/platform/trees'
import { aRecord } from '../support/records'

export interface OpenedTrees extends AsyncDisposable {
  trees: Trees
  /** Leaves no time for what is under way, and gives the trees as another process reads them. */
  reopen(): Promise<Trees>
}

const sha256 = (text: string | Uint8Array) => hash('sha256', text, 'buffer')
const hashing = treeHashing(sha256)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const days: Record<RetentionClass, number> = { standard: 400, sensitive: 30, pii: 30, system: 400 }

const HOUR = '2026-11-30T02'
const at = (time: string) => Date.parse(`2026-11-30T${time}.000Z`)
let batches = 0

export function batchOf(records: EventRecord[], storedAt = at('02:10:00')): ChangeBatch {
  batches += 1
  return {
    ...{ id: `batch-${batches}`, count: records.length, records: () => records },
    ...{ isWithin: () => true, storedAt: () => storedAt },
  }
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

/** The leaf of a text, worked out in another way than stores do. */
function leafOf(salt: Uint8Array | undefined, text: string): string {
  const leaf = createHash('sha256').update(Uint8Array.of(0)).update(salt!).update(sha256(text))
  return leaf.digest('hex')
}

/** @param create opens trees with none in them */
export function treesContract(name: string, create: () => Promise<OpenedTrees>) {
  describe(`${name} keeps the promises of trees`, () => {
    it('has a leaf for each record in its order, salted, and the root over all of them', async () => {
      await using opened = await create()
      const { trees } = opened
      // The sizes go past the edges of tiles, in batches of one record and of many.
      const records = many(2 * TILE + 3)
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [2, TILE],
        [TILE, TILE + 1],
        [TILE + 1, 515],
      ] as const) {
        await trees.add(batchOf(records.slice(from, to)))
      }
      const leaves = await leavesIn(trees)
      expect(leaves.map(({ eventId }) => eventId)).toEqual(records.map(({ eventId }) => eventId))
      expect(leaves.map(({ index }) => index)).toEqual([...records.keys()])
      expect(leaves.map((leaf) => hex(leaf.hash))).toEqual(
        leaves.map(({ salt }, place) => leafOf(salt, records[place]!.raw)),
      )
      expect(new Set(leaves.map(({ salt }) => hex(salt!))).size).toBe(records.length)
      const head = await trees.head('school', HOUR)
      const root = rootOver(Buffer.concat(leaves.map((leaf) => leaf.hash)), hashing)
      expect(head).toEqual({
        hour: HOUR,
        treeSize: records.length,
        root: expect.anything(),
        isClosed: false,
      })
      expect(hex(head!.root)).toBe(hex(root))
      const tree = treeOver((level, place) => trees.tile('school', HOUR, level, place), hashing)
      for (const leafIndex of [0, 255, 256, 514]) {
        const path = await tree.inclusion(leafIndex, records.length)
        const proof = {
          leafHash: leaves[leafIndex]!.hash,
          leafIndex,
          treeSize: records.length,
          path,
          root,
        }
        expect(isIncluded(proof, hashing)).toBe(true)
      }
      const part = []
      for await (const some of trees.leaves('school', HOUR, { from: 255, to: 258 }))
        part.push(...some)
      expect(part.map(({ index }) => index)).toEqual([255, 256, 257])
    })

    it('grows without changing what it was', async () => {
      await using opened = await create()
      await opened.trees.add(batchOf(many(300)))
      const from = (await opened.trees.head('school', HOUR))!
      const reopened = await opened.reopen()
      expect(await reopened.head('school', HOUR)).toEqual(from)
      await reopened.add(batchOf(many(400, {}, 'f')))
      const to = (await reopened.head('school', HOUR))!
      const tree = treeOver((level, place) => reopened.tile('school', HOUR, level, place), hashing)
      const path = await tree.consistency(from.treeSize, to.treeSize)
      expect([from.treeSize, to.treeSize]).toEqual([300, 700])
      expect(isConsistent({ from, to, path }, hashing)).toBe(true)
    })

    it('adds nothing when the same batch comes again, in this process or the next', async () => {
      await using opened = await create()
      const batch = batchOf(many(5))
      await opened.trees.add(batch)
      await opened.trees.add(batch)
      const reopened = await opened.reopen()
      await reopened.add(batch)
      expect((await reopened.head('school', HOUR))?.treeSize).toBe(5)
    })

    it('has two leaves for what is kept as another text than was sent', async () => {
      await using opened = await create()
      const sent = '{\n"id": "e"}'
      await opened.trees.add(
        batchOf([named('e', { raw: '{ "id": "e"}', sentSha256: hash('sha256', sent) })]),
      )
      const [first, second, ...more] = await leavesIn(opened.trees)
      expect(more).toEqual([])
      expect([first!.of, hex(first!.hash)]).toEqual(['sent', leafOf(first!.salt, sent)])
      expect([second!.of, hex(second!.hash)]).toEqual([
        'kept',
        leafOf(second!.salt, '{ "id": "e"}'),
      ])
      const found = await opened.trees.find('school', ['e'], '')
      expect(found.get('e')?.map((leaf) => leaf.of)).toEqual(['sent', 'kept'])
    })

    it('keeps tenants and hours apart, whatever tenants and events are called', async () => {
      await using opened = await create()
      const names = ['a', 'a/b', 'ä', '__proto__', "x'y", 'a b']
      const ids = ['1', '\u0000', '~', '__proto__', '"', 'null', 'ü'.repeat(200)]
      const records = names.flatMap((tenantId) =>
        ids.map((eventId) => named(eventId, { tenantId })),
      )
      await opened.trees.add(batchOf(records))
      await opened.trees.add(batchOf([named('later', { tenantId: 'a' })], at('03:00:00')))
      for (const tenantId of names) {
        const found = await opened.trees.find(tenantId, [...ids, 'later', 'none'], '')
        expect([...found.keys()].toSorted()).toEqual(
          [...ids, ...(tenantId === 'a' ? ['later'] : [])].toSorted(),
        )
        expect([...found.values()].flat().every(({ salt }) => salt?.length === 16)).toBe(true)
        expect((await opened.trees.head(tenantId, HOUR))?.treeSize).toBe(ids.length)
      }
      expect(await opened.trees.head('b', HOUR)).toBeUndefined()
      expect(await opened.trees.head('a', '2026-11-30T04')).toBeUndefined()
      expect((await opened.trees.find('a', ['1'], '2026-11-30T03')).size).toBe(0)
      expect((await opened.trees.find('a', ['later'], '', '2026-11-30T03')).size).toBe(0)
      const { items } = await opened.trees.heads('a', { limit: 10 })
      expect(items.map(({ hour }) => hour)).toEqual(['2026-11-30T03', HOUR])
    })

    it('lists heads by pages, newest first, within bounds', async () => {
      await using opened = await create()
      for (const hour of [1, 2, 3, 4, 5]) {
        await opened.trees.add(batchOf([named(`e-${hour}`)], at(`0${hour}:00:00`)))
      }
      const seen: string[][] = []
      for (let cursor: string | undefined; ; ) {
        const page = await opened.trees.heads('school', { limit: 2, cursor })
        seen.push(page.items.map(({ hour }) => hour.slice(-2)))
        cursor = page.nextCursor
        if (cursor === undefined) break
      }
      expect(seen).toEqual([['05', '04'], ['03', '02'], ['01']])
      const bounds = { from: '2026-11-30T02', until: '2026-11-30T04' }
      const { items } = await opened.trees.heads('school', { limit: 9, ...bounds })
      expect(items.map(({ hour }) => hour.slice(-2))).toEqual(['03', '02'])
    })

    it('closes an hour for good: what comes late is in the next', async () => {
      await using opened = await create()
      const { trees } = opened
      await trees.add(batchOf(many(3)))
      expect(await trees.closable(HOUR)).toEqual([])
      expect(await trees.closable('2026-11-30T03')).toEqual([{ tenantId: 'school', hour: HOUR }])
      const grown = (await trees.head('school', HOUR))!
      const closed = await trees.close('school', HOUR)
      expect(closed).toEqual({ ...grown, isClosed: true })
      expect(await trees.closable('2026-11-30T03')).toEqual([])
      // A clock that was set back, and one that stands.
      await trees.add(batchOf([named('late')], at('01:59:00')))
      const reopened = await opened.reopen()
      await reopened.add(batchOf([named('later')]))
      expect(await reopened.head('school', HOUR)).toEqual(closed)
      expect(await reopened.close('school', HOUR)).toEqual(closed)
      expect((await reopened.find('school', ['late'], '')).get('late')?.[0]?.hour).toBe(
        '2026-11-30T03',
      )
      expect((await reopened.head('school', '2026-11-30T03'))?.treeSize).toBe(2)
      expect(await reopened.close('school', '2020-01-01T00')).toBeUndefined()
      // Whoever closes an hour closes what grew before it, or the roots would not be in their order.
      await reopened.add(batchOf([named('noon')], at('12:00:00')))
      await reopened.close('school', '2026-11-30T12')
      expect((await reopened.head('school', '2026-11-30T03'))?.isClosed).toBe(true)
    })

    it('forgets ids and salts of erased events; all hashes and roots stay', async () => {
      await using opened = await create()
      const { trees } = opened
      await trees.add(batchOf(many(600)))
      await trees.add(batchOf([named('e-7', { tenantId: 'other' })]))
      const head = await trees.head('school', HOUR)
      const before = await leavesIn(trees)
      expect(await trees.erase('school', ['e-7', 'e-599', 'none'])).toEqual({ removed: 2 })
      expect(await trees.erase('school', ['e-7', 'e-599', 'none'])).toEqual({ removed: 0 })
      // It goes on growing after it, and a process that starts anew has nothing of them either.
      await trees.add(batchOf([named('e-7', { raw: '{"again":true}' })]))
      const reopened = await opened.reopen()
      const after = await leavesIn(reopened)
      expect(after.slice(0, 600).map((leaf) => hex(leaf.hash))).toEqual(
        before.map((leaf) => hex(leaf.hash)),
      )
      expect(
        after
          .filter(({ salt }) => salt === undefined)
          .map(({ index, eventId }) => [index, eventId]),
      ).toEqual([
        [7, undefined],
        [599, undefined],
      ])
      const found = await reopened.find('school', ['e-7', 'e-599', 'e-8'], '')
      expect([...found].map(([id, leaves]) => [id, leaves.map(({ index }) => index)])).toEqual([
        ['e-8', [8]],
        ['e-7', [600]],
      ])
      expect((await reopened.find('other', ['e-7'], '')).size).toBe(1)
      const tree = treeOver((level, place) => reopened.tile('school', HOUR, level, place), hashing)
      expect(hex(await tree.root(600))).toBe(hex(head!.root))
    })

    it('forgets what has lived its days, and at last all but size and root', async () => {
      await using opened = await create()
      const { trees } = opened
      const classes = ['standard', 'sensitive'] as const
      await trees.add(
        batchOf(classes.map((retentionClass) => named(retentionClass, { retentionClass }))),
      )
      await trees.add(batchOf([named('asked', { retentionDays: 10 })]))
      const after = (count: number) => new Date(at('02:00:00') + count * 24 * 60 * 60 * 1000)
      const left = async () => (await leavesIn(trees)).flatMap(({ eventId }) => eventId ?? [])
      // An hour that is not closed is not done with.
      expect(await trees.expire('school', after(5000), days)).toEqual({ removed: 0 })
      const closed = await trees.close('school', HOUR)
      expect(await trees.expire('school', after(9), days)).toEqual({ removed: 0 })
      expect(await trees.expire('other', after(5000), days)).toEqual({ removed: 0 })
      expect(await trees.expire('school', after(14), days)).toEqual({ removed: 1 })
      expect(await left()).toEqual(['standard', 'sensitive'])
      expect(await trees.expire('school', after(34), days)).toEqual({ removed: 1 })
      expect(await left()).toEqual(['standard'])
      expect((await leavesIn(trees)).length).toBe(3)
      expect(await trees.expire('school', after(404), days)).toEqual({ removed: 1 })
      expect(await leavesIn(trees)).toEqual([])
      expect(await trees.tile('school', HOUR, 0, 0)).toBeUndefined()
      expect(await trees.head('school', HOUR)).toEqual(closed)
      expect(await trees.expire('school', after(404), days)).toEqual({ removed: 0 })
    })
  })
}
