import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import type { DeliveryLog } from '../../platform/delivery-log'
import { type DeliveryQueue, PARKED_DAYS } from '../../platform/delivery-queue'
import type { Registry } from '../../platform/registry'
import type { Resuming, Webhook } from '../../platform/registry/webhooks'
import { toUtcMillis } from '../../syntax/timestamp'
import type { Log } from '../../telemetry/log'
import { earlier } from './health'

type State = Pick<Webhook, 'enabled' | 'disabled' | 'resuming'>

/**
 * Returns the state of a webhook that a person writes.
 * @param written.resumeFrom `position`, `now` or a time (ISO 8601)
 * @throws {AppError} `invalid_request` where there is nothing to resume from, or to resume
 */
export function stateWhenWritten(
  stored: Webhook,
  written: { enabled: boolean; resumeFrom?: string | undefined },
  now: Date,
): State {
  const { enabled } = written
  const resumeFrom = written.resumeFrom && (toUtcMillis(written.resumeFrom) ?? written.resumeFrom)
  const { disabled, resuming } = stored
  const at = now.toISOString()
  if (!enabled) {
    if (resumeFrom !== undefined) throw invalid('Needs `enabled: true`')
    const byPerson = { at, by: 'person' } as const
    return { enabled, disabled: stored.enabled ? byPerson : (disabled ?? byPerson), resuming }
  }
  if (resumeFrom !== undefined && isTime(resumeFrom) && resumeFrom > at)
    throw invalid('Must not be in the future')
  const begun = stored.enabled ? resuming?.from : undefined
  const from = resumeFrom ?? begun ?? 'position'
  // The same written again, after a 503 say, goes on with what is not done yet.
  if (stored.enabled && (resuming === undefined || resuming.from === from))
    return { enabled, resuming }
  return { enabled, resuming: { from, at, since: stoppedSince(stored) } }
}

/** Tells since when a webhook that stopped may not have been sent what it is owed. */
function stoppedSince({ health, disabled, resuming }: Webhook): string | undefined {
  return earliest(disabled?.at, health?.oldest ?? health?.failingSince, resuming?.since)
}

function earliest(...times: (string | undefined)[]): string | undefined {
  const given = times.filter((time) => time !== undefined)
  return given.length === 0 ? undefined : given.reduce(earlier)
}

