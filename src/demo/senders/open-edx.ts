import type { Happening } from '../happenings'
import type { Course } from '../school'
import { envelopeOf } from './envelope'
import { type Document, isoAt, lasting, type Sender, withId } from './sender'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const HOST = 'https://learn.northfield.example'

/** Open edX with event-routing-backends: learners under pseudonyms, courses in extensions. */
export const openEdx: Sender = {
  name: 'open-edx',
  title: 'Open edX (demo)',
  sends: 'Caliper 1.2, one event a request',
  perRequest: 1,
  request: (documents) => envelopeOf(documents, { sensor: HOST, dataVersion: CONTEXT }),
  write(happening) {
    const { kind, course } = happening
    if (happening.role === 'Instructor') return []
    if (kind === 'view' || kind === 'post') {
      const { n, name } = happening.item
      const object = { id: blockOf(course, 'vertical', n), type: 'DigitalResource', name }
      return [event(happening, 'NavigationEvent', 'NavigatedTo', object)]
    }
    if (kind === 'watch') return watching(happening)
    if (kind === 'submit') return submission(happening)
    return []
  },
}

function courseId({ n }: Course): string {
  return `course-v1:Northfield+S${n}+2026`
}

function blockOf(course: Course, type: string, n: number): string {
  const run = courseId(course).replace('course-v1', 'block-v1')
  return `${HOST}/xblock/${run}+type@${type}+block@${n.toString(16).padStart(32, '0')}`
}

function watching(happening: Happening & { kind: 'watch' }): Document[] {
  const { item, seconds, at, course } = happening
  const id = blockOf(course, 'video', item.n)
  const object = {
    id,
    type: 'VideoObject',
    name: item.name,
    duration: lasting(item.seconds! * 1000),
  }
  const target = (at: number) => ({
    id: '_:MediaLocation',
    type: 'MediaLocation',
    currentTime: lasting(at * 1000),
  })
  const stopsAt = { ...happening, at: at + seconds * 1000 }
  return [
    event(happening, 'MediaEvent', 'Started', object, { target: target(0) }),
    event(stopsAt, 'MediaEvent', seconds >= item.seconds! ? 'Ended' : 'Paused', object, {
      target: target(seconds),
    }),
  ]
}

/** The browser says that a problem was submitted, the server how it was graded. */
function submission(happening: Happening & { kind: 'submit' }): Document[] {
  const { taking, course } = happening
  const { quiz, learner, attempt, points } = taking
  const id = blockOf(course, 'problem', quiz.n)
  const submitted = { id, type: 'Assessment', name: quiz.name }
  const graded = {
    id: `${HOST}/user/${learner.uuid}/attempt/${attempt}?problem=${encodeURIComponent(id)}`,
    type: 'Attempt',
    name: quiz.name,
    assignee: { id: `${HOST}/user/${learner.uuid}`, type: 'Person' },
    assignable: { id, type: 'Assessment', name: quiz.name },
    count: attempt,
  }
  const score = {
    id: '_:score',
    type: 'Score',
    maxScore: quiz.maxPoints,
    scoreGiven: points,
    attempts: attempt,
    extensions: { success: points >= quiz.maxPoints / 2 ? 'True' : 'False' },
  }
  return [
    event(happening, 'AssessmentEvent', 'Submitted', submitted),
    event({ ...happening, at: happening.at + 400 }, 'GradeEvent', 'Graded', graded, {
      generated: { score },
    }),
  ]
}

function event(
  happening: Happening,
  type: string,
  action: string,
  object: Document,
  more: Document = {},
) {
  const { at, course, person, sitting } = happening
  const isPartOf = { id: `${HOST}/course/${courseId(course)}`, type: 'CourseOffering' }
  const document = {
    '@context': CONTEXT,
    type,
    actor: { id: `${HOST}/user/${person.uuid}`, type: 'Person' },
    action,
    object: { ...object, extensions: { isPartOf } },
    ...more,
    eventTime: isoAt(at),
    session: { id: `${HOST}/sessions/${sitting}`, type: 'Session' },
    extensions: { transformerVersion: 'event-routing-backends@9.3.8' },
  }
  return withId(document, (uuid) => `urn:uuid:${uuid}`)
}
