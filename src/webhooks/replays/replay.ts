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

/** The place tells where reading goes on. */
export type Place = HotPlace | LakePlace

export interface HotPlace {
  in: 'hot'
  /** The hot store is read for what arrived from then on. */
  from: string
  /** A place of the log, or a cursor; the first page has none. */
  after?: string | undefined
}

export interface LakePlace {
  in: 'lake'
  /** Arrivals from then on are still to be read, … */
  from: string
  /** … and of those that came just then only what has a later id. */
  afterId?: string | undefined
  /** The hot store has what arrived from then on. */
  to: string
  /** One question covers so much time … */
  windowMs: number
  /** … and at most so many events. */
  rows: number
  /** This question is being answered. */
  query?: string | undefined
  /** So many questions in a row failed. */
  failures?: number | undefined
}

/** A replay sends a webhook again what arrived within a time. All times are ISO 8601 UTC. */
export interface Replay extends Whose {
  /** It has what arrived from then on … */
  from: string
  /** … and before then, which was fixed at its start. */
  to: string
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
  /** Reading has come to what arrived then. */
  at: string
  percent: number
  place: Place
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
