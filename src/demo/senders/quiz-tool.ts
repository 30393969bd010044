import type { Happening } from '../happenings'
import type { Course } from '../school'
import { envelopeOf } from './envelope'
import { type Document, isoAt, lasting, type Sender, withId } from './sender'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const HOST = 'https://quiz.northfield.example'

/** A quiz tool that does all as Caliper 1.2 says: nothing of it departs from the text. */
export const quizTool: Sender = {
  name: 'quiz-tool',
  title: 'Quiz tool (demo)',
  sends: 'Caliper 1.2 to the letter, envelopes of up to 20 events',
  perRequest: 20,
  request: (documents) => envelopeOf(documents, { sensor: `${HOST}/sensor`, dataVersion: CONTEXT }),
  write(happening) {
    const { kind } = happening
    if (kind === 'login')
      return [event(happening, 'SessionEvent', 'SessionProfile', 'LoggedIn', app)]
    if (kind === 'logout')
      return [event(happening, 'SessionEvent', 'SessionProfile', 'LoggedOut', app)]
    if (kind === 'view' || kind === 'post') {
      const { n, name } = happening.item
      const page = { id: `${HOST}/pages/${n}`, type: 'Page', name }
      return [event(happening, 'ViewEvent', 'ReadingProfile', 'Viewed', page)]
    }
    if (kind === 'start' || kind === 'submit') return taken(happening)
    return []
  },
}

const app = { id: HOST, type: 'SoftwareApplication', name: 'Northfield Quiz' }

/** It starts, submits, and grades by itself at once. */
function taken(happening: Happening & { kind: 'start' | 'submit' }): Document[] {
  const { kind, taking, course } = happening
  const { quiz, learner, attempt, startedAt, submittedAt, points } = taking
  const assessment = {
    id: `${HOST}/quizzes/${quiz.n}`,
    type: 'Assessment',
    name: quiz.name,
    maxScore: quiz.maxPoints,
  }
  const id = `${assessment.id}/attempts/${learner.n}-${attempt}`
  const begun = {
    id,
    type: 'Attempt',
    assignee: `${HOST}/users/${learner.n}`,
    assignable: assessment.id,
    count: attempt,
    startedAtTime: isoAt(startedAt),
  }
  const profile = 'AssessmentProfile'
  if (kind === 'start') {
    return [
      event(happening, 'AssessmentEvent', profile, 'Started', assessment, { generated: begun }),
    ]
  }
  const ended = {
    ...begun,
    assignable: assessment,
    endedAtTime: isoAt(submittedAt),
    duration: lasting(submittedAt - startedAt),
  }
  const generated = {
    id: `${id}/score`,
    type: 'Score',
    attempt: id,
    scoredBy: HOST,
    maxScore: quiz.maxPoints,
    scoreGiven: points,
  }
  const submitted = event(happening, 'AssessmentEvent', profile, 'Submitted', assessment, {
    generated: { ...ended, assignable: assessment.id },
  })
  const graded = withId(
    {
      '@context': CONTEXT,
      type: 'GradeEvent',
      profile: 'GradingProfile',
      actor: app,
      action: 'Graded',
      object: ended,
      generated,
      eventTime: isoAt(submittedAt + 300),
      edApp: HOST,
      group: sectionOf(course),
    },
    (uuid) => `urn:uuid:${uuid}`,
  )
  return [submitted, graded]
}

/** The tool knows the team, the section that it is in, and the course of which that is one. */
function sectionOf({ n, name }: Course): Document {
  const course = `${HOST}/courses/${n}`
  const offering = { id: course, type: 'CourseOffering', name, courseNumber: `PHY-${n}` }
  return {
    id: `${course}/sections/1`,
    type: 'CourseSection',
    name: `${name}, section 1`,
    courseNumber: `PHY-${n}-1`,
    academicSession: 'Autumn 2026',
    subOrganizationOf: offering,
  }
}

function event(
  happening: Happening,
  type: string,
  profile: string,
  action: string,
  object: Document,
  more: Document = {},
): Document {
  const { at, course, person, role, sitting } = happening
  const section = sectionOf(course)
  const user = `${HOST}/users/${person.n}`
  const document = {
    '@context': CONTEXT,
    type,
    profile,
    actor: { id: user, type: 'Person', name: person.name },
    action,
    object,
    ...more,
    eventTime: isoAt(at),
    edApp: HOST,
    group: section,
    membership: {
      id: `${section.id}/rosters/${person.n}`,
      type: 'Membership',
      member: user,
      organization: section.id,
      roles: [role],
      status: 'Active',
    },
    session: { id: `${HOST}/sessions/${sitting}`, type: 'Session', user },
  }
  return withId(document, (uuid) => `urn:uuid:${uuid}`)
}
