import type { Happening } from '../happenings'
import { uuidOf } from '../random'
import { type Document, isoAt, type Sender } from './sender'

/** A game of the school's own: flat events, as JSON lines. */
export const game: Sender = {
  name: 'game',
  title: 'Fraction Quest, a game (demo)',
  sends: 'native events, JSON lines of up to 50',
  perRequest: 50,
  request: (documents) => ({
    path: '/api/v1/events',
    contentType: 'application/x-ndjson',
    items: documents.length,
    body: () => `${documents.map((document) => JSON.stringify(document)).join('\n')}\n`,
  }),
  write(happening) {
    const { kind } = happening
    if (happening.role === 'Instructor') return []
    if (kind === 'login') return [event(happening, 'session_started', {})]
    if (kind === 'logout') return [event(happening, 'session_ended', {})]
    if (kind === 'view') {
      const { n, name } = happening.item
      return [event(happening, 'level_viewed', { object_id: `level-${n}`, object_name: name })]
    }
    if (kind !== 'start' && kind !== 'submit') return []
    const { quiz, points, startedAt, submittedAt } = happening.taking
    const level = { object_id: `boss-${quiz.n}`, object_name: quiz.name }
    if (kind === 'start') return [event(happening, 'level_started', level)]
    const done = { score: points, max_score: quiz.maxPoints, duration_ms: submittedAt - startedAt }
    return [...testOf(happening), event(happening, 'level_completed', { ...level, ...done })]
  },
}

// A boss asks so many questions.
const QUESTIONS = 4

/** A boss asks questions, as players of tests do: their types, numbered, in a session of their own. The score is the level's. */
function testOf(happening: Happening & { kind: 'submit' }): Document[] {
  const { taking, person } = happening
  const { quiz, startedAt, submittedAt } = taking
  const step = (submittedAt - startedAt) / (2 * QUESTIONS + 1)
  const told: [type: string, payload: Document, question?: string][] = [
    ['SESSION_CREATED', { mode: 'BOSS', total_questions: QUESTIONS }],
  ]
  for (let position = 0; position < QUESTIONS; position++) {
    const question = `boss-${quiz.n}-question-${position}`
    const answer = { position, selected_index: (person.n + position) % 3 }
    told.push(['QUESTION_VIEWED', { position }, question], ['ANSWER_SELECTED', answer, question])
  }
  told.push(['SESSION_SUBMITTED', { answered: QUESTIONS }])
  return told.map(([type, payload, question], at) =>
    identified({
      event_type: type,
      timestamp: isoAt(Math.round(startedAt + at * step)),
      user_id: `player-${person.n}`,
      session_id: `${happening.sitting}-boss-${quiz.n}`,
      seq: at + 1,
      ...(question && { question_id: question }),
      source: 'fraction-quest',
      payload,
    }),
  )
}

function event(happening: Happening, type: string, properties: Document): Document {
  const { at, course, person, sitting } = happening
  return identified({
    event_type: type,
    timestamp: isoAt(at),
    user_id: `player-${person.n}`,
    session_id: sitting,
    source: 'fraction-quest',
    properties: { course_id: `fractions-${course.n}`, course_name: course.name, ...properties },
  })
}

function identified(said: Document): Document {
  return { event_id: uuidOf('demo event', JSON.stringify(said)), ...said }
}
