import type { Clock } from '../../platform/clock'
import type { AttemptRecord, Delivery } from '../../platform/delivery-queue'
import type { EventStore } from '../../platform/event-store'
import type { Lake } from '../../platform/lake'
import type { Registry } from '../../platform/registry'
import type { Webhook } from '../../platform/registry/webhooks'
import { compose, type Message } from '../message/compose'
import { bytesOf, requestHeaders } from '../message/request'
import { disable } from '../state/disable'
import type { RefuseTarget } from '../target/target'
import { createReadRecords, type Found } from './read-records'
import type { HoldBody } from './room'
import type { Send } from './send'
import { judge, type Reply, reasonOf, type Verdict } from './verdict'

export interface AttemptNeeds {
  events: EventStore
  /** Has what the hot store has no more. Left out where no delivery needs it. */
  lake?: Lake | undefined
  registry: Pick<Registry, 'webhooks'>
  send: Send
  clock: Clock
  /** This is the mark of `ServingPlatform`. */
  mark(): string
  /** This says where a tenant's webhooks may not go. Left out, they may go anywhere. */
  refuseTarget?: RefuseTarget | undefined
  /** This says when a body may be in memory. It is left out where few are sent at once. */
  holdBody?: HoldBody | undefined
}

/** The verdict on an attempt, with how it went, where the target was called. */
export interface Attempted {
  verdict: Verdict
  record?: AttemptRecord | undefined
  /** The webhook as it was read for this attempt. Absent when it is gone. */
  webhook?: Webhook | undefined
  /** The webhook as this attempt disabled it. */
  disabled?: Webhook | undefined
}

/**
 * Makes one attempt to deliver. Errors of the store or the registry are passed on, and so is the
 * reason of `signal`: that is our failure, not the target's, and does not count as an attempt.
 */
export function createAttempt(needs: AttemptNeeds) {
  const { registry, send, clock, holdBody = sendAtOnce } = needs
  const readRecords = createReadRecords(needs)

  return async function attempt(delivery: Delivery, signal?: AbortSignal): Promise<Attempted> {
    const webhook = await registry.webhooks.get(delivery.tenantId, delivery.webhookId)
    if (!webhook) return { verdict: { kind: 'done' } } // deleted: no one is left to tell
    if (!webhook.enabled) return { verdict: { kind: 'park' }, webhook }
    let missing: string[] = []
    let found: Found | undefined
    const attempted = await holdBody(delivery.tenantId, read, post, signal)
    if (attempted !== undefined) return attempted
    if (missing.length > 0) {
      // Bodies are read one after another, and no other is to wait for the lake.
      found = await readRecords.fromLake(delivery, missing)
      const late = await holdBody(delivery.tenantId, read, post, signal)
      if (late !== undefined) return late
    }
    return { verdict: { kind: 'bury', reason: 'its events have expired' }, webhook }

    /** @returns undefined when none of its events is held any more, or some are in the lake alone */
    async function read(): Promise<Message | undefined> {
      const { records, ...more } = await readRecords.atHand(delivery, found)
      missing = more.missing
      if (missing.length > 0 && found === undefined) return undefined
      if (records.length === 0 && delivery.notice === undefined) return undefined
      return compose(webhook!, delivery, records)
    }

    async function refusal(): Promise<Reply | undefined> {
      const reason = await needs.refuseTarget?.(delivery.tenantId, webhook!.targetUrl)
      return reason === undefined ? undefined : { kind: 'failed', reason }
    }

    async function post(message: Message): Promise<Attempted> {
      const body = await bytesOf(webhook!, message)
      const now = clock.now()
      const headers = requestHeaders(webhook!, delivery.deliveryId, now, message)
      const begun = clock.monotonic()
      const reply = (await refusal()) ?? (await send(webhook!.targetUrl, headers, body, signal))
      const latencyMs = Math.round(clock.monotonic() - begun)
      const verdict = judge(reply, delivery.attempts, clock.now())
      const record: AttemptRecord = {
        at: now.toISOString(),
        latencyMs,
        ...(reply.kind === 'answered' && { status: reply.status, response: reply.body }),
        ...(verdict.kind !== 'done' && { error: reasonOf(reply) }),
      }
      if (verdict.kind !== 'gone') return { verdict, record, webhook }
      const { reason } = verdict
      const disabled = await disable(needs, webhook!, 'gone', reason)
      if (disabled !== undefined) return { verdict, record, webhook, disabled }
      // Somebody changed the webhook since: the target's reply is about its former state.
      return { verdict: { kind: 'retry', delayMs: 0, reason }, record, webhook }
    }
  }
}

const sendAtOnce: HoldBody = async (_tenantId, read, use) => {
  const message = await read()
  return message === undefined ? undefined : use(message)
}
