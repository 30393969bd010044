import { StorageError } from '../error/storage-error'
import type { Clock } from '../platform/clock'
import type { Log } from '../telemetry/log'
import type { Audited } from './trail'

interface Needs {
  append(tenantId: string, audited: readonly Audited[]): Promise<void>
  clock: Pick<Clock, 'monotonic'>
  log: Log
  hasTimer: boolean
}

// Whoever reads for the first time within a minute is written down at once, the rest of the minute when it is over:
// a reader that asks every second makes 1,440 entries a day, not 86,400.
const SHARED_MS = 60_000
const LOOK_MS = 1000
// As many as this are not left waiting for the timer.
const MANY = 100
// Each takes a few hundred bytes; only while the store is down there are so many.
const MAX_GROUPS = 10_000
// Whoever notes more waits until they are written: the store is slow, or they read of each learner alone.
const MOST_WAITING = 1000
/** Stands for those who are too many to be told apart. */
const SEVERAL = 'several'

interface Group {
  tenantId: string
  audited: Audited & { details: Record<string, unknown> }
  /** How often it was noted since it was last written. */
  times: number
  writtenAt?: number | undefined
  /** It is being written, and comes back if that fails. */
  isInHand?: boolean | undefined
}

/** Gathers what happens often, so that what is alike shares an entry. */
export function createNotes({ append, clock, log, hasTimer }: Needs) {
  const groups = new Map<string, Group>()
  let waiting = 0
  let writing: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function note(tenantId: string, audited: Audited): void {
    const key = keyOf(tenantId, audited)
    if (groups.size >= MAX_GROUPS) dropWritten()
    const isFull = groups.size >= MAX_GROUPS && !groups.has(key)
    const { action } = audited
    if (isFull) add(keyOf(tenantId, { action, by: SEVERAL }), tenantId, { action, by: SEVERAL })
    else add(key, tenantId, audited)
    if (!hasTimer) return
    if (waiting >= MANY) void settle()
    timer ??= unref(setTimeout(look, LOOK_MS))
  }

  function add(key: string, tenantId: string, { details = {}, ...audited }: Audited) {
    const group = groups.get(key)
    if (group === undefined) {
      groups.set(key, { tenantId, audited: { ...audited, details: { ...details } }, times: 1 })
      waiting += 1
      return
    }
    if (group.times === 0) {
      group.audited.details = { ...details }
      waiting += 1
    } else addNumbers(group.audited.details, details)
    group.times += 1
  }

  /** Whoever comes again within the minute has another entry. */
  function dropWritten() {
    for (const [key, { times, isInHand }] of groups) {
      if (times === 0 && !isInHand) groups.delete(key)
    }
  }

  async function room() {
    if (waiting < MOST_WAITING) return
    await settle(true)
    if (waiting < MOST_WAITING) return
    const message = 'what is read cannot be written into the audit trail'
    throw new StorageError(message, { isRetriable: true })
  }

  async function look() {
    timer = undefined
    await settle()
    if (groups.size > 0) timer ??= unref(setTimeout(look, LOOK_MS))
  }

  async function settle(isLast = false): Promise<void> {
    if (groups.size === 0 && writing === undefined) return
    await writing
    writing ??= write(isLast).finally(() => {
      writing = undefined
    })
    await writing
  }

  async function write(isLast: boolean): Promise<void> {
    const now = clock.monotonic()
    const due = new Map<string, Group[]>()
    for (const [key, group] of groups) {
      const { tenantId, times, writtenAt } = group
      const isOver = writtenAt === undefined || now - writtenAt >= SHARED_MS
      if (times === 0 && isOver) groups.delete(key)
      if (times === 0 || !(isOver || isLast)) continue
      due.set(tenantId, [...(due.get(tenantId) ?? []), group])
    }
    await Promise.all([...due].map(([tenantId, those]) => writeThose(tenantId, those, now)))
  }

  async function writeThose(tenantId: string, those: readonly Group[], now: number) {
    const taken = those.map(({ audited, times }) => {
      const details = { ...audited.details, times }
      return { ...audited, details }
    })
    // Notes from here on belong to the next entry.
    const before = those.map(({ audited, times }) => ({ details: audited.details, times }))
    for (const group of those) Object.assign(group, { times: 0, writtenAt: now, isInHand: true })
    waiting -= those.length
    try {
      await append(tenantId, taken)
    } catch (error) {
      log.warn('reads could not be audited yet', { tenantId, reason: (error as Error).message })
      for (const [at, group] of those.entries()) restore(group, before[at]!)
    } finally {
      for (const group of those) group.isInHand = false
    }
  }

  function restore(
    group: Group,
    { details, times }: { details: Group['audited']['details']; times: number },
  ) {
    if (group.times === 0) {
      group.audited.details = details
      waiting += 1
    } else addNumbers(group.audited.details, details)
    group.times += times
    group.writtenAt = undefined
  }

  return {
    note,
    room,
    settle: () => settle(),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await settle(true)
    },
  }
}

function unref(timer: ReturnType<typeof setTimeout>) {
  timer.unref()
  return timer
}

/** Names what is alike: everything but numbers. */
function keyOf(tenantId: string, { action, by, target, details = {} }: Audited): string {
  const words = Object.entries(details).filter(([, value]) => typeof value !== 'number')
  return JSON.stringify([tenantId, action, by, target ?? null, words.sort()])
}

function addNumbers(sum: Record<string, unknown>, more: Readonly<Record<string, unknown>>) {
  for (const [name, value] of Object.entries(more)) {
    if (typeof value !== 'number') continue
    const before = sum[name]
    sum[name] = typeof before === 'number' ? before + value : value
  }
}
