import { gunzipSync } from 'node:zlib'
import type { Question } from '../../../src/access/roles/questions'
import { until } from '../until'
import { eventId, type Mark, marks, personId, type Reader, withMarks } from './world'

export type Send = (method: string, path: string, body?: unknown) => Promise<Response>

/** One way to ask a question, and to see everything that its answer can show. */
export interface Ask {
  method: string
  path: string
  body?: unknown
  /** Asks as somebody who may, and returns the text of all answers. */
  answers(send: Send, reader: Reader): Promise<string>
  /** Of a question that is not about all that somebody sees. */
  sees?(reader: Reader): readonly Mark[]
  /** It is about whoever asks alone: whoever is nobody in particular has no answer. */
  isOfOne?: true
  /** It takes long, and so many readers show it, by name. Left out, all do. */
  few?: readonly string[]
  /** The lake answers, which is none where the app is emulated. */
  isOfLake?: true
  /** Ids of people stand for marks in the answer, and one is of both organisations. */
  alsoAbroad?: readonly Mark[]
}

/** Everything is in one answer. */
function once(method: string, path: string, body?: unknown): Ask {
  return { method, path, body, answers: (send) => textOf(send(method, path, body)) }
}

/** The lake answers with everything, in half a second of two processors. */
function lake(path: string): Ask {
  return { ...once('GET', path), isOfLake: true, few: someReaders }
}

// One of each kind of visibility, of whom one has a token.
const someReaders = ['teacher', 'a student by token', 'analyst, aggregates only', 'system']

/** Asks for each of several things: one that may not be seen is not there. */
function each(method: string, paths: readonly string[]): Ask {
  return {
    ...{ method, path: paths[0]! },
    async answers(send) {
      let all = ''
      for (const path of paths) {
        const reply = await send(method, path)
        if (reply.status !== 404) all += await textOf(Promise.resolve(reply))
      }
      return all
    },
  }
}

