import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { archiveStored } from '../../../src/changes/consumers'
import { createBlobs } from '../../../src/observer/blobs'
import type { TestApp } from '../app'
import { anEnvelope, anEvent } from '../envelopes'
import { aRoster, rosterZip } from '../rosters'
import { anAttachment, aPart, multipart, statementsPart } from '../xapi-statements'

/** Ids of one learner, each of which holds the canary that is searched for. */
export const CANARY = 'canary7f3'
export const learner = {
  iri: `https://example.edu/users/${CANARY}`,
  mail: `${CANARY}@example.edu`,
  account: `https://lms.example.edu/|${CANARY}-9`,
  user: `user-${CANARY}`,
}
export const learnerIds = Object.values(learner)

/** Somebody whose ids a careless search takes for the learner's. */
export const neighbours = {
  iri: `${learner.iri}2`,
  mail: `x${CANARY}@example.edu`,
  account: `https://lms.example.edu/|${CANARY}-99`,
  user: `user-${CANARY.slice(0, -1)}`,
}
export type Ids = typeof learner

const VERB = { id: 'http://adlnet.gov/expapi/verbs/completed' }
const COURSE = { id: 'https://example.edu/courses/1' }
const bob = { mbox: 'mailto:bob@example.edu' }

function accountOf(id: string) {
  const [homePage, name] = id.split('|')
  return { account: { homePage, name } }
}

/** Sends what names a learner through every door, and has the first half archived. */
export async function plant(
  test: TestApp,
  ids: Ids,
  key = test.keys.demo,
  admin = test.keys.admin,
  classmates: readonly Ids[] = [],
  tenantId = 'default',
) {
  const text = `essay of ${ids.mail}`
  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const reply = await test.request(path, {
      method: headers.method ?? 'POST',
      headers: {
        ...test.as(headers.admin ? admin : key),
        'Content-Type': 'application/json',
        ...headers,
      },
      body: isRaw ? (body as string) : JSON.stringify(body),
    })
    return { status: reply.status, answer: (await reply.json().catch(() => undefined)) as never }
  }
  const version = { 'X-Experience-API-Version': '1.0.3' }
  const agent = encodeURIComponent(JSON.stringify({ mbox: `mailto:${ids.mail}` }))
  const activity = encodeURIComponent(COURSE.id)

  async function events(mark: string) {
    const statement = (members: object) => ({ actor: bob, verb: VERB, object: COURSE, ...members })
    const hash = createHash('sha1').update(`mailto:${ids.mail}`).digest('hex')
    const id = (n: number) => digestUuid(`${mark} ${n} ${ids.iri} ${key}`)
    return [
      await post(
        '/caliper/v1p2/events',
        anEnvelope([
          { ...anEvent(), actor: { id: ids.iri, type: 'Person', name: `Name ${ids.user}` } },
          { ...anEvent(), extensions: { mark, tutor: { id: ids.iri } } },
          { ...anEvent(), extensions: { mark, escaped: ids.iri } },
        ]),
      ),
      await post('/api/v1/events', [
        { event_type: 'lesson_opened', user_id: ids.user, mark },
        { event_type: 'lesson_opened', user_id: 'bob', properties: { helped: [ids.user] } },
      ]),
      await post(
        '/xapi/statements',
        [
          statement({
            id: id(1),
            actor: { mbox: `mailto:${ids.mail.replace('example.edu', 'Example.EDU')}` },
          }),
          statement({ id: id(2), actor: { objectType: 'Agent', ...accountOf(ids.account) } }),
          statement({ id: id(3), actor: { mbox_sha1sum: hash } }),
          statement({ id: id(4), context: { instructor: accountOf(ids.account) } }),
          statement({
            id: id(5),
            context: { team: { objectType: 'Group', member: [{ mbox_sha1sum: hash }] } },
          }),
          statement({ id: id(6) }),
        ],
        version,
      ),
    ]
  }

  const attached = multipart([
    statementsPart({
      actor: { mbox: `mailto:${ids.mail}` },
      verb: VERB,
      object: COURSE,
      attachments: [anAttachment(text)],
    }),
    aPart(text),
  ])
  const answers = [
    ...(await events('first')),
    await post('/xapi/statements', new Uint8Array(attached.body), {
      ...version,
      ...attached.headers,
    }),
    await post(
      `/xapi/activities/state?stateId=s&activityId=${activity}&agent=${agent}`,
      { note: ids.mail },
      { ...version, method: 'PUT' },
    ),
    await post(
      `/xapi/agents/profile?profileId=p&agent=${agent}`,
      { likes: 'tea' },
      { ...version, method: 'PUT', 'If-None-Match': '*' },
    ),
    await post(
      `/xapi/activities/profile?profileId=p${ids.user}&activityId=${activity}`,
      { first: ids.mail },
      { ...version, method: 'PUT', 'If-None-Match': '*' },
    ),
    await post(
      `/analytics/queries/of-${createHash('sha1').update(ids.iri).digest('hex')}`,
      {
        ...{ title: 'Of one person', parameters: {} },
        sql: `SELECT count(*) FROM events WHERE actor_id = '${ids.iri}'`,
      },
      { method: 'PUT' },
    ),
    await post(
      '/keys',
      { name: `of ${ids.user}`, role: 'student', actor: ids.iri },
      { admin: 'true' },
    ),
    // Refused items, and bodies that cannot be read, compressed or not.
    await post(
      '/caliper/v1p2/events',
      anEnvelope([{ type: 'Nothing', actor: ids.iri }, anEvent()]),
    ),
    await post('/caliper/v1p2/events', `{"data": ["${ids.iri}", `),
    await post('/caliper/v1p2/events', gzipSync(`{"data": ["${ids.mail}", `), {
      'Content-Encoding': 'gzip',
    }),
  ]
  answers.push(
    await post('/rosters', rosterWith([ids, ...classmates]), {
      ...{ method: 'PUT', admin: 'yes', 'Content-Type': 'application/zip' },
    }),
  )
  const learned = { userId: ids.user, safeUserId: ids.user, source: 's', activity: 'a' }
  const blobs = createBlobs({ ...test.platform, clock: test.clock })
  for (const essay of ['', text]) {
    await blobs.save(tenantId, learned, JSON.stringify({ essay }))
  }
  await archiveStored(test.platform)
  answers.push(...(await events('second')))
  return answers.map(({ status }) => status)
}

/** A roster in which each learns in one class, and teaches another. */
function rosterWith(people: readonly Ids[]): Uint8Array {
  const files = aRoster()
  let [users, enrolments] = [files['users.csv']!, files['enrollments.csv']!]
  for (const { iri, user, mail } of people) {
    users += `${iri},,,true,north,student,x,{LDAP:${user}},X,X,,${mail},x@x,,,,,\r\n`
    enrolments += `l-${iri},,,math,north,${iri},student,,,\r\nt-${iri},,,art,south,${iri},teacher,,,\r\n`
  }
  return rosterZip({ ...files, 'users.csv': users, 'enrollments.csv': enrolments })
}

function digestUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
