import type { Clock } from '../../platform/clock'
import type { AttemptRecord, Delivery } from '../../platform/delivery-queue'
import type { Registry } from '../../platform/registry'
import type { Webhook, WebhookHealth } from '../../platform/registry/webhooks'
import type { Log } from '../../telemetry/log'
import { type DisableNeeds, disable } from './disable'
import { type TellNeeds, tell } from './tell'

export interface HealthNeeds extends DisableNeeds, TellNeeds {
  registry: Pick<Registry, 'webhooks'>
  clock: Clock
  log: Log
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

// Somebody is told after five failed attempts in a row, if they span more than a minute: a receiver
// that is being restarted is not news. A webhook with little to send fails seldom: then a quarter of
// an hour is enough.
const TOLD_AFTER = { failures: 5, ms: MINUTE_MS }
const TOLD_AFTER_MS = 15 * MINUTE_MS

/** A webhook is disabled after so long of nothing but failure. */
export const DISABLED_AFTER_MS = 5 * DAY_MS

// The first failures are stored one by one; a webhook that goes on failing costs a write a minute.
const STORED_EVERY_MS = MINUTE_MS

// So many webhooks that fail are remembered between two writes; of one that was forgotten, the next
// failure is written.
const MAX_REMEMBERED = 10_000

interface Failure {
  delivery: Pick<Delivery, 'enqueuedAt'>
  record: AttemptRecord
}

/** Tells whether somebody is to be told that a webhook fails. */
export function isToBeTold({ failingSince, failures }: WebhookHealth, nowMs: number): boolean {
  const age = nowMs - Date.parse(failingSince)
  return age >= TOLD_AFTER_MS || (failures >= TOLD_AFTER.failures && age >= TOLD_AFTER.ms)
}

/** Adds failed attempts to the health of a webhook. @param more were not stored yet, beside this */
export function afterFailure(
  health: WebhookHealth | undefined,
  { delivery, record }: Failure,
  more = 0,
): WebhookHealth {
  const { enqueuedAt } = delivery
  const lastFailure = record.error ?? 'it failed'
  if (health === undefined)
    return { failingSince: record.at, failures: 1, lastFailure, oldest: enqueuedAt }
  const { oldest = enqueuedAt } = health
  return {
    ...health,
    failures: health.failures + 1 + more,
    lastFailure,
    oldest: earlier(enqueuedAt, oldest),
  }
}

/** Both are UTC with milliseconds, and so compare as text. */
export function earlier(a: string, b: string): string {
  if (a < b) return a
  return b
}

/** Notes how attempts went. Every method throws `StorageError`. */
export function createHealth(needs: HealthNeeds) {
  const { registry, clock, log } = needs
  const { webhooks } = registry
  const unstored = new Map<string, { failingSince: string; storedAtMs: number; count: number }>()
  const working = new Map<string, Promise<void>>()

  /** Notes an attempt that succeeded. @param webhook as it was read for it */
  async function succeeded(webhook: Webhook): Promise<void> {
    const { health, tenantId, webhookId } = webhook
    if (health === undefined) return
    unstored.delete(webhookId)
    await webhooks.noteHealth(tenantId, webhookId, undefined)
    if (!health.isTold) return
    const { failingSince, failures } = health
    await tell(needs, 'nonius.webhook.recovered', webhook, { failingSince, failures })
  }

  /** Notes an attempt that failed. @param webhook as it was read for it */
  function failed(webhook: Webhook, failure: Failure): Promise<void> {
    if (isKnownEnough(webhook, failure)) return Promise.resolve()
    // One after another, or two would each be told of, and counted once.
    const { webhookId } = webhook
    const work = (working.get(webhookId) ?? Promise.resolve())
      .catch(() => {})
      .then(() => store(webhook, failure))
      .finally(() => {
        if (working.get(webhookId) === work) working.delete(webhookId)
      })
    working.set(webhookId, work)
    return work
  }

  /** Counts a failure that tells nothing new. @returns false when it is to be stored */
  function isKnownEnough({ webhookId, health }: Webhook, failure: Failure): boolean {
    const held = unstored.get(webhookId)
    if (health === undefined || held?.failingSince !== health.failingSince) return false
    const next = afterFailure(health, failure, held.count)
    const nowMs = clock.now().getTime()
    if (
      health.failures < TOLD_AFTER.failures ||
      next.oldest !== health.oldest ||
      nowMs - held.storedAtMs >= STORED_EVERY_MS ||
      (!health.isTold && isToBeTold(next, nowMs)) ||
      isHopeless(next, nowMs)
    )
      return false
    held.count += 1
    return true
  }

  async function store({ tenantId, webhookId }: Webhook, failure: Failure): Promise<void> {
    // It is read again: it may have succeeded, or have been changed, since the attempt began.
    const webhook = await webhooks.get(tenantId, webhookId)
    if (webhook === undefined) return
    const nowMs = clock.now().getTime()
    const held = unstored.get(webhookId)
    const isSame = held?.failingSince === webhook.health?.failingSince
    const next = afterFailure(webhook.health, failure, isSame ? held?.count : 0)
    const isNews = !next.isTold && isToBeTold(next, nowMs)
    const health: WebhookHealth = isNews ? { ...next, isTold: true } : next
    await webhooks.noteHealth(tenantId, webhookId, health)
    remember(webhookId, health, nowMs)
    const { failingSince, failures, lastFailure } = health
    if (isNews) {
      log.warn('webhook is failing', { webhookId, failingSince, failures, reason: lastFailure })
      const reason = lastFailure
      await tell(needs, 'nonius.webhook.failing', webhook, { failingSince, failures, reason })
    }
    if (webhook.enabled && isHopeless(health, nowMs)) await giveUp(webhook, health)
  }

  function remember(webhookId: string, { failingSince }: WebhookHealth, storedAtMs: number) {
    unstored.delete(webhookId)
    unstored.set(webhookId, { failingSince, storedAtMs, count: 0 })
    if (unstored.size > MAX_REMEMBERED) unstored.delete(unstored.keys().next().value!)
  }

  async function giveUp(webhook: Webhook, { failingSince, lastFailure }: WebhookHealth) {
    const reason = `nothing but failure since ${failingSince}; the last: ${lastFailure}`
    const disabled = await disable(needs, webhook, 'failures', reason)
    if (disabled !== undefined) await tellDisabled(needs, disabled)
  }

  return { succeeded, failed }
}

/** Tells whether a webhook has failed for so long that it is disabled. */
function isHopeless({ failingSince, isTold }: WebhookHealth, nowMs: number): boolean {
  return isTold === true && nowMs - Date.parse(failingSince) >= DISABLED_AFTER_MS
}

/** Tells that a webhook was disabled, whoever did it. */
export async function tellDisabled(
  needs: TellNeeds & { log: Log },
  webhook: Webhook,
): Promise<void> {
  const { webhookId, disabled } = webhook
  if (disabled === undefined) return
  if (disabled.by !== 'person') needs.log.warn('webhook is disabled', { webhookId, ...disabled })
  await tell(needs, 'nonius.webhook.disabled', webhook, disabled)
}