async function textOf(sent: Promise<Response>): Promise<string> {
  const reply = await sent
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${reply.status} ${text}`)
  return text
}

interface ExportView {
  id: string
  status: string
  url?: string
}

const exported = { format: 'jsonl' }

/** Makes a file of everything, looks at it until it is there, and reads it. */
async function exportOf(send: Send): Promise<string> {
  const { id } = JSON.parse(await textOf(send('POST', '/analytics/export', exported))) as ExportView
  let view: ExportView | undefined
  await until(async () => {
    view = JSON.parse(await textOf(send('GET', `/analytics/exports/${id}`))) as ExportView
    return view.status !== 'running'
  }, 30_000)
  const { pathname } = new URL(view!.url!)
  const reply = await send('GET', pathname)
  return gunzipSync(await reply.bytes()).toString()
}

/** Whoever may looks at, or ends, what they began themself. */
function ofOwnExport(method: string): Ask {
  return {
    ...{ method, path: '/analytics/exports/exp_0', sees: () => [] },
    async answers(send) {
      const begun = await textOf(send('POST', '/analytics/export', exported))
      const { id } = JSON.parse(begun) as ExportView
      const text = await textOf(send(method, `/analytics/exports/${id}`))
      // A tenant has five at a time.
      await send('DELETE', `/analytics/exports/${id}`)
      return text
    },
  }
}

const marksSql = 'SELECT DISTINCT type, event_id FROM events'
const saved = { title: 'Marks', sql: marksSql }

/** Questions by the way in which the tests of roles ask them. */
export const asks: { [Asked in Question]?: Ask } = {
  'GET /analytics/events': once('GET', '/analytics/events?limit=1000'),
  'GET /analytics/events/{id}': each(
    'GET',
    marks.map((mark) => `/analytics/events/${eventId(mark)}`),
  ),
  'GET /analytics/users/{id}/history': {
    ...each(
      'GET',
      ['ada', 'bo', 'cyd', 'tess', 'crowd_0', 'multitude_0'].map(
        (name) => `/analytics/users/${personId(name)}/history`,
      ),
    ),
    ...{ isOfLake: true, few: ['teacher', 'a student by token'] },
  },
  'GET /analytics/me/history': {
    ...once('GET', '/analytics/me/history'),
    ...{ few: ['teacher', 'a student by token'], isOfOne: true, isOfLake: true },
    sees: ({ role }) => (role === 'teacher' ? ['tess'] : ['ada']),
  },
  'GET /analytics/metrics': lake('/analytics/metrics?groupBy=type'),
  'POST /analytics/sql': {
    ...once('POST', '/analytics/sql', { sql: marksSql }),
    ...{ isOfLake: true, few: ['admin', 'a student who analyses, by token'] },
  },
  'PUT /analytics/queries/{name}': {
    ...once('PUT', '/analytics/queries/marks', saved),
    ...{ isOfLake: true, few: ['analyst'], sees: () => [] },
  },
  'POST /analytics/queries/{name}': {
    ...once('POST', '/analytics/queries/marks', {}),
    ...{ isOfLake: true, few: ['analyst'] },
    async answers(send) {
      await textOf(send('PUT', '/analytics/queries/marks', saved))
      return textOf(send('POST', '/analytics/queries/marks', {}))
    },
  },
  'DELETE /analytics/queries/{name}': {
    ...once('DELETE', '/analytics/queries/marks'),
    ...{ isOfLake: true, few: ['analyst'], sees: () => [] },
    async answers(send) {
      await textOf(send('PUT', '/analytics/queries/marks', saved))
      return textOf(send('DELETE', '/analytics/queries/marks'))
    },
  },
  'GET /analytics/queries': { ...once('GET', '/analytics/queries'), sees: () => [] },
  'GET /analytics/paths': lake('/analytics/paths?of=type&length=2&repeats=keep'),
  'GET /analytics/engagement': {
    ...lake('/analytics/engagement?groupBy=course'),
    alsoAbroad: ['ada'],
    async answers(send, { isAggregateOnly }) {
      const courses = await textOf(send('GET', '/analytics/engagement?groupBy=course'))
      if (isAggregateOnly) return courses
      const learners = await textOf(send('GET', '/analytics/engagement?groupBy=learner'))
      return courses + withMarks(learners)
    },
  },
  'GET /analytics/assessments': lake('/analytics/assessments'),
  'GET /api/v1/reducers': { ...once('GET', '/api/v1/reducers'), sees: () => [] },
  'GET /api/v1/reducers/{name}': once('GET', '/api/v1/reducers/marks?limit=1000'),
  'GET /api/v1/reducers/{name}/{learner}': each(
    'GET',
    ['ada', 'bo', 'cyd', 'tess', 'crowd_0', 'multitude_0'].map(
      (name) => `/api/v1/reducers/marks/${personId(name)}`,
    ),
  ),
  // tests/http/reducers-stream.test.ts asks as each kind of them.
  'GET /api/v1/reducers/{name}/stream': {
    ...once('GET', '/api/v1/reducers/marks/stream'),
    ...{ few: [], isOfOne: true },
  },
  // Whoever may is shown what arrives from then on: tests/http/stream-metrics.test.ts asks as each kind of them.
  'GET /analytics/stream': { ...once('GET', '/analytics/stream'), few: [], isOfOne: true },
  'GET /analytics/tenants/{tenant}/learners': {
    ...lake('/analytics/tenants/default/learners?purpose=study'),
    // Pseudonyms stand for everybody.
    sees: () => [],
  },
  'POST /analytics/export': {
    ...{ method: 'POST', path: '/analytics/export', body: exported, isOfLake: true },
    ...{ answers: exportOf, few: ['teacher', 'a student by token'] },
  },
  // They say how many and when, and of nobody.
  'GET /analytics/exports': { ...once('GET', '/analytics/exports'), sees: () => [] },
  'GET /analytics/exports/{id}': ofOwnExport('GET'),
  'DELETE /analytics/exports/{id}': ofOwnExport('DELETE'),
  // Nobody here has a stream: tests/http/observer-sessions.test.ts asks for some.
  'GET /observer/sessions': { ...once('GET', '/observer/sessions'), sees: () => [] },
  'GET /observer/sessions/{id}/log': {
    ...each('GET', ['/observer/sessions/none/log']),
    sees: () => [],
  },
  'GET /audit/proofs/{eventId}': {
    ...each(
      'GET',
      marks.map((mark) => `/audit/proofs/${eventId(mark)}`),
    ),
    // An hour that is not over proves nothing on AWS.
    isOfLake: true,
  },
  'GET /rosters': { ...once('GET', '/rosters'), sees: () => [] },
  'PUT /rosters': {
    ...{ method: 'PUT', path: '/rosters', body: {}, sees: () => [] },
    async answers(send) {
      // Whoever may is told that this is no ZIP.
      const reply = await send('PUT', '/rosters', {})
      if (reply.status === 415) return reply.text()
      throw new Error(`${reply.status} ${await reply.text()}`)
    },
  },
  // It is the last, and leaves nobody anything to see.
  'DELETE /rosters': { ...once('DELETE', '/rosters'), sees: () => [] },
  'GET /analytics/loads': { ...once('GET', '/analytics/loads'), sees: () => [] },
}
