import type { LandedDay } from './landed'
import { ownedBy } from './people-sql'
import { lastDayOf, type Request } from './requests'
import type { State } from './state'
import {
  addColumns,
  countDay,
  createTable,
  deleteWhere,
  describeTable,
  foundWhere,
  mergeDay,
  optimize,
  type Piece,
  replaceView,
  SETTLED,
  settledColumns,
  text,
  vacuum,
  viewText,
} from './texts'

/** A step is one statement. What follows from it is decided by its kind, so that any process can carry it on. */
export type Step =
  | { kind: 'create' | 'describe' | 'vacuum' }
  | { kind: 'alter'; missing: string[] }
  | { kind: 'count-all' | 'find' | 'erase'; parts: RequestPart[] }
  | { kind: 'merge'; day: string; piece?: Piece }
  | { kind: 'count'; day: string }
  | { kind: 'view'; from: string }
  | { kind: 'optimize'; from?: string }

/** A part of what a request names, as much as a statement takes. */
export interface RequestPart {
  tenantId: string
  id: string
  /** Places in the request's `actorIds`, the second exclusive. */
  ids: [from: number, to: number]
}

/** The next step is chosen by these facts. */
export interface Situation {
  state: State
  landed: ReadonlyMap<string, LandedDay>
  requests: readonly Request[]
  /** The first day that is not closed, `YYYY-MM-DD`. */
  until: string
  now: Date
}

const HOUR_MS = 60 * 60 * 1000

// Replaced files are removed a night later, before anything else: whoever began to read them has ended.
const REPLACED_FOR_MS = 20 * HOUR_MS

/**
 * Clocks of ours and of S3 differ by less: what is younger than this when a statement begins may or may not be
 * read by it.
 */
export const UNSURE_MS = 5 * 60 * 1000

/** Chooses the next statement, or none when all is done that can be done by now. */
export function nextStep(situation: Situation): Step | undefined {
  const { state, until } = situation
  if (state.columns === undefined) return { kind: 'create' }
  const { columns } = state
  const missing = settledColumns.map(({ name }) => name).filter((name) => !columns.includes(name))
  if (missing.length > 0)
    return columns.length === 0 ? { kind: 'describe' } : { kind: 'alter', missing }
  if (isVacuumDue(situation)) return { kind: 'vacuum' }
  const erasing = nextErasure(situation)
  if (erasing !== undefined) return erasing
  if (state.from !== undefined && viewText(state.from) !== state.view) {
    return { kind: 'view', from: state.from }
  }
  if (state.counted !== undefined) return { kind: 'count', day: state.counted }
  const day = state.begun?.day ?? nextDay(situation)
  if (day !== undefined) {
    const { pieces: of = 1, begun } = state
    return { kind: 'merge', day, ...(of > 1 && { piece: { at: begun?.at ?? 0, of } }) }
  }
  if (state.from === undefined || state.from < until) return { kind: 'view', from: until }
  if (state.changedFrom !== undefined) {
    return { kind: 'optimize', ...(state.changedFrom !== '' && { from: state.changedFrom }) }
  }
  return undefined
}

function isVacuumDue({ state: { changedAt, vacuumedAt = '' }, now }: Situation): boolean {
  if (changedAt === undefined || vacuumedAt > changedAt) return false
  return now.getTime() - Date.parse(changedAt) > REPLACED_FOR_MS
}

function nextDay(situation: Situation): string | undefined {
  return [...situation.landed.keys()].sort().find((one) => isToMerge(one, situation))
}

/** A closed day is merged once, and again where more has landed since. */
function isToMerge(day: string, { state, landed, until, now }: Situation): boolean {
  if (day >= until) return false
  if (state.from === undefined || day >= state.from) return true
  const { newest } = landed.get(day)!
  const { mergedFrom } = state.moved[day] ?? {}
  if (mergedFrom !== undefined && newest < mergedFrom) return false
  return Date.parse(newest) < now.getTime() - UNSURE_MS
}

