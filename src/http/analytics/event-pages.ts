import type { Question } from '../../access/roles/questions'
import { findEvents } from '../../analytics/events/read-events'
import { AppError } from '../../error/app-error'
import type { Condition } from '../../event/condition'
import type { EventFilter, IndexedField, ResidualField, Whose } from '../../event/filter'
import type { Kind } from '../../event/record'
import type { Viewer } from '../../identity/viewer'
import { createLakeTurns } from '../../platform/lake-turns'
import { whoseVisible } from '../../query/visible'
import { filterBy } from '../../query/where'
import { eventPages } from '../answers/event-page'
import { readNoted } from '../audit'
import { conditionIn } from '../condition-parameter'
import type { AppContext, AppDeps } from '../context'
import type { Replies } from '../reply'
import type { Route } from '../route'
import { COMPLETE_TO, type eventPageReply, type Form, formOf, NEXT_CURSOR } from './event-answer'
import { conditionsIn } from './field-parameters'

/** The query of a route as its parameters leave it. */
type EventQuery = Form &
  Partial<Record<IndexedField | ResidualField, string | undefined>> & {
    kind?: Kind | 'all' | undefined
    filter?: string | undefined
    from?: string | undefined
    to?: string | undefined
    order: 'asc' | 'desc'
    limit: number
    cursor?: string | undefined
  }

type EventsRoute = Pick<Route, 'method' | 'path'> & { responses: { 200: typeof eventPageReply } }

interface Asked {
  c: AppContext
  reply: Pick<Replies<EventsRoute>, 'stream' | 'lines' | 'table'>
  viewer: Viewer
  query: EventQuery
  question: Question
  /** The person that the question is about, and every id of theirs; absent where it is about nobody. */
  person?: { name: string; ids: readonly string[] } | undefined
}

// One machine answers one question at a time; on AWS a function has one request at a time anyway. They wait here, too,
// since whoever waits must not hold room for an answer that others need.
const AT_ONCE = 1

export type AnswerEvents = ReturnType<typeof answerEvents>

/** Answers questions for events, of one person or of all that may be seen, a page at a time. */
export function answerEvents(deps: AppDeps) {
  const { platform, services, options } = deps
  const inPage = eventPages(deps)
  const turns = createLakeTurns(AT_ONCE)
  const needs = {
    ...{ platform, events: platform.events, blobs: platform.blobs, tokens: platform.tokens },
    ...{ hidden: services.hidden, clock: options.clock, hotTtlDays: options.config.hotTtlDays },
  }

  return async function answer({ c, reply, viewer, query, question, person }: Asked) {
    const { tenantId, visibility } = viewer
    const { limit, cursor, order, view, fields, format, filter: text, kind, ...asked } = query
    const form = formOf({ format, fields, view })
    checkRange(query)
    const { conditions, rest } = conditionsIn(asked)
    const condition = allOf([...conditions, conditionIn(text) ?? []].flat())
    const theirs: Whose[] = person ? [{ groups: [], actorIds: person.ids }] : []
    const whose = [...whoseVisible(visibility), ...theirs]
    const filter: EventFilter = {
      ...filterBy(rest, condition, kind),
      ...(whose.length > 0 && { whose }),
    }
    const { signal } = c.req.raw
    const page = await findEvents(needs, {
      ...{ viewer, filter, condition, order, limit, cursor, signal },
      ...{ sizeOf: form.sizeOf, isWhole: person !== undefined },
    })
    const end = page.isBoth ? await turns.take(tenantId, signal) : () => {}
    const read = async (maxBytes: number) => {
      try {
        const { items, ...rest } = await page.read(maxBytes)
        return { ...rest, items: items.map(({ record }) => record), found: items }
      } finally {
        end()
      }
    }
    const answered = inPage({ c, tenantId }, read, async ({ found, ...rest }, hold) => {
      const { nextCursor, completeTo } = rest
      const whom = person?.name ?? filter.actorId
      const noted = { count: found.length, person: whom, fields: form.said }
      await readNoted(deps, viewer, question, noted)
      if (completeTo !== undefined) c.header(COMPLETE_TO, completeTo)
      if (format === 'json') {
        return reply.stream(c, 200, form.json({ ...rest, items: found }), hold)
      }
      if (nextCursor !== undefined) c.header(NEXT_CURSOR, nextCursor)
      const pieces = form.lines(found)
      if (format === 'ndjson') return reply.lines(c, 200, pieces, hold)
      return reply.table(c, 200, { name: 'events.csv', pieces }, hold)
    })
    return answered.finally(end)
  }
}

/** @throws {AppError} `invalid_request` */
function checkRange({ from, to }: Pick<EventQuery, 'from' | 'to'>) {
  if (from === undefined || to === undefined || from <= to) return
  const message = `Must not be after \`to\`; got ${from}, and to ${to}`
  const errors = [{ path: ['from'], message, code: 'invalid_value' }]
  throw new AppError('invalid_request', `from: ${message}`, { errors })
}

function allOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.length > 1 ? { all: conditions } : conditions[0]
}
