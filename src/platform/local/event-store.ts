import { StorageError } from '../../error/storage-error'
import { createPeople } from '../../event/people'
import type { EventRecord } from '../../event/record'
import type { Clock } from '../clock'
import type { AppendOutcome, EventErasure, EventStore } from '../event-store'
import type { TokenSigner } from '../shared/page-token'
import { within } from '../shared/whole'
import { createTurns, type Turns } from '../turns'
import { isDamage, translated } from './database'
import { decide } from './log/decide'
import { eraseFromLog } from './log/erase'
import { arrivalsIn } from './log/event-arrivals'
import { endOf, findId, truncate } from './log/event-index'
import { contentOf, type EventKeys, entryOf } from './log/event-keys'
import type { EventLog } from './log/event-log'
import { queryLog } from './log/event-query'
import { latestInLog } from './log/latest'
import { type Compared, createComparing, type Doubt } from './log/sameness'
import { encodeSegments } from './log/segment'

// A commit's fsync is shared by everything that waits. Beyond two thousand events it no longer
// shows, and encoding and compressing them, which holds up all other work, takes 40 ms; so do 6 MB
// of larger ones.
const MAX_COMMIT = 2048
const MAX_COMMIT_BYTES = 6 * 1024 * 1024

// A call is one commit, which all others wait for.
const MAX_CALL = MAX_COMMIT

interface Call extends Compared {
  /** All of its records are stored, or none. */
  whole: boolean
  bytes: number
  resolve(outcomes: AppendOutcome[]): void
  reject(error: unknown): void
}

export interface LocalEventStore extends EventStore {
  /** Says why the last commit failed; undefined when it did not, or one would not fail any more. */
  failure(): string | undefined
}

