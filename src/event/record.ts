export type Standard = 'caliper' | 'xapi' | 'native'
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
  standard: Standard
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
  /** The item exactly as it stood in the request: text, to keep what parsing would lose. */
  raw: string
  /**
   * Of the item as it was sent (`contentDigest`), for the store that takes the record: what is read
   * back has none. Left out, it is that of `raw`.
   */
  contentDigest?: string | undefined
}
