import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { ReadEvent } from '../../event/reading'
import { finish } from '../../syntax/steps'
import { readNative } from './parse'
import { native } from './standard'

const receivedAt = '2026-11-21T09:30:00.000Z'

function readOne(sent: Record<string, unknown>, at = receivedAt): ReadEvent {
  const text = JSON.stringify([{ event_type: 'example_seen', ...sent }])
  const [item] = readNative(text, { receivedAt: at, context: {} }).items
  if (item === undefined || 'errors' in item) throw new Error(JSON.stringify(item))
  return item.event
}

type Row = [says: string, sent: Record<string, unknown>, record: Partial<ReadEvent>]

// The envelopes of a learning platform, of test-session telemetry and of a pipeline of quizzes.
const platform = {
  event_id: 'evt_1234567890abcdef',
  event_type: 'game_stage_complete',
  timestamp: '2025-01-27T14:30:45.123Z',
  user_id: 'usr_12345',
  session_id: 'sess_67890abcdef',
  organization_id: 'org_54321',
  device_info: { user_agent: 'Mozilla/5.0', platform: 'desktop', name: 'lab 7' },
  context: {
    page_url: '/student/assignment-play',
    referrer: null,
    assignment_id: 'asg_789',
    sequence_id: 'seq_456',
    class_id: 'cls_1',
    teacher_id: 'usr_9',
  },
  properties: { stage_id: 'G-01542-quiz', score: 87, max_score: 100, passed: true, attempts: 2 },
  privacy_level: 'sensitive',
  retention_days: 2555,
}
const telemetry = {
  event_type: 'QUESTION_VIEWED',
  event_version: 1,
  client_ts: '2026-01-20T12:34:56Z',
  seq: 12,
  session_id: '0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5',
  question_id: '7f9c24e5-5f0b-4a41-9a3a-6d3c1f6a2b10',
  source: 'web',
  payload_json: { position: 3, score: 2 },
}
const pipeline = {
  event_type: 'answer_submitted',
  source: 'quiz-engine',
  session_id: 's-1',
  user_id: 'u-1',
  payload: { question_id: 'q1', quiz_id: 'z1', is_correct: true, time_spent_ms: 1200 },
}

