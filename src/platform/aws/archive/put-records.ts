import { setTimeout as wait } from 'node:timers/promises'
import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { StorageError } from '../../../error/storage-error'
import { storageError } from '../errors'

// The pauses double from 100 ms at most, since a stream over its rate has a second's allowance back after a
// second, to 5 s at most: a stream that takes nothing for minutes is asked no more often.
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
// The end of a call is left to whoever has to answer it, and to say there what was not taken.
const RESERVE_MS = 5000
// Where no call says how long it may take, as much is waited as a stream takes to have its allowance back.
const UNTIMED_MS = 2000
// A call that is begun is given this much at least, of the reserve.
const LEAST_CALL_MS = 1000

export interface Putting {
  client: FirehoseClient
  /** Tells how much time is left of the call at hand, in ms. Left out, there is no call that ends. */
  leftMs?: (() => number) | undefined
  /** Resolves after so many ms. Tests turn the clock instead. */
  pause?: ((ms: number) => Promise<unknown>) | undefined
}

interface Turn {
  /** Is told each record that was taken. */
  onTaken?(record: Uint8Array): void
  /** The place of the stream that is asked first. Left out, any. */
  first?: number
}

/**
 * Hands records to the delivery streams of a class: what one refuses the next is given at once, and after all of
 * them have refused some, they are asked again after a pause, as long as there is time. "Throughput limits
 * for the Firehose stream may have been exceeded" is what refusals mean ("PutRecordBatch", API reference). Some
 * may arrive twice: a time-out does not tell what was taken.
 * @param records at most as many, and as large, as a call may have
 * @throws {StorageError} retriable when some are still refused when time is up
 */
export async function putRecords(
  putting: Putting,
  streams: readonly string[],
  records: readonly Uint8Array[],
  { onTaken, first = Math.floor(Math.random() * streams.length) }: Turn = {},
): Promise<void> {
  const { client, leftMs = () => Number.POSITIVE_INFINITY, pause = wait } = putting
  const begun = performance.now()
  const isTimed = Number.isFinite(leftMs())
  const patience = () => (isTimed ? leftMs() - RESERVE_MS : begun + UNTIMED_MS - performance.now())
  let left = records
  let fruitless = 0
  for (;;) {
    const before = left.length
    let reason: StorageError | undefined
    for (let turn = 0; turn < streams.length; turn += 1) {
      const stream = streams[(first + turn) % streams.length]!
      const within = isTimed ? Math.max(patience(), LEAST_CALL_MS) : undefined
      const answer = await putOnce(client, stream, left, within)
      for (const record of left) if (!answer.refused.has(record)) onTaken?.(record)
      left = [...answer.refused]
      if (left.length === 0) return
      reason = answer.reason
    }
    fruitless = left.length < before ? 0 : fruitless + 1
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** fruitless, LONGEST_PAUSE_MS)
    const ms = (longest / 2) * (1 + Math.random())
    if (ms >= patience()) {
      const what = `${left.length} records were refused until time was up`
      throw new StorageError(`${what}: ${reason?.message}`, { isRetriable: true, cause: reason })
    }
    await pause(ms)
  }
}

/**
 * Asks one stream once.
 * @param withinMs left out, the client's own time-outs hold
 * @returns what it refused, and why
 * @throws {StorageError} when waiting does not help
 */
async function putOnce(
  client: FirehoseClient,
  DeliveryStreamName: string,
  records: readonly Uint8Array[],
  withinMs: number | undefined,
): Promise<{ refused: ReadonlySet<Uint8Array>; reason?: StorageError | undefined }> {
  const what = `archiving to ${DeliveryStreamName}`
  const Records = records.map((Data) => ({ Data }))
  const abort = new AbortController()
  const timer = withinMs === undefined ? undefined : setTimeout(() => abort.abort(), withinMs)
  try {
    const command = new PutRecordBatchCommand({ DeliveryStreamName, Records })
    const answer = await client.send(command, { abortSignal: abort.signal })
    // "Each entry in the RequestResponses array … directly correlates with a record" (API reference).
    const answers = answer.FailedPutCount === 0 ? [] : (answer.RequestResponses ?? [])
    const refused = records.filter((_, place) => answers[place]?.ErrorCode !== undefined)
    const code = answers.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode
    const reason = new StorageError(`${what}: ${code}`, { isRetriable: true })
    return { refused: new Set(refused), reason }
  } catch (thrown) {
    const reason = storageError(what, thrown)
    if (!reason.isRetriable) throw reason
    return { refused: new Set(records), reason }
  } finally {
    clearTimeout(timer)
  }
}
