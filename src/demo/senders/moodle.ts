import type { Happening } from '../happenings'
import type { Course, Person } from '../school'
import { envelopeOf } from './envelope'
import { type Document, isoAt, type Sender } from './sender'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1/Context'
const TYPE = 'http://purl.imsglobal.org/caliper/v1/'
const ACTION = 'http://purl.imsglobal.org/vocab/caliper/v1/action#'
const ROLE = 'http://purl.imsglobal.org/vocab/lis/v2/membership#'
const STATUS = 'http://purl.imsglobal.org/vocab/lis/v2/status#Active'
const HOST = 'https://moodle.northfield.example'

/** Moodle with logstore_caliper, by caliper-php 1.0: no ids of events, full IRIs, nulls. */
export const moodle: Sender = {
  name: 'moodle',
  title: 'Moodle (demo)',
  sends: 'Caliper 1.0, envelopes of up to 100 events',
  // The plugin sends what its log holds when its task runs, by hundreds.
  perRequest: 100,
  request: (documents) => envelopeOf(documents, { sensor: HOST }),
  write(happening) {
    const { kind, course } = happening
    if (kind === 'login') return [event(happening, 'SessionEvent', 'LoggedIn', app)]
    if (kind === 'logout') return [event(happening, 'SessionEvent', 'LoggedOut', app)]
    if (kind === 'view' || kind === 'post') {
      const { n, name } = happening.item
      const page = entity(`/mod/page/view.php?id=${n}`, 'WebPage', { name, isPartOf: idOf(course) })
      return [event(happening, 'NavigationEvent', 'NavigatedTo', page)]
    }
    if (kind === 'start' || kind === 'submit') {
      const action = kind === 'start' ? 'Started' : 'Submitted'
      const generated = attemptOf(happening)
      return [event(happening, 'AssessmentEvent', action, quizOf(happening), { generated })]
    }
    return kind === 'grade' ? [outcomeOf(happening)] : []
  },
}

function entity(path: string, type: string, more: Document = {}): Document {
  return {
    '@context': CONTEXT,
    '@id': `${HOST}${path}`,
    '@type': `${TYPE}${type}`,
    name: null,
    description: null,
    extensions: {},
    dateCreated: null,
    dateModified: null,
    ...more,
  }
}

const app = entity('/', 'SoftwareApplication', { name: 'Moodle' })

function idOf({ n }: Course): string {
  return `${HOST}/course/view.php?id=${n}`
}

function userOf({ n, name }: Person): Document {
  return entity(`/user/profile.php?id=${n}`, 'lis/Person', { name })
}

function courseOf({ n, name }: Course): Document {
  const more = { name, courseNumber: `FR-${n}`, academicSession: null, subOrganizationOf: null }
  return entity(`/course/view.php?id=${n}`, 'lis/CourseSection', more)
}

type Taken = Happening & { kind: 'start' | 'submit' | 'grade' }

function quizOf({ taking: { quiz }, course }: Taken): Document {
  const more = { name: quiz.name, maxScore: quiz.maxPoints, isPartOf: idOf(course) }
  return entity(`/mod/quiz/view.php?id=${quiz.n}`, 'Assessment', more)
}

function attemptOf({ kind, taking }: Taken): Document {
  const { quiz, learner, attempt, startedAt, submittedAt } = taking
  return entity(`/mod/quiz/attempt.php?attempt=${quiz.n}${learner.n}${attempt}`, 'Attempt', {
    assignable: `${HOST}/mod/quiz/view.php?id=${quiz.n}`,
    actor: `${HOST}/user/profile.php?id=${learner.n}`,
    count: attempt,
    startedAtTime: isoAt(startedAt),
    endedAtTime: kind === 'start' ? null : isoAt(submittedAt),
    duration: kind === 'start' ? null : Math.round((submittedAt - startedAt) / 1000),
  })
}

/** A grade is an OutcomeEvent in 1.0, and the points are a Result's. */
function outcomeOf(happening: Happening & { kind: 'grade' }): Document {
  const { taking, person } = happening
  const { quiz, learner, points } = taking
  // The quiz, and with it how many points there are, stands in the attempt.
  const attempt = { ...attemptOf(happening), assignable: quizOf(happening) }
  const generated = entity(`/grade/report/user/index.php?attempt=${quiz.n}${learner.n}`, 'Result', {
    actor: `${HOST}/user/profile.php?id=${learner.n}`,
    assignable: `${HOST}/mod/quiz/view.php?id=${quiz.n}`,
    normalScore: points,
    penaltyScore: 0,
    extraCreditScore: 0,
    totalScore: points,
    curvedTotalScore: points,
    curveFactor: 0,
    comment: null,
    scoredBy: `${HOST}/user/profile.php?id=${person.n}`,
  })
  return event(happening, 'OutcomeEvent', 'Graded', attempt, { generated })
}

function event(
  happening: Happening,
  type: string,
  action: string,
  object: Document,
  more: Document = {},
) {
  const { at, course, person, role } = happening
  const membership = entity(`/user/view.php?id=${person.n}&course=${course.n}`, 'lis/Membership', {
    member: `${HOST}/user/profile.php?id=${person.n}`,
    organization: idOf(course),
    roles: [`${ROLE}${role}`],
    status: STATUS,
  })
  return {
    '@context': CONTEXT,
    '@type': `${TYPE}${type}`,
    actor: userOf(person),
    action: `${ACTION}${action}`,
    object,
    target: null,
    generated: null,
    ...more,
    eventTime: isoAt(at),
    edApp: app,
    group: type === 'SessionEvent' ? null : courseOf(course),
    membership: type === 'SessionEvent' ? null : membership,
    federatedSession: null,
  }
}
