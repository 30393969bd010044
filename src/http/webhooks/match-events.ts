import type { EventFilter } from '../../event/filter'
import { AUDIT_TYPES } from '../../event/own'
import type { EventRecord } from '../../event/record'
import type { Principal } from '../../identity/principal'
import { PAGE_BYTES } from '../../platform/event-store'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { filterBy } from '../../query/where'
import { eachOf, inTurns } from '../../syntax/steps'
import { type Match, matchOf } from '../../webhooks/choosing/match'
import { fieldsWithout } from '../../webhooks/message/fields-without'
import type { AppContext, AppDeps } from '../context'
import { z } from '../zod'
import { readTried } from './tried-event'

const MAX_LAST = 100

/** These members say what a webhook is tried with. */
export const triedMembers = {
  event: z.looseObject({}).optional().openapi({
    description:
      'An event as it would be sent to any address for events, or a record (`view=record`). Nothing is stored',
  }),
  source: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: 'With `event`: as if this source had sent it. Left out, your own' }),
  last: z
    .int()
    .min(1)
    .max(MAX_LAST)
    .optional()
    .openapi({ description: 'Instead of `event`: so many that arrived last' }),
}

export interface Tried {
  event?: object | undefined
  source?: string | undefined
  last?: number | undefined
}

/** Refuses what has neither an event nor how many, or both. */
export const isTriedOnce = ({ event, last }: Tried) =>
  (event === undefined) !== (last === undefined)
export const TRIED_ONCE = 'Must have either "event" or "last"'

const MatchReason = z
  .object({
    path: z
      .array(z.union([z.string(), z.number()]))
      .openapi({ description: 'Where it stands in the settings' }),
    holds: z.boolean().openapi({
      description: 'As `matches`, but for what `not` denies',
    }),
    message: z.string().openapi({ description: 'For a person: what the event has, what is asked' }),
  })
  .openapi('MatchReason')

const members = {
  matches: z.boolean(),
  reasons: z.array(MatchReason).openapi({
    description: 'Of an event that matches, what holds; of another, what does not',
  }),
  moreReasons: z.int().optional().openapi({ description: 'So many more were left out' }),
  fieldsWithout: z
    .array(z.string())
    .optional()
    .openapi({ description: 'Those of `fields` that find nothing in this event' }),
}

const MatchResult = z.object(members).openapi('MatchResult')

const MatchedEvent = z
  .object({ eventId: z.string(), type: z.string(), ...members })
  .openapi('MatchedEvent')

/** The answer: of an event, how it fares; of the last ones, a list. */
export const MatchAnswer = z
  .union([MatchResult, z.array(MatchedEvent)])
  .openapi('MatchAnswer', { description: 'A list where `last` was asked, the latest first' })

export const matchExample = {
  matches: false,
  reasons: [
    { path: ['events'], holds: false, message: 'type is ViewEvent, not one of GradeEvent' },
    {
      path: ['filters', 0],
      holds: false,
      message: 'payload.score is 0.7, not less than 0.5',
    },
  ],
}

// One event has all its reasons, as a rule; a hundred events are to fit into one answer.
const MAX_REASONS = 200
const MAX_REASONS_OF_EACH = 10

// Events may have a megabyte each: of larger ones fewer are looked at. So it is where an answer grows
// large, and where page after page has nothing in it, since most of what arrived is of another kind.
const MAX_BYTES = 4 * PAGE_BYTES
const MAX_ANSWER = 2 * 1024 * 1024
const MAX_PAGES = 20

type Settings = Pick<WebhookSubscription, 'events' | 'filters' | 'rule' | 'format' | 'fields'>

/** Says how an event, or each of the last ones, fares with the settings of a webhook. */
export async function matchEvents(
  deps: AppDeps,
  c: AppContext,
  principal: Principal,
  settings: Settings,
  { event, source, last }: Tried,
): Promise<z.output<typeof MatchAnswer>> {
  if (event === undefined) return matchLast(deps, c, principal, settings, last!)
  const record = await readTried(deps, c, principal, { event, source })
  return resultOf(settings, record, MAX_REASONS)
}

function resultOf(
  settings: Settings,
  record: EventRecord,
  mostReasons: number,
): Match & { fieldsWithout?: string[] } {
  const without = fieldsWithout(settings, record)
  const match = matchOf(settings, record, mostReasons)
  return { ...match, ...(without.length > 0 && { fieldsWithout: without }) }
}

/** Looks at what arrived last, page by page, so that one page of it at a time is in memory. */
async function matchLast(
  { platform, answers }: AppDeps,
  c: AppContext,
  { tenantId }: Principal,
  settings: Settings,
  last: number,
) {
  // An entity is sent only to who names its type.
  const kind = settings.events.every((name) => name === '*') ? 'event' : 'all'
  const isOfAudit = settings.events.some((name) => name.startsWith(AUDIT_TYPES))
  const filter: EventFilter = isOfAudit ? {} : filterBy({}, undefined, kind)
  const matched: z.output<typeof MatchedEvent>[] = []
  let read = 0
  let answered = 0
  let cursor: string | undefined
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const hold = await answers.take(tenantId, PAGE_BYTES, c.req.raw.signal)
    try {
      const page = { limit: last - matched.length, cursor, maxBytes: PAGE_BYTES }
      const { items, nextCursor } = await platform.events.latest(tenantId, filter, page)
      const results = await inTurns(
        eachOf(items, (record) => {
          const { eventId, type } = record
          return { eventId, type, ...resultOf(settings, record, MAX_REASONS_OF_EACH) }
        }),
      )
      for (const [at, result] of results.entries()) {
        read += items[at]!.raw.length
        answered += JSON.stringify(result).length
        if (answered > MAX_ANSWER) return matched
        matched.push(result)
      }
      cursor = nextCursor
    } finally {
      hold.release()
    }
    if (cursor === undefined || matched.length === last || read > MAX_BYTES) break
  }
  return matched
}
