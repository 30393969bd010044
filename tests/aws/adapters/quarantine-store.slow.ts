import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { openDatabase } from '../../../src/platform/local/database'
import {
  createQuarantineStore as createLocal,
  quarantineSchema,
} from '../../../src/platform/local/quarantine-store'
import type { QuarantineStore } from '../../../src/platform/quarantine-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { quarantineStoreContract } from '../../contracts/quarantine-store.contract'
import { aLargeText, anItem, countedAnew, openQuarantine, some } from '../../support/aws/quarantine'

quarantineStoreContract('DynamoDB with S3', openQuarantine)

describe('a large item in quarantine', () => {
  const raw = aLargeText()
  const large = anItem(1, { raw })

  it('has its text in the bucket, unreadable without its item, for as long as it is held', async () => {
    await using opened = await openQuarantine()
    const { store, blobs } = opened
    await store.put([large, anItem(2)])
    expect(await store.get('school', 'q_1')).toEqual(large)
    expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(2), large])
    const [blob, ...others] = await blobs.list('quarantine/', 10)
    expect(others).toEqual([])
    const stored = Buffer.from((await blobs.get(blob!.key))!).toString('latin1')
    expect(stored).not.toContain(raw.slice(0, 20))
    expect(await opened.dump()).not.toContain(raw.slice(0, 20))

    await store.release('school', 'q_1')
    expect(await blobs.list('quarantine/', 10)).toEqual([])
  })

  it('has one text, the newest, after it was put again and amended', async () => {
    await using opened = await openQuarantine()
    const { store, blobs } = opened
    await store.put([large])
    await store.put([{ ...large, receivedAt: '2026-11-22T00:00:00.000Z' }])
    const errors = [{ path: [], message: 'Taken', code: 'conflict' }]
    await store.amend('school', 'q_1', { errors })
    expect(await store.get('school', 'q_1')).toEqual({ ...large, errors })
    expect(await blobs.list('quarantine/', 10)).toHaveLength(1)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('leaves no text when there is no room for it', async () => {
    await using opened = await openQuarantine()
    const { store, blobs } = opened
    const limits = { maxItems: 40, maxBytes: raw.length }
    await expect(store.put([large], limits)).rejects.toThrow('would have')
    expect(await blobs.list('quarantine/', 10)).toEqual([])
  })

  it('whose text is lost is a storage error, not an item without one', async () => {
    await using opened = await openQuarantine()
    const { store, blobs } = opened
    await store.put([large])
    const [blob] = await blobs.list('quarantine/', 1)
    await blobs.delete(blob!.key)
    await expect(store.get('school', 'q_1')).rejects.toThrow('the text of quarantined item q_1')
    await expect(store.list('school', { limit: 1 })).rejects.toThrow('q_1 is missing')
  })
})

describe('more items than a transaction takes', () => {
  it('are all kept, in order, or none', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    const limits = { maxItems: 100, maxBytes: 1e6 }
    await store.put(some(70), limits)
    expect((await store.list('school', { limit: 100, order: 'oldest' })).items).toEqual(some(70))
    await expect(store.put(some(40, 60), limits)).resolves.toBeUndefined() // 60–69 are held
    await expect(store.put(some(33, 200), limits)).rejects.toThrow('would have 133 items')
    expect(await store.usage('school')).toEqual(await countedAnew(store))
    expect((await store.usage('school'))[0]).toHaveProperty('items', 100)
  })

  it('follow a body in the breath that forgets it, and have the room it had', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    const body = anItem(0, { scope: 'body' })
    await store.put([body, ...some(2, 1)])
    const follow = (count: number, maxItems: number) =>
      store.release('school', 'q_0', some(count, 100), { maxItems, maxBytes: 1e6 })
    await expect(follow(70, 71)).rejects.toHaveProperty('code', 'quarantine_full')
    expect((await store.list('school', { limit: 100 })).items).toHaveLength(3)
    expect(await store.get('school', 'q_0')).toEqual(body)

    expect(await follow(70, 72)).toBe(true)
    const { items } = await store.list('school', { limit: 100, order: 'oldest' })
    expect(items).toEqual([...some(2, 1), ...some(70, 100)])
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('need no more bytes than are there once the body is gone', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    const body = anItem(0, { scope: 'body', raw: 'x'.repeat(20_000) })
    await store.put([body])
    const followers = some(40, 1)
    const bytes = followers.reduce((sum, item) => sum + JSON.stringify(item).length, 0)
    const follow = (maxBytes: number) =>
      store.release('school', 'q_0', followers, { maxItems: 1000, maxBytes })
    await expect(follow(bytes - 1)).rejects.toHaveProperty('code', 'quarantine_full')
    expect(await follow(bytes)).toBe(true)
    expect(await store.usage('school')).toEqual([{ sourceId: 'moodle', items: 40, bytes }])
  })

  it('may be the very item that they follow, among others', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    await store.put([anItem(0)])
    const again = anItem(0, { raw: 'as it is now' })
    expect(await store.release('school', 'q_0', [again, ...some(40, 1)])).toBe(true)
    expect(await store.get('school', 'q_0')).toEqual(again)
    expect((await store.list('school', { limit: 100 })).items).toHaveLength(41)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })
})

describe('a quarantine in DynamoDB', () => {
  const id = fc.integer({ min: 0, max: 5 })
  const item = fc
    .record({ id, isOther: fc.boolean(), raw: fc.constantFrom('{', '"\u00e9\u0000"') })
    .map(({ id, isOther, raw }) => anItem(id, { sourceId: isOther ? 'canvas' : 'moodle', raw }))
  const items = fc.array(item, { maxLength: 4 })
  const limits = fc.option(fc.constant({ maxItems: 3, maxBytes: 1e6 }), { nil: undefined })
  const said = fc.constantFrom('conflict', 'too_deep').map((code) => ({
    errors: [{ path: [], message: 'Amended', code }],
  }))
  type Act = (store: QuarantineStore) => Promise<unknown>
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.tuple(items, limits).map(
      ([i, l]): Act =>
        (store) =>
          store.put(i, l),
    ),
    fc.tuple(id, said).map(
      ([n, s]): Act =>
        (store) =>
          store.amend('school', `q_${n}`, s),
    ),
    fc.tuple(id, items, limits).map(
      ([n, i, l]): Act =>
        (store) =>
          store.release('school', `q_${n}`, i, l),
    ),
  )

  it('answers whatever it is asked as the one in SQLite does', async () => {
    await using opened = await openQuarantine()
    const tokens = createTokenSigner(new Uint8Array(32))
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
        const db = openDatabase(':memory:', quarantineSchema)
        const local = createLocal(db, tokens)
        for (const one of (await opened.store.list('school', { limit: 1000 })).items) {
          await opened.store.release('school', one.quarantineId)
        }
        for (const one of acts) {
          const [expected] = await Promise.allSettled([one(local)])
          const [answer] = await Promise.allSettled([one(opened.store)])
          expect(answer).toEqual(expected)
        }
        const all = { limit: 1000 }
        expect(await opened.store.list('school', all)).toEqual(await local.list('school', all))
        expect(await opened.store.usage('school')).toEqual(await local.usage('school'))
        db.close()
      }),
      // To make what fails shorter would take longer than the time there is.
      { numRuns: 40, endOnFailure: true },
    )
  })
})
