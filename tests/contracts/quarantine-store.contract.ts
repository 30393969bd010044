import { describe, expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { QuarantinedItem, QuarantineStore } from '../../src/platform/quarantine-store'

type Opened = { store: QuarantineStore } & AsyncDisposable

function anItem(number: number, fields: Partial<QuarantinedItem> = {}): QuarantinedItem {
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
    it('gives back every field of what it was given', async () => {
      await using opened = await create()
      const { store } = opened
      const { id: _, ...withoutId } = anItem(2, { scope: 'body', raw: '\u0000 not JSON' })
      await store.put([anItem(1), withoutId])
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
  })
}
