import { gzipSync } from 'node:zlib'
import { aPart, multipart, sha2Of, statementsPart } from './xapi-statements'

/** A learner whose every name holds one text, which is then looked for. */
export interface Canary {
  text: string
  /** The sender says so, in every standard. */
  isUnder13?: boolean
}

/** What a learner's system sends by one door. */
export interface Sent {
  name: string
  path: string
  headers?: Record<string, string>
  body: string | Uint8Array<ArrayBuffer>
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const XAPI = { ...JSON_TYPE, 'X-Experience-API-Version': '1.0.3' }
const CALIPER = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const eventTime = '2026-11-20T10:15:00.000Z'

/** Everything a learner may send over HTTP: what is good, what is refused, and what cannot be read. */
export function sentBy(canary: Canary): Sent[] {
  const { text } = canary
  let turn = 0
  const uuid = () => {
    turn += 1
    return `00000000-0000-4000-8000-${String(turn).padStart(12, '0')}`
  }
  const person = {
    id: `https://school.example/users/${text}`,
    type: 'Person',
    name: `Ada ${text}`,
    description: `Writes to ${text}@mail.example`,
    ...(canary.isUnder13 && { extensions: { under13: true } }),
  }
  const caliper = (more: object = {}) => ({
    '@context': CALIPER,
    id: `urn:uuid:${uuid()}`,
    type: 'NavigationEvent',
    profile: 'ReadingProfile',
    actor: person,
    action: 'NavigatedTo',
    object: { id: 'https://school.example/pages/1', type: 'WebPage' },
    session: { id: `https://school.example/sessions/1`, type: 'Session', user: person.id },
    eventTime,
    ...more,
  })
  const envelope = (data: unknown[]) => ({
    sensor: 'https://school.example/sensors/1',
    sendTime: eventTime,
    dataVersion: CALIPER,
    data,
  })
  const agent = {
    objectType: 'Agent',
    name: `Ada ${text}`,
    account: { homePage: 'https://school.example', name: text },
  }
  const statement = (more: object = {}) => ({
    id: uuid(),
    actor: agent,
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
    object: { id: 'https://school.example/courses/1' },
    timestamp: eventTime,
    ...(canary.isUnder13 && { context: { extensions: { 'https://x.example/under13': true } } }),
    ...more,
  })
  const native = (more: object = {}) => ({
    event_type: 'lesson_completed',
    user_id: text,
    timestamp: eventTime,
    payload: { email: `${text}@mail.example`, lesson: 'l7' },
    ...(canary.isUnder13 && { context: { under13: true } }),
    ...more,
  })
  const essay = `An essay by ${text}`
  const attachment = {
    usageType: 'https://school.example/usage/essay',
    display: { en: 'Essay' },
    contentType: 'text/plain',
    length: Buffer.byteLength(essay),
    sha2: sha2Of(essay),
  }
  const parts = multipart([
    statementsPart([statement({ attachments: [attachment] })]),
    aPart(essay, { 'X-Experience-API-Hash': sha2Of(essay) }),
  ])
  const json = (value: unknown) => JSON.stringify(value)
  const cutShort = (value: unknown) => json(value).slice(0, -7)

  return [
    { name: 'Caliper', path: '/caliper/v1p2/events', body: json(envelope([caliper()])) },
    {
      name: 'a describe',
      path: '/caliper/v1p2/events',
      body: json(envelope([{ '@context': CALIPER, ...person }])),
    },
    {
      name: 'Caliper of somebody else',
      path: '/caliper/v1p2/events',
      body: json(
        envelope([
          caliper({
            actor: { id: 'https://school.example/users/teacher', type: 'Person' },
            session: undefined,
            object: { ...person, extensions: person.extensions },
          }),
        ]),
      ),
    },
    {
      name: 'refused Caliper',
      path: '/caliper/v1p2/events',
      body: json(envelope([caliper({ eventTime: text })])),
    },
    {
      name: 'Caliper without a type',
      path: '/caliper/v1p2/events',
      body: json(envelope([caliper({ type: 7 })])),
    },
    {
      name: 'no envelope',
      path: '/caliper/v1p2/events',
      body: json({ ...envelope([]), data: caliper() }),
    },
    {
      name: 'cut-off Caliper',
      path: '/caliper/v1p2/events',
      body: cutShort(envelope([caliper()])),
    },
    {
      name: 'a batch',
      path: '/caliper/v1p2/events',
      body: json([
        envelope([caliper()]),
        { data: text, ...(canary.isUnder13 && { under13: true }) },
      ]),
    },
    { name: 'xAPI', path: '/xapi/statements', headers: XAPI, body: json([statement()]) },
    {
      name: 'a group',
      path: '/xapi/statements',
      headers: XAPI,
      body: json(statement({ actor: { objectType: 'Group', member: [agent] } })),
    },
    {
      name: 'refused xAPI',
      path: '/xapi/statements',
      headers: XAPI,
      body: json([statement(), statement({ verb: { id: text } })]),
    },
    {
      name: 'cut-off xAPI',
      path: '/xapi/statements',
      headers: XAPI,
      body: cutShort([statement()]),
    },
    {
      name: 'xAPI with an attachment',
      path: '/xapi/statements',
      headers: { ...XAPI, ...parts.headers },
      body: new Uint8Array(parts.body),
    },
    { name: 'a native event', path: '/api/v1/events', body: json(native()) },
    {
      name: 'native events',
      path: '/api/v1/events',
      body: json([native(), native({ user_id: 7 })]),
    },
    {
      name: 'refused native events',
      path: '/api/v1/events',
      body: json([native({ event_type: text, timestamp: text })]),
    },
    {
      name: 'one refused native event',
      path: '/api/v1/events',
      body: json(native({ event_type: undefined })),
    },
    {
      name: 'lines',
      path: '/api/v1/events',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: `${json(native())}\n{"user_id":"${text}",\n${json(native())}\n`,
    },
    {
      name: 'compressed lines that are none',
      path: '/api/v1/events',
      headers: { 'Content-Type': 'application/x-ndjson', 'Content-Encoding': 'gzip' },
      body: new Uint8Array(gzipSync(`${text} is no JSON\n`)),
    },
    {
      name: 'Segment',
      path: '/v1/batch',
      body: json({
        batch: [
          {
            type: 'identify',
            messageId: uuid(),
            userId: text,
            traits: { email: `${text}@mail.example`, name: `Ada ${text}` },
            timestamp: eventTime,
            ...(canary.isUnder13 && { context: { under13: true } }),
          },
        ],
        sentAt: eventTime,
      }),
    },
    {
      name: 'telemetry',
      path: '/v1/telemetry/events',
      body: json({
        events: [
          {
            event_type: 'SESSION_CREATED',
            client_ts: eventTime,
            session_id: uuid(),
            user_id: text,
            payload: { question_ids: ['q1'] },
            ...(canary.isUnder13 && { context: { under13: true } }),
          },
        ],
      }),
    },
    {
      name: 'a CloudEvent',
      path: '/api/v1/events',
      headers: { 'Content-Type': 'application/cloudevents+json' },
      body: json({
        specversion: '1.0',
        id: uuid(),
        source: 'https://school.example',
        type: 'lesson_completed',
        data: native(),
      }),
    },
  ]
}

export async function send(
  url: string,
  key: string,
  { path, headers = {}, body }: Sent,
): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { ...JSON_TYPE, Authorization: `Bearer ${key}`, ...headers },
    body,
  })
  const said = [...response.headers].map((pair) => pair.join(': ')).join('\n')
  return { status: response.status, text: `${said}\n${await response.text()}` }
}
