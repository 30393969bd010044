import type { Role } from '../../../src/identity/role'
import { staffKey } from '../../../src/rosters/groups-of'
import type { TestApp } from '../app'
import { anEnvelope, anEvent } from '../envelopes'
import { declare, putStates, showBuilds } from '../reducers/states'

/*
 * An organisation with two courses, and another one whose ids are the same. Each event has a mark of its
 * own in its id, its type and its properties, so that an answer of any form shows what it is about.
 */
export const marks = ['ada', 'bo', 'cyd', 'tess', 'crowd', 'foreign', 'multitude'] as const
export type Mark = (typeof marks)[number]

const MARK = new RegExp(`mark_(${marks.join('|')})\\b`, 'g')

/** Finds the marks in an answer. */
export function marksIn(text: string): Mark[] {
  const found = [...text.matchAll(MARK)].map(([, mark]) => mark as Mark)
  return marks.filter((mark) => found.includes(mark))
}

/** No answer without personal access has this in it. */
export const PERSON = 'the-person-'
export const personId = (name: string) => `${PERSON}${name}`
export const eventId = (mark: Mark, n = 0) => `mark_${mark}-${n}`

/** Puts into an answer about learners the marks of what they did. */
export function withMarks(text: string): string {
  return text.replaceAll(new RegExp(`${PERSON}(\\w+)`, 'g'), '$& mark_$1')
}

/** Somebody asks, and sees so much of the events. */
export interface Reader {
  role: Role
  /** Events of the organisation by their marks. */
  sees: readonly Mark[]
  actorId?: string
  isAggregateOnly?: true
  /** They show a token of their issuer, which has these, instead of a key. */
  token?: { sub: string; roles: readonly string[] }
}

const all = ['ada', 'bo', 'cyd', 'tess', 'crowd'] as const

export const readers: Readonly<Record<string, Reader>> = {
  admin: { role: 'admin', sees: all },
  // The course of others is under her management; she teaches none.
  'teacher-admin': { role: 'teacher-admin', sees: ['cyd', 'tess'], actorId: personId('maud') },
  // She is a learner in the course of others, and teaches the other one.
  teacher: { role: 'teacher', sees: ['ada', 'bo', 'tess'], actorId: personId('tess') },
  'teacher of nobody': { role: 'teacher', sees: [], actorId: personId('nemo') },
  student: { role: 'student', sees: ['ada'], actorId: personId('ada') },
  analyst: { role: 'analyst', sees: all },
  'analyst, aggregates only': { role: 'analyst', sees: ['crowd'], isAggregateOnly: true },
  system: { role: 'system', sees: ['crowd', 'multitude'] },
  'a teacher by token': {
    ...{ role: 'teacher', sees: ['ada', 'bo', 'tess'] },
    token: { sub: 'tess', roles: ['staff'] },
  },
  'a student by token': {
    ...{ role: 'student', sees: ['ada'] },
    token: { sub: 'ada', roles: ['pupil', 'admin', 'system'] },
  },
  'a student who analyses, by token': {
    ...{ role: 'analyst', sees: all },
    token: { sub: 'ada', roles: ['pupil', 'analyst'] },
  },
}

/** What an issuer calls people is another name than events have for them. */
export const issuerOf = (url: string) => ({
  ...{ issuer: url, audience: 'school' },
  claims: { learner: 'sub', roles: 'roles', actorIds: [personId('{sub}')] },
  roles: { staff: 'teacher', pupil: 'student', analyst: 'analyst' },
})

export const OTHER_TENANT = 'college'
const OWN = 'course-own'
const OTHER = 'course-other'
// A group of k people, and one more.
const MANY = 6

/** Puts there what all of them ask about, an hour ago: not at the edge of the present. */
export async function populate(test: TestApp) {
  const { registry, documents } = test.platform
  const at = test.clock.now().toISOString()
  await registry.tenants.put({ tenantId: OTHER_TENANT, name: 'A college', createdAt: at })
  const source = { tenantId: OTHER_TENANT, sourceId: 'demo', name: 'demo', createdAt: at }
  await registry.sources.put(source)
  const enrol = async (name: string, teaches: string[], manages: string[]) => {
    const bytes = Buffer.from(JSON.stringify({ teaches, manages }))
    const content = { bytes, contentType: 'application/json' }
    await documents.put('default', staffKey(personId(name)), content)
  }
  await enrol('tess', [OWN], [])
  await enrol('maud', [], [OTHER])
  await declare(test.platform, { marks: 'learner' })
  const began = test.clock.now().getTime() - 60 * 60 * 1000
  const some = (mark: Mark, course?: string, who: string = mark, n = 0): Done[] => {
    const text = `mark_${mark}`
    const at = (minute: number) => new Date(began + minute * 60_000).toISOString()
    const session = `session of ${who} ${n}`
    const native = (place: number, minute: number) => ({
      ...{ event_id: eventId(mark, n + place), event_type: text, user_id: personId(who) },
      ...{ session_id: session, timestamp: at(minute) },
      properties: { text, ...(course && { courseId: course }) },
    })
    const started = {
      ...anEvent({ eventTime: at(1) }),
      ...{ type: 'AssessmentEvent', action: 'Started' },
      actor: { id: personId(who), type: 'Person' },
      object: { id: `https://example.edu/${text}`, type: 'Assessment' },
      generated: { id: `https://example.edu/${text}/attempts/${n}`, type: 'Attempt' },
      ...(course && { group: { id: course, type: 'CourseOffering' } }),
    }
    const learner = personId(who)
    return [{ native: [native(0, 0), native(100, 2)], started, learner, mark, course }]
  }
  const crowd = (mark: Mark) =>
    Array.from({ length: MANY }, (_, n) => some(mark, `mark_${mark}`, `${mark}_${n}`, n)).flat()
  const own = [
    ...[some('ada', OWN), some('bo', OWN), some('cyd', OTHER), some('tess', OTHER)].flat(),
    ...crowd('crowd'),
  ]
  const foreign = [...some('foreign', OWN, 'ada'), ...crowd('multitude')]
  await send(test, own, await test.issue(['events:write']))
  await send(test, foreign, await test.issue(['events:write'], OTHER_TENANT))
  await reduce(test, 'default', own)
  await reduce(test, OTHER_TENANT, foreign)
}

/** Keeps of each learner a state with their mark. */
async function reduce(test: TestApp, tenantId: string, done: readonly Done[]) {
  await showBuilds(test.platform, tenantId, { marks: 'learner' })
  for (const { learner, mark, course } of done) {
    const state = { [`mark_${mark}`]: 1, text: `mark_${mark}` }
    const places = [course === undefined ? {} : { course }]
    await putStates(test.platform, tenantId, { learner }, { marks: { state, places } })
  }
}

interface Done {
  native: object[]
  started: object
  learner: string
  mark: Mark
  course: string | undefined
}

async function send(test: TestApp, done: readonly Done[], key: string) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  for (const [path, content] of [
    ['/api/v1/events', done.flatMap(({ native }) => native)],
    ['/caliper/v1p2/events', anEnvelope(done.map(({ started }) => started))],
  ] as const) {
    const reply = await test.request(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(content),
    })
    if (!reply.ok) throw new Error(await reply.text())
  }
}
