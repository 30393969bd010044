import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import { eventFilter } from './event-filter'
import { type Discarded, type FailurePolicy, handleBatch, type Invocation } from './stream-batch'
import { createShards, type Shard } from './stream-shards'

/** A stream mapping is an event source mapping between a stream and a function. */
export interface StreamMapping extends FailurePolicy {
  batchSize: number
  /** A batch that is not full waits so many seconds for more. */
  window: number
  startingPosition: 'TRIM_HORIZON' | 'LATEST'
  /** The patterns are event filters as JSON; none lets everything pass. */
  patterns: string[]
}

/**
 * Checkpoints say where each shard's reader stands, so that a new poller goes on after the one that
 * died.
 */
export interface Checkpoints {
  get(shardId: string): string | undefined
  set(shardId: string, sequenceNumber: string): void
}

export interface Poller extends AsyncDisposable {
  /**
   * Resolves once every record that was in the stream before the call is handled, without waiting
   * for windows.
   * @throws the function's answer when it failed; the batch is tried again all the same
   */
  drain(): Promise<void>
  /** Reads nothing until it is called again with false, as a mapping that is switched off. */
  pause(isPaused: boolean): void
}

interface Options {
  client: DynamoDBStreamsClient
  streamArn: string
  mapping: StreamMapping
  checkpoints: Checkpoints
  invoke(records: DynamoDBRecord[]): Promise<Invocation>
  discard(discarded: Discarded, shardId: string): Promise<void>
  /** Tells the time by which records are too old, in ms since 1970; the system's, left out. */
  now?(): number
  /** The poller reports an error of reading here, and tries again by itself. */
  onError?(error: Error): void
}

// The iterator is of no use any more, and another one is asked for (API reference, GetRecords).
const renewed = new Set(['TrimmedDataAccessException', 'ExpiredIteratorException'])

const POLL_MS = 250 // Lambda reads a shard four times a second
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024 // the limit of a synchronous invocation
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000 // Lambda's own is up to a minute; here nobody wants to wait so long

/** Feeds a table's stream to a function as Lambda's event source mapping does, shard by shard. */
export function pollStream(options: Options): Poller {
  const { client, streamArn, mapping, checkpoints } = options
  const stop = new AbortController()
  const shards = createShards({
    client,
    streamArn,
    startingPosition: mapping.startingPosition,
    checkpoint: (shardId) => checkpoints.get(shardId),
    passes: eventFilter(mapping.patterns),
  })
  let drains: { promise: Promise<void>; resolve(): void; reject(why: unknown): void }[] = []
  let wake = Promise.withResolvers<void>()
  let isPaused = false
  const running = run()

  async function run() {
    while (!stop.signal.aborted) {
      if (isPaused) {
        await sleep(POLL_MS, undefined, { ref: false })
        continue
      }
      const asked = [...drains]
      try {
        const hasMore = await round(asked.length > 0)
        if (hasMore) continue
        drains = drains.filter((drain) => !asked.includes(drain))
        for (const { resolve } of asked) resolve()
      } catch (error) {
        if (stop.signal.aborted) break
        if (!renewed.has((error as Error).name)) {
          options.onError?.(error as Error)
          failDrains(error)
        }
      }
      await Promise.race([sleep(POLL_MS, undefined, { ref: false }), wake.promise])
      wake = Promise.withResolvers()
    }
    failDrains(new Error('the poller was stopped'))
  }

  function failDrains(why: unknown) {
    for (const { reject } of drains) reject(why)
    drains = []
  }

  /** Reads each shard once, older ones first. @returns whether there may be more at once */
  async function round(isDraining: boolean): Promise<boolean> {
    let hasMore = false
    for (const shard of await shards.open()) {
      const count = await shards.read(shard)
      hasMore ||= count > 0
      const isDue = Date.now() - shard.pendingSince >= mapping.window * 1000
      const isUrgent = isDue || isDraining || shard.isEnded
      while (shard.pending.length >= (isUrgent ? 1 : mapping.batchSize)) await handle(shard)
      if (shard.pending.length === 0 && shard.readTo) checkpoints.set(shard.id, shard.readTo)
    }
    return hasMore
  }

  async function handle(shard: Shard) {
    const batch = nextBatch(shard.pending, mapping.batchSize)
    await handleBatch(batch, {
      policy: mapping,
      now: options.now ?? Date.now,
      discard: (discarded) => options.discard(discarded, shard.id),
      pause,
      async invoke(records) {
        stop.signal.throwIfAborted()
        const outcome = await options.invoke(records)
        if (outcome.kind === 'failed') failDrains(new Error(outcome.errorMessage))
        return outcome
      },
    })
    shard.pending.splice(0, batch.length)
    checkpoints.set(shard.id, batch.at(-1)!.dynamodb!.SequenceNumber!)
  }

  async function pause(failures: number) {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
    await sleep(ms, undefined, { signal: stop.signal })
  }

  return {
    drain() {
      const drain = Promise.withResolvers<void>()
      drain.promise.catch(() => {}) // the caller gets the error; nobody else needs it
      drains.push(drain)
      wake.resolve()
      return drain.promise
    },
    pause(now) {
      isPaused = now
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      wake.resolve()
      await running
    },
  }
}

function nextBatch(pending: DynamoDBRecord[], batchSize: number): DynamoDBRecord[] {
  let bytes = 0
  const upTo = pending.slice(0, batchSize).findIndex((record, place) => {
    bytes += JSON.stringify(record).length
    return place > 0 && bytes > MAX_PAYLOAD_BYTES
  })
  return pending.slice(0, upTo < 0 ? batchSize : upTo)
}
