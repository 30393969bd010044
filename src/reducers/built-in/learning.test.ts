import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, reduced, reducedFrom } from '../../../tests/support/reduced'
import type { EventRecord } from '../../event/record'
import { learnerOf } from '../learner'
import type { ReducedEvent } from '../reducer'
import { attempts } from './attempts'
import { mastery } from './mastery'

const amy = 'https://example.edu/users/amy'
const quiz = 'https://example.edu/quizzes/1'
const NINE = Date.parse('2026-11-30T09:00:00.000Z')
const iso = (seconds: number) => new Date(NINE + seconds * 1000).toISOString()

function caliper(seconds: number, more: object): Promise<ReducedEvent> {
  return reducedFrom('caliper', {
    '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    id: `urn:uuid:0d3f3d5a-9a53-4f2a-8e0e-${String(seconds).padStart(12, '0')}`,
    actor: { id: amy, type: 'Person' },
    eventTime: iso(seconds),
    ...more,
  })
}

function xapi(seconds: number, verb: string, more: object): Promise<ReducedEvent> {
  return reducedFrom('xapi', {
    id: `fd41c918-b88b-4b20-a0a5-${String(seconds).padStart(12, '0')}`,
    actor: { account: { homePage: 'https://example.edu', name: 'amy' } },
    verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` },
    timestamp: iso(seconds),
    ...more,
  })
}

const native = (seconds: number, event_type: string, payload: object, more: object = {}) =>
  reducedFrom('native', {
    ...{ event_type, timestamp: iso(seconds), user_id: 'amy', source: 'quiz_engine', payload },
    ...more,
  })

const assessment = { id: quiz, type: 'Assessment', name: 'Cells' }
const attempt = (count: number) => ({
  ...{ id: `${quiz}/attempts/${count}`, type: 'Attempt', count, assignee: amy },
  assignable: assessment,
})

describe('attempts and scores', () => {
  it('are those of two attempts, of which one is graded twice by a teacher', async () => {
    const taken = (seconds: number, action: string, count: number) =>
      caliper(seconds, {
        ...{ type: 'AssessmentEvent', action, object: assessment },
        generated: attempt(count),
      })
    const grade = (seconds: number, count: number, scoreGiven: number) =>
      caliper(seconds, {
        ...{ type: 'GradeEvent', action: 'Graded', object: attempt(count) },
        actor: { id: 'https://example.edu/users/teacher', type: 'Person' },
        generated: { id: `${quiz}/scores/${seconds}`, type: 'Score', maxScore: 20, scoreGiven },
      })
    const events = await Promise.all([
      ...[taken(0, 'Started', 1), taken(60, 'Submitted', 1), taken(90, 'Submitted', 1)],
      ...[taken(100, 'Started', 2), taken(160, 'Submitted', 2)],
      // 12 of 20 are 60 %; 15 are 75 %, and then 17 are 85 %, of which the grade of 250 s comes last but is older.
      ...[grade(200, 1, 12), grade(300, 2, 17), grade(250, 2, 15)],
    ])
    expect(events.map(learnerOf)).toEqual(Array(8).fill(amy))
    expect(reduceAll(attempts, events).shown).toEqual({
      assessments: [
        {
          ...{ id: quiz, name: 'Cells', attempts: 2, submitted: 2, scored: 2 },
          // (60 + 85) ÷ 2
          ...{ best: 85, mean: 72.5, latest: 85, lastSeen: iso(300) },
          answers: { given: 0, right: 0, wrong: 0 },
          latestAttempts: [
            {
              ...{ id: `${quiz}/attempts/2`, startedAt: iso(100), submittedAt: iso(160) },
              ...{ scoredAt: iso(300), score: 17, maxScore: 20, percent: 85 },
            },
            {
              ...{ id: `${quiz}/attempts/1`, startedAt: iso(0), submittedAt: iso(60) },
              ...{ scoredAt: iso(200), score: 12, maxScore: 20, percent: 60 },
            },
          ],
        },
      ],
    })
  })

  it('are those of statements: a registration is an attempt, questions are answers', async () => {
    const context = { registration: 'ec531277-b57b-4c15-8d91-d292c5b2b8f7' }
    const test = {
      id: quiz,
      definition: { type: 'http://adlnet.gov/expapi/activities/assessment' },
    }
    const question = (number: number) => ({
      object: {
        id: `${quiz}/q${number}`,
        definition: { type: 'http://adlnet.gov/expapi/activities/cmi.interaction' },
      },
      context: { ...context, contextActivities: { parent: [test] } },
    })
    const events = await Promise.all([
      xapi(0, 'initialized', { object: test, context }),
      xapi(10, 'answered', { ...question(1), result: { success: true } }),
      xapi(20, 'answered', { ...question(2), result: { success: false } }),
      xapi(30, 'answered', { ...question(3), result: { score: { raw: 2, max: 2 } } }),
      xapi(40, 'passed', {
        object: test,
        context,
        result: { success: true, score: { scaled: 0.8 } },
      }),
    ])
    expect(reduceAll(attempts, events).shown).toMatchObject({
      assessments: [
        {
          ...{ id: quiz, attempts: 1, submitted: 1, scored: 1, best: 80 },
          answers: { given: 3, right: 2, wrong: 1 },
          latestAttempts: [{ startedAt: iso(0), submittedAt: iso(40), success: true }],
        },
      ],
    })
  })

  it('are those of native events, with and without a session', async () => {
    const session = { session_id: 's-1' }
    const of = { quiz_id: 'math-101', quiz_name: 'Fractions' }
    const events = await Promise.all([
      native(0, 'quiz_started', of, session),
      native(5, 'answer_submitted', { ...of, question_id: 'q-1', correct: true }, session),
      native(9, 'quiz_completed', { ...of, score: 85, max_score: 100 }, session),
      // Nobody says which attempt these belong to: the second start is another one.
      ...[
        native(20, 'quiz_started', of),
        native(30, 'quiz_completed', { ...of, score: 5, max_score: 10 }),
      ],
      ...[
        native(40, 'quiz_started', of),
        native(50, 'quiz_completed', { ...of, score: 9, max_score: 10 }),
      ],
      native(60, 'question_viewed', { ...of, question_id: 'q-1' }),
    ])
    expect(reduceAll(attempts, events).shown).toMatchObject({
      assessments: [
        {
          ...{ id: 'math-101', name: 'Fractions', attempts: 3, submitted: 3, scored: 3 },
          // (85 + 50 + 90) ÷ 3
          ...{ best: 90, mean: 75, latest: 90, answers: { given: 1, right: 1, wrong: 0 } },
        },
      ],
    })
  })

  it('keep the sums of attempts that made way', () => {
    const event = (count: number): ReducedEvent =>
      reduced(
        aRecord({
          ...{
            commonAction: 'Submitted',
            objectId: 'quiz',
            objectType: 'Assessment',
            objectName: 'Quiz',
          },
          ...{
            attemptId: `a${count}`,
            score: count,
            maxScore: 20,
            eventTime: iso(count),
            receivedAt: iso(count),
          },
        }),
      )
    const { state, shown } = reduceAll(
      attempts,
      Array.from({ length: 21 }, (_, count) => event(count)),
    )
    // 0 to 20 of 20: 0 to 100 %, 50 % in the mean.
    expect(shown).toMatchObject({
      assessments: [{ attempts: 21, submitted: 21, scored: 21, best: 100, mean: 50, latest: 100 }],
    })
    expect(state.assessments[0]!.takings).toHaveLength(8)
  })
})

describe('mastery', () => {
  const answer = (correct: boolean, more: object = {}) =>
    native(0, 'answer_submitted', { question_id: 'q', concept_id: 'fractions', correct, ...more })

  it('is traced by answers', async () => {
    const events = await Promise.all([answer(true), answer(true), answer(false), answer(true)])
    /*
     * Before: 0.3. P(knew | right) = 0.3·0.9 ÷ (0.3·0.9 + 0.7·0.2) = 0.27 ÷ 0.41 = 0.65854, and with a tenth of the
     * rest learned 0.69268. Right: 0.62341 ÷ (0.62341 + 0.06146) = 0.91026, 0.91923. Wrong: 0.09192 ÷ (0.09192 +
     * 0.06461) = 0.58723, 0.62851. Right: 0.56566 ÷ (0.56566 + 0.07430) = 0.88390, 0.89551.
     */
    const after = [693, 919, 629, 896].map((thousandths) => thousandths / 1000)
    for (const [index, likelihood] of after.entries()) {
      const { shown } = reduceAll(mastery, events.slice(0, index + 1))
      expect(shown).toMatchObject({
        concepts: [{ id: 'fractions', likelihood, isMastered: false }],
      })
    }
    // Right again: 0.80596 ÷ (0.80596 + 0.02090) = 0.97472, 0.97725, which is mastered.
    expect(reduceAll(mastery, [...events, events[0]!]).shown).toMatchObject({
      concepts: [{ likelihood: 0.977, isMastered: true, right: 4, wrong: 1 }],
    })
  })

  it('is what senders report, the latest of it', async () => {
    const level = (seconds: number, mastery_level: number | string) =>
      native(seconds, 'mastery_updated', {
        concept_id: 'fractions',
        concept: 'Fractions',
        mastery_level,
      })
    const events = await Promise.all([level(20, 0.97), level(10, 0.2), level(30, 'fair')])
    const shown = (count: number) => reduceAll(mastery, events.slice(0, count)).shown
    expect(shown(1)).toMatchObject({
      concepts: [{ name: 'Fractions', reported: 0.97, isMastered: true, likelihood: 0.3 }],
    })
    expect(shown(2)).toEqual(shown(1))
    expect(shown(3)).toMatchObject({ concepts: [{ reported: 'fair', isMastered: true }] })
    const low = await level(40, 80)
    expect(reduceAll(mastery, [...events, low]).shown).toMatchObject({
      concepts: [{ reported: 80, isMastered: false }],
    })
    const mastered = await native(0, 'concept_mastered', {
      ...{
        game_id: 'G-1',
        concept_tags: ['treble_staff', 'guide_notes'],
        mastery_level: 'quiz_passed',
      },
    })
    expect(reduceAll(mastery, [mastered]).shown).toMatchObject({
      concepts: [
        { id: 'guide_notes', reported: 'quiz_passed', isMastered: true },
        { id: 'treble_staff', isMastered: true },
      ],
    })
  })

  it('is of the learning objectives that other standards name', async () => {
    const item = {
      ...{ id: `${quiz}/q1`, type: 'AssessmentItem', isPartOf: assessment },
      learningObjectives: [
        { id: 'https://example.edu/objectives/1', type: 'LearningObjective', name: 'Mitosis' },
      ],
    }
    const graded = await caliper(0, {
      ...{ type: 'GradeEvent', action: 'Graded' },
      object: { ...attempt(1), assignable: item },
      generated: { id: `${quiz}/s`, type: 'Score', maxScore: 2, scoreGiven: 1 },
    })
    const objective = {
      id: 'https://example.edu/objectives/1',
      definition: {
        type: 'http://adlnet.gov/expapi/activities/objective',
        name: { en: 'Mitosis' },
      },
    }
    const said = await xapi(5, 'answered', {
      object: {
        id: `${quiz}/q2`,
        definition: { type: 'http://adlnet.gov/expapi/activities/cmi.interaction' },
      },
      context: {
        contextActivities: { grouping: [objective], other: [{ id: 'https://example.edu/other' }] },
      },
      result: { success: false },
    })
    // Half of the points are right, then wrong: 0.69268 becomes 0.06927 ÷ (0.06927 + 0.24585) = 0.21981, 0.29783.
    expect(reduceAll(mastery, [graded, said]).shown).toMatchObject({
      concepts: [{ id: objective.id, name: 'Mitosis', right: 1, wrong: 1, likelihood: 0.298 }],
    })
  })

  it('moves by nothing that names no concept, or no result', async () => {
    const events = await Promise.all([
      native(0, 'answer_submitted', { question_id: 'q', correct: true }),
      native(0, 'answer_submitted', { question_id: 'q', concept_id: 'fractions' }),
      native(0, 'answer_submitted', {
        question_id: 'q',
        concept_tags: [null, {}, '', { id: [] }],
        correct: true,
      }),
    ])
    for (const event of events) expect(mastery.reduce(mastery.start, event)).toBe(mastery.start)
  })
})

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
