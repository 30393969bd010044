import { createHash } from 'node:crypto'
import type { EventRecord } from '../../event/record'
import type { Outgoing } from '../../platform/delivery-queue'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { ENVELOPE_BYTES, sizeIn } from '../message/sizes'
import { usual } from '../usual'

interface Cutting {
  /** ISO 8601 UTC. */
  enqueuedAt: string
  /** Where the records waited for more already, in seconds. They wait no longer, if left out. */
  waitedSeconds?: number | undefined
  /**
   * Names the replay that sends them again: these are other messages than the first ones, and none is
   * added to.
   */
  replayId?: string | undefined
  /** They are read from the lake, where they arrived within this time. */
  archived?: Outgoing['archived']
}

/**
 * Cuts records into messages to a webhook, in order: each with at most `maxEvents` and `maxBytes`, and
 * of one actor where the webhook is ordered. An event that is larger has a message for itself.
 */
export function outgoingOf(
  webhook: WebhookSubscription,
  records: readonly EventRecord[],
  { enqueuedAt, waitedSeconds, replayId, archived }: Cutting,
): Outgoing[] {
  const { tenantId, webhookId, batch = usual.batch, maxBytes = usual.maxBytes } = webhook
  const most = { maxEvents: batch.maxEvents, maxBytes: maxBytes - ENVELOPE_BYTES }
  const delayMs =
    waitedSeconds === undefined ? 0 : Math.round((batch.maxSeconds - waitedSeconds) * 1000)
  // A replay knows what it has queued by its ids after a crash; a delivery that is joined has lost its own.
  const mayGrow = replayId === undefined
  return lanesOf(webhook, records).flatMap(([lane, ofLane]) =>
    intoMessages(webhook, ofLane, most).map(({ eventIds, bytes, isFull }): Outgoing => {
      const deliveryId = deliveryIdOf(webhookId, eventIds, replayId)
      return {
        ...{ deliveryId, tenantId, webhookId, eventIds, enqueuedAt, attempts: 0, bytes },
        ...(lane !== undefined && { lane }),
        ...(archived !== undefined && { archived }),
        ...(!webhook.enabled && { isHeld: true }),
        ...(mayGrow && !isFull && { join: most }),
        ...(mayGrow && !isFull && delayMs > 0 && { delayMs }),
      }
    }),
  )
}

type Lanes = [lane: string | undefined, records: readonly EventRecord[]][]

function lanesOf({ ordered }: WebhookSubscription, records: readonly EventRecord[]): Lanes {
  if (!ordered) return records.length === 0 ? [] : [[undefined, records]]
  const byActor = Map.groupBy(records, ({ actorId }) => actorId)
  return [...byActor].map(([actorId, ofActor]) => [laneOf(actorId), ofActor])
}

// 72 bits: of a million actors no two share a lane by chance, and if they did, both would be in order.
const LANE_LENGTH = 12

/** Names the lane of an actor; events without one share theirs. */
export function laneOf(actorId: string | undefined): string {
  const content = JSON.stringify([actorId ?? null])
  return createHash('sha256').update(content).digest('base64url').slice(0, LANE_LENGTH)
}

interface Cut {
  eventIds: string[]
  bytes: number
  /** No other event fits, by their number or because the next was too large. */
  isFull: boolean
}

function intoMessages(
  webhook: WebhookSubscription,
  records: readonly EventRecord[],
  { maxEvents, maxBytes }: { maxEvents: number; maxBytes: number },
): Cut[] {
  const cuts: Cut[] = []
  let open: Cut | undefined
  for (const record of records) {
    const size = sizeIn(webhook, record)
    if (open !== undefined && open.bytes + size > maxBytes) open.isFull = true
    if (open === undefined || open.isFull) {
      open = { eventIds: [], bytes: 0, isFull: false }
      cuts.push(open)
    }
    open.eventIds.push(record.eventId)
    open.bytes += size
    open.isFull = open.eventIds.length === maxEvents || open.bytes >= maxBytes
  }
  return cuts
}

/**
 * The id is derived: the same events to the same webhook are the same message, so a batch that is
 * handled again adds nothing, and a receiver recognises a message that it already has. (After a
 * kill the feed may cut its last second into other batches: those events can come again in another
 * message.) The id has no full stop, because a full stop joins the signed parts (Standard Webhooks,
 * "Signature scheme").
 */
function deliveryIdOf(webhookId: string, eventIds: readonly string[], replayId?: string): string {
  const replay = replayId === undefined ? [] : [{ replayId }]
  return messageId(JSON.stringify([webhookId, ...eventIds, ...replay]))
}

/** Derives the id of a message from what makes it this one. */
export function messageId(content: string): string {
  return `msg_${createHash('sha256').update(content).digest('hex').slice(0, 40)}`
}
