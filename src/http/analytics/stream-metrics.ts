import { askedBy } from '../../access/roles/questions'
import {
  type LiveGrouping,
  liveGroupings,
  liveIntervals,
  liveMetrics,
} from '../../analytics/stream/question'
import {
  createTally,
  type Mark,
  type TallyNews,
  type TallyRoom,
} from '../../analytics/stream/tally'
import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import { createShares } from '../../live/shares'
import { isVisible } from '../../query/visible'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { streamLink } from '../links'
import { holdOpen } from '../live/hold-open'
import { lookedAtAgain } from '../live/looked-at-again'
import { messageText, retryText } from '../live/message'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { fromPosition } from '../position'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { createMetricsBody } from './metrics-body'

const QUESTION = 'GET /analytics/stream'

const equal = (description: string) =>
  z.string().min(1).max(2048).optional().openapi({ description })
const intervalNames = Object.keys(liveIntervals) as [keyof typeof liveIntervals]

const Query = z.strictObject({
  metric: z.enum(liveMetrics).default('events').openapi({
    description: '`events`: how many there were; `actors`: how many people were in them',
  }),
  groupBy: z.enum(liveGroupings).optional().openapi({
    description: 'A row for each value. Left out: all events together',
  }),
  interval: z.enum(intervalNames).default('quarter').openapi({
    description: 'Numbers are of a minute, a quarter of an hour, or an hour, by arrival, in UTC',
  }),
  type: equal('Only events of this type'),
  action: equal("The action in Caliper's words where it has one, else as it was sent"),
  course: equal('The course, or the group where no course is known'),
  source: equal('Who sent it'),
  object: equal('What it was done to'),
  learner: equal('Who did it, or whom it was done to'),
  after: equal('The `id` of the last message that came. Left out: what arrives from now on'),
})

const Headers = z.object({
  'Last-Event-ID': z.string().optional().openapi({
    description: 'As `after`, which it goes before: browsers send it when they come again',
  }),
})

const route = createRoute({
  method: 'get',
  path: '/analytics/stream',
  operationId: 'streamMetrics',
  tags: ['Analytics'],
  summary: 'Follow numbers live, as server-sent events',
  description: `${askedBy(QUESTION)} The key may be \`api_key\` in the address, since \`EventSource\` sets no header. Each message has rows that changed, as they are now: \`{ start, value }\` and the value of \`groupBy\`; a row takes the place of an earlier one with the same start and value. A client that comes again with the \`id\` of the last message is told of everything since, and counts nothing twice. Messages with a name: \`ready\`, \`resync\` (what follows does not go on where it was asked to, and its first interval is \`partial\`), \`end\`. Whoever sees nobody is told of an interval when it is over, without groups of fewer than 5 people.`,
  ...keyed,
  request: { query: Query, headers: Headers },
  responses: {
    200: {
      description: 'Numbers, until one side ends it',
      headers: z.object(requestIdHeader),
      content: {
        'text/event-stream': {
          schema: z.string().openapi({ description: 'HTML standard, "Server-sent events"' }),
          example:
            'id: 1794046500000~MTI.kXv3~MTQ.aZ81\ndata: {"rows":[{"start":"2026-11-15T10:15:00.000Z","course":"https://example.edu/courses/7","value":12}],"countedTo":"2026-11-15T10:16:02.120Z"}\n\n',
        },
      },
    },
    307: {
      description: 'Numbers are streamed at another address (on AWS)',
      headers: z.object({ ...requestIdHeader, Location: z.string() }),
    },
    ...problems(
      ...(['invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden'] as const),
      ...(['not_found', 'unavailable', 'busy'] as const),
    ),
  },
})

const NONE = 'This server sends no event streams: ask GET /analytics/metrics.'
// Groups, and people in them, of all streams: some hundred bytes each.
const MOST_COUNTED = 400_000

