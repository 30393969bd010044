import { describe, expect, it } from 'bun:test'
import {
  assessment,
  attempt,
  caliper,
  native,
  quiz,
  xapi,
} from '../../../tests/support/learning-events'
import { reduceAll } from '../../../tests/support/reduced'
import { mastery } from './mastery'

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
