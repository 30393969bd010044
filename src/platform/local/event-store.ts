import { StorageError } from '../../error/storage-error'
import { sameContent } from '../../event/content'
import type { EventRecord } from '../../event/record'
import type { Clock } from '../clock'
import type { AppendOutcome, EventStore } from '../event-store'
import type { TokenSigner } from '../shared/page-token'
import { createTurns, type Turns } from '../turns'
import { addEntry, findId, truncate } from './log/event-index'
import { type EventKeys, entryOf } from './log/event-keys'
import type { EventLog } from './log/event-log'
import { queryLog } from './log/event-query'
import { CAPACITY } from './log/generation'
import { encodeSegments } from './log/segment'

// A commit's fsync is shared by everything that waits. Beyond a few thousand events the fsync no
// longer shows and the first sender would only wait longer.
const MAX_COMMIT = 4096

// A generation must have room for any call.
const MAX_CALL = CAPACITY / 4

interface Call {
  records: readonly EventRecord[]
  resolve(outcomes: AppendOutcome[]): void
  reject(error: unknown): void
}

const STORED: AppendOutcome = { kind: 'stored' }
const DUPLICATE: AppendOutcome = { kind: 'duplicate' }
const CONFLICT: AppendOutcome = { kind: 'conflict' }

export interface LocalEventStore extends EventStore {
  /** Why the last commit failed; undefined when it did not, or when one would not fail any more. */
  failure(): string | undefined
}

/** The hot store on one machine: a log in generations, with group commit and exact deduplication. */
export function createEventStore(options: {
  log: EventLog
  keys: EventKeys
  tokens: TokenSigner
  /** Shared with whatever else reads at length. */
  turns?: Turns
  clock: Clock
}): LocalEventStore {
  const { log, keys, tokens, turns = createTurns(), clock } = options
  const waiting: Call[] = []
  let isScheduled = false
  let isClosed = false
  let lastFailure: string | undefined

  async function append(records: readonly EventRecord[]): Promise<AppendOutcome[]> {
    const outcomes: AppendOutcome[] = []
    for (let from = 0; from < records.length; from += MAX_CALL) {
      outcomes.push(...(await enqueue(records.slice(from, from + MAX_CALL))))
    }
    return outcomes
  }

  function enqueue(records: readonly EventRecord[]): Promise<AppendOutcome[]> {
    if (isClosed) {
      return Promise.reject(new StorageError('the event store is closed', { isRetriable: true }))
    }
    return new Promise((resolve, reject) => {
      waiting.push({ records, resolve, reject })
      if (isScheduled) return
      isScheduled = true
      // After the requests that this turn of the event loop brings, so that they share the commit.
      setImmediate(commit)
    })
  }

  function commit() {
    isScheduled = false
    const calls = takeCalls()
    if (waiting.length > 0) {
      isScheduled = true
      setImmediate(commit)
    }
    try {
      const size = calls.reduce((sum, call) => sum + call.records.length, 0)
      const outcomes = commitAll(calls, size)
      for (const [place, call] of calls.entries()) call.resolve(outcomes[place]!)
      lastFailure = undefined
      log.announce()
    } catch (error) {
      lastFailure = (error as Error).message
      for (const call of calls) call.reject(error)
    }
  }

  function takeCalls(): Call[] {
    let size = 0
    let end = 0
    while (end < waiting.length && (end === 0 || size < MAX_COMMIT)) {
      size += waiting[end]!.records.length
      end += 1
    }
    return waiting.splice(0, end)
  }

  function commitAll(calls: readonly Call[], size: number): AppendOutcome[][] {
    const now = clock.now().getTime()
    const generation = log.roomFor(size, now)
    const { index } = generation
    const before = index.count
    const fresh: EventRecord[] = []

    function decide(record: EventRecord): AppendOutcome {
      const entry = entryOf(keys, record)
      for (const held of log.newestFirst()) {
        const offset = findId(held.index, entry.id)
        if (offset < 0) continue
        if (held.index.contents[offset] === entry.content) return DUPLICATE
        const isInHand = held === generation && offset >= before
        const first = isInHand ? fresh[offset - before]! : held.read(offset)
        return sameContent(first.raw, record.raw) ? DUPLICATE : CONFLICT
      }
      addEntry(index, entry)
      fresh.push(record)
      return STORED
    }

    try {
      const outcomes = calls.map((call) => call.records.map(decide))
      if (fresh.length > 0) {
        generation.append([...encodeSegments(fresh)], now)
        log.recent.add(generation.base + before, fresh)
      }
      return outcomes
    } catch (error) {
      truncate(index, before)
      throw error
    }
  }

  return {
    append,
    failure() {
      if (lastFailure === undefined) return undefined
      try {
        // A load balancer that was told no sends no event that could tell us otherwise.
        log.probe()
        lastFailure = undefined
      } catch (error) {
        lastFailure = (error as Error).message
      }
      return lastFailure
    },

    async get(tenantId, eventId) {
      const id = keys.id(tenantId, eventId)
      for (const generation of log.newestFirst()) {
        const offset = findId(generation.index, id)
        if (offset < 0) continue
        // A webhook asks for what was stored a moment ago.
        const [recent] = log.recent.get(generation.base + offset, 1) ?? []
        const record = recent ?? generation.read(offset)
        const isIt = record.tenantId === tenantId && record.eventId === eventId
        return isIt && Date.parse(record.expiresAt) > clock.now().getTime() ? record : undefined
      }
      return undefined
    },

    query: async (tenantId, filter, page) =>
      queryLog({ log, keys, tokens, turns, now: clock.now().getTime() }, tenantId, filter, page),

    expire: async (now) => log.dropExpired(now.getTime()),

    async [Symbol.asyncDispose]() {
      isClosed = true
      while (waiting.length > 0) await new Promise(setImmediate)
    },
  }
}
