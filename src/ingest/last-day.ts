import type { Issue } from '../error/issue'
import type { EventType } from '../event/event-type'
import type { EventRecord } from '../event/record'
import type { Clock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import { standards } from '../standards'
import { eachOf, finish, inTurns } from '../syntax/steps'

const DAY_MS = 24 * 60 * 60 * 1000
/** So many events of the last day are checked at most, the newest. */
export const MAX_CHECKED = 10_000
// An administrator waits no longer; a function on AWS has thirty seconds for all of a request.
const PATIENCE_MS = 5_000
const MAX_SHOWN = 10
// Reasons that are shown of one event.
const MAX_REASONS = 5
const PAGE = 500

/** This is what a type would make of the events of the last day. */
export interface LastDay {
  /** The events were looked for from then on, by their own time, ISO 8601 UTC. */
  since: string
  checked: number
  failing: number
  /** If false, there were more than were checked: the newest were, and all counts are of those. */
  isAll: boolean
  examples: { id: string; errors: Issue[] }[]
}

interface Needs {
  events: Pick<EventStore, 'query'>
  clock: Pick<Clock, 'now' | 'monotonic'>
}

/** Checks the events of a type that were stored for the last day by another definition of it. */
export async function checkLastDay(
  { events, clock }: Needs,
  tenantId: string,
  type: EventType,
): Promise<LastDay> {
  const since = new Date(clock.now().getTime() - DAY_MS).toISOString()
  const end = clock.monotonic() + PATIENCE_MS
  const found: LastDay = { since, checked: 0, failing: 0, isAll: false, examples: [] }
  const check = await checkBy(tenantId, type)
  let cursor: string | undefined
  while (found.checked < MAX_CHECKED && clock.monotonic() < end) {
    const filter = { type: type.name, from: since }
    const page = await events.query(tenantId, filter, { limit: PAGE, cursor })
    await inTurns(eachOf(page.items, (record) => add(found, record, check(record))))
    cursor = page.nextCursor
    if (cursor !== undefined) continue
    found.isAll = true
    break
  }
  return found
}

function add(found: LastDay, { eventId }: EventRecord, errors: Issue[] | undefined): void {
  if (errors === undefined) return
  found.checked += 1
  if (errors.length === 0) return
  found.failing += 1
  if (found.examples.length >= MAX_SHOWN) return
  found.examples.push({ id: eventId, errors: errors.slice(0, MAX_REASONS) })
}

/** @returns what finds the reasons against a record; undefined for one that is of no type of ours */
async function checkBy(
  tenantId: string,
  type: EventType,
): Promise<(record: EventRecord) => Issue[] | undefined> {
  const standard = await standards.find(({ hasTypes }) => hasTypes)!.load()
  const given = { tenantId, own: [type], order: [type.vocabulary], unknownTypes: 'accept' as const }
  const types = await standard.typesInForce!(given)

  return function check({ standard: name, profile, raw, receivedAt }) {
    if (name !== standard.name || profile !== undefined) return undefined
    const { items, explain } = finish(standard.readItem(raw, { context: {}, receivedAt, types }))
    const item = items[0]!
    const errors = 'errors' in item ? item.errors : (explain?.(raw, 0) ?? [])
    // Other reasons against it are as they were.
    return errors
      .filter(({ spec }) => spec === `event type ${type.name}`)
      .map(({ path, ...issue }) => ({ ...issue, path: path.slice(1) }))
  }
}