export function streamMetrics(app: App, deps: AppDeps) {
  const { services, options, platform } = deps
  const shares = createShares(MOST_COUNTED)

  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, input) => {
    const { principal: viewer, query, headers, reply } = input
    const { live } = services
    const feed = platform.live
    const { tenantId, principal, seesPeople } = viewer
    const { metric, groupBy, interval } = query
    const name = headers['Last-Event-ID'] ? 'Last-Event-ID' : 'after'
    const mark = readMark(name, headers['Last-Event-ID'] || query.after)
    if (!seesPeople && query.learner !== undefined) {
      throw new AppError(
        'forbidden',
        'This key is for aggregates only, and this is about one person.',
      )
    }
    // Few follow, and each for long: that one began is what is noted.
    if (seesPeople && c.req.method !== 'HEAD') {
      const { learner: person, course: group } = query
      await readNoted(deps, viewer, QUESTION, { count: 0, person, group, fields: metric })
    }
    if (live === undefined || feed === undefined) {
      if (options.streamAt === undefined) throw new AppError('not_found', NONE)
      const { search } = new URL(c.req.url)
      c.header('Location', streamLink(options.streamAt, `${route.path}${search}`))
      return reply.empty(c, 307)
    }
    // Nobody listens to the body of an answer to HEAD.
    if (c.req.method === 'HEAD') return reply.events(c, 200, null)

    const { clock } = options
    const begin = mark ?? { from: await feed.end(tenantId), now: clock.now() }
    const room: TallyRoom = {
      take: (count) => shares.take(tenantId, count),
      release: (count) => shares.release(tenantId, count),
    }
    const intervalMs = liveIntervals[interval]
    const question = { metric, groupBy, intervalMs, seesPeople }
    const order = (a: string, b: string) => feed.order(tenantId, a, b)
    const matches = matcherOf(query)
    const seen = lookedAtAgain(viewer, deps)
    const body = createMetricsBody({
      tally: await fromPosition(name, async () => {
        // A mark is ours, and whole, where both of its positions are of this tenant.
        if (mark !== undefined) order(mark.from, mark.to)
        return createTally(question, { begin, room, order })
      }),
      isWanted: ({ record }) => matches(record) && isVisible(seen.visibility(), record),
      write: (news) => newsText(news, groupBy),
      now: () => clock.now(),
      ended() {
        seen[Symbol.dispose]()
        // The rest, if nobody reads it, has the time of any other connection.
        c.env?.patience?.()
      },
      maxMs: options.maxStreamMs,
    })
    try {
      const asked = { principal, after: begin.from, sink: body.sink }
      body.begin(await fromPosition(name, () => live.subscribe(asked)), retryText(RETRY_MS))
    } catch (thrown) {
      body[Symbol.dispose]()
      throw thrown
    }
    holdOpen(c, body)
    return reply.events(c, 200, body.body)
  })
}

// A page that lost its connection comes again after so long; the specification leaves it to us.
const RETRY_MS = 2000

type Filters = Partial<
  Record<'type' | 'action' | 'course' | 'source' | 'object' | 'learner', string | undefined>
>

function matcherOf({ type, action, course, source, object, learner }: Filters) {
  const is = (wanted: string | undefined, ...values: (string | undefined)[]) =>
    wanted === undefined || values.includes(wanted)
  return (record: EventRecord) =>
    is(type, record.type) &&
    is(action, record.commonAction ?? record.action) &&
    is(course, record.courseId ?? record.groupId) &&
    is(source, record.sourceId) &&
    is(object, record.objectId) &&
    is(learner, record.actorId, record.memberId)
}

function newsText({ mark, rows, start, ...more }: TallyNews, groupBy: LiveGrouping | undefined) {
  const named = rows.map(({ group, value }) => ({
    start,
    ...(groupBy !== undefined && { [groupBy]: group }),
    value,
  }))
  return messageText({ id: markText(mark), data: JSON.stringify({ rows: named, ...more }) })
}

// Positions are base64url and dots.
const MARK = /^(\d{1,15})(p?)~([^~]{1,500})~([^~]{1,500})$/

function markText({ startMs, isPartial, from, to }: Mark): string {
  return `${startMs}${isPartial ? 'p' : ''}~${from}~${to}`
}

/** @throws {AppError} `invalid_cursor` */
function readMark(name: string, text: string | undefined): Mark | undefined {
  if (text === undefined) return undefined
  const [, start = '', partial, from = '', to = ''] = MARK.exec(text) ?? []
  const startMs = Number(start)
  if (from !== '') return { startMs, isPartial: partial !== '', from, to }
  const message = 'Must be the id of a message of this stream, as it was given; or be left out'
  throw new AppError('invalid_cursor', `${name}: ${message}.`, {
    errors: [{ path: [name], message, code: 'invalid_cursor' }],
  })
}
