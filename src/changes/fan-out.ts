import { createHash } from 'node:crypto'
import { type Subject, subjectOf } from '../event/conditions/subject'
import type { EventRecord } from '../event/record'
import type { ChangeBatch, Consumer } from '../platform/change-feed'
import type { Clock } from '../platform/clock'
import type { Delivery, DeliveryQueue } from '../platform/delivery-queue'
import type { Registry } from '../platform/registry'
import type { WebhookSubscription } from '../platform/registry/webhooks'
import { inTurns, type Steps } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import { isOwed, mayBeOwed } from '../webhooks/owed'
import { intoMessages } from '../webhooks/payload'
import { looksIntoItems, wants } from '../webhooks/subscription'

export interface FanOutNeeds {
  registry: Pick<Registry, 'webhooks'>
  deliveries: DeliveryQueue
  clock: Clock
  log: Log
  /**
   * The fan-out calls this when there is something new to send. It is left out where the queue
   * itself invokes the sender.
   */
  onEnqueued?: (() => void) | undefined
}

/** This is a record with its place in the batch. */
interface Stored {
  /** All filters share what it has found in the item. */
  subject: Subject
  place: number
}

// A batch has at most ten full messages: enough to fill them under load, while it stays a few
// megabytes.
const MAX_RECORDS = 1000
const MAX_BYTES = 4 * 1024 * 1024

// The feed waits a tenth of a second for more: no one notices it, and it turns a trickle into
// fuller messages.
const MAX_WAIT_MS = 100

/** Queues a delivery for every webhook that subscribes to a record of a batch. */
export function createFanOut({
  registry,
  deliveries,
  clock,
  log,
  onEnqueued,
}: FanOutNeeds): Consumer {
  async function handle(batch: ChangeBatch) {
    // The webhooks are read after the batch was stored, so that one which was made before it is
    // among them.
    const webhooks = (await registry.webhooks.listAll()).filter(mayBeOwed)
    if (webhooks.length === 0) return

    const stored = batch.records().map((record, place) => ({ subject: subjectOf(record), place }))
    const byTenant = Map.groupBy(stored, ({ subject }) => subject.record.tenantId)
    const enqueuedAt = clock.now().toISOString()
    function* finding(): Steps<Delivery[]> {
      const found: Delivery[] = []
      for (const webhook of webhooks) {
        const owed = (byTenant.get(webhook.tenantId) ?? []).filter(({ place }) =>
          isOwed(webhook, (span) => batch.isWithin(place, span)),
        )
        const wanted = yield* wantedOf(webhook, owed)
        found.push(...deliveriesTo(webhook, wanted, enqueuedAt))
      }
      return found
    }
    // A thousand webhooks with long filters may meet as many records, so other work has turns in
    // between.
    const found = await inTurns(finding())
    if (found.length === 0) return
    await deliveries.enqueue(found)
    log.debug('webhook deliveries queued', { batch: batch.id, deliveries: found.length })
    onEnqueued?.()
  }

  return {
    name: 'webhooks',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,
    handle,
  }
}

// Filters of two hundred parts take half a millisecond with so many records. An item is parsed for who looks
// into it first, and may have a hundred elements for each of forty parts: a millisecond or more each.
const STEP = 50

function* wantedOf(webhook: WebhookSubscription, owed: readonly Stored[]): Steps<EventRecord[]> {
  const wanted: EventRecord[] = []
  const step = looksIntoItems(webhook) ? 1 : STEP
  for (const [at, { subject }] of owed.entries()) {
    if (at % step === 0) yield
    if (wants(webhook, subject)) wanted.push(subject.record)
  }
  return wanted
}

function deliveriesTo(
  webhook: WebhookSubscription,
  wanted: readonly EventRecord[],
  enqueuedAt: string,
): Delivery[] {
  const { tenantId, webhookId } = webhook
  return intoMessages(wanted).map((message) => {
    const eventIds = message.map((record) => record.eventId)
    const deliveryId = deliveryIdOf(webhookId, eventIds)
    return { deliveryId, tenantId, webhookId, eventIds, enqueuedAt, attempts: 0 }
  })
}

/**
 * The id is derived: the same events to the same webhook are the same message, so a batch that is
 * handled again adds nothing, and a receiver recognises a message that it already has. (After a
 * kill the feed may cut its last second into other batches: those events can come again in another
 * message.) The id has no full stop, because a full stop joins the signed parts (Standard Webhooks,
 * "Signature scheme").
 */
function deliveryIdOf(webhookId: string, eventIds: readonly string[]): string {
  const content = JSON.stringify([webhookId, ...eventIds])
  return `msg_${createHash('sha256').update(content).digest('hex').slice(0, 40)}`
}
