import type { Walk } from '../../query/by-arrival/place'

/** A replay belongs to a webhook. */
export interface Whose {
  tenantId: string
  webhookId: string
  replayId: string
}

/**
 * A replay `waits` while its webhook is disabled. One that is `done`, `cancelled` or `failed` stays
 * so.
 */
export const replayStatuses = [
  'running',
  'waiting',
  'paused',
  'done',
  'cancelled',
  'failed',
] as const
export type ReplayStatus = (typeof replayStatuses)[number]

/** A replay sends a webhook again what arrived within a time. All times are ISO 8601 UTC. */
export interface Replay extends Whose, Walk {
  /** Only events of these types. */
  types?: string[] | undefined
  status: ReplayStatus
  /** Says why it waits, or why it ended before its time. */
  reason?: string | undefined
  startedAt: string
  finishedAt?: string | undefined
  /** Events that were read, those among them that the webhook is sent, and deliveries made of them. */
  read: number
  matched: number
  queued: number
  /** Where messages carry it on: nobody else does before then, and a message is under way. */
  dueAt?: string | undefined
  /** Counts the changes, so that no two documents of a replay are the same. */
  step: number
}

export function isOver({ status }: Pick<Replay, 'status'>): boolean {
  return status === 'done' || status === 'cancelled' || status === 'failed'
}

/** Ends a replay. */
export function ended(
  replay: Replay,
  status: 'done' | 'cancelled' | 'failed',
  now: Date,
  reason?: string,
): Replay {
  const finishedAt = now.toISOString()
  const all = status === 'done' ? { percent: 100, at: replay.to } : {}
  return { ...replay, ...all, status, finishedAt, reason }
}
