import { type RetentionClass, retentionClasses } from '../../../event/record'
import type { SettledDay } from '../../settlement'
import type { Request } from './requests'
import type { State } from './state'
import type { Answer } from './statements'
import { openOn, type RequestPart, type Step, UNSURE_MS } from './steps'
import { dayBefore, settledColumns, viewText } from './texts'

interface Ended {
  state: State
  requests: readonly Request[]
  /** The statement was taken at this time, which is before it read anything. */
  startedAt: Date
  answer: () => Promise<Answer>
}

/**
 * Notes what follows from a statement that has ended well.
 * @returns the days that it settled, and the requests that it changed
 */
export async function noteEnd(
  step: Step,
  { state, requests, startedAt, answer }: Ended,
): Promise<{ days?: SettledDay[]; changed?: Request[] }> {
  const at = startedAt.toISOString()
  switch (step.kind) {
    case 'create':
      state.columns = []
      return {}
    case 'describe':
      state.columns = (await answer()).columns
      return {}
    case 'alter':
      state.columns = settledColumns.map(({ name }) => name)
      return {}
    case 'vacuum':
      return { changed: noteVacuum(state, requests, at) }
    case 'count-all':
      return { changed: noteCounted(step, requests, (await answer()).rows[0]!.map(Number), at) }
    case 'find':
      return { changed: noteFound(step, requests, (await answer()).rows[0]!.map(Number), at) }
    case 'erase':
      noteChange(state, at, '')
      return { changed: noteErased(step, requests, at) }
    case 'merge': {
      const { day, piece } = step
      noteChange(state, at, day)
      const begunAt = state.begun?.startedAt ?? at
      if (piece !== undefined && piece.at + 1 < piece.of) {
        state.begun = { day, at: piece.at + 1, startedAt: begunAt }
        return {}
      }
      state.begun = undefined
      state.moved[day] = {
        mergedFrom: new Date(Date.parse(begunAt) - UNSURE_MS).toISOString(),
        visibleFrom: day < (state.from ?? '') ? at : undefined,
      }
      state.counted = day
      if (state.from === undefined || state.from <= day) state.from = dayBefore(day, -1)
      return { changed: beginAgain(openOn(day, requests)) }
    }
    case 'count':
      state.counted = undefined
      return { days: daysOf(step.day, (await answer()).rows) }
    case 'view':
      state.from = step.from
      state.view = viewText(step.from)
      for (const [day, moved] of Object.entries(state.moved)) {
        if (day < step.from) moved.visibleFrom ??= at
      }
      return {}
    case 'optimize':
      state.changedFrom = undefined
      state.changedAt = at
      state.optimizedAt = at
      return {}
  }
}

// So many pieces of a day are rows of some gigabytes each; where that is too much, something else is wrong.
const MOST_PIECES = 64

// Athena's words for a statement that is more than it takes, and for one of more than half an hour.
const TOO_MUCH = /exhausted resources|exceeded.*(memory|limit)|timeout|time(d)? out/i

/** Has days merged in twice as many pieces where one was too much; what its pieces did stays done. */
export function noteTooMuch(state: State, kind: string, reason: string): void {
  if (kind !== 'merge' || !TOO_MUCH.test(reason)) return
  state.pieces = Math.min(MOST_PIECES, 2 * (state.pieces ?? 1))
  state.begun = undefined
}

/** Notes that rows of days from this one on were added or deleted. */
export function noteChange(state: State, at: string, from: string): void {
  state.changedAt = at
  const { changedFrom } = state
  state.changedFrom = changedFrom === undefined || from < changedFrom ? from : changedFrom
}

function noteVacuum(state: State, requests: readonly Request[], at: string): Request[] {
  const { optimizedAt = '' } = state
  state.vacuumedAt = at
  return requests.filter((request) => {
    const { deletedAt, cleanedAt } = request
    if (deletedAt === undefined || cleanedAt !== undefined || optimizedAt <= deletedAt) return false
    request.cleanedAt = at
    return true
  })
}

type Parts = { parts: readonly RequestPart[] }

/** A request that only counts is done with it, and whom it was about is forgotten. */
function noteCounted(
  { parts }: Parts,
  requests: readonly Request[],
  counts: readonly number[],
  at: string,
): Request[] {
  return parts.map(({ tenantId, id, ids: [, to] }, place) => {
    const request = requestOf(requests, tenantId, id)
    if (request.erased === to) return request
    request.erased = to
    request.removed += counts[place]!
    if (to < request.actorIds.length) return request
    return Object.assign(request, { actorIds: [], pointers: [], deletedAt: at, doneAt: at })
  })
}

function noteFound(
  { parts }: Parts,
  requests: readonly Request[],
  counts: readonly number[],
  at: string,
): Request[] {
  return parts.map(({ tenantId, id, ids: [, to] }, place) => {
    const request = requestOf(requests, tenantId, id)
    // It was noted, and the process died before it noted that.
    if (request.found === to) return request
    request.found = to
    request.removed += counts[place]!
    // Where there is nothing, nothing is deleted, which would be one more reading of the lake.
    if (counts[place] === 0) passed(request, to, at)
    return request
  })
}

function noteErased({ parts }: Parts, requests: readonly Request[], at: string): Request[] {
  return parts.map(({ tenantId, id, ids: [, to] }) => {
    const request = requestOf(requests, tenantId, id)
    passed(request, to, at)
    return request
  })
}

function passed(request: Request, to: number, at: string): void {
  request.erased = to
  if (to >= request.actorIds.length) request.deletedAt = at
}

/** Has requests carried out once more that were too many to be heeded when a day was settled. */
function beginAgain({ tooMany }: ReturnType<typeof openOn>): Request[] {
  for (const request of tooMany) {
    const again = { found: 0, erased: 0, deletedAt: undefined, cleanedAt: undefined }
    Object.assign(request, again, { isMany: true })
  }
  return tooMany
}

function requestOf(requests: readonly Request[], tenantId: string, id: string): Request {
  return requests.find((one) => one.tenantId === tenantId && one.id === id)!
}

/** Reads the rows of `countDay`. */
function daysOf(day: string, rows: readonly unknown[][]): SettledDay[] {
  const of = (table: string, retentionClass: RetentionClass): [rows: number, files: number] => {
    const [, , count, files] =
      rows.find((row) => row[0] === table && row[1] === retentionClass) ?? []
    return [Number(count ?? 0), Number(files ?? 0)]
  }
  return retentionClasses.flatMap((retentionClass) => {
    const [landed, filesBefore] = of('archive', retentionClass)
    const [settled, filesAfter] = of('settled', retentionClass)
    if (landed === 0 && settled === 0) return []
    const copies = Math.max(0, landed - settled)
    return [{ retentionClass, day, rows: settled, copies, filesBefore, filesAfter }]
  })
}
