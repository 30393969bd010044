import { describe, expect, it } from 'bun:test'
import { usualDays } from '../../event/kept-days'
import type { ReadEvent } from '../../event/reading'
import { stampWith } from './stamp'

// Every field, so that whoever adds one finds out here that it has to be stamped.
const event: Required<ReadEvent> = {
  kind: 'event',
  eventId: 'urn:uuid:1',
  standard: 'xapi',
  standardVersion: '1.0.3',
  type: 'sent type',
  action: 'http://adlnet.gov/expapi/verbs/answered',
  commonAction: 'none yet',
  profile: 'a profile',
  actorId: 'urn:ada',
  actorType: 'Person',
  actorName: 'Ada',
  objectId: 'urn:page',
  objectType: 'sent object type',
  objectName: 'A page',
  targetId: 'urn:target',
  generatedId: 'urn:made',
  generatedType: 'Score',
  groupId: 'urn:group',
  sessionId: 'urn:session',
  organizationId: 'urn:school',
  edAppId: 'urn:app',
  membershipRoles: ['Learner'],
  memberId: 'urn:member',
  courseId: 'urn:course',
  courseName: 'A course',
  attemptId: 'urn:attempt',
  assignableId: 'urn:quiz',
  score: 1,
  maxScore: 2,
  success: true,
  completion: false,
  durationMs: 3,
  eventTime: '2026-11-21T09:30:00.000Z',
  eventTimeEnd: '2026-11-22T00:00:00.000Z',
  sendTime: '2026-11-21T09:30:01.000Z',
  sequence: 4,
  category: 'assessment',
  privacyLevel: 'sensitive',
  retentionClass: 'sensitive',
  retentionDays: 5,
  sampleRate: 0.5,
  sampling: 'high-volume' as never,
  governedBy: ['a rule'],
  conformant: false,
  issueCodes: ['wrong_type'],
  raw: '{}',
  sentSha256: 'a'.repeat(64),
  contentDigest: 'b'.repeat(32),
  server: { requestId: 'as a policy leaves it' },
}
const receivedAt = '2026-11-21T09:30:02.000Z'
const origin = {
  tenantId: 'default',
  sourceId: 'demo',
  server: { requestId: 'r1', ip: '192.0.2.1' },
  receivedAt,
  keptDays: usualDays,
}
const common = { type: 'a type', objectType: 'an object type', commonAction: 'Completed' }
const commonOf = () => common

describe('the stamp', () => {
  it('copies every field of an event but how it may be sampled', () => {
    const terms = { days: 30 }
    const { sampling: _, ...copied } = event
    const record: unknown = stampWith({ ...origin, terms, commonOf })(event)
    expect(record).toStrictEqual({
      ...copied,
      ...common,
      ...{ tenantId: 'default', sourceId: 'demo', receivedAt, occurredAt: event.eventTime },
      skewMs: 1000,
      expiresAt: '2026-11-26T09:30:02.000Z',
    })
  })

  it('adds a repair and a time in a record store where there is one', () => {
    const repair = { by: 'key_1', at: receivedAt }
    const terms = { days: 1, storedAt: '2026-11-21T10:00:00.000Z' }
    const record = stampWith({ ...origin, repair, terms, commonOf })(event)
    expect(record).toMatchObject({ repair, storedAt: terms.storedAt })
    expect(record.expiresAt).toBe('2026-11-22T10:00:00.000Z')
    const usual = stampWith({ ...origin, terms: { days: 1 }, commonOf })(event)
    expect(Object.keys(usual)).not.toContain('repair')
    expect(Object.keys(usual)).not.toContain('storedAt')
  })

  it('takes the facts of the request, and what is usual, where an event says nothing', () => {
    const {
      server: _,
      privacyLevel: __,
      retentionClass: ___,
      retentionDays: ____,
      ...plain
    } = event
    const record = stampWith({ ...origin, terms: { days: 30 }, commonOf })(plain as ReadEvent)
    expect(record).toMatchObject({ server: origin.server, privacyLevel: 'standard' })
    expect(record.retentionClass).toBe('standard')
  })
})
