/** A record is of one of these standards; `standards/` has those that can be read. */
export const standardNames = ['caliper', 'xapi', 'native'] as const
export type StandardName = (typeof standardNames)[number]
/** Records of Nonius itself are in the form of this one. */
export const OWN_STANDARD: StandardName = 'native'
export type Kind = 'event' | 'entity'

/**
 * The retention class says how long the lake retains a record. It is also the first folder of its
 * place there.
 */
export const retentionClasses = ['standard', 'sensitive', 'pii', 'system'] as const
export type RetentionClass = (typeof retentionClasses)[number]

/** These facts are what the server saw of the request. We stamp them; a sender cannot set them. */
export interface ServerFacts {
  /** The subject is the id of the key that was used, never the key. */
  subject?: string | undefined
  ip?: string | undefined
  userAgent?: string | undefined
  /**
   * If false, its sender may not define: what it says of activities and people beside their ids stays
   * with the item, and others do not read it elsewhere. Absent for all who may.
   */
  defines?: false | undefined
  requestId: string
}

/**
 * A repair says that somebody changed an item before it became an event. Its source and its arrival
 * stay as they were; its content is no longer only what its source sent.
 */
export interface Repair {
  /** This is the id of the key that was used; of several repairs, the last. */
  by: string
  /** The time is ISO 8601 UTC; of several repairs, the last. */
  at: string
  /**
   * These JSON Pointers (RFC 6901) lead to what was changed, from the root of the item or of its
   * whole body. They are absent when all of it may have changed.
   */
  paths?: string[] | undefined
}

/**
 * The record is neutral: it has one shape for every standard, the only one that stores, feeds,
 * webhooks and Parquet know. Times are ISO 8601 in UTC with milliseconds
 * (`2026-11-21T09:30:00.000Z`), so that they sort as text. `columns.ts` lists the same fields as
 * columns of the lake.
 */
export interface EventRecord {
  kind: Kind
  tenantId: string
  sourceId: string
  /** The id is the sender's as sent, or derived from the content (`event/id.ts`). */
  eventId: string
  standard: StandardName
  standardVersion?: string | undefined
  type: string
  action?: string | undefined
  /**
   * The action in Caliper's words where the standard's own mean the same (`mapping/`), so that one
   * question spans all standards.
   */
  commonAction?: string | undefined
  profile?: string | undefined
  actorId?: string | undefined
  actorType?: string | undefined
  actorName?: string | undefined
  objectId?: string | undefined
  objectType?: string | undefined
  /** The name of the object; an attempt without one is called as what was attempted. */
  objectName?: string | undefined
  targetId?: string | undefined
  generatedId?: string | undefined
  generatedType?: string | undefined
  /** The group is the one that was sent, be it a course, a section, or a team in it. */
  groupId?: string | undefined
  sessionId?: string | undefined
  /** The organisation is the one that was sent; whose data it is, `tenantId` says. */
  organizationId?: string | undefined
  edAppId?: string | undefined
  membershipRoles?: string[] | undefined
  /**
   * The roles are this one's, where a membership is named. It need not be the actor: software that
   * grades for a learner sends the learner's membership.
   */
  memberId?: string | undefined
  /**
   * The course is the nearest CourseSection at or above the group, else the CourseOffering, or what
   * the sender has for one.
   */
  courseId?: string | undefined
  courseName?: string | undefined
  /** The attempt that was made, submitted or graded, wherever the sender says so. */
  attemptId?: string | undefined
  /** The assessment, assignment or other assignable that was attempted or graded. */
  assignableId?: string | undefined
  score?: number | undefined
  maxScore?: number | undefined
  success?: boolean | undefined
  completion?: boolean | undefined
  durationMs?: number | undefined
  /** The event happened then, by the sender's clock. */
  eventTime: string
  /**
   * The event happened before then, where its sender says only the day, month or year: `eventTime` is
   * the beginning of that range, and this its end, exclusive.
   */
  eventTimeEnd?: string | undefined
  /**
   * It had happened by then: the earlier of `eventTime` and `receivedAt`, since what is dated ahead
   * of our clock happened when it arrived at the latest. Absent in records from before it was there.
   */
  occurredAt?: string | undefined
  /** The sensor sent it then, by the sender's clock. */
  sendTime?: string | undefined
  /** We received it then. This time is the authority. */
  receivedAt: string
  /**
   * A record store took it then, ISO 8601 UTC, by which its readers go: later than `receivedAt` for
   * what waited or was in quarantine. Absent where no record store did.
   */
  storedAt?: string | undefined
  /**
   * The skew is `receivedAt - sendTime` in ms: how far the sender's clock (and queue) is behind
   * ours.
   */
  skewMs?: number | undefined
  /** This is the sender's own counter, when it sends one. */
  sequence?: number | undefined
  category?: string | undefined
  privacyLevel: 'standard' | 'sensitive' | 'pii'
  retentionClass: RetentionClass
  /** The sender asks that it is kept for so many days. */
  retentionDays?: number | undefined
  /**
   * The event is one of a sample: this share of its kind is kept, more than 0 and less than 1, so that
   * it stands for `1 / sampleRate` of them. Absent where all are kept.
   */
  sampleRate?: number | undefined
  /** The rules of its tenant's policy that changed it, by name; absent where none did. */
  governedBy?: string[] | undefined
  /** The hot copy may be dropped from then on. The lake has a retention of its own. */
  expiresAt: string
  conformant: boolean
  issueCodes: string[]
  server: ServerFacts
  /** The mark is absent unless the item was repaired on its way through quarantine. */
  repair?: Repair | undefined
  /**
   * The raw is the item exactly as it stood in the request: text, because parsing would lose some
   * of it. For a repaired item it is the result of the repair.
   */
  raw: string
  /**
   * SHA-256 of the item as it was sent, 64 hexadecimal digits, where `raw` is another text: a policy
   * changed it, or line breaks are spaces in it. It is for trees of hashes (`merkle/`), and not shown.
   */
  sentSha256?: string | undefined
  /**
   * The digest is that of the item as it was sent (`contentDigest`), for the store that takes the
   * record: a record that is read back has none. If left out, it is that of `raw`, made when it is asked for.
   */
  contentDigest?: string | undefined
}
