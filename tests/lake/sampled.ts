import type { EventRecord } from '../../src/event/record'
import { aRecord } from '../support/records'

/** The share of sessions that a policy keeps in these tests. */
export const RATE = 0.25

const SESSIONS = 1000
const PEOPLE = 200
const DAY_MS = 86_400_000
const FIRST_MS = Date.parse('2026-07-06T08:00:00.000Z')

/** Draws as `Math.random`, the same each time (mulberry32). */
function drawing(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Makes three days of sessions, all of them, and those of them that a policy keeps which samples by session: views
 * are sampled, and what is submitted is kept whole.
 */
export function sampledDays(): { all: EventRecord[]; kept: EventRecord[] } {
  const draw = drawing(17)
  const all: EventRecord[] = []
  const kept: EventRecord[] = []
  for (let session = 0; session < SESSIONS; session++) {
    const isKept = draw() < RATE
    const who = `https://example.edu/users/${Math.floor(draw() * PEOPLE)}`
    const course = draw() < 0.7 ? 'biology' : 'history'
    let at = FIRST_MS + Math.floor(draw() * 3) * DAY_MS + Math.floor(draw() * 600) * 60_000
    const steps = 2 + Math.floor(draw() * 7)
    for (let step = 0; step < steps; step++) {
      at += 60_000 * (1 + Math.floor(draw() * 9))
      const time = new Date(at).toISOString()
      const record = aRecord({
        eventId: `urn:sampled:${session}:${step}`,
        sourceId: 'lms',
        actorId: who,
        courseId: course,
        groupId: course,
        sessionId: `urn:session:${session}`,
        objectId: `page-${Math.floor(draw() * 20)}`,
        eventTime: time,
        occurredAt: time,
        receivedAt: new Date(at + 1000).toISOString(),
        sendTime: time,
        skewMs: 1000 + Math.floor(draw() * 5000),
        issueCodes: draw() < 0.3 ? ['clock_skew'] : [],
        server: { requestId: `request-${session}` },
      })
      all.push({ ...record, conformant: record.issueCodes.length === 0 })
      if (isKept) kept.push({ ...all.at(-1)!, sampleRate: RATE, governedBy: ['views'] })
    }
    if (session % 20 > 0) continue
    const time = new Date(at + 60_000).toISOString()
    const submitted = aRecord({
      eventId: `urn:sampled:${session}:submitted`,
      sourceId: 'quizzes',
      type: 'AssessmentEvent',
      action: 'Submitted',
      actorId: who,
      courseId: course,
      sessionId: `urn:quiz-session:${session}`,
      eventTime: time,
      occurredAt: time,
      receivedAt: time,
    })
    all.push(submitted)
    kept.push(submitted)
  }
  return { all, kept }
}
