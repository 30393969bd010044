import { type RetentionClass, retentionClasses } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import type { Clock } from '../../clock'
import type { Tenants } from '../../registry/tenants'
import type { Settlement } from '../../settlement'
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
  mayTry(state: State): boolean
}

// The two statements take seconds each; whoever calls has some minutes.
const PATIENCE_MS = 5 * 60_000

/**
 * Deletes the rows of the settled table that have been kept for long enough, once a day: it reads two columns
 * of the lake. What has only landed is days old at the most.
 */
export function createExpiry(needs: Needs): Settlement['expire'] {
  const { statements, blobs, clock, run, noteSuccess, mayTry } = needs

  return async function expire(now, keptDays, { isDryRun = false, onDay } = {}) {
    const state = await readState(blobs)
    const today = now.toISOString().slice(0, 10)
    const running = state.running?.step
    const isOthers = running !== undefined && running.kind !== 'aged' && running.kind !== 'expire'
    const isOver = !isDryRun && state.expiredOn !== undefined && state.expiredOn >= today
    if (isOthers || isOver || !state.columns?.length || !mayTry(state)) return { removed: 0 }

    const deadline = clock.monotonic() + PATIENCE_MS
    let removed = 0
    let step = running as AgeStep | undefined
    if (step === undefined) {
      const ids = (await needs.tenants.list()).map(({ tenantId }) => tenantId)
      step = { kind: 'aged', condition: await oldRows(now, ids, keptDays) }
    }
    if (step.kind === 'aged') {
      const ended = await run(state, step, countWhere(step.condition), deadline)
      if (ended === undefined) return { removed }
      const { rows } = await statements.answer(ended.id)
      noteSuccess(state)
      for (const [retentionClass, day, count] of rows as [RetentionClass, string, number][]) {
        onDay?.({ retentionClass, day, rows: count })
        removed += count
      }
      if (removed === 0 || isDryRun) {
        if (!isDryRun) state.expiredOn = today
        await writeState(blobs, state)
        return { removed }
      }
    }
    const deleting: AgeStep = { kind: 'expire', condition: step.condition }
    const ended = await run(state, deleting, deleteWhere(step.condition), deadline)
    if (ended === undefined) return { removed: 0 }
    noteSuccess(state)
    noteChange(state, ended.startedAt.toISOString(), '')
    state.expiredOn = today
    await writeState(blobs, state)
    return { removed }
  }
}

/** Writes the condition under which a row has been kept for long enough. */
export async function oldRows(
  now: Date,
  tenants: readonly string[],
  keptDays: Parameters<Settlement['expire']>[1],
): Promise<string> {
  const kept = await Promise.all(tenants.map(async (id) => ({ id, days: await keptDays(id) })))
  const today = now.toISOString().slice(0, 10)
  const ofClasses = retentionClasses.flatMap((retentionClass) => {
    const byDays = Map.groupBy(kept, ({ days }) => days[retentionClass])
    const groups = [...byDays].sort(([, a], [, b]) => b.length - a.length)
    return groups.map(([days, group], place) => {
      // Most tenants have the same days: the others are named, and with them none that has gone since.
      const others = groups.slice(1).flatMap(([, one]) => one)
      const named = place === 0 ? others : group
      const ids = named.map(({ id }) => text(id)).join(', ')
      const whose =
        named.length === 0 ? '' : ` AND tenant_id ${place === 0 ? 'NOT IN' : 'IN'} (${ids})`
      return `(retention_class = ${text(retentionClass)} AND day < ${text(dayBefore(today, days))}${whose})`
    })
  })
  const moment = `${today} 00:00:00.000`
  // A sender may ask for any number of days, and no calendar has so many.
  const asked = `coalesce(TRY(date_add('day', retention_days, received_at)) < TIMESTAMP '${moment}', false)`
  return [...ofClasses, `(retention_days IS NOT NULL AND ${asked})`].join(' OR ')
}
