import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import { later } from '../../platform/arrivals'
import type { Lake, LakeState } from '../../platform/lake'
import { recordOf, recordsIn } from '../lake-records'
import type { Page } from './page'
import type { LakePlace, Walk } from './place'
import { afterAll, afterFailure, afterSome, windowEnd } from './walk'

// So much of an answer is read at once, in UTF-16 units: the rest is asked for again.
const MAX_CHARS = 4 * 1024 * 1024

// A question is asked in smaller pieces so often before the lake is taken to be out of order.
const MOST_FAILURES = 8

/** The lake is at work, for us or for somebody else: ask again with this place. */
export interface NotYet {
  notYet: LakePlace
}

interface Bounds {
  /** Arrivals before then are hidden. */
  shownFrom: string | undefined
  /** An answer is waited for until then, on the clock of `performance.now()`. */
  until: number
}

/**
 * Reads a page from the lake, in the order of arrival.
 * @throws {AppError} when it fails again and again, in the engine's sentence
 */
export async function readLake(
  lake: Lake,
  walk: Walk,
  given: LakePlace,
  { shownFrom, until }: Bounds,
): Promise<Page | NotYet> {
  const place = { ...given, from: later(shownFrom, given.from)! }
  if (place.from >= place.to) return pageOf([], afterAll({ ...place, from: place.to }))
  const reader = { tenantId: walk.tenantId }

  const asked = await ask()
  if (asked === undefined) return { notYet: place }
  const { query, state } = asked
  if (state.status === 'running') {
    return { notYet: lake.isImmediate ? place : { ...place, query } }
  }
  if (state.status === 'failed') return failed(state.reason)
  try {
    return await read(state)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'invalid_request') {
      return failed(thrown.message)
    }
    throw thrown
  }

  /** @returns undefined when too many others ask */
  async function ask(): Promise<{ query: string; state: LakeState } | undefined> {
    try {
      const query = place.query ?? (await lake.start({ reader, sql: sqlOf() }))
      return { query, state: await endOf(lake, reader, query, until) }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      if (thrown.code === 'busy') return undefined
      // The question of an earlier process is forgotten.
      if (thrown.code === 'not_found' && place.query !== undefined) {
        place.query = undefined
        return ask()
      }
      if (thrown.code !== 'invalid_request') throw thrown
      return { query: '', state: { status: 'failed', reason: thrown.message } }
    }
  }

  function sqlOf(): string {
    return recordsIn({ from: place.from, to: windowEnd(place) }, place.rows, place.afterId)
  }

  async function read({ columns, pages }: Extract<LakeState, { status: 'done' }>): Promise<Page> {
    const names = columns.map(({ name }) => name)
    const records: EventRecord[] = []
    let chars = 0
    let rows = 0
    for await (const page of pages) {
      for (const row of page) {
        const record = recordOf(names, row)
        rows += 1
        // A copy that was filed under another day stands beside the first.
        if (record.eventId === records.at(-1)?.eventId) continue
        if (records.length > 0 && chars + record.raw.length > MAX_CHARS) return some()
        records.push(record)
        chars += record.raw.length
      }
    }
    return rows < place.rows ? pageOf(records, afterAll(place)) : some()

    function some(): Page {
      return pageOf(records, afterSome(place, records.at(-1)!))
    }
  }

  function failed(reason: string): NotYet {
    const smaller = afterFailure(place)
    if (smaller.failures! <= MOST_FAILURES) return { notYet: smaller }
    throw new AppError('invalid_request', `The lake could not be read: ${reason}`)
  }
}

function pageOf(records: readonly EventRecord[], place: LakePlace): Page {
  return { records, isArchived: true, place, at: place.from }
}

const FIRST_PAUSE_MS = 200
const LAST_PAUSE_MS = 2000

/** Waits for an answer, as long as there is time. */
export async function endOf(
  lake: Lake,
  reader: { tenantId: string },
  query: string,
  until: number,
): Promise<LakeState> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LAST_PAUSE_MS)) {
    const state = await lake.poll(reader, query)
    if (state.status !== 'running' || performance.now() + pause > until) return state
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