export interface ResumeNeeds {
  registry: { webhooks: Pick<Registry['webhooks'], 'noteHealth' | 'replace'> }
  deliveries: Pick<DeliveryQueue, 'release'> & Pick<DeliveryLog, 'againAll' | 'skip'>
  clock: Clock
  /** Begins to send again what arrived within a time; the same `id` again is nothing new. */
  beginReplay(webhook: Webhook, asked: { from: string; to: string; id: string }): Promise<unknown>
  /** It resumes for so long; left out, for as long as it takes. */
  maxMs?: number | undefined
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
// A call to the queue tries so many again: a second's work or less.
const STEP = 500

/**
 * Does what is due once a webhook was written: what is held for it goes out, from where it is to be
 * resumed. May be repeated; after it threw, it must be, and does the rest.
 * @returns the webhook as it is then
 * @throws {AppError} `unavailable` when there was no time for all of it
 * @throws {StorageError}
 */
export async function resume(needs: ResumeNeeds, webhook: Webhook): Promise<Webhook> {
  const { registry, deliveries } = needs
  const { tenantId, webhookId, enabled, resuming } = webhook
  if (!enabled) return webhook
  if (resuming === undefined) {
    await deliveries.release(tenantId, webhookId)
    return webhook
  }
  if (resuming.from === 'position') await resumeAtPosition(needs, webhook, resuming)
  else await resumeFrom(needs, webhook, resuming)

  await beginAnew(needs, webhook, resuming)
  const { resuming: _, ...resumed } = webhook
  // Whoever changed it meanwhile goes on from there.
  await registry.webhooks.replace(webhook, resumed)
  // Attempts that were under way before may have parked theirs until now.
  await deliveries.release(tenantId, webhookId)
  return resumed
}

interface UnfinishedNeeds extends ResumeNeeds {
  registry: { webhooks: Pick<Registry['webhooks'], 'noteHealth' | 'replace' | 'listAll' | 'get'> }
  log: Log
}

/** Resumes the webhooks of which a process that ended had not come to all. It throws nothing. */
export async function resumeUnfinished(needs: UnfinishedNeeds): Promise<void> {
  const { webhooks } = needs.registry
  const all = await webhooks.listAll().catch(toldTo(needs.log, {}))
  const unfinished = (all ?? []).filter(
    ({ enabled, resuming }) => enabled && resuming !== undefined,
  )
  for (const { tenantId, webhookId } of unfinished) {
    const resumed = webhooks
      .get(tenantId, webhookId)
      .then((webhook) => webhook && resume(needs, webhook))
    await resumed.catch(toldTo(needs.log, { webhookId }))
  }
}

function toldTo(log: Log, fields: object) {
  return (error: unknown): undefined =>
    void log.error('a webhook is not resumed yet', { ...fields, reason: String(error) })
}

async function resumeAtPosition(needs: ResumeNeeds, webhook: Webhook, resuming: Resuming) {
  const { deliveries, clock, beginReplay, maxMs = Number.POSITIVE_INFINITY } = needs
  const { tenantId, webhookId } = webhook
  const { at, since } = resuming
  if (since !== undefined && Date.parse(since) < heldSince(at)) {
    const to = new Date(heldSince(at) + HOUR_MS).toISOString()
    await beginReplay(webhook, { from: since, to, id: idOf(webhook, resuming) }).catch(unlessGone)
  }
  await deliveries.release(tenantId, webhookId)
  if (since === undefined) return
  const endsAt = clock.monotonic() + maxMs
  while ((await deliveries.againAll(tenantId, webhookId, STEP, since, at)) === STEP) {
    if (clock.monotonic() < endsAt) continue
    const detail =
      'It is enabled. Of what had been given up, much is being tried again; send the same once more for the rest.'
    throw new AppError('unavailable', detail)
  }
}

/** A replay is refused where nothing is held of its time: then nothing is left to be sent. */
function unlessGone(thrown: unknown) {
  if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request') throw thrown
}

/** A delivery that was enqueued before may have been dropped by its age while it was held. @returns ms */
function heldSince(at: string): number {
  return Date.parse(at) - PARKED_DAYS * DAY_MS
}

async function resumeFrom(needs: ResumeNeeds, webhook: Webhook, resuming: Resuming) {
  const { tenantId, webhookId } = webhook
  const { from, at } = resuming
  await needs.deliveries.skip(tenantId, webhookId, `skipped: its webhook was resumed from ${from}`)
  // An event of this very moment is still to be sent.
  if (!isTime(from) || from >= at) return
  await needs.beginReplay(webhook, { from, to: at, id: idOf(webhook, resuming) })
}

/**
 * Lets its health begin anew: former failures do not count towards disabling it again. Who was told
 * that it fails is told once it recovers.
 */
async function beginAnew({ registry }: ResumeNeeds, webhook: Webhook, { at }: Resuming) {
  const { tenantId, webhookId, health } = webhook
  if (health === undefined) return
  const { isTold, lastFailure } = health
  const next = isTold && { failingSince: at, failures: 0, lastFailure, isTold }
  await registry.webhooks.noteHealth(tenantId, webhookId, next || undefined)
}

/** Names what is replayed for it, once however often it is resumed. */
function idOf({ webhookId }: Webhook, { at, from }: Resuming): string {
  return `${webhookId} ${at} ${from}`
}

function isTime(from: string): boolean {
  return from !== 'position' && from !== 'now'
}

function invalid(message: string): AppError {
  const errors = [{ path: ['resumeFrom'], message, code: 'invalid_value' }]
  return new AppError('invalid_request', `\`resumeFrom\`: ${message}.`, { errors })
}
