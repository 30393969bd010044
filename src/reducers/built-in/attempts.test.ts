import { describe, expect, it } from 'bun:test'
import {
  amy,
  assessment,
  attempt,
  caliper,
  iso,
  native,
  quiz,
  xapi,
} from '../../../tests/support/learning-events'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, reduced } from '../../../tests/support/reduced'
import { learnerOf } from '../learner'
import type { ReducedEvent } from '../reducer'
import { attempts } from './attempts'

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
    expect(state.assessments[0]!.takings).toHaveLength(4)
  })
})
