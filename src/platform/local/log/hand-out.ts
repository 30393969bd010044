import type { EventRecord } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import type { EventLog } from './event-log'
import type { Position } from './generation'
import type { Mark } from './position-token'

/** A record with the place at which it stands. */
export interface Placed {
  record: EventRecord
  place: Position
  /** Who goes on from here has had it. */
  behind: Mark
}

type Listener = (records: readonly Placed[]) => void

/** Hands out what is appended to the log, by tenant, in its order, soon after each commit. */
export interface HandOut extends Disposable {
  /** Calls the listener with what a tenant stores from now on, and never within this call. */
  to(tenantId: string, listener: Listener): { from: Position; end(): void }
}

// One turn of the event loop hands out so much, which is one commit of usual events: the newest
// records are in memory, so that it takes a millisecond beside what listeners do.
const AT_ONCE = { records: 2048, bytes: 6 * 1024 * 1024 }

// A log that cannot be read is asked again after a second: by then a hiccup of the disk is over.
const RETRY_MS = 1000

interface Following {
  from: Position
  listener: Listener
}

export function createHandOut({
  log,
  telemetry,
}: {
  log: Pick<EventLog, 'end' | 'segmentsFrom' | 'recordsOf' | 'onAppend'>
  telemetry: Log
}): HandOut {
  const following = new Map<string, Set<Following>>()
  let next: Position = 0
  let unsubscribe: (() => void) | undefined
  let scheduled: (() => void) | undefined

  function schedule() {
    if (scheduled !== undefined || unsubscribe === undefined) return
    // It runs after the commit, so that senders are answered before anybody else is told.
    const soon = setImmediate(run)
    scheduled = () => clearImmediate(soon)
  }

  function later() {
    const timer = setTimeout(run, RETRY_MS)
    scheduled = () => clearTimeout(timer)
  }

  function run() {
    scheduled = undefined
    try {
      handOutNext()
      if (next < log.end()) schedule()
    } catch (error) {
      const { message: reason } = error as Error
      telemetry.error('live readers could not be told of events; it is tried again', { reason })
      later()
    }
  }

  function handOutNext() {
    const segments = log.segmentsFrom(next, AT_ONCE)
    const byTenant = new Map<string, Placed[]>()
    // It passes over what nobody can read any more.
    let reached = log.end()
    for (const segment of segments) {
      const { position, count, storedAt } = segment
      reached = position + count
      for (const [at, record] of (log.recordsOf(segment) ?? []).entries()) {
        const place = position + at
        if (record === undefined || place < next || !following.has(record.tenantId)) continue
        const one = { record, place, behind: { place: place + 1, storedAt } }
        const others = byTenant.get(record.tenantId)
        if (others === undefined) byTenant.set(record.tenantId, [one])
        else others.push(one)
      }
    }
    next = reached
    for (const [tenantId, placed] of byTenant) tell(following.get(tenantId) ?? [], placed)
  }

  function tell(listeners: Iterable<Following>, placed: readonly Placed[]) {
    const first = placed[0]!.place
    for (const { from, listener } of listeners) {
      const own = from <= first ? placed : placed.filter(({ place }) => place >= from)
      if (own.length > 0) listener(own)
    }
  }

  function stop() {
    scheduled?.()
    scheduled = undefined
    unsubscribe?.()
    unsubscribe = undefined
  }

  return {
    to(tenantId, listener) {
      const from = log.end()
      const one = { from, listener }
      const others = following.get(tenantId) ?? new Set()
      following.set(tenantId, others.add(one))
      if (unsubscribe === undefined) {
        next = from
        unsubscribe = log.onAppend(schedule)
      }
      return {
        from,
        end() {
          others.delete(one)
          if (others.size === 0 && following.get(tenantId) === others) following.delete(tenantId)
          if (following.size === 0) stop()
        },
      }
    },

    [Symbol.dispose]() {
      following.clear()
      stop()
    },
  }
}
