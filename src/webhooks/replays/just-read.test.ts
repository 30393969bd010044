import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../event/record'
import { createJustRead } from './just-read'

const aRecord = (eventId: string, raw = 'x'.repeat(10), tenantId = 'a') =>
  ({ tenantId, eventId, raw }) as EventRecord

describe('What was just read', () => {
  it('is of its tenant, and the latest that was read', () => {
    const held = createJustRead()
    held.add([aRecord('1'), aRecord('1', 'theirs', 'b'), aRecord('1', 'newer')])
    expect(held.get('a', '1')?.raw).toBe('newer')
    expect(held.get('b', '1')?.raw).toBe('theirs')
    expect(held.get('c', '1')).toBeUndefined()
  })

  it('takes no more room than it may: the oldest go', () => {
    const held = createJustRead(35)
    held.add(['1', '2', '3', '4'].map((id) => aRecord(id)))
    expect(['1', '2', '3', '4'].filter((id) => held.get('a', id))).toEqual(['2', '3', '4'])
    held.add([aRecord('5', 'x'.repeat(40))])
    expect(held.get('a', '4')).toBeUndefined()
  })

  it('goes after its time', () => {
    const held = createJustRead(1000, -1)
    held.add([aRecord('1')])
    expect(held.get('a', '1')).toBeUndefined()
  })
})
