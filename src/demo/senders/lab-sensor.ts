import { envelopeOf } from './envelope'
import { type Document, isoAt, type Sender, withId } from './sender'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const HOST = 'https://lab.northfield.example'
const HOUR_MS = 60 * 60 * 1000
// An installer set its clock by local time.
const AHEAD_MS = 2 * HOUR_MS

/**
 * A broken sensor, in the laboratory of the first course: its clock is ahead, it misspells actions,
 * writes roles as a text, and forgets the time or the person of every few events, which nobody can
 * then keep as events.
 */
export const labSensor: Sender = {
  name: 'lab-sensor',
  title: 'Broken laboratory sensor (demo)',
  sends: 'Caliper 1.2 with every fault there is, envelopes of up to 10 events',
  perRequest: 10,
  request: (documents) =>
    envelopeOf(documents, { sensor: `${HOST}/sensor`, dataVersion: CONTEXT, aheadMs: AHEAD_MS }),
  write(happening) {
    const { kind, at, person, course } = happening
    if (kind !== 'view') return []
    const fault = Math.floor(at / 1000) % 5
    const document: Document = {
      '@context': CONTEXT,
      type: 'ToolUseEvent',
      ...(fault !== 1 && { actor: { id: `${HOST}/users/${person.n}`, type: 'Person' } }),
      action: fault === 2 ? 'use' : 'Used',
      object: { id: `${HOST}/microscopes/${happening.item.n}`, type: 'SoftwareApplication' },
      ...(fault !== 3 && { eventTime: isoAt(at + AHEAD_MS) }),
      group: { id: `${HOST}/courses/${course.n}`, type: 'CourseSection' },
      membership: {
        id: `${HOST}/courses/${course.n}/members/${person.n}`,
        type: 'Membership',
        member: `${HOST}/users/${person.n}`,
        organization: `${HOST}/courses/${course.n}`,
        roles: 'Learner',
      },
      temperature: 20 + fault,
    }
    return [withId(document, (uuid) => `urn:uuid:${uuid}`)]
  },
}