const rows: Row[] = [
  [
    'the envelope of a learning platform',
    platform,
    {
      eventId: 'evt_1234567890abcdef',
      actorId: 'usr_12345',
      sessionId: 'sess_67890abcdef',
      organizationId: 'org_54321',
      courseId: 'cls_1',
      objectId: 'G-01542-quiz',
      objectName: undefined,
      assignableId: 'asg_789',
      score: 87,
      maxScore: 100,
      success: true,
      privacyLevel: 'sensitive',
      retentionClass: 'sensitive',
      retentionDays: 2555,
      eventTime: '2025-01-27T14:30:45.123Z',
      eventTimeEnd: undefined,
    },
  ],
  [
    'the envelope of telemetry',
    telemetry,
    {
      standardVersion: '1',
      eventTime: '2026-01-20T12:34:56.000Z',
      sequence: 12,
      objectId: telemetry.question_id,
      objectType: 'AssessmentItem',
      edAppId: 'web',
      score: 2,
    },
  ],
  [
    'the envelope of a pipeline',
    pipeline,
    {
      eventTime: receivedAt,
      objectId: 'q1',
      objectType: 'AssessmentItem',
      assignableId: 'z1',
      success: true,
      durationMs: 1200,
      edAppId: 'quiz-engine',
    },
  ],
  [
    'a payload before properties, which say what it does not',
    { payload: { score: 1 }, properties: { score: 2, course_id: 'c' }, payload_json: { score: 3 } },
    { score: 1, courseId: 'c' },
  ],
  ['a payload that is text of an object', { payload_json: '{"score":3}' }, { score: 3 }],
  [
    'a context after everything else, and no names or points of it',
    {
      quiz_id: 'z',
      context: { quiz_id: 'y', course_id: 'c', score: 5, title: 'A page', role: 'x' },
    },
    {
      objectId: 'z',
      objectName: undefined,
      courseId: 'c',
      score: undefined,
      membershipRoles: ['x'],
    },
  ],
  [
    'a page as what it happened to where nothing else is said',
    { context: { page_url: '/home' } },
    { objectId: '/home', objectType: 'WebPage' },
  ],
  [
    'the question of the envelope before the quiz that it is in',
    { question_id: 'q1', payload: { quiz_id: 'z', quiz_name: 'Cells' } },
    { objectId: 'q1', objectType: 'AssessmentItem', assignableId: 'z' },
  ],
  [
    'the question of a payload before that of the envelope',
    { question_id: 'q1', properties: { question_id: 'q2', quiz_id: 'z' } },
    { objectId: 'q2', objectType: 'AssessmentItem', assignableId: 'z' },
  ],
  ['a version as text', { event_version: '2.1' }, { standardVersion: '2.1' }],
  [
    'timestamp before client_ts',
    { timestamp: 0, client_ts: 9 },
    { eventTime: '1970-01-01T00:00:00.000Z' },
  ],
  ['a device in 1970', { client_ts: 12 }, { eventTime: '1970-01-01T00:00:12.000Z' }],
  [
    'a device in 2099',
    { client_ts: '2099-01-01T00:00Z' },
    { eventTime: '2099-01-01T00:00:00.000Z' },
  ],
  ['a count below zero', { seq: -1 }, { sequence: -1 }],
  ['a count of zero', { seq: 0 }, { sequence: 0 }],
  ['PII in any letters', { privacy_level: 'PII' }, { privacyLevel: 'pii', retentionClass: 'pii' }],
  [
    'empty text as absent in every id',
    { organization_id: '', event_version: '', question_id: '', user_id: '', event_id: '' },
    { organizationId: undefined, standardVersion: undefined, objectId: undefined },
  ],
  ['no days', { retention_days: 0 }, { retentionDays: 0 }],
  [
    'null as absent everywhere',
    {
      ...{ event_version: null, client_ts: null, seq: null, organization_id: null, payload: null },
      ...{ privacy_level: null, retention_days: null, context: null, device_info: null },
      ...{ question_id: null, payload_json: null, properties: null },
    },
    { sequence: undefined, organizationId: undefined, retentionDays: undefined },
  ],
  ...(
    [
      ['2026-06-12', '2026-06-12T00:00:00.000Z', '2026-06-13T00:00:00.000Z'],
      ['2026-06', '2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
      ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ] as const
  ).flatMap(([sent, eventTime, eventTimeEnd]): Row[] => [
    [`a timestamp of ${sent}`, { timestamp: sent }, { eventTime, eventTimeEnd }],
    [`a client_ts of ${sent}`, { client_ts: sent }, { eventTime, eventTimeEnd }],
  ]),
]

describe('the envelope of a native event is in its record', () => {
  for (const [says, sent, record] of rows) {
    it(says, () => {
      expect(readOne(sent)).toMatchObject({ conformant: true, issueCodes: [], ...record })
    })
  }
})

const long = 'x'.repeat(2049)

// None of these costs an event its place; what is of the wrong kind stays where it was sent.
const odd: [code: string, member: string, values: unknown[], field: keyof ReadEvent][] = [
  ['invalid_seq', 'seq', [1.5, '7', 2 ** 53, true, [1]], 'sequence'],
  ['invalid_event_version', 'event_version', [1.5, {}, long], 'standardVersion'],
  ['invalid_organization_id', 'organization_id', [{}, 0.5, long], 'organizationId'],
  ['invalid_privacy_level', 'privacy_level', ['secret', '', 1, {}, long], 'privacyLevel'],
  ['invalid_retention_days', 'retention_days', [-1, 1.5, '30', {}, 2 ** 53], 'retentionDays'],
  ['invalid_question_id', 'question_id', [1.5, [], true, { name: 'x' }], 'objectId'],
  ['invalid_client_ts', 'client_ts', ['soon', '', '2026-13', 1e18, {}], 'eventTimeEnd'],
  ['invalid_context', 'context', ['x', 7, []], 'courseId'],
  ['invalid_device_info', 'device_info', ['x', 7, []], 'courseId'],
]

describe('a member of the wrong kind is left out, told, and costs nothing else', () => {
  for (const [code, member, values, field] of odd) {
    for (const value of values) {
      it(`${code}: ${JSON.stringify(value)?.slice(0, 40)}`, () => {
        const event = readOne({ [member]: value, user_id: 'u1' })
        expect(event).toMatchObject({ conformant: false, issueCodes: [code], actorId: 'u1' })
        expect(event[field]).toBeUndefined()
        expect(JSON.parse(event.raw)).toHaveProperty(member, value)
        const text = JSON.stringify({ event_type: 'a', [member]: value })
        const { valid, errors } = finish(native.report(text))
        expect({ valid, errors }).toMatchObject({
          valid: false,
          errors: [{ path: [member], code }],
        })
        const read = readNative(`[${text}]`, { receivedAt, context: {} })
        expect(read.explain!(text, 4)).toMatchObject([{ path: [4, member], code }])
      })
    }
  }

  it('and several of them are told together, in order', () => {
    const sent = { seq: 'x', privacy_level: 'x', client_ts: 'x' }
    expect(readOne(sent)).toMatchObject({
      eventTime: receivedAt,
      issueCodes: ['invalid_client_ts', 'invalid_privacy_level', 'invalid_seq'],
    })
  })
})

describe('whatever an envelope has', () => {
  const names = [
    ...['event_id', 'id', 'timestamp', 'client_ts', 'seq', 'source', 'user_id', 'session_id'],
    ...['organization_id', 'question_id', 'device_info', 'context', 'payload', 'properties'],
    ...['payload_json', 'privacy_level', 'retention_days', 'event_version'],
  ]
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('2026', '2026-06', 'pii', '{"score":1}', -1, 1.5, 2 ** 53, '9999-12-31'),
  )
  const envelope = fc.dictionary(fc.constantFrom(...names), value)

  it('is stored with columns of their kind, or refused with a path; never thrown at', () => {
    fc.assert(
      fc.property(envelope, (sent) => {
        const text = JSON.stringify([{ ...sent, event_type: 'a' }])
        const [item] = readNative(text, { receivedAt, context: {} }).items
        if (item === undefined || 'errors' in item) {
          expect(item?.errors.every(({ path }) => path[0] === 0)).toBe(true)
          return
        }
        const { sequence = 0, retentionDays = 0, eventTime, eventTimeEnd, ...event } = item.event
        expect([sequence, retentionDays].every(Number.isSafeInteger)).toBe(true)
        if (eventTimeEnd !== undefined) expect(eventTimeEnd > eventTime).toBe(true)
        expect(event.conformant).toBe(event.issueCodes.length === 0)
      }),
    )
  })

  it('has the same id when it is read again', () => {
    fc.assert(
      fc.property(envelope, fc.nat(9), (sent, index) => {
        const sentText = JSON.stringify({ ...sent, event_type: 'a' })
        const text = `[${'{"event_type":"b"},'.repeat(index)}${sentText}]`
        const item = readNative(text, { receivedAt, context: {} }).items[index]!
        if ('errors' in item) return
        const { event } = item
        if (!event.eventId.startsWith('evt_')) return
        const distinction = native.distinctionOf(event, { receivedAt, index, context: {} })
        expect(native.deriveId(sentText, distinction)).toBe(event.eventId)
        expect(event.eventId).toMatch(/^evt_[0-9a-f]{32}$/)
      }),
    )
  })
})