/** Makes the hot store: a log in generations, with group commit and exact deduplication. */
export function createEventStore(options: {
  log: EventLog
  keys: EventKeys
  tokens: TokenSigner
  /** The turns are shared with other long reads. */
  turns?: Turns
  clock: Clock
}): LocalEventStore {
  const { log, keys, tokens, turns = createTurns(), clock } = options
  const waiting: Call[] = []
  /** There is a commit now, or as soon as this turn of the event loop is over. */
  let committing: Promise<void> | undefined
  let isClosed = false
  let lastFailure: string | undefined
  /** So many calls wait until their records are compared with what is held. */
  let aside = 0
  const compare = createComparing({ log, keys, turns })
  /** Erasures run one at a time: each rewrites segments that it has read. */
  let erasing: Promise<unknown> = Promise.resolve()

  function check() {
    if (isClosed) throw new StorageError('the event store is closed', { isRetriable: true })
  }

  async function erase(tenantId: string, erasure: EventErasure) {
    const { actorIds, leaving = async () => {}, isDryRun = false } = erasure
    const people = createPeople(actorIds)
    const actors = new Set(actorIds.map((id) => keys.value(id)))
    const search = { keys, tenantId, people, actors, turn: turns.begin(tenantId) }
    try {
      return await eraseFromLog({ ...search, log, leaving, isDryRun, check })
    } catch (error) {
      throw translated('erasing events', error)
    }
  }

  async function append(
    records: readonly EventRecord[],
    { whole = false }: { whole?: boolean } = {},
  ): Promise<AppendOutcome[]> {
    if (whole) return enqueue(within(records), whole)
    const outcomes: AppendOutcome[] = []
    for (const some of inCalls(records)) outcomes.push(...(await enqueue(some)))
    return outcomes
  }

  function enqueue(records: readonly EventRecord[], whole = false): Promise<AppendOutcome[]> {
    return new Promise((resolve, reject) => {
      check()
      const entries = records.map((record) => entryOf(keys, record, contentOf(keys, record)))
      waiting.push({ records, entries, whole, bytes: bytesOf(records), resolve, reject })
      schedule()
    })
  }

  function schedule() {
    committing ??= commitWaiting()
  }

  /**
   * Commits what waits, one commit at a time: what comes while one waits for the disk is read meanwhile,
   * and shares the next.
   */
  async function commitWaiting() {
    while (waiting.length > 0) {
      // It runs after the requests that this turn of the event loop brings, so that they share the
      // commit.
      await new Promise(setImmediate)
      await commit()
    }
    committing = undefined
  }

  /** Compares what is in doubt; then the call is decided on anew, with what is held by then. */
  async function decideLater(call: Call, doubts: readonly Doubt[]) {
    aside += 1
    try {
      await compare(call, doubts)
      waiting.push(call)
      schedule()
    } catch (error) {
      call.reject(translated('comparing events', error))
    } finally {
      aside -= 1
    }
  }

  async function commit() {
    const calls = takeCalls()
    try {
      const size = calls.reduce((sum, call) => sum + call.records.length, 0)
      const { decided, bytes } = await commitAll(calls, size)
      for (const [place, call] of calls.entries()) {
        const { doubts, outcomes } = decided[place]!
        if (doubts.length > 0) void decideLater(call, doubts)
        else call.resolve(outcomes)
      }
      lastFailure = undefined
      if (bytes > 0) log.announce(bytes)
    } catch (error) {
      lastFailure = (error as Error).message
      for (const call of calls) call.reject(error)
    }
  }

  function takeCalls(): Call[] {
    let size = 0
    let bytes = 0
    let end = 0
    while (end < waiting.length && size < MAX_COMMIT && bytes < MAX_COMMIT_BYTES) {
      size += waiting[end]!.records.length
      bytes += waiting[end]!.bytes
      end += 1
    }
    return waiting.splice(0, end)
  }

  async function commitAll(calls: readonly Call[], size: number) {
    const now = clock.now().getTime()
    const generation = log.roomFor(size, now)
    const { index } = generation
    const before = endOf(index)
    const fresh: EventRecord[] = []

    try {
      const decided = calls.map((call) => decide(call, { log, generation, fresh }))
      const segments = [...encodeSegments(fresh)]
      if (segments.length > 0) {
        await generation.append(segments, now)
        log.recent.add(generation.base + before.count, fresh)
      }
      return { decided, bytes: segments.reduce((sum, { unpacked }) => sum + unpacked, 0) }
    } catch (error) {
      truncate(index, before)
      if (isDamage(error)) log.leave(generation, now)
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
        // An entry beyond is not yet on the disk.
        if (offset < 0 || offset >= generation.index.count) continue
        // A webhook asks for what was stored a moment ago.
        const [recent] = log.recent.get(generation.base + offset, 1) ?? []
        const record = recent ?? generation.read(offset)
        if (record?.tenantId !== tenantId || record.eventId !== eventId) return undefined
        return Date.parse(record.expiresAt) > clock.now().getTime() ? record : undefined
      }
      return undefined
    },

    query: async (tenantId, filter, page) =>
      queryLog({ log, keys, tokens, turns, now: clock.now().getTime() }, tenantId, filter, page),

    latest: async (tenantId, filter, page) =>
      latestInLog({ log, keys, tokens, turns, now: clock.now().getTime() }, tenantId, filter, page),

    arrivals: async (tenantId, filter, request) =>
      arrivalsIn({ log, tokens, turns, now: clock.now().getTime() }, tenantId, filter, request),

    expire: async (now) => log.dropExpired(now.getTime()),

    erase(tenantId, erasure) {
      const own = erasing.then(() => erase(tenantId, erasure))
      erasing = own.catch(() => {})
      return own
    },

    async [Symbol.asyncDispose]() {
      isClosed = true
      while (waiting.length + aside > 0 || committing) {
        await (committing ?? new Promise(setImmediate))
      }
      await erasing
    },
  }
}

/** Cuts records so that each call is one commit at most, and fits into a generation. */
function* inCalls(records: readonly EventRecord[]): Generator<readonly EventRecord[]> {
  let from = 0
  let bytes = 0
  for (const [at, record] of records.entries()) {
    bytes += textOf(record)
    const isFull = bytes >= MAX_COMMIT_BYTES || at + 1 - from >= MAX_CALL
    if (!isFull && at + 1 < records.length) continue
    yield records.slice(from, at + 1)
    from = at + 1
    bytes = 0
  }
}

function bytesOf(records: readonly EventRecord[]): number {
  return records.reduce((sum, record) => sum + textOf(record), 0)
}

// The columns beside `raw` take about so many characters of a line.
const COLUMN_CHARS = 512

/** Estimates how many characters the line of a record has. */
function textOf({ raw }: EventRecord): number {
  return raw.length + COLUMN_CHARS
}
