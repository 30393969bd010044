import type { Happening } from '../happenings'
import { uuidOf } from '../random'
import type { Course, Person } from '../school'
import { type Document, isoAt, lasting, type Sender, withId } from './sender'

const ADL = 'http://adlnet.gov/expapi'
const VIDEO = 'https://w3id.org/xapi/video'
const HOST = 'https://h5p.northfield.example'

/** Interactive content that sends statements of xAPI, one a request, as it is used. */
export const h5p: Sender = {
  name: 'h5p',
  title: 'H5P (demo)',
  sends: 'xAPI 1.0.3, one statement a request',
  perRequest: 1,
  request: ([statement]) => ({
    path: '/xapi/statements',
    contentType: 'application/json',
    headers: { 'x-experience-api-version': '1.0.3' },
    items: 1,
    body: () => JSON.stringify(statement),
  }),
  write(happening) {
    const { kind } = happening
    if (happening.role === 'Instructor') return []
    if (kind === 'view' || kind === 'post') {
      const { n, name } = happening.item
      return [
        statement(
          happening,
          'experienced',
          activity(`/content/${n}`, `${ADL}/activities/lesson`, name),
        ),
      ]
    }
    if (kind === 'watch') return watching(happening)
    if (kind === 'start' || kind === 'submit') return taken(happening)
    return []
  },
}

function activity(path: string, type: string, name: string): Document {
  return { objectType: 'Activity', id: `${HOST}${path}`, definition: { type, name: { en: name } } }
}

function agentOf({ n, name }: Person): Document {
  return { objectType: 'Agent', name, account: { homePage: HOST, name: `u${n}` } }
}

function courseOf({ n, name }: Course): Document {
  return activity(`/courses/${n}`, `${ADL}/activities/course`, name)
}

function taken(happening: Happening & { kind: 'start' | 'submit' }): Document[] {
  const { kind, taking } = happening
  const { quiz, learner, attempt, points, startedAt, submittedAt } = taking
  const object = activity(`/quizzes/${quiz.n}`, `${ADL}/activities/assessment`, quiz.name)
  const registration = uuidOf(HOST, quiz.n, learner.n, attempt)
  if (kind === 'start') return [statement(happening, 'attempted', object, { registration })]
  const scaled = Math.round((1000 * points) / quiz.maxPoints) / 1000
  const success = scaled >= 0.5
  const result = {
    score: { scaled, raw: points, min: 0, max: quiz.maxPoints },
    success,
    completion: true,
    duration: lasting(submittedAt - startedAt),
  }
  return [statement(happening, success ? 'passed' : 'failed', object, { registration, result })]
}

/** The profile of video says what was played, by the second. */
function watching(happening: Happening & { kind: 'watch' }): Document[] {
  const { item, seconds, sitting, at } = happening
  const object = activity(`/videos/${item.n}`, `${VIDEO}/activity-type/video`, item.name)
  const registration = uuidOf(HOST, sitting, item.n)
  const whole = { [`${VIDEO}/extensions/length`]: item.seconds! }
  const progress = Math.round((1000 * seconds) / item.seconds!) / 1000
  const result = {
    duration: lasting(seconds * 1000),
    extensions: {
      [`${VIDEO}/extensions/time`]: seconds,
      [`${VIDEO}/extensions/progress`]: progress,
      [`${VIDEO}/extensions/played-segments`]: `0[.]${seconds}`,
    },
  }
  const ended = { ...happening, at: at + seconds * 1000 }
  const started = statement(happening, 'played', object, {
    verb: `${VIDEO}/verbs/played`,
    registration,
    extensions: whole,
    result: { extensions: { [`${VIDEO}/extensions/time`]: 0 } },
  })
  const stopped = statement(ended, progress >= 1 ? 'completed' : 'terminated', object, {
    registration,
    extensions: whole,
    result: progress >= 1 ? { ...result, completion: true } : result,
  })
  return [started, stopped]
}

interface More {
  /** The IRI of the verb, where it is none of ADL's. */
  verb?: string
  registration?: string
  extensions?: Document
  result?: Document
}

function statement(
  happening: Happening,
  verb: string,
  object: Document,
  more: More = {},
): Document {
  const { at, course, person } = happening
  const { registration, extensions, result } = more
  const document = {
    actor: agentOf(person),
    verb: { id: more.verb ?? `${ADL}/verbs/${verb}`, display: { en: verb } },
    object,
    ...(result && { result }),
    context: {
      ...(registration !== undefined && { registration }),
      contextActivities: { grouping: [courseOf(course)] },
      platform: 'H5P',
      language: 'en',
      ...(extensions && { extensions }),
    },
    timestamp: isoAt(at),
  }
  return withId(document, (uuid) => uuid)
}
