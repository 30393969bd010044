import type { ReducedEvent } from '../../src/reducers/reducer'
import { reducedFrom } from './reduced'

/* One learner, Amy, as tools of three standards send what she does: so many seconds after nine. */

export const amy = 'https://example.edu/users/amy'
export const quiz = 'https://example.edu/quizzes/1'
const NINE = Date.parse('2026-11-30T09:00:00.000Z')
export const iso = (seconds: number) => new Date(NINE + seconds * 1000).toISOString()

export function caliper(seconds: number, more: object): Promise<ReducedEvent> {
  return reducedFrom('caliper', {
    '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    id: `urn:uuid:0d3f3d5a-9a53-4f2a-8e0e-${String(seconds).padStart(12, '0')}`,
    actor: { id: amy, type: 'Person' },
    eventTime: iso(seconds),
    ...more,
  })
}

export function xapi(seconds: number, verb: string, more: object): Promise<ReducedEvent> {
  return reducedFrom('xapi', {
    id: `fd41c918-b88b-4b20-a0a5-${String(seconds).padStart(12, '0')}`,
    actor: { account: { homePage: 'https://example.edu', name: 'amy' } },
    verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` },
    timestamp: iso(seconds),
    ...more,
  })
}

export const native = (seconds: number, event_type: string, payload: object, more: object = {}) =>
  reducedFrom('native', {
    ...{ event_type, timestamp: iso(seconds), user_id: 'amy', source: 'quiz_engine', payload },
    ...more,
  })

export const assessment = { id: quiz, type: 'Assessment', name: 'Cells' }
export const attempt = (count: number) => ({
  ...{ id: `${quiz}/attempts/${count}`, type: 'Attempt', count, assignee: amy },
  assignable: assessment,
})
