/** Standards that a record may be of; `standards/` has those that can be read. */
export const standardNames = ['caliper', 'xapi', 'native'] as const
export type StandardName = (typeof standardNames)[number]
export type Kind = 'event' | 'entity'

/** How long the lake keeps a record; also the first folder of its place there. */
export const retentionClasses = ['standard', 'sensitive', 'pii', 'system'] as const
export type RetentionClass = (typeof retentionClasses)[number]

/** What the server saw of the request. Stamped by us; nothing a sender can set. */
export interface ServerFacts {
  /** Whose credentials: the key's id, never the key. */
  subject?: string | undefined
  ip?: string | undefined
  userAgent?: string | undefined
  requestId: string
}

/**
 * That somebody changed an item before it became an event. Whose event it is and when it arrived stay
 * as they were: what it says is no longer only what its source sent.
 */
export interface Repair {
  /** Whose credentials: the key's id. Of several repairs, the last. */
  by: string
  /** ISO 8601 UTC. Of several repairs, the last. */
  at: string
  /**
   * JSON Pointers (RFC 6901) to what was changed, from the root of the item or of its whole body.
   * Absent when it may be all of it.
   */
  paths?: string[] | undefined
}

/**
 * The neutral record: one shape for every standard, the only thing that stores, feeds, webhooks and
 * Parquet know. Times are ISO 8601 in UTC with milliseconds (`2026-11-21T09:30:00.000Z`), so that
 * they sort as text. `columns.ts` lists the same fields as columns of the lake.
 */
export interface EventRecord {
  kind: Kind
  tenantId: string
  sourceId: string
  /** The sender's id as sent, or one derived from the content (`event/id.ts`). */
  eventId: string
  standard: StandardName
  standardVersion?: string | undefined
  type: string
  action?: string | undefined
  profile?: string | undefined
  actorId?: string | undefined
  actorType?: string | undefined
  actorName?: string | undefined
  objectId?: string | undefined
  objectType?: string | undefined
  objectName?: string | undefined
  targetId?: string | undefined
  generatedId?: string | undefined
  generatedType?: string | undefined
  groupId?: string | undefined
  sessionId?: string | undefined
  edAppId?: string | undefined
  membershipRoles?: string[] | undefined
  score?: number | undefined
  maxScore?: number | undefined
  success?: boolean | undefined
  completion?: boolean | undefined
  durationMs?: number | undefined
  /** When it happened, by the sender's clock. */
  eventTime: string
  /** When the sensor sent it, by the sender's clock. */
  sendTime?: string | undefined
  /** When we received it. The authority. */
  receivedAt: string
  /** `receivedAt - sendTime` in ms: how far the sender's clock (and queue) is behind ours. */
  skewMs?: number | undefined
  /** The sender's own counter, when it sends one. */
  sequence?: number | undefined
  category?: string | undefined
  privacyLevel: 'standard' | 'sensitive' | 'pii'
  retentionClass: RetentionClass
  /** When the hot copy may be dropped. The lake keeps its own time. */
  expiresAt: string
  conformant: boolean
  issueCodes: string[]
  server: ServerFacts
  /** Absent unless it was repaired on its way through quarantine. */
  repair?: Repair | undefined
  /**
   * The item exactly as it stood in the request: text, to keep what parsing would lose. Of a repaired
   * one, what the repair made of it.
   */
  raw: string
  /**
   * Of the item as it was sent (`contentDigest`), for the store that takes the record: what is read
   * back has none. Left out, it is that of `raw`.
   */
  contentDigest?: string | undefined
}