// Athena takes 262,144 bytes of text. An account is in it four times, with some thirty bytes around it; the
// rest is for records that were too large for the lake.
const IDS_BYTES = 50_000
const bytesOf = (id: string) => Buffer.byteLength(text(id)) + 30

/**
 * Requests of closed days are gathered: each statement reads the whole lake, whosever it looks for. Those that only
 * count are answered with the next call.
 */
function nextErasure({ requests, until }: Situation): Step | undefined {
  const parts: RequestPart[] = []
  let kind: 'count-all' | 'find' | 'erase' | undefined
  let room = IDS_BYTES
  for (const request of requests) {
    const { tenantId, id, actorIds, erased = 0, found = 0, requestedAt, isDryRun } = request
    if (request.deletedAt !== undefined) continue
    if (isDryRun !== true && requestedAt.slice(0, 10) >= until) continue
    const own = isDryRun === true ? 'count-all' : found > erased ? 'erase' : 'find'
    kind ??= own
    if (own !== kind) continue
    const most = own === 'erase' ? found : actorIds.length
    let to = erased
    while (to < most && room > 0) room -= bytesOf(actorIds[to++]!)
    if (to > erased) parts.push({ tenantId, id, ids: [erased, to] })
    if (room <= 0) break
  }
  return kind === undefined ? undefined : { kind, parts }
}

/** Writes the statement of a step. */
export function textOf(
  step: Step,
  { requests }: Pick<Situation, 'requests'>,
  bucket: string,
): string {
  switch (step.kind) {
    case 'create':
      return createTable(bucket)
    case 'describe':
      return describeTable
    case 'alter':
      return addColumns(step.missing)
    case 'vacuum':
      return vacuum
    case 'count-all':
      return foundWhere('events', conditionsOf(step, requests), tenantsOf(step))
    case 'find':
      return foundWhere(SETTLED, conditionsOf(step, requests), tenantsOf(step))
    case 'erase':
      return deleteWhere(conditionsOf(step, requests).join(' OR '))
    case 'merge':
      return mergeDay(step.day, leavingOn(step.day, requests), step.piece)
    case 'count':
      return countDay(step.day)
    case 'view':
      return replaceView(step.from)
    case 'optimize':
      return optimize(step.from)
  }
}

function tenantsOf({ parts }: { parts: readonly RequestPart[] }): string[] {
  return parts.map(({ tenantId }) => tenantId)
}

function conditionsOf(
  { parts }: { parts: readonly RequestPart[] },
  requests: readonly Request[],
): string[] {
  return parts.map(({ tenantId, id, ids }) => {
    const request = requests.find((one) => one.tenantId === tenantId && one.id === id)!
    return theirs(request, ids)
  })
}

function theirs(
  { tenantId, requestedAt, actorIds, pointers = [] }: Request,
  [from, to]: readonly [number, number],
): string {
  const condition = ownedBy(tenantId, actorIds.slice(from, to), from === 0 ? pointers : [])
  const arrived = requestedAt.replace('T', ' ').replace('Z', '')
  return `(${condition} AND received_at <= TIMESTAMP '${arrived}')`
}

/**
 * Lists the requests whose people may stand in what landed on a day, the oldest first: those whom a statement
 * has room to name, and those who are too many.
 */
export function openOn(
  day: string,
  requests: readonly Request[],
): { named: Request[]; tooMany: Request[] } {
  const open = requests.filter((request) => !request.isDryRun && day <= lastDayOf(request))
  let room = IDS_BYTES
  const named: Request[] = []
  for (const request of open) {
    for (const id of request.actorIds) room -= bytesOf(id)
    if (room >= 0) named.push(request)
  }
  return { named, tooMany: open.filter((request) => !named.includes(request)) }
}

/**
 * A day is settled without the people that were erased of the settled ones. Where they are too many to
 * be named at once, the day is settled with some, and they are erased again.
 */
function leavingOn(day: string, requests: readonly Request[]): string | undefined {
  const { named } = openOn(day, requests)
  if (named.length === 0) return undefined
  return named.map((request) => theirs(request, [0, request.actorIds.length])).join(' OR ')
}
