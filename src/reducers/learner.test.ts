import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { reduced } from '../../tests/support/reduced'
import type { EventRecord } from '../event/record'
import { learnerOf } from './learner'

describe('whose learning an event is about', () => {
  const of = (changes: Partial<EventRecord>, sent: object = {}) =>
    learnerOf({ ...reduced(aRecord({ actorId: 'actor', ...changes })), sent })
  const graded = { commonAction: 'Graded', objectType: 'Attempt' }
  const software = { actorType: 'SoftwareApplication' }

  it('is told as the named query of scores tells it', () => {
    expect(of({})).toBe('actor')
    expect(of(software)).toBeUndefined()
    expect(of({ actorType: 'Group' })).toBeUndefined()
    expect(of({ ...software, memberId: 'm', membershipRoles: ['Learner'] })).toBe('m')
    expect(of({ ...software, memberId: 'm', membershipRoles: ['Instructor'] })).toBeUndefined()
    expect(of(graded, { object: { assignee: 'a' } })).toBe('a')
    expect(of(graded, { object: { assignee: { id: 'a' } } })).toBe('a')
    expect(of({ ...graded, memberId: 'm', membershipRoles: ['Learner'] })).toBe('m')
    expect(of({ ...graded, memberId: 'm', membershipRoles: ['Instructor'] })).toBeUndefined()
    expect(of(graded)).toBe('actor')
    expect(of({ ...graded, ...software }, { object: { assignee: { id: {} } } })).toBeUndefined()
  })
})
