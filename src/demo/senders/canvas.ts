import type { Happening, Taking } from '../happenings'
import type { Course, Person } from '../school'
import { envelopeOf } from './envelope'
import { type Document, isoAt, type Sender, withId } from './sender'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p1'
const HOST = 'canvas.northfield.example'
const URN = 'urn:instructure:canvas'
// Canvas's global ids begin with the number of its shard.
const SHARD = 21_070_000_000_000_000n

/** Canvas Live Events over HTTPS: Caliper 1.1, an event a request, names and scores in extensions. */
export const canvas: Sender = {
  name: 'canvas',
  title: 'Canvas (demo)',
  sends: 'Caliper 1.1, one event a request',
  perRequest: 1,
  request: (documents) =>
    envelopeOf(documents, { sensor: `http://${HOST}/`, dataVersion: CONTEXT }),
  write(happening) {
    const { kind } = happening
    if (kind === 'login') return [event(happening, 'SessionEvent', 'LoggedIn', app)]
    if (kind === 'logout') return [event(happening, 'SessionEvent', 'LoggedOut', app)]
    if (kind === 'view' || kind === 'watch') {
      const { n, name } = happening.item
      const asset = { asset_name: name, asset_type: 'wiki_page', entity_id: id(n) }
      const object = entity('wikiPage', n, 'Entity', asset, { name: 'wiki_page' })
      return kind === 'view' ? [event(happening, 'NavigationEvent', 'NavigatedTo', object)] : []
    }
    if (kind === 'post') {
      const { item, place, person } = happening
      const thread = { id: `${URN}:discussion:${id(item.n)}`, type: 'Thread', name: item.name }
      const entry = item.n * 1_000_000 + person.n * 100 + place
      const object = entity('discussionEntry', entry, 'Message', {}, { isPartOf: thread })
      return [event(happening, 'MessageEvent', 'Posted', object)]
    }
    if (kind === 'submit') {
      const object = attemptOf(happening.taking, happening.course, {})
      return [event(happening, 'AssessmentEvent', 'Submitted', object)]
    }
    return kind === 'grade' ? [gradeOf(happening)] : []
  },
}

const app = { id: `http://${HOST}/`, type: 'SoftwareApplication' }

function id(n: number): string {
  return String(SHARD + BigInt(n))
}

function entity(noun: string, n: number, type: string, canvasSays: Document, more: Document) {
  const extensions = { 'com.instructure.canvas': { entity_id: id(n), ...canvasSays } }
  return { id: `${URN}:${noun}:${id(n)}`, type, ...more, extensions }
}

function userOf({ n, name }: Person): Document {
  return entity(
    'user',
    n,
    'Person',
    { user_login: `${name.toLowerCase().replace(' ', '.')}@${HOST}` },
    {},
  )
}

function groupOf({ n, name }: Course): Document {
  return entity('course', n, 'CourseOffering', { context_type: 'Course' }, { name })
}

function attemptOf(
  { quiz, learner, attempt }: Taking,
  course: Course,
  canvasSays: Document,
): Document {
  const n = course.n * 10_000_000 + quiz.n * 10_000 + learner.n * 10 + attempt
  const assignable = entity(
    'quiz',
    quiz.n,
    'Assessment',
    {},
    { name: quiz.name, maxScore: quiz.maxPoints },
  )
  const assignee = { id: `${URN}:user:${id(learner.n)}`, type: 'Person' }
  return entity('submission', n, 'Attempt', canvasSays, { assignee, assignable, count: attempt })
}

function gradeOf(happening: Happening & { kind: 'grade' }): Document {
  const { taking, course, person } = happening
  const grade = { grade: String(taking.points) }
  const attempt = attemptOf(taking, course, grade)
  const generated = {
    id: attempt.id,
    type: 'Score',
    attempt,
    maxScore: taking.quiz.maxPoints,
    scoreGiven: taking.points,
    scoredBy: `${URN}:user:${id(person.n)}`,
  }
  return event(happening, 'GradeEvent', 'Graded', attempt, { generated })
}

function event(
  happening: Happening,
  type: string,
  action: string,
  object: Document,
  more: Document = {},
) {
  const { at, course, person, role, sitting } = happening
  const group = groupOf(course)
  const user = `${URN}:user:${id(person.n)}`
  const membership = {
    id: `${group.id}:${role}:${id(person.n)}`,
    type: 'Membership',
    member: { id: user, type: 'Person' },
    organization: { id: group.id, type: 'CourseOffering' },
    roles: [role],
  }
  const isInCourse = type !== 'SessionEvent'
  const document = {
    '@context': CONTEXT,
    type,
    actor: userOf(person),
    action,
    object,
    eventTime: isoAt(at),
    ...more,
    edApp: app,
    // Canvas names nobody's role in what it says of grades.
    ...(isInCourse && { group, ...(type !== 'GradeEvent' && { membership }) }),
    session: { id: `${URN}:session:${sitting}`, type: 'Session' },
    extensions: { 'com.instructure.canvas': { hostname: HOST, version: '1.0.0' } },
  }
  return withId(document, (uuid) => `urn:uuid:${uuid}`)
}
