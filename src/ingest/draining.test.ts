import { expect, it } from 'bun:test'
import type { Reading } from '../event/reading'
import { LANES, laneOf } from './draining'

const source = { tenantId: 't', sourceId: 's' }

function sentBy(...actorIds: (string | undefined)[]): Pick<Reading, 'items'> {
  const items = actorIds.map((actorId, index) => ({ index, id: `${index}`, event: { actorId } }))
  return { items } as unknown as Reading
}

it('keeps the requests of a learner in one lane, and spreads those of a source', () => {
  expect(laneOf(source, sentBy('ada'))).toBe(laneOf(source, sentBy('ada', undefined, 'ada')))
  const lanes = Array.from({ length: 10 * LANES }, (_, at) => laneOf(source, sentBy(`u${at}`)))
  for (const lane of lanes) expect(lane).toMatch(/^[0-9a-f]{2}$/)
  expect(new Set(lanes).size).toBe(LANES)
  const sizes = [...Map.groupBy(lanes, (lane) => lane).values()].map(({ length }) => length)
  expect(Math.max(...sizes)).toBeLessThan(30)
})

it('keeps requests of several learners, and of none, in the lane of their source', () => {
  const lane = laneOf(source, sentBy())
  expect(laneOf(source, sentBy('ada', 'bob'))).toBe(lane)
  expect(laneOf(source, sentBy(undefined))).toBe(lane)
  const broken = { items: [{ index: 0, raw: '7', errors: [] }] } as unknown as Reading
  expect(laneOf(source, broken)).toBe(lane)
})

it('tells apart tenants, sources and learners, however their names are put together', () => {
  const all = [
    laneOf({ tenantId: 'a', sourceId: 'b' }, sentBy('c')),
    laneOf({ tenantId: 'ab', sourceId: '' }, sentBy('c')),
    laneOf({ tenantId: 'a', sourceId: 'bc' }, sentBy()),
    laneOf({ tenantId: 'b', sourceId: 'a' }, sentBy('c')),
  ]
  expect(new Set(all).size).toBe(all.length)
})
