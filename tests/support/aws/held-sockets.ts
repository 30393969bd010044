import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { EventRecord } from '../../../src/event/record'
import type { Principal } from '../../../src/identity/principal'
import { createLiveConsumer } from '../../../src/platform/aws/live/consumer'
import { createSubscriptions } from '../../../src/platform/aws/subscriptions'
import type { Connections } from '../../../src/platform/connections'
import type { SubscriptionLimits } from '../../../src/platform/subscriptions'
import { createPosting, type PostingNeeds } from '../../../src/realtime/posting/post'
import { createRelayedSubscribe } from '../../../src/realtime/relayed/subscribe'
import type { Log } from '../../../src/telemetry/log'
import { aRunningClock } from '../clock'
import { aPrincipal } from '../principal'
import { aBatch } from '../records'
import { freshTable } from './emulators'
import { openLiveParts } from './live'

export const TENANT = 'school'
export const aPupil = (more: Partial<Principal> = {}): Principal =>
  aPrincipal({ tenantId: TENANT, ...more })

export type Frame = Record<string, unknown>
/** So long a message hangs that is sent to a connection which hangs. */
export const HANGING_MS = 60_000
type Sending = 'sent' | 'gone' | 'fails' | 'hangs'

interface Options {
  limits?: SubscriptionLimits
  maxMessageBytes?: number
  /** A client of the table of live readers, which may fail. */
  client: DynamoDBClient
}

/** Connections that API Gateway would hold, over the table of subscriptions and the live log. */
export async function heldSockets({ client, ...options }: Options) {
  const clock = aRunningClock()
  const tables = {
    eventsTable: await freshTable(client, 'events'),
    liveTable: await freshTable(client, 'live'),
  }
  const parts = await openLiveParts({ client, clock, ...tables })
  const subscriptions = createSubscriptions({ client, table: tables.liveTable, clock })
  const inboxes = new Map<string, Frame[]>()
  const closed = new Set<string>()
  const sending = new Map<string, Sending>()
  const revoked = new Set<string>()
  const hidden = { time: undefined as string | undefined }
  const logged: string[] = []
  let batches = 0

  const connections: Connections = {
    async send(id, message) {
      const how = closed.has(id) ? 'gone' : (sending.get(id) ?? 'sent')
      if (how === 'gone') return how
      if (how === 'fails') throw new Error('not now')
      if (how === 'hangs') await Bun.sleep(HANGING_MS)
      inboxes.get(id)!.push(JSON.parse(message))
      return 'sent'
    },
    close: async (id) => void closed.add(id),
  }
  const note = (message: string, fields?: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: note, info: note, warn: note, error: note } as unknown as Log
  const needs: PostingNeeds = {
    ...{ subscriptions, feed: parts.feed, connections, clock, log },
    maxMessageBytes: options.maxMessageBytes ?? 128 * 1024,
    isCurrent: async ({ hash }) => !revoked.has(hash ?? ''),
    hidden: { before: async () => hidden.time },
  }
  const limits = options.limits ?? { places: 100, bytes: 100_000 }

  /** A function of its own: it shares nothing with others but the tables. */
  function aFunction(more: Partial<PostingNeeds> = {}) {
    const own = { ...needs, ...more }
    const post = createPosting(own)
    return {
      post,
      protocol: createRelayedSubscribe({ ...own, post, limits }),
      consumer: createLiveConsumer({ liveLog: parts.liveLog, fanOut: post }),
    }
  }
  const main = aFunction()
  /** It writes the log, and posts nothing. */
  const writing = { consumer: createLiveConsumer({ liveLog: parts.liveLog }) }

  return {
    ...{ client, clock, parts, subscriptions, sending, closed, revoked, hidden, logged },
    ...{ aFunction, needs, main, writing, liveTable: tables.liveTable },

    /** Stores events, and lets a consumer have them as the stream brings them. */
    async store(
      records: readonly EventRecord[],
      { consumer }: Pick<typeof main, 'consumer'> = main,
    ) {
      await parts.events.append(records)
      batches += 1
      await consumer.handle(aBatch(`b${batches}`, [...records]))
    },

    /** Somebody connects, and says nothing yet. */
    connect(principal = aPupil(), { protocol } = main) {
      const id = crypto.randomUUID()
      const frames: Frame[] = []
      inboxes.set(id, frames)
      const connection = { protocol: 'subscribe', principal }
      return {
        id,
        frames,
        say: (message: unknown) =>
          protocol.received(
            id,
            connection,
            typeof message === 'string' || message instanceof Uint8Array
              ? message
              : JSON.stringify(message),
          ),
        leave: () => protocol.closed(id, connection),
        /** The ids of the events that came, in order. */
        ids: () => frames.filter(({ event_type }) => event_type).map(({ id }) => String(id)),
      }
    },
  }
}
