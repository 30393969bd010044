import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { AppError } from '../../src/error/app-error'
import type {
  QuarantinedItem,
  QuarantineFilter,
  QuarantineStore,
} from '../../src/platform/quarantine-store'
import { itErasesQuarantined } from './quarantine-erasure.contract'

type Opened = { store: QuarantineStore } & AsyncDisposable

export function anItem(number: number, fields: Partial<QuarantinedItem> = {}): QuarantinedItem {
  return {
    quarantineId: `q_${number}`,
    tenantId: 'school',
    sourceId: 'moodle',
    standard: 'caliper',
    scope: 'item',
    index: number,
    id: 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c',
    errors: [{ path: ['data', number, 'type'], message: 'Required', code: 'required', spec: '4' }],
    receivedAt: `2026-11-21T09:30:00.${String(number).padStart(3, '0')}Z`,
    server: { subject: 'key_1', ip: '192.0.2.1', requestId: 'r1' },
    context: { dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2' },
    raw: '{"actor": "Zoë \\u0000 \ud83d\ude00"}',
    ...fields,
  }
}

const some = (count: number) => Array.from({ length: count }, (_, number) => anItem(number))

export function quarantineStoreContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the quarantine store's promises`, () => {
    itErasesQuarantined(create, anItem)

    it('gives back every field of what it was given', async () => {
      await using opened = await create()
      const { store } = opened
      const { id: _, ...withoutId } = anItem(2, { scope: 'body', raw: '\u0000 not JSON' })
      const repair = { by: 'key_2', at: '2026-11-21T10:00:00.000Z', paths: ['/data/0/type'] }
      await store.put([anItem(1), withoutId, anItem(4, { repair })])
      expect(await store.get('school', 'q_4')).toEqual(anItem(4, { repair }))
      expect(await store.get('school', 'q_1')).toEqual(anItem(1))
      expect(await store.get('school', 'q_2')).toEqual(withoutId)
      expect(await store.get('school', 'q_3')).toBeUndefined()
    })

    it('changes nothing when an id is put again', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put([])
      await store.put([anItem(1)])
      await store.put([anItem(1, { raw: 'other' }), anItem(2)])
      expect(await store.get('school', 'q_1')).toEqual(anItem(1))
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(2), anItem(1)])
    })

    it('lists newest first, page by page, each once while others arrive', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(5))
      const first = await store.list('school', { limit: 2 })
      expect(first.items).toEqual([anItem(4), anItem(3)])

      await store.put([anItem(9)])
      const second = await store.list('school', { limit: 2, cursor: first.nextCursor })
      expect(second.items).toEqual([anItem(2), anItem(1)])
      const third = await store.list('school', { limit: 2, cursor: second.nextCursor })
      expect(third).toEqual({ items: [anItem(0)] })
    })

    it('has no next page when the last one is full', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(2))
      expect(await store.list('school', { limit: 2 })).toEqual({ items: [anItem(1), anItem(0)] })
    })

    it('refuses a cursor that was altered or belongs to another tenant', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put([...some(3), anItem(7, { tenantId: 'other' })])
      const { nextCursor = '' } = await store.list('school', { limit: 1 })
      const asks = [
        store.list('school', { limit: 1, cursor: `x${nextCursor}` }),
        store.list('school', { limit: 1, cursor: 'nonsense' }),
        store.list('other', { limit: 1, cursor: nextCursor }),
      ]
      for (const ask of asks) {
        const refusal = await ask.catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(AppError)
        expect(refusal).toHaveProperty('code', 'invalid_cursor')
      }
    })

    it('keeps tenants apart', async () => {
      await using opened = await create()
      const { store } = opened
      const foreign = anItem(1, { tenantId: 'other', raw: 'theirs' })
      await store.put([anItem(1), foreign])
      expect(await store.get('other', 'q_1')).toEqual(foreign)
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(1)])
      expect(await store.list('third', { limit: 10 })).toEqual({ items: [] })
      expect(await store.release('third', 'q_1')).toBe(false)
      expect(await store.release('other', 'q_1')).toBe(true)
      expect(await store.get('school', 'q_1')).toEqual(anItem(1))
    })

    it('forgets what was released, once', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(2))
      expect(await store.release('school', 'q_0')).toBe(true)
      expect(await store.release('school', 'q_0')).toBe(false)
      expect(await store.get('school', 'q_0')).toBeUndefined()
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(1)])
    })

    const three = [
      anItem(1),
      anItem(2, { sourceId: 'canvas', scope: 'body', standard: 'native' }),
      anItem(3, {
        errors: [...anItem(3).errors, { path: [], message: 'Taken', code: 'conflict' }],
      }),
    ]
    const filters: [filter: QuarantineFilter, found: number[]][] = [
      [{}, [3, 2, 1]],
      [{ sourceId: 'moodle' }, [3, 1]],
      [{ sourceId: 'nobody' }, []],
      [{ sourceIds: ['canvas'] }, [2]],
      [{ sourceIds: ['moodle', 'canvas', 'nobody'] }, [3, 2, 1]],
      [{ sourceIds: Array.from({ length: 100 }, (_, n) => `source-${n}`) }, []],
      [{ sourceIds: ['canvas', 'x'], code: 'required', scope: 'body' }, [2]],
      [{ standard: 'native' }, [2]],
      [{ scope: 'item' }, [3, 1]],
      [{ code: 'conflict' }, [3]],
      [{ code: 'required' }, [3, 2, 1]],
      [{ code: 'conf' }, []],
      [{ code: 'required","conflict' }, []],
      [{ from: '2026-11-21T09:30:00.002Z' }, [3, 2]],
      [{ to: '2026-11-21T09:30:00.002Z' }, [1]],
      [{ sourceId: 'moodle', code: 'required', from: '2026-11-21T09:30:00.002Z' }, [3]],
    ]
    for (const [filter, found] of filters) {
      it(`finds ${found.length} of three by ${JSON.stringify(filter)}`, async () => {
        await using opened = await create()
        const { store } = opened
        await store.put(three)
        const { items } = await store.list('school', { limit: 10 }, filter)
        expect(items.map(({ index }) => index)).toEqual(found)
      })
    }

    it('gives everything but the text of each item in summaries, in the same pages', async () => {
      await using opened = await create()
      const { store } = opened
      // One of a kilobyte, one that no table takes, and one that was amended since.
      const raws = ['x'.repeat(1000), randomBytes(200_000).toString('base64'), '\u0000 \ud800']
      const items = raws.map((raw, number) => anItem(number, { raw }))
      await store.put(items)
      const lastReplay = { at: '2026-11-22T00:00:00.000Z', errors: anItem(2).errors }
      await store.amend('school', 'q_2', { errors: [], lastReplay })
      items[2] = { ...items[2]!, errors: [], lastReplay }
      const expected = items.map(({ raw, ...rest }) => ({ ...rest, length: raw.length }))

      const first = await store.summaries('school', { limit: 2 })
      expect(first.items).toEqual(expected.slice(1).toReversed())
      const { nextCursor: cursor } = first
      const second = await store.summaries('school', { limit: 2, cursor })
      expect(second).toEqual({ items: [expected[0]!] })
      expect(await store.list('school', { limit: 2, cursor })).toEqual({ items: [items[0]!] })
      expect(await store.summaries('school', { limit: 9 }, { sourceId: 'nobody' })).toEqual({
        items: [],
      })
    })

    it('ends a page by its bytes, though never without an item, and goes on behind it', async () => {
      await using opened = await create()
      const { store } = opened
      const sizes = [1500, 20_000, 300, 400, 12_000, 11_000]
      await store.put(sizes.map((size, number) => anItem(number, { raw: 'x'.repeat(size) })))
      const sizesOf = async (read: 'list' | 'summaries', maxBytes: number) => {
        const pages: number[][] = []
        let cursor: string | undefined
        do {
          const page = { limit: 3, maxBytes, cursor, order: 'oldest' } as const
          const { items, nextCursor } = await store[read]('school', page)
          pages.push(items.map(({ index }) => index))
          cursor = nextCursor
        } while (cursor !== undefined)
        return pages
      }
      expect(await sizesOf('list', 15_000)).toEqual([[0], [1], [2, 3, 4], [5]])
      expect(await sizesOf('list', 10)).toEqual([[0], [1], [2], [3], [4], [5]])
      // Of a summary, what its text has does not count.
      const about = (await store.summaries('school', { limit: 1 })).items.map(
        ({ length: _, ...rest }) => JSON.stringify(rest).length,
      )
      expect(await sizesOf('summaries', about[0]! * 2.5)).toEqual([
        [0, 1],
        [2, 3],
        [4, 5],
      ])
    })

    it('lists oldest first when asked, each once while those before it go', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(5))
      const page = { limit: 2, order: 'oldest' } as const
      const first = await store.list('school', page)
      expect(first.items).toEqual([anItem(0), anItem(1)])
      await store.release('school', 'q_0')
      await store.release('school', 'q_1')
      const second = await store.list('school', { ...page, cursor: first.nextCursor })
      expect(second.items).toEqual([anItem(2), anItem(3)])
    })

    it('refuses a cursor of another order or filter', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(3))
      const { nextCursor: cursor } = await store.list('school', { limit: 1 })
      for (const ask of [
        store.list('school', { limit: 1, cursor, order: 'oldest' }),
        store.list('school', { limit: 1, cursor }, { scope: 'item' }),
      ]) {
        expect(await ask.catch((error: unknown) => error)).toHaveProperty('code', 'invalid_cursor')
      }
    })

    it('replaces what is said of an item, and finds it by that; not the item, nor its place', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put(some(2))
      const errors = [{ path: [], message: 'Taken', code: 'conflict' }]
      const lastReplay = { at: '2026-11-22T00:00:00.000Z', errors }
      expect(await store.amend('school', 'q_0', { errors, lastReplay })).toBe(true)
      const amended = anItem(0, { errors, lastReplay })
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(1), amended])
      expect((await store.list('school', { limit: 10 }, { code: 'conflict' })).items).toEqual([
        amended,
      ])
      expect(await store.amend('school', 'q_9', { errors })).toBe(false)
      expect(await store.amend('other', 'q_0', { errors })).toBe(false)
    })

    it('keeps what became of an item in the breath that forgets it, or does neither', async () => {
      await using opened = await create()
      const { store } = opened
      await store.put([anItem(0)])
      expect(await store.release('school', 'q_0', [anItem(1), anItem(2)])).toBe(true)
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(2), anItem(1)])
      expect(await store.release('school', 'q_0', [anItem(3)])).toBe(false)
      expect(await store.get('school', 'q_3')).toBeUndefined()

      const limits = { maxItems: 2, maxBytes: 1e6 }
      const refusal = await store
        .release('school', 'q_1', [anItem(4), anItem(5)], limits)
        .catch((error: unknown) => error)
      expect(refusal).toHaveProperty('code', 'quarantine_full')
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(2), anItem(1)])
    })

    it('counts what each source has, as it comes, changes and goes', async () => {
      await using opened = await create()
      const { store } = opened
      expect(await store.usage('school')).toEqual([])
      await store.put([anItem(1), anItem(2), anItem(3, { sourceId: 'canvas' })])
      await store.put([anItem(1)])
      const [canvas, moodle] = await store.usage('school')
      expect(canvas).toMatchObject({ sourceId: 'canvas', items: 1 })
      expect(moodle).toMatchObject({ sourceId: 'moodle', items: 2 })
      expect(moodle!.bytes).toBeGreaterThan(2 * anItem(1).raw.length)
      expect(await store.usage('school', 'canvas')).toEqual([canvas!])
      expect(await store.usage('other')).toEqual([])

      const lastReplay = { at: '2026-11-22T00:00:00.000Z', errors: anItem(1).errors }
      await store.amend('school', 'q_1', { errors: anItem(1).errors, lastReplay })
      const [amended] = await store.usage('school', 'moodle')
      expect(amended!.bytes).toBeGreaterThan(moodle!.bytes)
      for (const id of ['q_1', 'q_2', 'q_3']) await store.release('school', id)
      expect(await store.usage('school')).toEqual([])
    })

    it('takes all of a call or, when a source would have too much, nothing', async () => {
      await using opened = await create()
      const { store } = opened
      const limits = { maxItems: 2, maxBytes: 1e6 }
      await store.put(some(2), limits)
      const refusal = await store.put([anItem(7)], limits).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(AppError)
      expect(refusal).toMatchObject({ code: 'quarantine_full', status: 503 })
      expect((refusal as AppError).message).toContain('moodle')
      expect((await store.list('school', { limit: 10 })).items).toEqual([anItem(1), anItem(0)])

      await store.put(some(2), limits) // these are held and take no room
      await store.put([anItem(8, { sourceId: 'canvas' })], limits)
      await store.put([anItem(8, { tenantId: 'other' })], limits)
      const large = anItem(9, { sourceId: 'd2l', raw: 'x'.repeat(1e6) })
      await expect(store.put([large], limits)).rejects.toThrow('1000000 bytes')
      await store.release('school', 'q_0')
      await store.put([anItem(7)], limits)
      expect(await store.get('school', 'q_7')).toEqual(anItem(7))
    })

    it('counts the sources that have used a share of either limit', async () => {
      await using opened = await create()
      const { store } = opened
      const limits = { maxItems: 4, maxBytes: 1e6 }
      await store.put([...some(3), anItem(1, { tenantId: 'other' })])
      expect(await store.countCrowded(limits, 0.75)).toBe(1)
      expect(await store.countCrowded(limits, 0.25)).toBe(2)
      expect(await store.countCrowded(limits, 1)).toBe(0)
      expect(await store.countCrowded({ maxItems: 1e6, maxBytes: 300 }, 1)).toBe(2)
    })
  })
}
