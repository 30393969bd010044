import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { clockAt } from '../../../../tests/support/clock'
import { aRecord } from '../../../../tests/support/records'
import { systemClock } from '../../clock'
import type { IndexName } from '../deployed/resources'
import { tables } from '../deployed/tables'
import { indexAttributes, keyOf, partitionsOf, SHARDS, tenantOf } from './keys'
import { createPlaces, LAST, startOf } from './place'

const every: readonly IndexName[] = tables.events.indexes.map(({ name }) => name)
const some = { sessionId: 's', groupId: 'g' }

describe('keys', () => {
  it('begin with the tenant, and are short however long an id is', () => {
    const record = aRecord({ ...some, tenantId: 'northfield', eventId: 'x'.repeat(2048) })
    const keys = [keyOf('northfield', record.eventId)]
    keys.push(...Object.values(indexAttributes(record, every)))
    expect(keys).toHaveLength(7)
    for (const key of keys) {
      expect(key.startsWith('northfield#')).toBe(true)
      expect(key.length).toBeLessThanOrEqual('northfield#'.length + 22)
    }
  })

  it('never meet those of another tenant, whatever its name', () => {
    const name = fc.stringMatching(/^[a#]{0,30}$/)
    fc.assert(
      fc.property(name, name, fc.string(), (one, other, id) => {
        expect(tenantOf(keyOf(one, id))).toBe(one)
        fc.pre(one !== other)
        expect(keyOf(one, id)).not.toBe(keyOf(other, id))
      }),
    )
  })

  it('lead to every partition that a record can be in, and to none without a value', () => {
    for (let n = 0; n < 200; n += 1) {
      const record = aRecord({ ...some, kind: n % 2 ? 'event' : 'entity' })
      for (const [name, key] of Object.entries(indexAttributes(record, every))) {
        const index = tables.events.indexes.find(({ hashKey }) => hashKey === name)!.name
        expect(partitionsOf('default', index, record)).toContain(key)
      }
      const { sessionId: _, ...other } = record
      expect(Object.keys(indexAttributes(other, every))).not.toContain('is')
      expect(partitionsOf('default', 'time', {})).toContain(indexAttributes(record, ['time']).ie!)
    }
  })

  it('spread what shares a value evenly', () => {
    const counts = new Map<string, number>()
    for (let n = 0; n < 3200; n += 1) {
      const { ie } = indexAttributes(aRecord({ eventId: `urn:event:${n}` }), ['time'])
      counts.set(ie!, (counts.get(ie!) ?? 0) + 1)
    }
    expect(counts.size).toBe(SHARDS.time)
    // Each partition has 200 on average, with a deviation of 14.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60)
  })
})

describe('places', () => {
  const time = fc
    .integer({ min: Date.parse('0000-01-01T00:00:00.000Z'), max: Date.UTC(9999, 11, 31) })
    .map((ms) => new Date(ms).toISOString())

  it('sort as text by time, then by arrival, whatever the clock does', () => {
    const clockTime = fc.date({
      min: new Date(0),
      max: new Date('2300-01-01'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(time, clockTime), { maxLength: 30 }), (arrivals) => {
        let now = new Date(0)
        const placeOf = createPlaces(clockAt(() => now))
        const placed = arrivals.map(([eventTime, at], order) => {
          now = at
          return { eventTime, order, place: placeOf(aRecord({ eventTime }), 'default#key') }
        })
        const byPlace = placed.toSorted((a, b) => (a.place < b.place ? -1 : 1))
        const byTime = placed.toSorted(
          (a, b) => a.eventTime.localeCompare(b.eventTime) || a.order - b.order,
        )
        expect(byPlace).toEqual(byTime)
      }),
    )
  })

  it('are told apart beyond what one millisecond can number', () => {
    const placeOf = createPlaces(clockAt(() => new Date(1_795_253_400_000)))
    const record = aRecord()
    const places = Array.from({ length: 100_000 }, () => placeOf(record, 'default#key'))
    expect(places.toSorted()).toEqual(places)
    expect(new Set(places).size).toBe(places.length)
    expect(new Set(places.map(({ length }) => length))).toEqual(new Set([26]))
  })

  it('of a moment begin where it begins', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        const place = createPlaces(systemClock)(aRecord({ eventTime: one }), 'k#key')
        expect(place >= startOf(other)).toBe(one >= other)
        expect(place < LAST).toBe(true)
      }),
    )
  })
})
