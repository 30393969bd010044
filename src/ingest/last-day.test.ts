import { describe, expect, it } from 'bun:test'
import type { EventType } from '../event/event-type'
import type { EventRecord } from '../event/record'
import type { Page } from '../platform/event-store'
import { checkLastDay, MAX_CHECKED } from './last-day'

const type: EventType = {
  ...{ name: 'a', vocabulary: 'tenant', version: 2, description: 'A', category: 'c' },
  ...{ privacyLevel: 'standard', retentionClass: 'standard', sampling: 'never' },
  schema: { required: ['x'] },
  limits: { maxPayloadKeys: 2 },
}

const receivedAt = '2026-11-29T09:00:00.000Z'

/** A record as a store gives it; the check reads these fields of it alone. */
function recordOf(payload: object, more: Partial<EventRecord> = {}): EventRecord {
  const raw = JSON.stringify({ event_type: 'a', event_id: 'e', payload })
  return { standard: 'native', eventId: 'e', raw, receivedAt, ...more } as EventRecord
}

function check(pages: (at: number) => Page<EventRecord>, msAPage = 0) {
  let asked = 0
  const clock = {
    now: () => new Date('2026-11-29T10:00:00.000Z'),
    monotonic: () => asked * msAPage,
  }
  const filters: unknown[] = []
  const events = {
    async query(_tenantId: string, filter: unknown) {
      filters.push(filter)
      asked += 1
      return pages(asked)
    },
  }
  return { found: checkLastDay({ events, clock }, 'default', type), filters, asked: () => asked }
}

describe('the last day is looked at', () => {
  it('for what a type would refuse, or find broken', async () => {
    const items = [
      recordOf({ x: 1 }),
      recordOf({}, { eventId: 'without' }),
      recordOf({ x: 1, y: 2, z: 3 }, { eventId: 'too-many' }),
    ]
    const { found, filters } = check(() => ({ items }))
    expect(await found).toMatchObject({
      ...{ since: '2026-11-28T10:00:00.000Z', checked: 3, failing: 2, isAll: true },
      examples: [
        { id: 'without', errors: [{ path: ['payload', 'x'], code: 'required' }] },
        { id: 'too-many', errors: [{ path: ['payload'], code: 'too_many_keys' }] },
      ],
    })
    expect(filters).toEqual([{ type: 'a', from: '2026-11-28T10:00:00.000Z' }])
  })

  it('without what is of another standard, or in the dialect of another system', async () => {
    const items = [recordOf({}, { profile: 'segment' }), recordOf({}, { standard: 'caliper' })]
    expect(await check(() => ({ items })).found).toMatchObject({ checked: 0, failing: 0 })
  })

  it('as far as its number goes, and says so', async () => {
    const items = Array.from({ length: 500 }, () => recordOf({}))
    const { found } = check((at) => ({ items, nextCursor: `c${at}` }))
    expect(await found).toMatchObject({
      ...{ checked: MAX_CHECKED, failing: MAX_CHECKED, isAll: false },
      examples: { length: 10 },
    })
  })

  it('as far as its time goes, and says so', async () => {
    const { found, asked } = check((at) => ({ items: [recordOf({})], nextCursor: `c${at}` }), 1_000)
    expect(await found).toMatchObject({ checked: 5, isAll: false })
    expect(asked()).toBe(5)
  })
})
