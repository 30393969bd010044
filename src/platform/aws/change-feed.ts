import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import type { Consumer } from '../change-feed'
import type { Clock } from '../clock'
import { createHandOver } from './change-feed/hand-over'
import { type ReadingNeeds, readChanges } from './change-feed/read'
import { putAside } from './change-feed/set-aside'

export interface StreamHandlerNeeds extends ReadingNeeds {
  consumers: readonly Consumer[]
  clock: Clock
  /** Tells how much time is left of the call at hand, in ms. Left out, there is no end. */
  leftMs?: (() => number) | undefined
}

interface Terms {
  /** If false, what cannot be read or handled is told, and set aside nowhere: it lies aside already. */
  setsAside?: boolean
}

export type StreamHandler = (
  event: DynamoDBStreamEvent,
  terms?: Terms,
) => Promise<DynamoDBBatchResponse>

/**
 * Makes the change feed's end on AWS: Lambda reads the table's stream and calls this with a batch
 * of one shard, again from the first record that was not handled until it answers that none is
 * left. Lambda remembers the cursor, so `isExact`, `maxWaitMs` and `drainsAtStop` of a consumer are
 * up to the mapping.
 *
 * It never throws, since Lambda knows only from an answer how far it came. What fails in its surroundings is
 * answered as not handled, for as long as it lasts; a record that is itself the reason is set aside.
 */
export function createStreamHandler(needs: StreamHandlerNeeds): StreamHandler {
  const { blobs, log, clock, leftMs = () => Number.POSITIVE_INFINITY } = needs
  const handOvers = needs.consumers.map((one) => createHandOver(one, { leftMs, clock, log }))

  /** Sets aside what cannot be read. Where there are no blobs, another function that follows the stream does. */
  async function setUnreadableAside(insert: DynamoDBRecord, reason: string): Promise<boolean> {
    if (blobs !== undefined) return putAside({ insert, reason }, { blobs, log })
    log.warn('a change cannot be read and was passed over', {
      ...{ sequence: insert.dynamodb?.SequenceNumber, reason },
    })
    return true
  }

  return async function handle({ Records }, { setsAside = true } = {}) {
    // An event never changes after it was stored, and its removal means that its time has passed.
    const inserts = Records.filter(({ eventName }) => eventName === 'INSERT')
    const setAside = setsAside ? setUnreadableAside : async () => false
    const handled: string[] = []
    for await (const { changes, unread } of readChanges(inserts, { ...needs, setAside })) {
      const failures = await Promise.all(
        handOvers.map(({ handOver }) =>
          handOver(changes, async ({ insert }, reason, consumer) => {
            if (!setsAside || blobs === undefined) return false
            return putAside({ insert, reason, consumer }, { blobs, log })
          }),
        ),
      )
      // The batch comes again from where the hindmost consumer is.
      const first = [...changes.map(({ sequence }) => sequence), unread].find((sequence) => {
        return sequence !== undefined && (sequence === unread || failures.includes(sequence))
      })
      if (first !== undefined) return { batchItemFailures: [{ itemIdentifier: first }] }
      for (const { id } of changes) handled.push(id)
    }
    for (const { forget } of handOvers) forget(handled)
    return { batchItemFailures: [] }
  }
}
