import { describe, expect, it } from 'bun:test'
import type { EventType } from '../../../event/event-type'
import { readNative } from '../parse'
import { typesInForce, vocabularies } from '../types/in-force'
import compiled from './compiled.json'

const all = compiled.types as unknown as EventType[]
const receivedAt = '2026-11-29T10:00:00.000Z'

function readAs(vocabulary: string, event: object) {
  const types = typesInForce({
    ...{ tenantId: 'org_54321', own: [], order: [vocabulary], unknownTypes: 'accept' },
  })
  const reading = readNative(JSON.stringify(event), { receivedAt, context: {}, types })
  const item = reading.items[0]!
  if ('errors' in item) return { errors: item.errors }
  const reasons = reading.explain?.(item.event.raw, 0) ?? []
  return { event: item.event, reasons }
}

const named = (vocabulary: string, name: string) =>
  all.find((type) => type.vocabulary === vocabulary && type.name === name)!

describe('every type of ours', () => {
  for (const type of all) {
    const { vocabulary, name, mapping = {}, example = {} } = type
    it(`${vocabulary} ${name} has an example that is good by it, and lands as it says`, () => {
      const { event, errors, reasons } = readAs(vocabulary, example)
      expect({ errors, reasons }).toEqual({ errors: undefined, reasons: [] })
      expect(event).toMatchObject({
        ...{ type: name, conformant: true, issueCodes: [] },
        ...{ category: type.category, retentionClass: type.retentionClass },
        ...{ privacyLevel: type.privacyLevel, sessionId: example.session_id ?? undefined },
      })
      for (const [field, from] of Object.entries(mapping)) {
        const wanted = typeof from === 'string' ? valueAt(example, from) : from.const
        if (wanted === undefined || wanted === null) continue
        expect({ [field]: event![field as 'score'] }).toEqual({ [field]: wanted as never })
      }
    })
  }

  it('stands under the four vocabularies, each name once in each', () => {
    const counts = vocabularies.map((one) => all.filter((type) => type.vocabulary === one).length)
    expect(counts).toEqual([48, 12, 15, 17])
    const names = all.map(({ vocabulary, name }) => `${vocabulary} ${name}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

function valueAt(example: Record<string, unknown>, pointer: string): unknown {
  let value: unknown = example
  for (const step of pointer.split('/').slice(1)) value = (value as Record<string, unknown>)?.[step]
  return value
}

describe('the examples land in the record', () => {
  const landings: [vocabulary: string, name: string, record: object][] = [
    [
      'platform',
      'game_stage_complete',
      {
        ...{ objectId: 'G-01542-quiz', score: 87, maxScore: 100, success: true, completion: true },
        ...{ durationMs: 125000, assignableId: 'asg_789', courseId: 'cls_7', groupId: 'cls_7' },
      },
    ],
    ['platform', 'target_met', { score: 87, success: true, durationMs: 125000 }],
    ['platform', 'page_view', { objectId: '/student/assignment-play', objectType: 'Page' }],
    ['platform', 'page_load_time', { objectId: '/student/dashboard', durationMs: 1250 }],
    [
      'attempt',
      'QUESTION_VIEWED',
      {
        ...{ sequence: 12, objectType: 'AssessmentItem' },
        ...{ objectId: '0d3f3d5a-9a53-4f2a-8e0e-1f2d3c4b5a03' },
        ...{ attemptId: '7c1d8a0e-6a0b-4a53-9d0d-0b1b6f3f2f01' },
      },
    ],
    ['attempt', 'SESSION_SUBMITTED', { score: 17, maxScore: 20, completion: true }],
    [
      'quiz',
      'answer_submitted',
      { objectId: 'q-1', objectType: 'AssessmentItem', success: true, durationMs: 8500 },
    ],
    ['quiz', 'quiz_completed', { score: 85, durationMs: 420000, completion: true }],
    ['observer', 'keystroke', { objectId: '1cTe0lHt5D3v', objectName: 'My summer' }],
    ['observer', 'google_docs_save', { objectId: '1cTe0lHt5D3v', objectType: 'Document' }],
  ]
  for (const [vocabulary, name, record] of landings) {
    it(`of ${name}`, () => {
      expect(readAs(vocabulary, named(vocabulary, name).example!).event).toMatchObject(record)
    })
  }
})

describe('what does not fit a type is said', () => {
  const broken: [vocabulary: string, name: string, change: object, at: string, code: string][] = [
    ['platform', 'game_stage_complete', { game_id: 'X-1' }, 'payload.game_id', 'wrong_form'],
    ['platform', 'game_stage_complete', { game_id: 'G-1542' }, 'payload.game_id', 'wrong_form'],
    ['platform', 'game_stage_complete', { score: 101 }, 'payload.score', 'out_of_range'],
    ['platform', 'game_stage_complete', { score: 8.5 }, 'payload.score', 'wrong_type'],
    ['platform', 'game_stage_start', { stage_type: 'exam' }, 'payload.stage_type', 'not_listed'],
    ['platform', 'game_stage_start', { input_mode: 'voice' }, 'payload.input_mode', 'not_listed'],
    ['platform', 'user_login', { login_method: 'magic' }, 'payload.login_method', 'not_listed'],
    ['platform', 'user_login', { mfa_used: 'yes' }, 'payload.mfa_used', 'wrong_type'],
    ['platform', 'user_logout', { logout_reason: 'x' }, 'payload.logout_reason', 'not_listed'],
    ['platform', 'concept_mastered', { difficulty_level: 11 }, 'payload.difficulty_level', ''],
    ['platform', 'review_scheduled', { review_date: 'soon' }, 'payload.review_date', 'wrong_form'],
    [
      'platform',
      'review_scheduled',
      { retention_confidence: 2 },
      'payload.retention_confidence',
      '',
    ],
    ['platform', 'page_load_time', { load_time_ms: -1 }, 'payload.load_time_ms', 'out_of_range'],
    ['platform', 'api_response_time', { status_code: 99 }, 'payload.status_code', 'out_of_range'],
    ['attempt', 'PAUSE_BLUR', { state: 'away' }, 'payload.state', 'not_listed'],
    ['attempt', 'QUESTION_VIEWED', { position: 'third' }, 'payload.position', 'wrong_type'],
    ['quiz', 'answer_submitted', { correct: 'yes' }, 'payload.correct', 'wrong_type'],
    ['quiz', 'quiz_started', { total_questions: -1 }, 'payload.total_questions', 'out_of_range'],
    ['observer', 'google_docs_save', { doc_id: 7 }, 'payload.doc_id', 'wrong_type'],
    ['observer', 'blocklist', { action: 'WAIT' }, 'payload.action', 'not_listed'],
  ]
  for (const [vocabulary, name, change, at, code] of broken) {
    it(`of ${name} ${JSON.stringify(change)}`, () => {
      const { example = {} } = named(vocabulary, name)
      const payload = { ...(example.payload as object), ...change }
      const { event, reasons } = readAs(vocabulary, { ...example, payload })
      expect(event).toMatchObject({ conformant: false })
      expect(reasons!.map(({ path }) => path.join('.'))).toContain(at)
      if (code !== '') expect(event!.issueCodes).toContain(code)
    })
  }

  for (const [vocabulary, name, change, at] of [
    ['attempt', 'QUESTION_VIEWED', { session_id: undefined }, 'session_id'],
    ['quiz', 'quiz_started', { source: undefined }, 'source'],
    ['quiz', 'quiz_started', { source: 'quiz engine' }, 'source'],
    ['quiz', 'quiz_started', { user_id: 'u'.repeat(201) }, 'user_id'],
  ] as const) {
    it(`of ${name} with ${at} ${String(Object.values(change)[0]).slice(0, 20)}`, () => {
      const { event, reasons } = readAs(vocabulary, {
        ...named(vocabulary, name).example,
        ...change,
      })
      expect(event).toMatchObject({ conformant: false })
      expect(reasons!.map(({ path }) => path.join('.'))).toContain(at)
    })
  }

  it('keeps to its limits: 4,096 bytes of an attempt, 50 keys and 64 KB of a quiz', () => {
    const pad = (bytes: number) => ({ pad: 'x'.repeat(bytes - '{"pad":""}'.length) })
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]))
    for (const [vocabulary, name, good, bad, code] of [
      ['attempt', 'QUESTION_VIEWED', pad(4096), pad(4097), 'payload_too_large'],
      ['quiz', 'quiz_started', pad(65536), pad(65537), 'payload_too_large'],
      ['quiz', 'quiz_started', keys(50), keys(51), 'too_many_keys'],
    ] as const) {
      const { example } = named(vocabulary, name)
      expect(readAs(vocabulary, { ...example, payload: good }).errors).toBeUndefined()
      expect(readAs(vocabulary, { ...example, payload: bad }).errors).toMatchObject([{ code }])
    }
  })
})
