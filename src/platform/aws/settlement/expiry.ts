import { type RetentionClass, retentionClasses } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import type { Clock } from '../../clock'
import type { Tenants } from '../../registry/tenants'
import type { KeptDays, Settlement } from '../../settlement'
import { noteChange } from './outcomes'
import { type AgeStep, readState, type State, writeState } from './state'
import type { Statements } from './statements'
import { countWhere, dayBefore, deleteWhere, text } from './texts'

interface Needs {
  statements: Statements
  blobs: Pick<BlobStore, 'get' | 'put'>
  tenants: Pick<Tenants, 'list'>
  clock: Clock
  run(
    state: State,
    step: AgeStep,
    sql: string,
    deadline: number,
  ): Promise<{ id: string; startedAt: Date } | undefined>
  noteSuccess(state: State): void
}

// The two statements take seconds each; whoever calls has some minutes.
const PATIENCE_MS = 5 * 60_000

/**
 * Deletes the rows of the settled table that have been kept for long enough, once a day: it reads two columns
 * of the lake. What has only landed is days old at the most.
 */
export function createExpiry(needs: Needs): Settlement['expire'] {
  const { statements, blobs, clock, run, noteSuccess } = needs

  /** @returns the rows that it counted; undefined when there is no more time */
  async function count(state: State, step: AgeStep, deadline: number) {
    const ended = await run(state, step, countWhere(step.condition), deadline)
    if (ended === undefined) return undefined
    const { rows } = await statements.answer(ended.id)
    noteSuccess(state)
    await writeState(blobs, state)
    return rows as [RetentionClass, string, number][]
  }

  /** @returns whether it is done */
  async function remove(state: State, { condition }: AgeStep, deadline: number): Promise<boolean> {
    const step: AgeStep = { kind: 'expire', condition }
    const ended = await run(state, step, deleteWhere(condition), deadline)
    if (ended === undefined) return false
    noteSuccess(state)
    noteChange(state, ended.startedAt.toISOString(), '')
    await writeState(blobs, state)
    return true
  }

  return async function expire(now, keptDays, { isDryRun = false, onDay } = {}) {
    const state = await readState(blobs)
    const today = now.toISOString().slice(0, 10)
    const running = state.running?.step
    const isOthers = running !== undefined && running.kind !== 'aged' && running.kind !== 'expire'
    const isOver = !isDryRun && state.expiredOn !== undefined && state.expiredOn >= today
    if (isOthers || isOver || !state.columns?.length) return { removed: 0 }

    const deadline = clock.monotonic() + PATIENCE_MS
    let removed = 0
    // A statement that an earlier call left is ended first; what it counted is counted again.
    if (running?.kind === 'expire' && !(await remove(state, running as AgeStep, deadline)))
      return { removed }
    if (running?.kind === 'aged' && !(await count(state, running as AgeStep, deadline)))
      return { removed }

    const tenants = (await needs.tenants.list()).map(({ tenantId }) => tenantId)
    for (const condition of await oldRows(now, tenants, keptDays)) {
      const step: AgeStep = { kind: 'aged', condition }
      const counted = await count(state, step, deadline)
      if (counted === undefined) return { removed }
      const rows = counted.reduce((sum, [, , some]) => sum + some, 0)
      if (rows > 0 && !isDryRun && !(await remove(state, step, deadline))) return { removed }
      for (const [retentionClass, day, some] of counted)
        onDay?.({ retentionClass, day, rows: some })
      removed += rows
    }
    if (!isDryRun) {
      state.expiredOn = today
      state.expiryProblem = undefined
      await writeState(blobs, state)
    }
    return { removed }
  }
}

// Athena takes 262,144 bytes; the rest of the statement is short.
const TEXT_BYTES = 200_000

/**
 * Writes the conditions under which a row has been kept for long enough: one, or as many as have room in
 * statements of their own.
 */
export async function oldRows(
  now: Date,
  tenants: readonly string[],
  keptDays: KeptDays,
): Promise<string[]> {
  const kept = await Promise.all(tenants.map(async (id) => ({ id, days: await keptDays(id) })))
  const today = now.toISOString().slice(0, 10)
  // A sender may ask for any number of days, and no calendar has so many.
  const asked = `coalesce(TRY(date_add('day', retention_days, received_at)) < TIMESTAMP '${today} 00:00:00.000', false)`
  const all = [`(retention_days IS NOT NULL AND ${asked})`]
  for (const retentionClass of retentionClasses) {
    const byDays = [...Map.groupBy(kept, ({ days }) => days[retentionClass])]
    const groups = byDays.toSorted(([, a], [, b]) => b.length - a.length)
    for (const [place, [days, group]] of groups.entries()) {
      const old = `retention_class = ${text(retentionClass)} AND day < ${text(dayBefore(today, days))}`
      // Most tenants have the same days: the others are named, and with them none that has gone since.
      const others = place === 0 ? groups.slice(1).flatMap(([, one]) => one) : []
      const named = listsOf(others)
      if (place === 0 && named.length < 2) {
        all.push(`(${old}${named.map((ids) => ` AND tenant_id NOT IN (${ids})`).join('')})`)
      } else {
        all.push(...listsOf(group).map((ids) => `(${old} AND tenant_id IN (${ids}))`))
      }
    }
  }
  return packed(all, ' OR ')
}

function listsOf(kept: readonly { id: string }[]): string[] {
  return packed(
    kept.map(({ id }) => text(id)),
    ', ',
  )
}

/** Joins texts, as many as have room each time. */
function packed(texts: readonly string[], between: string): string[] {
  const lists: string[][] = []
  let room = 0
  for (const one of texts) {
    const bytes = Buffer.byteLength(one) + between.length
    if (bytes > room) {
      lists.push([])
      room = TEXT_BYTES
    }
    lists.at(-1)!.push(one)
    room -= bytes
  }
  return lists.map((list) => list.join(between))
}
