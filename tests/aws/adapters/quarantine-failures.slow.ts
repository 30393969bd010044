import { describe, expect, it } from 'bun:test'
import { StorageError } from '../../../src/error/storage-error'
import type { BlobStore } from '../../../src/platform/blob-store'
import type { Fault } from '../../support/aws/faults'
import { aLargeText, anItem, countedAnew, openQuarantine, some } from '../../support/aws/quarantine'

const roomy = { maxItems: 1000, maxBytes: 1e7 }

/** Lets so many transactions through, and the rest fail. */
const after = (transactions: number, fault: Fault) => (command: string, nth: number) =>
  command === 'TransactWriteItemsCommand' && nth > transactions ? fault : undefined

const once = (fault: Fault) => (command: string, nth: number) =>
  command === 'TransactWriteItemsCommand' && nth === 1 ? fault : undefined

describe('a quarantine that many fill at once', () => {
  it('never has more of a source than it may', async () => {
    await using opened = await openQuarantine()
    const { store, createStore } = opened
    const limits = { maxItems: 5, maxBytes: 1e6 }
    const puts = some(12).map((item) => createStore().put([item], limits))
    const results = await Promise.allSettled(puts)
    const kept = results.filter(({ status }) => status === 'fulfilled')
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(kept).toHaveLength(5)
    for (const one of refused) expect(one).toHaveProperty('reason.code', 'quarantine_full')
    expect((await store.list('school', { limit: 100 })).items).toHaveLength(5)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  // The second transaction of these begins by saving a text: the moment at which others come in.
  const several = [...some(32, 100), anItem(132, { raw: aLargeText() })]

  it('has nothing of a call that finds no room on its way', async () => {
    await using opened = await openQuarantine()
    const { store, createStore, blobs } = opened
    const limits = { maxItems: 50, maxBytes: 1e6 }
    const put: BlobStore['put'] = async (...text) => {
      await store.put(some(18), limits)
      await blobs.put(...text)
    }
    const refused = createStore({ blobs: { ...blobs, put } }).put(several, limits)
    await expect(refused).rejects.toThrow('would have 51 items')
    const { items } = await store.list('school', { limit: 1000, order: 'oldest' })
    expect(items).toEqual(some(18))
    expect(await blobs.list('quarantine/', 10)).toEqual([])
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('keeps nothing of what follows a body that another has let go meanwhile', async () => {
    await using opened = await openQuarantine()
    const { store, createStore, blobs } = opened
    await store.put([anItem(0, { scope: 'body' })])
    const put: BlobStore['put'] = async (...text) => {
      await store.release('school', 'q_0', [anItem(1)])
      await blobs.put(...text)
    }
    const later = createStore({ blobs: { ...blobs, put } })
    expect(await later.release('school', 'q_0', several, roomy)).toBe(false)
    expect((await store.list('school', { limit: 1000 })).items).toEqual([anItem(1)])
    expect(await blobs.list('quarantine/', 10)).toEqual([])
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('keeps all that follows a body when another has let it go meanwhile with the same', async () => {
    await using opened = await openQuarantine()
    const { store, createStore, blobs } = opened
    await store.put([anItem(0, { scope: 'body' })])
    const put: BlobStore['put'] = async (...text) => {
      expect(await store.release('school', 'q_0', several)).toBe(true)
      await blobs.put(...text)
    }
    const later = createStore({ blobs: { ...blobs, put } })
    expect(await later.release('school', 'q_0', several, roomy)).toBe(false)
    const { items } = await store.list('school', { limit: 1000, order: 'oldest' })
    expect(items.toSorted((a, b) => a.index - b.index)).toEqual(several)
    expect(await blobs.list('quarantine/', 10)).toHaveLength(1)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('keeps an item once that comes several times at once, and no text of the others', async () => {
    await using opened = await openQuarantine()
    const { store, createStore, blobs } = opened
    const large = anItem(1, { raw: aLargeText() })
    await Promise.all([1, 2, 3, 4].map(() => createStore().put([large, anItem(2)], roomy)))
    expect((await store.list('school', { limit: 10 })).items).toHaveLength(2)
    expect(await blobs.list('quarantine/', 10)).toHaveLength(1)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('counts right what is amended and released at once', async () => {
    await using opened = await openQuarantine()
    const { store, createStore } = opened
    await store.put(some(2))
    const said = (code: string) => ({ errors: [{ path: [], message: code, code }] })
    const done = await Promise.all([
      ...['one', 'another'].map((code) => createStore().amend('school', 'q_0', said(code))),
      ...[1, 2, 3].map(() => createStore().release('school', 'q_1', [anItem(5)])),
    ])
    expect(done.slice(0, 2)).toEqual([true, true])
    expect(done.slice(2).filter(Boolean)).toEqual([true])
    const { items } = await store.list('school', { limit: 10 })
    expect(items.map(({ quarantineId }) => quarantineId).sort()).toEqual(['q_0', 'q_5'])
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })
})

describe('a quarantine whose table fails', () => {
  for (const fault of ['lost-reply', 'conflict', 'throttled', 'broken', 'unreachable'] as const) {
    it(`does once what it was asked when it is ${fault} at first`, async () => {
      await using opened = await openQuarantine()
      const { store } = opened
      await (await opened.failing(once(fault))).put([anItem(0), anItem(1)], roomy)
      const errors = [{ path: [], message: 'Taken', code: 'conflict' }]
      expect(await (await opened.failing(once(fault))).amend('school', 'q_0', { errors })).toBe(
        true,
      )
      const follower = await opened.failing(once(fault))
      expect(await follower.release('school', 'q_1', [anItem(2)], roomy)).toBe(true)
      const { items } = await store.list('school', { limit: 10 })
      expect(items).toEqual([anItem(2), anItem(0, { errors })])
      expect(await store.usage('school')).toEqual(await countedAnew(store))
    })
  }

  const lasting: [fault: Fault, isRetriable: boolean][] = [
    ['throttled', true],
    ['conflict', true],
    ['unreachable', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of lasting) {
    it(`throws a storage error and changes nothing when it stays ${fault}`, async () => {
      await using opened = await openQuarantine()
      const { store } = opened
      await store.put([anItem(0)])
      const failing = await opened.failing(after(0, fault))
      const calls = [
        failing.put([anItem(1)], roomy),
        failing.amend('school', 'q_0', { errors: [] }),
        failing.release('school', 'q_0', [anItem(2)]),
      ]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable } })
        expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
      }
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(0)])
    })
  }

  it('throws a storage error when it cannot be read either', async () => {
    await using opened = await openQuarantine()
    const failing = await opened.failing(() => 'unreachable')
    const calls = [
      failing.get('school', 'q_0'),
      failing.list('school', { limit: 1 }),
      failing.usage('school'),
      failing.usage('school', 'moodle'),
      failing.countCrowded(roomy, 1),
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
    }
  })

  it('finishes by a second try what broke off between two transactions', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    await (await opened.failing(after(1, 'unreachable'))).put(some(40), roomy).catch(() => {})
    expect((await store.list('school', { limit: 100 })).items).toHaveLength(32)
    await store.put(some(40), roomy)
    expect((await store.list('school', { limit: 100 })).items).toHaveLength(40)
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })

  it('still holds a body when what follows it broke off, and lets it go by a second try', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    const body = anItem(0, { scope: 'body' })
    await store.put([body])
    const broken = await opened.failing(after(1, 'unreachable'))
    const failure = broken.release('school', 'q_0', some(40, 1), roomy)
    expect(await failure.catch((error: unknown) => error)).toBeInstanceOf(StorageError)
    expect(await store.get('school', 'q_0')).toEqual(body)

    expect(await store.release('school', 'q_0', some(40, 1), roomy)).toBe(true)
    const { items } = await store.list('school', { limit: 100, order: 'oldest' })
    expect(items).toEqual(some(40, 1))
    expect(await store.usage('school')).toEqual(await countedAnew(store))
  })
})

describe('a quarantine whose bucket fails', () => {
  const fails = () => Promise.reject(new StorageError('no bucket', { isRetriable: true }))
  const large = anItem(1, { raw: aLargeText() })

  it('keeps nothing of an item whose text cannot be saved', async () => {
    await using opened = await openQuarantine()
    const blobs: BlobStore = { ...opened.blobs, put: fails }
    const failure = opened.createStore({ blobs }).put([large, anItem(2)], roomy)
    expect(await failure.catch((error: unknown) => error)).toBeInstanceOf(StorageError)
    expect(await opened.store.usage('school')).toEqual([])
  })

  it('forgets an item also when its text cannot be deleted', async () => {
    await using opened = await openQuarantine()
    const { store } = opened
    await store.put([large])
    const blobs: BlobStore = { ...opened.blobs, delete: fails }
    expect(await opened.createStore({ blobs }).release('school', 'q_1')).toBe(true)
    expect(await store.get('school', 'q_1')).toBeUndefined()
    expect(await opened.dump()).not.toContain('textKey') // without which the blob is noise
  })
})
