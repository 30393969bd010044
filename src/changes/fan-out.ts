import { AT_ONCE } from '../event/conditions/condition-index'
import { subjectOf } from '../event/conditions/subject'
import type { EventRecord } from '../event/record'
import type { ChangeBatch, Consumer, Span } from '../platform/change-feed'
import type { Clock } from '../platform/clock'
import type { DeliveryQueue, Outgoing } from '../platform/delivery-queue'
import type { Registry } from '../platform/registry'
import type { WebhookSubscription } from '../platform/registry/webhooks'
import { inTurns, type Steps } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import { outgoingOf } from '../webhooks/choosing/outgoing'
import { createSubscribers, type Subscriber } from '../webhooks/choosing/subscribers'
import { isOwed } from '../webhooks/state/owed'
import { usual } from '../webhooks/usual'
import { createAlarm } from './alarm'

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

// A batch has at most ten full messages: enough to fill them under load, while it stays a few
// megabytes.
const MAX_RECORDS = 1000
const MAX_BYTES = 4 * 1024 * 1024

// The feed waits a tenth of a second for more: no one notices it, and it turns a trickle into
// fuller messages. It waits no longer than the least patient webhook; whoever has more patience
// has messages that wait and are added to (`Outgoing.join`).
const MAX_WAIT_SECONDS = usual.batch.maxSeconds

/**
 * Queues deliveries for every webhook that subscribes to a record of a batch. One that is disabled is
 * owed it as well: its deliveries are held.
 */
export function createFanOut({
  registry,
  deliveries,
  clock,
  log,
  onEnqueued,
}: FanOutNeeds): Consumer {
  const subscribers = createSubscribers()
  const ringIn = onEnqueued && createAlarm(onEnqueued)
  let known: readonly WebhookSubscription[] | undefined
  let waitSeconds: number = MAX_WAIT_SECONDS

  async function handle(batch: ChangeBatch) {
    const waitedSeconds = waitSeconds
    // The webhooks are read after the batch was stored, so that one which was made before it is
    // among them.
    const webhooks = await registry.webhooks.listAll()
    if (webhooks !== known) {
      await inTurns(subscribers.update(webhooks))
      waitSeconds = patienceOf(webhooks)
      known = webhooks
    }
    if (webhooks.length === 0) return

    const cutting = { enqueuedAt: clock.now().toISOString(), waitedSeconds }
    // Thousands of webhooks with long filters may meet as many records, so other work has turns in
    // between.
    const wanted = (await inTurns(finding(batch))).entries()
    const held = new Map<string, Outgoing>()
    const delays = new Set<number>()
    let count = 0
    for (;;) {
      const portion = await inTurns(portionOf(wanted, cutting))
      if (portion.length === 0) break
      await deliveries.enqueue(portion)
      count += portion.length
      for (const one of portion) {
        if (one.isHeld) held.set(keyOf(one), one)
        if (one.delayMs !== undefined) delays.add(one.delayMs)
      }
    }
    if (count === 0) return
    await lookAgainAt(held)
    log.debug('webhook deliveries queued', { batch: batch.id, deliveries: count })
    onEnqueued?.()
    // Whoever sends looks for what has become due about once a second.
    for (const delayMs of delays) ringIn?.(delayMs)
  }

  function* finding(batch: ChangeBatch): Steps<Map<Subscriber, EventRecord[]>> {
    const wanted = new Map<Subscriber, EventRecord[]>()
    for (const [place, record] of batch.records().entries()) {
      const subject = subjectOf(record)
      const atOnce = subscribers.wantingAtOnce(subject)
      const isWithin = (span: Span) => batch.isWithin(place, span)
      for (const subscriber of atOnce ?? (yield* subscribers.wanting(subject))) {
        if (!isOwed(subscriber.webhook, isWithin)) continue
        const records = wanted.get(subscriber)
        if (records === undefined) wanted.set(subscriber, [record])
        else records.push(record)
      }
      if (atOnce === undefined || subject.wasParsed() || place % AT_ONCE === 0) yield
    }
    return wanted
  }

  /** Somebody may have enabled or deleted a webhook before there was something that is held for it. */
  async function lookAgainAt(held: ReadonlyMap<string, Outgoing>) {
    if (held.size === 0) return
    const now = await registry.webhooks.listAll()
    if (now === known) return
    const byKey = new Map(now.map((webhook) => [keyOf(webhook), webhook]))
    for (const [key, { tenantId, webhookId }] of held) {
      const webhook = byKey.get(key)
      if (webhook === undefined) await deliveries.drop(tenantId, webhookId)
      else if (webhook.enabled && resumesFrom(webhook) === 'position') {
        await deliveries.release(tenantId, webhookId)
      }
    }
  }

  return {
    name: 'webhooks',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    get maxWaitMs() {
      return waitSeconds * 1000
    },
    handle,
  }
}

// A queue stores so many at a time in some ten milliseconds: those of a usual batch all at once.
const PORTION = 1000

/** Cuts the deliveries to the next webhooks, as many as are queued at a time. @returns none at the end */
function* portionOf(
  wanted: Iterator<[Subscriber, EventRecord[]]>,
  cutting: Parameters<typeof outgoingOf>[2],
): Steps<Outgoing[]> {
  const portion: Outgoing[] = []
  while (portion.length < PORTION) {
    const next = wanted.next()
    if (next.done) break
    const [{ webhook }, records] = next.value
    for (const outgoing of outgoingOf(webhook, records, cutting)) portion.push(outgoing)
    yield
  }
  return portion
}

const keyOf = ({ tenantId, webhookId }: Pick<Outgoing, 'tenantId' | 'webhookId'>) =>
  JSON.stringify([tenantId, webhookId])

/** A webhook that goes on from elsewhere leaves what is held to whoever resumes it. */
const resumesFrom = ({ resuming }: WebhookSubscription) => resuming?.from ?? 'position'

/** Says how long the feed may wait for more: as long as the least patient webhook, in seconds. */
function patienceOf(webhooks: readonly WebhookSubscription[]): number {
  let least: number = MAX_WAIT_SECONDS
  for (const { enabled, batch } of webhooks) {
    if (enabled && batch !== undefined) least = Math.min(least, batch.maxSeconds)
  }
  return least
}
