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
    return [event(happening, 'level_completed', { ...level, ...done })]
  },
}

function event(happening: Happening, type: string, properties: Document): Document {
  const { at, course, person, sitting } = happening
  const said = {
    event_type: type,
    timestamp: isoAt(at),
    user_id: `player-${person.n}`,
    session_id: sitting,
    source: 'fraction-quest',
    properties: { course_id: `fractions-${course.n}`, course_name: course.name, ...properties },
  }
  return { event_id: uuidOf('demo event', JSON.stringify(said)), ...said }
}
