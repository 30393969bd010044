import type { AuditTrail } from '../../audit/trail'
import { usualDays } from '../../event/kept-days'
import type { Exports } from '../../exports/exports'
import type { Clock } from '../../platform/clock'
import type { ServingPlatform } from '../../platform/platform'
import type { KeptDays } from '../../platform/settlement'
import type { Log } from '../../telemetry/log'
import type { Access } from '../access/access'
import { forgetAttachments } from './attachments'
import { forgetDocuments } from './documents'
import { forgetQuarantined } from './quarantine'

export interface ForgetNeeds {
  platform: Pick<ServingPlatform, 'quarantine' | 'documents' | 'registry' | 'replays' | 'trees'> & {
    /** Left out where a rule of the bucket deletes attachments by their age (on AWS). */
    blobs?: ServingPlatform['blobs'] | undefined
  }
  /** Answers to access requests are deleted through this, when their time is over. */
  access?: Pick<Access, 'expire'> | undefined
  /** So are files that were exported. */
  exports?: Pick<Exports, 'expire'> | undefined
  /** The trail forgets by itself as much as is asked of it. */
  audit: Pick<AuditTrail, 'forget'>
  /** The days of each class by the tenant's policy; the usual ones when left out. */
  keptDays?: KeptDays | undefined
  config: { quarantineDays: number; xapiRetentionDays: number }
  clock: Pick<Clock, 'monotonic'>
  log: Log
}

/** Counts what one run forgot. */
export interface Forgotten {
  quarantined: number
  documents: number
  attachments: number
  replays: number
  accessResults: number
  exports: number
  audited: number
  /** Leaves of trees of which only the hash is left. */
  leaves: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** A finished replay can be asked about for so long: as long as one to a webhook. */
export const REPLAY_DAYS = 30

/** Attachments last a week more than statements, which wait for days where a store is down. */
export const ATTACHMENT_MARGIN_DAYS = 7

/**
 * Forgets what has been kept for as long as it may be, where the store does not do so by itself: in
 * quarantine, which may hold anything and so nothing for longer than personal data; documents of tools;
 * attachments; finished replays; entries of the audit trail; salts of trees. Events, statements, the delivery log and counts forget by themselves.
 * @param now the time that has surely come (`createAgreedTime`)
 * @param maxMs the run ends after so long, and the next goes on
 * @throws {StorageError} what was forgotten stays so
 */
export async function forget(needs: ForgetNeeds, now: Date, maxMs: number): Promise<Forgotten> {
  const { platform, audit, config, clock, log } = needs
  const { keptDays = async () => usualDays } = needs
  const end = clock.monotonic() + maxMs
  const goOn = () => clock.monotonic() < end
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const before = (days: number) => ({ before: daysAgo(days).toISOString(), goOn })
  const forgotten: Forgotten = {
    quarantined: 0,
    documents: 0,
    attachments: 0,
    replays: 0,
    accessResults: 0,
    exports: 0,
    audited: 0,
    leaves: 0,
  }

  const tenants = await platform.registry.tenants.list()
  for (const { tenantId } of tenants) {
    const kept = await keptDays(tenantId)
    const inQuarantine = before(Math.min(config.quarantineDays, kept.pii))
    forgotten.quarantined += await forgetQuarantined(platform.quarantine, tenantId, inQuarantine)
    const ofTools = before(kept.standard)
    forgotten.documents += await forgetDocuments(platform.documents, tenantId, ofTools)
    // The record of disclosures is not the tenant's to shorten (34 CFR 99.32(a)(2)).
    const trailDays = Math.max(kept.standard, usualDays.standard)
    const { removed } = await audit.forget(tenantId, daysAgo(trailDays))
    forgotten.audited += removed
    const leaves = await platform.trees?.expire(tenantId, now, kept)
    forgotten.leaves += leaves?.removed ?? 0
  }
  const { replays, blobs } = platform
  const tenantIds = tenants.map(({ tenantId }) => tenantId)
  forgotten.accessResults = (await needs.access?.expire(tenantIds)) ?? 0
  forgotten.exports = (await needs.exports?.expire(tenantIds)) ?? 0
  if (replays) forgotten.replays = (await replays.expire(daysAgo(REPLAY_DAYS))).dropped
  if (blobs) {
    const days = config.xapiRetentionDays + ATTACHMENT_MARGIN_DAYS
    forgotten.attachments = await forgetAttachments(blobs, before(days))
  }
  if (Object.values(forgotten).some((count) => count > 0)) log.info('forgotten', { ...forgotten })
  if (!goOn()) log.warn('not all that is old was forgotten in time; the next run goes on')
  return forgotten
}
