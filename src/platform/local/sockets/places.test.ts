import { expect, it } from 'bun:test'
import type { Connection } from '../../connections'
import { createPlaces } from './places'

const of = (protocol: string, tenantId: string) =>
  ({ protocol, principal: { tenantId } }) as Connection

it('leaves places to readers, however many streams are open', () => {
  const places = createPlaces(
    new Map([
      ['subscribe', { most: 8, group: 'both', ofGroup: 8 }],
      ['observer', { most: 6, group: 'both', ofGroup: 8 }],
    ]),
  )
  const fill = (protocol: string, tenantId: string) => {
    let opened = 0
    for (; places.wanting(of(protocol, tenantId)) === undefined; opened += 1) {
      places.change(of(protocol, tenantId), 1)
    }
    return opened
  }
  // A tenant has half of what streams may have, and streams three quarters of all.
  expect(['a', 'b', 'c'].map((tenant) => fill('observer', tenant))).toEqual([3, 3, 0])
  expect(fill('subscribe', 'a')).toBe(2)
  places.change(of('observer', 'b'), -1)
  expect(fill('subscribe', 'c')).toBe(1)
  expect(fill('observer', 'b')).toBe(0)
})
