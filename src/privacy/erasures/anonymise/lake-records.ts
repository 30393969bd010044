import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../../error/app-error'
import { createPeople } from '../../../event/people'
import { hintOf } from '../../../event/person-id'
import type { EventRecord } from '../../../event/record'
import type { Lake } from '../../../platform/lake'
import { OLDEST, recordOf, recordsWhere } from '../../../query/lake-records'
import { sqlText } from '../../../syntax/sql'
import { inTurns } from '../../../syntax/steps'

// To look for each of more texts is slower than to read every row.
const FEW = 200
const DAY_MS = 24 * 60 * 60 * 1000
// A question covers so much time at first, and less where its answer would be too large.
const WINDOW_MS = 32 * DAY_MS
const SMALLEST_MS = 60_000
const BUSY_MS = 1000

/** Reads the records of people that the lake holds, of what arrived before a time. */
export async function* lakeRecords(
  lake: Lake,
  tenantId: string,
  { actorIds, until }: { actorIds: readonly string[]; until: string },
): AsyncGenerator<EventRecord> {
  const people = createPeople(actorIds)
  const reader = { tenantId }
  const condition = mayBe(actorIds)
  const [[oldest] = []] = await ask(OLDEST, (_, rows) => rows)
  if (oldest === null || oldest === undefined) return
  const end = Date.parse(until) + 1
  let windowMs = WINDOW_MS
  for (let from = Date.parse(String(oldest)); from < end; ) {
    const to = Math.min(from + windowMs, end)
    const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    let found: EventRecord[]
    try {
      found = await ask(recordsWhere(range, condition), (names, rows) =>
        rows.map((row) => recordOf(names, row)),
      )
    } catch (thrown) {
      const isTooMuch = thrown instanceof AppError && thrown.code === 'invalid_request'
      if (!isTooMuch || windowMs <= SMALLEST_MS) throw thrown
      windowMs = Math.max(windowMs / 8, SMALLEST_MS)
      continue
    }
    for (const record of found) if (await inTurns(people.own(record))) yield record
    from = to
  }

  async function ask<Result>(
    sql: string,
    make: (names: string[], rows: unknown[][]) => Result[],
  ): Promise<Result[]> {
    for (;;) {
      try {
        const id = await lake.start({ reader, sql })
        let state = await lake.poll(reader, id)
        while (state.status === 'running') {
          await wait(BUSY_MS)
          state = await lake.poll(reader, id)
        }
        if (state.status === 'failed') throw new AppError('invalid_request', state.reason)
        const names = state.columns.map(({ name }) => name)
        const made: Result[] = []
        for await (const page of state.pages) made.push(...make(names, page))
        return made
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'busy') throw thrown
        await wait(BUSY_MS)
      }
    }
  }
}

/** Writes a condition that every row of theirs meets. */
function mayBe(actorIds: readonly string[]): string {
  // SQL text ends at a NUL.
  if (actorIds.length > FEW || actorIds.some((id) => id.includes('\0'))) return 'true'
  const raw = 'coalesce(raw_exact, raw)'
  const hints = [...new Set(actorIds.map(hintOf))]
  // A text with a backslash may spell an id in another way.
  const contained = [...hints, '\\'].map((hint) => `strpos(${raw}, ${sqlText(hint)}) > 0`)
  return `(actor_id IN (${actorIds.map(sqlText).join(', ')}) OR ${contained.join(' OR ')})`
}
