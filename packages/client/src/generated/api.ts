// Generated from openapi/openapi.json by `npm run openapi`; a test compares the two.

/** Caliper 1.2, 2.2. Which properties it has beside these, its type says. */
export type CaliperEntity = {
  /** An IRI, or a blank node identifier */
  id: string
  type: string
  name?: string
  description?: string
  extensions?: Record<string, unknown>
}

/** Caliper 1.2, 2.1: what events of every type have. */
export type CaliperAnyEvent = {
  '@context': string
  /** `urn:uuid:` and a UUID, of version 4 best */
  id: string
  type: string
  profile?: string
  /** Agent, or its IRI */
  actor: CaliperEntity | string
  action: string
  /** Entity, or its IRI */
  object: CaliperEntity | string
  /** In UTC with milliseconds */
  eventTime: string
  /** SoftwareApplication, or its IRI */
  edApp?: CaliperEntity | string
  /** Entity, or its IRI */
  generated?: CaliperEntity | string
  /** Entity, or its IRI */
  target?: CaliperEntity | string
  /** Entity, or its IRI */
  referrer?: CaliperEntity | string
  /** Organization, or its IRI */
  group?: CaliperEntity | string
  /** Membership, or its IRI */
  membership?: CaliperEntity | string
  /** Session, or its IRI */
  session?: CaliperEntity | string
  /** LtiSession, or its IRI */
  federatedSession?: CaliperEntity | string
  extensions?: Record<string, unknown>
}

/** Caliper 1.2, appendix Events, AnnotationEvent */
export type CaliperAnnotationEvent = CaliperAnyEvent & {
  type?: 'AnnotationEvent'
  action?: 'Bookmarked' | 'Highlighted' | 'Shared' | 'Tagged'
  profile?: 'AnnotationProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  object?: CaliperEntity | string
  /** Annotation, or its IRI */
  generated?: CaliperEntity | string
  /** Frame, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, AssessmentEvent */
export type CaliperAssessmentEvent = CaliperAnyEvent & {
  type?: 'AssessmentEvent'
  action?: 'Started' | 'Paused' | 'Resumed' | 'Restarted' | 'Reset' | 'Submitted'
  profile?: 'AssessmentProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Assessment, or its IRI */
  object?: CaliperEntity | string
  /** Attempt, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, AssessmentItemEvent */
export type CaliperAssessmentItemEvent = CaliperAnyEvent & {
  type?: 'AssessmentItemEvent'
  action?: 'Started' | 'Skipped' | 'Completed'
  profile?: 'AssessmentProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** AssessmentItem, or its IRI */
  object?: CaliperEntity | string
  /** Response or Attempt, or its IRI */
  generated?: CaliperEntity | string
  /** AssessmentItem, or its IRI */
  referrer?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, AssignableEvent */
export type CaliperAssignableEvent = CaliperAnyEvent & {
  type?: 'AssignableEvent'
  action?: 'Activated' | 'Deactivated' | 'Started' | 'Completed' | 'Submitted' | 'Reviewed'
  profile?: 'AssignableProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** AssignableDigitalResource, or its IRI */
  object?: CaliperEntity | string
  /** Attempt, or its IRI */
  generated?: CaliperEntity | string
  /** Frame, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, Event */
export type CaliperEvent = CaliperAnyEvent & {
  type?: 'Event'
  action?: 'Abandoned' | 'Accepted' | 'Activated' | 'Added' | 'Archived' | 'Attached' | 'Bookmarked' | 'ChangedResolution' | 'ChangedSize' | 'ChangedSpeed' | 'ChangedVolume' | 'Classified' | 'ClosedPopout' | 'Commented' | 'Completed' | 'Copied' | 'Created' | 'Deactivated' | 'Declined' | 'Deleted' | 'Described' | 'DisabledClosedCaptioning' | 'Disliked' | 'Downloaded' | 'EnabledClosedCaptioning' | 'Ended' | 'EnteredFullScreen' | 'ExitedFullScreen' | 'ForwardedTo' | 'Graded' | 'Hid' | 'Highlighted' | 'Identified' | 'JumpedTo' | 'Launched' | 'Liked' | 'Linked' | 'LoggedIn' | 'LoggedOut' | 'MarkedAsRead' | 'MarkedAsUnread' | 'Modified' | 'Muted' | 'NavigatedTo' | 'OpenedPopout' | 'OptedIn' | 'OptedOut' | 'Paused' | 'Posted' | 'Printed' | 'Published' | 'Questioned' | 'Ranked' | 'Recommended' | 'Removed' | 'Reset' | 'Restarted' | 'Restored' | 'Resumed' | 'Retrieved' | 'Returned' | 'Reviewed' | 'Rewound' | 'Saved' | 'Searched' | 'Sent' | 'Shared' | 'Showed' | 'Skipped' | 'Started' | 'Submitted' | 'Subscribed' | 'Tagged' | 'TimedOut' | 'Unmuted' | 'Unpublished' | 'Unsubscribed' | 'Uploaded' | 'Used' | 'Viewed'
  profile?: 'GeneralProfile'
}

/** Caliper 1.2, appendix Events, FeedbackEvent */
export type CaliperFeedbackEvent = CaliperAnyEvent & {
  type?: 'FeedbackEvent'
  action?: 'Commented' | 'Ranked'
  profile?: 'FeedbackProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Entity, or its IRI */
  object?: CaliperEntity | string
  /** Rating or Comment, or its IRI */
  generated?: CaliperEntity | string
  /** Frame, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ForumEvent */
export type CaliperForumEvent = CaliperAnyEvent & {
  type?: 'ForumEvent'
  action?: 'Subscribed' | 'Unsubscribed'
  profile?: 'ForumProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Forum, or its IRI */
  object?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, GradeEvent */
export type CaliperGradeEvent = CaliperAnyEvent & {
  type?: 'GradeEvent'
  action?: 'Graded'
  profile?: 'GradingProfile'
  /** Agent, or its IRI */
  actor?: CaliperEntity | string
  /** Attempt, or its IRI */
  object?: CaliperEntity | string
  /** Score, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, MediaEvent */
export type CaliperMediaEvent = CaliperAnyEvent & {
  type?: 'MediaEvent'
  action?: 'Started' | 'Ended' | 'Paused' | 'Resumed' | 'Restarted' | 'ForwardedTo' | 'JumpedTo' | 'ChangedResolution' | 'ChangedSize' | 'ChangedSpeed' | 'ChangedVolume' | 'EnabledClosedCaptioning' | 'DisabledClosedCaptioning' | 'EnteredFullScreen' | 'ExitedFullScreen' | 'Muted' | 'Unmuted' | 'OpenedPopout' | 'ClosedPopout'
  profile?: 'MediaProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** MediaObject, or its IRI */
  object?: CaliperEntity | string
  /** MediaLocation, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, MessageEvent */
export type CaliperMessageEvent = CaliperAnyEvent & {
  type?: 'MessageEvent'
  action?: 'MarkedAsRead' | 'MarkedAsUnread' | 'Posted'
  profile?: 'ForumProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Message, or its IRI */
  object?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, NavigationEvent */
export type CaliperNavigationEvent = CaliperAnyEvent & {
  type?: 'NavigationEvent'
  action?: 'NavigatedTo'
  profile?: 'AssessmentProfile' | 'AssignableProfile' | 'ForumProfile' | 'MediaProfile' | 'ReadingProfile' | 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** DigitalResource or SoftwareApplication, or its IRI */
  object?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  target?: CaliperEntity | string
  /** DigitalResource or SoftwareApplication, or its IRI */
  referrer?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, QuestionnaireEvent */
export type CaliperQuestionnaireEvent = CaliperAnyEvent & {
  type?: 'QuestionnaireEvent'
  action?: 'Started' | 'Submitted'
  profile?: 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Questionnaire, or its IRI */
  object?: CaliperEntity | string
  /** Attempt, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, QuestionnaireItemEvent */
export type CaliperQuestionnaireItemEvent = CaliperAnyEvent & {
  type?: 'QuestionnaireItemEvent'
  action?: 'Started' | 'Skipped' | 'Completed'
  profile?: 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** QuestionnaireItem, or its IRI */
  object?: CaliperEntity | string
  /** Response or Attempt, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ResourceManagementEvent */
export type CaliperResourceManagementEvent = CaliperAnyEvent & {
  type?: 'ResourceManagementEvent'
  action?: 'Archived' | 'Copied' | 'Created' | 'Deleted' | 'Described' | 'Downloaded' | 'Modified' | 'Printed' | 'Published' | 'Restored' | 'Retrieved' | 'Saved' | 'Unpublished' | 'Uploaded'
  profile?: 'ResourceManagementProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  object?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, SearchEvent */
export type CaliperSearchEvent = CaliperAnyEvent & {
  type?: 'SearchEvent'
  action?: 'Searched'
  profile?: 'SearchProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Entity, or its IRI */
  object?: CaliperEntity | string
  /** SearchResponse, or its IRI */
  generated?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, SessionEvent */
export type CaliperSessionEvent = CaliperAnyEvent & {
  type?: 'SessionEvent'
  action?: 'LoggedIn' | 'LoggedOut' | 'TimedOut'
  profile?: 'SessionProfile'
  /** Person or SoftwareApplication, or its IRI */
  actor?: CaliperEntity | string
  /** Session or SoftwareApplication, or its IRI */
  object?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  target?: CaliperEntity | string
  /** DigitalResource or SoftwareApplication, or its IRI */
  referrer?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, SurveyEvent */
export type CaliperSurveyEvent = CaliperAnyEvent & {
  type?: 'SurveyEvent'
  action?: 'OptedIn' | 'OptedOut'
  profile?: 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Survey, or its IRI */
  object?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, SurveyInvitationEvent */
export type CaliperSurveyInvitationEvent = CaliperAnyEvent & {
  type?: 'SurveyInvitationEvent'
  action?: 'Accepted' | 'Declined' | 'Sent'
  profile?: 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** SurveyInvitation, or its IRI */
  object?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ThreadEvent */
export type CaliperThreadEvent = CaliperAnyEvent & {
  type?: 'ThreadEvent'
  action?: 'MarkedAsRead' | 'MarkedAsUnread'
  profile?: 'ForumProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** Thread, or its IRI */
  object?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ToolLaunchEvent */
export type CaliperToolLaunchEvent = CaliperAnyEvent & {
  type?: 'ToolLaunchEvent'
  action?: 'Launched' | 'Returned'
  profile?: 'ToolLaunchProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** SoftwareApplication, or its IRI */
  object?: CaliperEntity | string
  /** DigitalResource, or its IRI */
  generated?: CaliperEntity | string
  /** Link or LtiLink, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ToolUseEvent */
export type CaliperToolUseEvent = CaliperAnyEvent & {
  type?: 'ToolUseEvent'
  action?: 'Used'
  profile?: 'ToolUseProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** SoftwareApplication, or its IRI */
  object?: CaliperEntity | string
  /** AggregateMeasureCollection, or its IRI */
  generated?: CaliperEntity | string
  /** SoftwareApplication, or its IRI */
  target?: CaliperEntity | string
}

/** Caliper 1.2, appendix Events, ViewEvent */
export type CaliperViewEvent = CaliperAnyEvent & {
  type?: 'ViewEvent'
  action?: 'Viewed'
  profile?: 'AssessmentProfile' | 'AssignableProfile' | 'ForumProfile' | 'GradingProfile' | 'MediaProfile' | 'ReadingProfile' | 'SurveyProfile'
  /** Person, or its IRI */
  actor?: CaliperEntity | string
  /** DigitalResource or Result, or its IRI */
  object?: CaliperEntity | string
}

/** Of an event that was repaired in quarantine: who changed what */
export type WebhookRepair = {
  /** Its place in `data` */
  index: number
  /** Id of the key */
  by: string
  at: string
  /** JSON Pointers to what was changed; absent: it may be all */
  paths?: string[]
}

/** Of an event that was too large for the message, and is in it without its content */
export type WebhookThinMark = {
  /** Its place in `data` */
  index: number
  /** So many bytes it has */
  bytes: number
}

export type WebhookThinEvent = {
  id: string
  type: string
  /** Where it can be read, on this server */
  link: string
}

/** Tells those who name it in `events` of a webhook or a source, in every format */
export type WebhookNotice = {
  /** E.g. `nonius.webhook.disabled` */
  type: string
  timestamp: string
  data: Record<string, unknown>
}

/** CloudEvents 1.0, JSON format */
export type WebhookCloudEvent = {
  specversion: '1.0'
  /** The id of the event */
  id: string
  /** `/tenants/ID/sources/ID` */
  source: string
  /** `nonius.STANDARD.TYPE`, e.g. `nonius.caliper.ViewEvent` */
  type: string
  /** The id of its object. Left out beside `fields` */
  subject?: string
  /** It happened then */
  time: string
  datacontenttype: 'application/json'
  /** It arrived here then */
  receivedat: string
  /** Id of the key that repaired it in quarantine */
  repairedby?: string
  repairedat?: string
  /** It was too large: `data` has id, type and link */
  thinbytes?: number
  /** The event as it was sent */
  data: Record<string, unknown>
}

export type WebhookMessage = {
  type: 'events'
  /** When the message was made */
  timestamp: string
  /** At most as many as `batch.maxEvents` says, each in the `format` of the webhook: as it was sent, of whichever standard, unless it says otherwise */
  data: (CaliperAnyEvent | XapiStatement | NativeEvent | WebhookThinEvent | Record<string, unknown>)[]
  repaired?: WebhookRepair[]
  thin?: WebhookThinMark[]
}

export type ConditionAll = {
  /** All of these hold; of none, it holds */
  all: Condition[]
}

export type ConditionAny = {
  /** One of these holds; of none, it does not */
  any: Condition[]
}

export type ConditionNot = {
  not: Condition
}

export type Receipt = {
  requestId: string
  eventCount: number
  /** Every event now held, in order, duplicates included. Of so many that the reply could not be sent, nothing is named, here and in the other lists; they are counted */
  eventIds: string[]
  entityCount: number
  /** The entities' own ids */
  entityIds: string[]
  /** How many of them were held already */
  duplicates: number
  /** What could not be kept as an event; kept here with its reasons. The first hundred */
  quarantined: {
    /** Place in the request, counted through all envelopes of it */
    index: number
    id?: string
    quarantineId: string
    errors: Issue[]
  }[]
  /** How many, when they are more than `quarantined` names */
  quarantinedCount?: number
  /** Where all of them can be seen, when they are more */
  quarantinedLink?: string
  /** Only while the event store is unavailable, and then nothing is named above: how many items are kept safe and will be stored later. Do not send them again */
  acceptedForLater?: number
  withheld?: WithheldCounts
  blocked?: ReceiptBlocked
  /** The wrapper that was taken off, if the events stood in one */
  unwrapped?: {
    /** E.g. `Amazon SNS` */
    wrapper: string
    /** How many bodies stood in it */
    bodies: number
    /** Its own name of the request */
    requestId?: string
  }
  /** What had to be guessed of the body, e.g. its charset; it was taken all the same */
  warnings?: Issue[]
  /** Milliseconds since 1970; for Amazon Data Firehose alone */
  timestamp?: number
}

export type Issue = {
  /** From the root of the document to the value */
  path: (string | number)[]
  /** For a person; `Required` for what is missing */
  message: string
  /** Stable, for programs */
  code: string
  /** Section of the specification */
  spec?: string
}

/** What the policy of the tenant does not let us keep, by the rule that forbids it. It is in none of the lists above, except that `unreadable` counts what is in quarantine without its text. Do not send it again */
export type WithheldCounts = {
  rule: string
  count: number
}[]

/** The blocklist of the tenant holds so many items in quarantine, or does not keep them (`DROP`), because of who they are of; with all of them, the answer is 429 or 403 */
export type ReceiptBlocked = {
  action: 'MAINTAIN' | 'DROP'
  /** How long to wait; in milliseconds, where it is a number */
  timeLimit: 'MINUTES' | 'DAYS' | 'PERMANENT' | number
  rule: string
  message: string
  count: number
}

export type MinimalReceipt = Record<string, never>

/** RFC 9457 */
export type Problem = {
  /** The code as a URN */
  type: string
  title: string
  status: number
  /** What was wrong this time */
  detail: string
  code: 'invalid_request' | 'invalid_json' | 'invalid_encoding' | 'invalid_envelope' | 'not_conformant' | 'invalid_cursor' | 'invalid_target' | 'unauthenticated' | 'insufficient_scope' | 'invalid_signature' | 'forbidden' | 'blocked' | 'not_found' | 'method_not_allowed' | 'timeout' | 'already_exists' | 'conflict' | 'breaking_change' | 'stale_policy' | 'limit_reached' | 'wrong_state' | 'gone' | 'precondition_failed' | 'too_large' | 'unsupported_media_type' | 'too_many_events' | 'invalid_event' | 'invalid_parameter' | 'unsupported_version' | 'upgrade_required' | 'rate_limited' | 'held_back' | 'internal' | 'unavailable' | 'quarantine_full' | 'busy' | 'not_ready'
  requestId: string
  /** At most 100, and 64 KB of them */
  errors: Issue[]
  /** How many there are, when they are more than `errors` names */
  errorCount?: number
  /** Where the body that could not be read is kept */
  quarantineId?: string
  /** Of a stream of lines: how many were stored before it failed */
  linesTaken?: number
  /** With `not_conformant`: where the first 100 items are kept */
  quarantined?: {
    index: number
    id?: string
    quarantineId: string
  }[]
  /** With `not_conformant`: how many there are in all */
  quarantinedCount?: number
  /** With `not_conformant`: where the others can be seen */
  quarantinedLink?: string
}

/** An envelope, or an array of envelopes */
export type CaliperEnvelopes = CaliperEnvelope | unknown[]

export type CaliperEnvelope = {
  /** IRI of what sends; a string by the standard */
  sensor?: unknown
  /** ISO 8601 in UTC with milliseconds */
  sendTime?: unknown
  /** IRI of the context of Caliper 1.2 or 1.1; 1.0 has none. Others are a 422. */
  dataVersion?: string | null
  /** Events and described entities, in any mix */
  data: unknown[]
  [name: string]: unknown
}

/** An envelope, an event, or an array of either */
export type CaliperBody = CaliperEnvelope | CaliperItem | unknown[]

/** An event or a described entity, as it would stand in the `data` of an envelope */
export type CaliperItem = Record<string, unknown>

/** A JWS in compact form (RFC 7515), e.g. a signed JWT */
export type SignedBody = string

export type CaliperEndpointConfiguration = {
  /** Kilobytes */
  caliperMaximumPayloadSize: number
  /** Context IRIs */
  caliperSupportedVersions: string[]
  caliperSupportedExtensions: CaliperExtensions
  /** Kilobytes */
  caliper_maximum_payload_size: number
  /** Context IRIs */
  caliper_supported_versions: string[]
  caliper_supported_extensions: CaliperExtensions
}

export type CaliperExtensions = Record<string, unknown>

export type Health = {
  status: 'ok'
}

export type Readiness = {
  status: 'ready'
  /** Left out on AWS, where the stream's own metrics tell */
  feed?: {
    /** The one furthest behind */
    consumer?: string
    /** Stored records it has not had yet */
    records: number
    /** How long the oldest of them has waited */
    ageMs: number
  }
  /** What a person should see to though events are taken: damaged files, a restored folder */
  notices: string[]
  /** Only while stored events do not all get into the lake */
  archive?: {
    /** Why it does not get on; it tries again by itself */
    waitingFor?: string
    /** How many files of events DuckDB refuses, in lake/refused */
    setAside: number
  }
  quarantine: {
    /** How many sources have used 80 % of their room there, or more */
    nearlyFull: number
  }
}

export type OpenApi = {
  openapi: '3.1.0'
  info: Record<string, unknown>
  paths: Record<string, unknown>
  [name: string]: unknown
}

export type ValidReport = {
  valid: true
  eventCount: number
  entityCount: number
  /** What the standard recommends against; it conforms all the same */
  warnings: ReportedIssue[]
  /** More was found than is listed */
  truncated?: true
  counts?: IssueCounts
}

export type ReportedIssue = Issue & {
  /** `error` where the text says MUST, `warning` where it says SHOULD */
  severity: 'error' | 'warning'
}

/** With `truncated` */
export type IssueCounts = {
  errors: Record<string, number>
  warnings: Record<string, number>
}

export type InvalidReport = {
  valid: false
  errors: ReportedIssue[]
  /** What the standard recommends against; it conforms all the same */
  warnings?: ReportedIssue[]
  /** More was found than is listed */
  truncated?: true
  counts?: IssueCounts
}

/** An event, an array of them, or `{ source, events }`: an array, and the source of those in it that have none of their own */
export type NativeBody = NativeEvent | Record<string, unknown> | (NativeEvent | unknown | null)[]

export type NativeEvent = {
  /** What happened */
  event_type: string
  /** ISO 8601, or seconds or milliseconds since 1970. Default: now */
  timestamp?: string | number | null
  user_id?: string | number | null
  /** The application that reports it */
  source?: string | number | null
  session_id?: string | number | null
  /** Makes a resend recognisable */
  event_id?: string | number | null
  properties?: Record<string, unknown> | null
  [name: string]: unknown
}

/** One `NativeEvent` a line, e.g. {"event_type":"logged_in","user_id":"u-554433"} {"event_type":"lesson_completed","user_id":"u-554433","properties":{"lesson":7}} */
export type NativeLines = string

/** Name to description */
export type EventTypeList = Record<string, string>

export type EventType = {
  name: string
  /** `tenant` for a type of your own; else one of ours */
  vocabulary: string
  version: number
  description: string
  category: string
  /** The action in Caliper's words */
  commonAction?: string
  /** JSON Schema 2020-12 of the payload; at most 64 KB */
  schema?: Record<string, unknown>
  /** JSON Schema 2020-12 of the members beside the payload; at most 64 KB */
  envelope?: Record<string, unknown>
  /** Field of the record to a JSON Pointer into the event (`/payload` stands for `properties`, too), or `{ "const": … }` */
  mapping?: Record<string, unknown>
  privacyLevel: 'standard' | 'sensitive' | 'pii'
  retentionClass: 'standard' | 'sensitive' | 'pii' | 'system'
  sampling: 'never' | 'performance' | 'debug' | 'high-volume'
  limits?: {
    maxPayloadBytes?: number
    maxPayloadKeys?: number
  }
  /** A whole event of this type; it has to be good by the schemas */
  example?: Record<string, unknown>
  createdAt?: string
  updatedAt?: string
  /** The id of the key that put it */
  updatedBy?: string
}

export type EventTypeRegistered = {
  outcome: 'created' | 'replaced' | 'unchanged'
  dryRun: boolean
  type: EventType
  /** What was good before and is not any more; the version is higher */
  breaking: Issue[]
  lastDay: EventTypeLastDay
}

/** What the type makes of the events of its name of the last 24 hours */
export type EventTypeLastDay = {
  since: string
  checked: number
  failing: number
  /** False where there were more than are checked (10,000, or 5 seconds): the newest were, and all counts are of those */
  isAll: boolean
  /** At most 10 events that would have failed, with reasons */
  examples: {
    id: string
    errors: Issue[]
  }[]
}

/** As in YAML: `description` and `category` (required), `version`, `commonAction`, `payload` and `envelope` (JSON Schema 2020-12 of the payload and of the members beside it, at most 64 KB each), `mapping` (field of the record to JSON Pointer or `{ const }`), `privacy`, `retention`, `sampling`, `limits` (`maxPayloadBytes`, `maxPayloadKeys`), `example`. The names that `GET` answers with (`schema`, `privacyLevel`, `retentionClass`) are taken, too. */
export type EventTypeDefinition = Record<string, unknown>

export type ReducerList = {
  reducers: Reducer[]
}

export type Reducer = {
  name: string
  version: number
  says?: string
  scope: 'learner' | 'source' | 'group'
  /** A learner has a state for each value of this field of their events */
  field?: string
  sources?: string[]
  types?: string[]
  /** `nonius`: it comes with Nonius; else its file in the folder of the operator */
  origin: string
  /** So many events were skipped since the server began: it failed on them */
  skipped: number
  /** The log says with what */
  lastFailedAt?: string
  /** It failed too often and is given no events until its code or its version changes */
  offSince?: string
  /** States are kept since then, or were replaced by those of a rebuild */
  since?: string
  building?: ReducerBuilding
  /** This version is loaded, and shown once somebody rebuilds it */
  newer?: number
}

/** States are made anew from all that is stored, and shown once all is in them */
export type ReducerBuilding = {
  version: number
  since: string
  progress?: ReducerProgress
}

export type ReducerProgress = {
  /** Events that were looked at */
  read: number
  applied: number
  skipped: number
  /** All that arrived before is in the states */
  at: string
  percent: number
  /** Why it does not go on */
  trouble?: string
}

export type ReducerStates = {
  reducer: string
  version: number
  /** Absent for aggregates only */
  states?: ReducerState[]
  building?: ReducerBuilding
  /** Absent on the last page, and only there: a page may be short, even empty */
  nextCursor?: string
  /** For aggregates only: how many learners have a state. Absent below 5 */
  learners?: number
  /** For aggregates only: numbers of states that 5 learners have, at least */
  figures?: {
    /** From the state to the number */
    path: string[]
    /** Over learners who have it */
    mean: number
    median: number
  }[]
  /** For aggregates only: so many figures are left out, since they are of few */
  suppressed?: number
  /** For aggregates only: there are more learners than were added up */
  truncated?: boolean
}

export type ReducerState = {
  reducer: string
  version: number
  /** As events name them */
  learner?: string
  /** The value of the field, where there is a state for each: a document, say */
  of?: string
  source?: string
  group?: string
  /** JSON, as the reducer shows it */
  state?: unknown
  /** So many events are in it */
  events: number
  /** So many were left out: the reducer failed on them */
  skipped: number
  /** When the latest of them arrived, ISO 8601 UTC */
  through: string
  updatedAt: string
}

export type ReducerStatesOfLearner = {
  states: ReducerState[]
  building?: ReducerBuilding
}

export type ReducerRebuild = {
  name: string
  version: number
  since: string
}

/** JSON Schema, 2020-12 */
export type FilterSchema = Record<string, unknown>

export type NativeReceipt = Receipt & {
  /** How many are held now, or kept safe for later */
  accepted: number
  /** How many are in quarantine */
  rejected: number
  /** At most five reasons of them, each once */
  rejected_reasons_sample: string[]
}

/** One event that was sent by itself, as it is held, with its receipt */
export type PublishedEvent = {
  id: string
  event_type: string
  /** As sent, else the source of the key */
  source: string
  session_id: string | null
  user_id: string | null
  /** As it was sent */
  payload: Record<string, unknown>
  /** When it happened, ISO 8601 UTC */
  timestamp: string
  receipt: Receipt
}

export type PipelineEvent = {
  /** As sent; `evt_…` where its sender gave none */
  id: string
  event_type: string
  /** As sent, else the source of the key */
  source: string
  session_id: string | null
  user_id: string | null
  /** `payload` or `properties` of a native event, as sent; of an event of another standard, the whole event */
  payload?: unknown
  /** When it happened, ISO 8601 UTC */
  timestamp: string
  /** When it arrived: what `since` compares */
  received_at: string
}

export type DeletedEvents = {
  /** How many events are no longer counted */
  deleted: number
}

export type PipelineStats = {
  /** Since the beginning, or since they were deleted */
  total_events: number
  /** By arrival, to the minute */
  events_last_hour: number
  /** The most frequent first; `other` for what is beyond 10,000 types */
  by_type: {
    event_type: string
    count: number
    last_seen: string
  }[]
  router: RouterState
}

export type RouterState = {
  /** Open live subscriptions */
  active_subscribers: number
  /** Events that wait to be given to them */
  queue_size: number
}

export type PipelineReady = {
  ready: true
  database: 'connected'
  router: RouterState
}

export type PipelineNotReady = {
  ready: false
  database: 'disconnected'
}

export type TelemetryReply = {
  /** Stored, or stored before */
  accepted: number
  /** In quarantine, each with its reasons */
  rejected: number
  rejected_reasons_sample: string[]
  withheld?: WithheldCounts
  blocked?: ReceiptBlocked
}

export type TelemetryBatch = {
  /** E.g. `web`, `mobile`, `api` */
  source?: string | null
  events: (TelemetryEvent | unknown | null)[]
  [name: string]: unknown
}

export type TelemetryEvent = {
  event_type: 'SESSION_CREATED' | 'SESSION_SUBMITTED' | 'SESSION_EXPIRED' | 'REVIEW_OPENED' | 'QUESTION_VIEWED' | 'NAVIGATE_NEXT' | 'NAVIGATE_PREV' | 'NAVIGATE_JUMP' | 'ANSWER_SELECTED' | 'ANSWER_CHANGED' | 'MARK_FOR_REVIEW_TOGGLED' | 'PAUSE_BLUR'
  /** ISO 8601; the clock of the server is the authority */
  client_ts?: string | null
  /** Counted by the client */
  seq?: number | null
  /** A session that was created here */
  session_id: string | number
  /** One of the questions of the session */
  question_id?: string | number | null
  /** At most 4 KB of JSON */
  payload?: Record<string, unknown> | null
  [name: string]: unknown
}

/** A message, or at `batch` an object with a list */
export type SegmentMessages = {
  type?: string
  /** What was tracked */
  event?: string
  /** Makes a resend recognisable */
  messageId?: string
  userId?: string | number | null
  anonymousId?: string | number | null
  timestamp?: string
  [name: string]: unknown
} | {
  batch: unknown[]
  [name: string]: unknown
}

export type XapiAbout = {
  /** Versions that are offered */
  version: string[]
}

export type XapiStatementResult = {
  statements: XapiStatement[]
  /** Where the next page is, from the root of this server; empty on the last one */
  more: string
}

/** xAPI 1.0.3, Data, 2; 2.0, 4.2 */
export type XapiStatement = {
  id?: string
  actor: Record<string, unknown>
  verb: {
    id: string
    [name: string]: unknown
  }
  object: Record<string, unknown>
  [name: string]: unknown
}

/** The ids of the statements, in the order in which they were sent */
export type XapiStatementIds = string[]

export type XapiPerson = {
  objectType: 'Person'
  name?: string[]
  mbox?: string[]
  mbox_sha1sum?: string[]
  openid?: string[]
  account?: {
    homePage: string
    name: string
    [name: string]: unknown
  }[]
  [name: string]: unknown
}

export type XapiActivity = {
  objectType: 'Activity'
  id: string
  definition?: Record<string, unknown>
}

export type XapiDocumentIds = string[]

export type Cmi5AuthToken = {
  /** Goes after `Authorization: Basic ` */
  'auth-token': string
} | {
  /** cmi5, 8.2.3.2 */
  'error-code': '1' | '2'
  'error-text': string
}

export type Source = {
  id: string
  name: string
  mode: 'lenient' | 'strict'
  duplicates: 'refuse' | 'accept'
  signing?: SourceSigning
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[]
  /** What the native events of this source are read as where they do not show it by their form. Left out, as events of your own making. */
  dialect?: 'canvas' | 'edx' | 'segment' | 'cloudevents'
  tellsConsent?: boolean
  tellsRosters?: boolean
  budgets?: SourceBudgets
  observer?: ObserverSettings
  createdAt: string
  updatedAt: string
}

export type SourceSigning = {
  required: boolean
  jwksUrl?: string
  keys?: PublicKey[]
}

/** A public key as JSON (RFC 7517): RSA, EC or OKP */
export type PublicKey = {
  kty: string
  [name: string]: unknown
}

/** What the source may send and hold. People are told from 80 % on (`docs/limits.md`) */
export type SourceBudgets = {
  /** Events and entities a day (UTC) that are stored; duplicates do not count */
  eventsPerDay?: number
  /** Bytes in quarantine */
  quarantineBytes?: number
  /** `warn`, when left out: people are told, and events are taken. `refuse`: what is sent is answered 429 until the next day, or until there is room */
  whenSpent?: 'warn' | 'refuse'
}

/** How streams at `/wsapi/in/` are taken (`docs/observer.md`) */
export type ObserverSettings = {
  /** By what its frames may say who their learner is, in the order in which it is tried; all but `guest` when left out */
  auth?: ('token' | 'chromebook' | 'local_storage' | 'hash_identify' | 'testcase_auth' | 'guest')[]
  /** Learners with these tags (`user_tag`) are vouched for; others are refused, unless there may be guests. Any may come when left out. */
  userTags?: string[]
}

export type NewSource = {
  /** Stamped on every event it sends; cannot be changed */
  id: string
  /** For people */
  name: string
  /** What becomes of an item that breaks a MUST of its standard. `lenient`: it is stored, and counted. `strict`: it goes to quarantine with its report, and a request of which nothing could be stored is answered 400. */
  mode?: 'lenient' | 'strict'
  /** What becomes of a statement of xAPI whose id is held with other content. `refuse`: it costs its request, which is answered 409. `accept`: it goes to quarantine, and the others of its request are stored. The first statement with an id stands either way. For back-fills. */
  duplicates?: 'refuse' | 'accept'
  signing?: SourceSigningSettings
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[]
  /** What the native events of this source are read as where they do not show it by their form. Left out, as events of your own making. */
  dialect?: 'canvas' | 'edx' | 'segment' | 'cloudevents'
  /** Whether what its events say that people granted or denied is kept as theirs (`docs/consents.md`); no when left out */
  tellsConsent?: boolean
  /** Whether its memberships decide who teaches and administers which group (`docs/rosters.md`); no when left out */
  tellsRosters?: boolean
  budgets?: SourceBudgets
  observer?: ObserverSettings
}

/** Keys that signed bodies are verified with: either `jwksUrl` or `keys` */
export type SourceSigningSettings = {
  /** Whether a body without a signature is refused */
  required?: boolean
  /** Where its keys are published (https): fetched when needed, kept for ten minutes */
  jwksUrl?: string
  keys?: PublicKey[]
}

export type SourceList = {
  sources: ListedSource[]
}

export type ListedSource = {
  id: string
  name: string
  mode: 'lenient' | 'strict'
  /** Of those sent, held already */
  duplicates: number
  signing?: SourceSigning
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[]
  /** What the native events of this source are read as where they do not show it by their form. Left out, as events of your own making. */
  dialect?: 'canvas' | 'edx' | 'segment' | 'cloudevents'
  tellsConsent?: boolean
  tellsRosters?: boolean
  budgets?: SourceBudgets
  observer?: ObserverSettings
  createdAt: string
  updatedAt: string
  /** Events and entities that were stored */
  accepted: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** Whole requests that were answered with an error */
  refused: number
  /** Those, by the code of the error */
  refusedFor: Record<string, number>
  /** When something last came, taken or refused; absent when nothing did */
  lastSeenAt?: string
  total: ArrivalCounts
  lastHour: LastHour
  /** Its keys that were ever used, with the same */
  keys: SeenKey[]
  /** The setting that is `duplicates` at `/sources/{id}` */
  onDuplicate: 'refuse' | 'accept'
}

/** Since the beginning */
export type ArrivalCounts = {
  /** Events and entities that were stored */
  accepted: number
  /** Of those sent, held already */
  duplicates: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** Whole requests that were answered with an error */
  refused: number
  /** Those, by the code of the error */
  refusedFor: Record<string, number>
}

/** What came in the last hour, to five minutes */
export type LastHour = {
  /** Events and entities that were stored */
  accepted: number
  /** Of those sent, held already */
  duplicates: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** Whole requests that were answered with an error */
  refused: number
  /** Those, by the code of the error */
  refusedFor: Record<string, number>
  /** From `sendTime`, or where the sender says none from the time of the event, to arrival, to within a tenth; negative where its clock is ahead. Absent when nothing was accepted */
  lag?: {
    medianSeconds: number
    maxSeconds: number
  }
}

export type SeenKey = {
  keyId: string
  /** When it was last shown, for whatever purpose */
  lastUsedAt: string
  /** When something last came, taken or refused; absent when nothing did */
  lastSeenAt?: string
  /** Events and entities that were stored */
  accepted: number
  /** Of those sent, held already */
  duplicates: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** Whole requests that were answered with an error */
  refused: number
  /** Those, by the code of the error */
  refusedFor: Record<string, number>
  lastHour: LastHour
}

export type SeenSource = Source & {
  /** Events and entities that were stored */
  accepted: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** Whole requests that were answered with an error */
  refused: number
  /** Those, by the code of the error */
  refusedFor: Record<string, number>
  /** When something last came, taken or refused; absent when nothing did */
  lastSeenAt?: string
  total: ArrivalCounts
  lastHour: LastHour
  /** Its keys that were ever used, with the same */
  keys: SeenKey[]
}

export type SourceSettings = {
  /** For people */
  name: string
  /** What becomes of an item that breaks a MUST of its standard. `lenient`: it is stored, and counted. `strict`: it goes to quarantine with its report, and a request of which nothing could be stored is answered 400. */
  mode?: 'lenient' | 'strict'
  /** What becomes of a statement of xAPI whose id is held with other content. `refuse`: it costs its request, which is answered 409. `accept`: it goes to quarantine, and the others of its request are stored. The first statement with an id stands either way. For back-fills. */
  duplicates?: 'refuse' | 'accept'
  signing?: SourceSigningSettings
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[]
  /** What the native events of this source are read as where they do not show it by their form. Left out, as events of your own making. */
  dialect?: 'canvas' | 'edx' | 'segment' | 'cloudevents'
  /** Whether what its events say that people granted or denied is kept as theirs (`docs/consents.md`); no when left out */
  tellsConsent?: boolean
  /** Whether its memberships decide who teaches and administers which group (`docs/rosters.md`); no when left out */
  tellsRosters?: boolean
  budgets?: SourceBudgets
  observer?: ObserverSettings
}

export type SourceConformance = {
  sourceId: string
  from: string
  to: string
  interval: 'hour' | 'day'
  totals: ConformanceCounts
  /** Oldest first; an interval in which nothing arrived is left out */
  series: (ConformanceCounts & {
    at: string
  })[]
}

export type ConformanceCounts = {
  /** Events and entities, duplicates not counted */
  stored: number
  /** Of those, without an error by the standard */
  conformant: number
  /** Items and unreadable bodies, each time sent */
  quarantined: number
  /** By issue code: how many items have it, the most frequent first */
  issues: Record<string, number>
}

export type MadeTenant = Tenant & {
  adminKey: MadeKey
}

export type TenantLimits = {
  /** What brings events, by WebSocket too */
  publish?: string
  /** What reads */
  query?: string
  /** What changes settings */
  admin?: string
}

/** What all sources may send and hold together. People are told from 80 % on (`docs/limits.md`) */
export type TenantBudgets = {
  /** Events and entities a day (UTC) that are stored; duplicates do not count */
  eventsPerDay?: number
  /** Bytes in quarantine */
  quarantineBytes?: number
  /** `warn`, when left out: people are told, and events are taken. `refuse`: what is sent is answered 429 until the next day, or until there is room */
  whenSpent?: 'warn' | 'refuse'
  /** Bytes of events in the hot store, counted from when this is set */
  hotBytes?: number
}

/** It administers the tenant, and is shown this once */
export type MadeKey = {
  id: string
  /** The first characters of the key itself */
  begins: string
  name: string
  sourceId: string
  scopes: ('events:write' | 'events:read' | 'webhooks:read' | 'webhooks:write' | 'quarantine:read' | 'quarantine:write' | 'admin' | 'installation' | 'metrics:read' | 'consents:write' | 'statements/write' | 'statements/read/mine' | 'statements/read' | 'state' | 'profile' | 'define' | 'all/read' | 'all')[]
  sources?: '*' | string[]
  /** Pages of these may send with it, and nobody else */
  origins?: string[]
  role?: 'admin' | 'teacher-admin' | 'teacher' | 'student' | 'analyst' | 'system'
  /** Whose key it is */
  actor?: string
  aggregatesOnly?: true
  createdAt: string
  expiresAt?: string
  /** The id of the key in its place */
  replacedBy?: string
  revokedAt?: string
  /** When it was last shown, within ten seconds; absent when never, and for a new key */
  lastUsedAt?: string
  /** The key itself: this once, only its hash is kept */
  key: string
  /** For a tool of xAPI: what it asks for beside `id` and `key` */
  endpoint?: string
}

export type Tenant = {
  id: string
  name: string
  /** `off`: statements of xAPI are refused. `ingest`: they are stored as events. `lrs`: they are found again, too, for as long as they are retained. */
  xapi: 'off' | 'ingest' | 'lrs'
  /** What becomes of a native event of a type that is not registered. `accept`: it is stored, and counted. `quarantine`: it waits for a person. `reject`: it does, and its sender is told. */
  unknownTypes: 'accept' | 'quarantine' | 'reject'
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[]
  limits?: TenantLimits
  /** Webhooks may go to these hosts only; `*.example.edu` stands for all below `example.edu`. Checked when a webhook is made or changed, and before each delivery. */
  webhookHosts?: string[]
  budgets?: TenantBudgets
  /** Left out: UTC */
  timeZone?: string
  createdAt: string
}

export type NewTenant = {
  /** For people */
  name: string
  /** Made from the name when left out; cannot be changed */
  id?: string
  /** The id of its first source */
  sourceId?: string
}

export type TenantList = {
  tenants: Tenant[]
}

export type TenantChanges = {
  /** null: as the deployment has it for whoever chose nothing */
  xapi?: 'off' | 'ingest' | 'lrs' | null
  /** null: as the deployment has it for whoever chose nothing */
  unknownTypes?: 'accept' | 'quarantine' | 'reject' | null
  /** Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it. */
  vocabularies?: ('tenant' | 'platform' | 'attempt' | 'quiz' | 'observer')[] | null
  /** null: none */
  limits?: {
    /** What brings events, by WebSocket too */
    publish?: string
    /** What reads */
    query?: string
    /** What changes settings */
    admin?: string
  } | null
  /** Webhooks may go to these hosts only; `*.example.edu` stands for all below `example.edu`. Checked when a webhook is made or changed, and before each delivery. */
  webhookHosts?: string[] | null
  /** null: none */
  budgets?: {
    /** Events and entities a day (UTC) that are stored; duplicates do not count */
    eventsPerDay?: number
    /** Bytes in quarantine */
    quarantineBytes?: number
    /** `warn`, when left out: people are told, and events are taken. `refuse`: what is sent is answered 429 until the next day, or until there is room */
    whenSpent?: 'warn' | 'refuse'
    /** Bytes of events in the hot store, counted from when this is set */
    hotBytes?: number
  } | null
  /** null: UTC */
  timeZone?: string | null
}

export type IssuerList = {
  issuers: Issuer[]
}

export type Issuer = {
  /** Exactly as in the claim `iss` */
  issuer: string
  /** What the issuer calls this tenant here, and nobody else: in `aud`, or in `client_id` of a token without one */
  audience: string
  jwksUrl?: string
  claims: {
    learner: string
    roles?: string
    actorIds?: string[]
  }
  roles: Record<string, string>
  sourceId: string
  createdAt: string
  updatedAt: string
}

export type IssuerSettings = {
  /** Exactly as in the claim `iss` */
  issuer: string
  /** What the issuer calls this tenant here, and nobody else: in `aud`, or in `client_id` of a token without one */
  audience: string
  /** Its key set (https); found by OpenID Connect Discovery when left out */
  jwksUrl?: string
  claims?: {
    /** Says the learner as events name them. Not one that people may change */
    learner?: string
    /** Says their roles; nobody has any without */
    roles?: string
    /** Other ids of the same learner: texts in which `{CLAIM}` stands for a claim. What is in them is theirs to see */
    actorIds?: string[]
  }
  /** Roles here by the issuer’s own; others count for nothing */
  roles?: Record<string, 'admin' | 'teacher-admin' | 'teacher' | 'student' | 'analyst'>
  /** Stamped on what these people send */
  sourceId?: string
}

export type NewKey = {
  /** What or who it is for */
  name: string
  /** What its events are stamped with. Needed without `role`: its key sends none */
  sourceId?: string
  /** As `nonius keys create` gives them when left out */
  scopes?: ('events:write' | 'events:read' | 'webhooks:read' | 'webhooks:write' | 'quarantine:read' | 'quarantine:write' | 'admin' | 'installation' | 'metrics:read' | 'consents:write' | 'statements/write' | 'statements/read/mine' | 'statements/read' | 'state' | 'profile' | 'define' | 'all/read' | 'all')[]
  /** Whose quarantine it reaches beside that of its own source */
  sources?: '*' | string[]
  /** For pages: the key sends (`events:write`, nothing else), from pages of these origins only */
  origins?: string[]
  /** Whoever shows the key reads as this (docs/roles.md), and does nothing else. `system` needs the scope `installation`; all others `admin`, or `events:read` */
  role?: 'admin' | 'teacher-admin' | 'teacher' | 'student' | 'analyst' | 'system'
  /** Whose key it is, as events name them. With `teacher-admin`, `teacher` and `student` it must be there */
  actor?: string
  /** With `role`: answers hold nothing of single people, and no group below 5 */
  aggregatesOnly?: boolean
  /** When it ends: a duration (`90d`) or a date. Without it, it has no end */
  expires?: string
  /** For a tool of xAPI: with its scopes, and its `endpoint` */
  xapi?: boolean
}

export type KeyList = {
  keys: Key[]
}

export type Key = {
  id: string
  /** The first characters of the key itself */
  begins: string
  name: string
  sourceId: string
  scopes: ('events:write' | 'events:read' | 'webhooks:read' | 'webhooks:write' | 'quarantine:read' | 'quarantine:write' | 'admin' | 'installation' | 'metrics:read' | 'consents:write' | 'statements/write' | 'statements/read/mine' | 'statements/read' | 'state' | 'profile' | 'define' | 'all/read' | 'all')[]
  sources?: '*' | string[]
  /** Pages of these may send with it, and nobody else */
  origins?: string[]
  role?: 'admin' | 'teacher-admin' | 'teacher' | 'student' | 'analyst' | 'system'
  /** Whose key it is */
  actor?: string
  aggregatesOnly?: true
  createdAt: string
  expiresAt?: string
  /** The id of the key in its place */
  replacedBy?: string
  revokedAt?: string
  /** When it was last shown, within ten seconds; absent when never, and for a new key */
  lastUsedAt?: string
}

export type RotatedKey = {
  id: string
  /** The first characters of the key itself */
  begins: string
  name: string
  sourceId: string
  scopes: ('events:write' | 'events:read' | 'webhooks:read' | 'webhooks:write' | 'quarantine:read' | 'quarantine:write' | 'admin' | 'installation' | 'metrics:read' | 'consents:write' | 'statements/write' | 'statements/read/mine' | 'statements/read' | 'state' | 'profile' | 'define' | 'all/read' | 'all')[]
  sources?: '*' | string[]
  /** Pages of these may send with it, and nobody else */
  origins?: string[]
  role?: 'admin' | 'teacher-admin' | 'teacher' | 'student' | 'analyst' | 'system'
  /** Whose key it is */
  actor?: string
  aggregatesOnly?: true
  createdAt: string
  expiresAt?: string
  /** The id of the key in its place */
  replacedBy?: string
  revokedAt?: string
  /** When it was last shown, within ten seconds; absent when never, and for a new key */
  lastUsedAt?: string
  /** The new key itself: this once */
  key: string
  /** When the old one ends */
  oldEndsAt: string
}

export type KeyRotation = {
  /** How long both work; `0m` ends the old one at once */
  overlap?: string
  /** When it ends: a duration (`90d`) or a date. Without it, it has no end */
  expires?: string
}

export type QuarantineList = {
  items: QuarantinedSummary[]
  /** Absent on the last page, and only there: a page may be short, even empty */
  nextCursor?: string
  /** Of each source that has something here, the first thousand; of the one that `sourceId` names */
  usage: QuarantineUsage[]
}

export type QuarantinedSummary = {
  quarantineId: string
  sourceId: string
  standard: 'caliper' | 'xapi' | 'native'
  scope: 'item' | 'body'
  /** Place in its request */
  index: number
  /** The item's own id, when it has one */
  id?: string
  /** Why it could not be kept as an event */
  errors: QuarantineIssue[]
  receivedAt: string
  /** The request that brought it */
  server: {
    requestId: string
    /** Id of the key */
    subject?: string
    ip?: string
    userAgent?: string
  }
  /** What stood around it, e.g. the `dataVersion` of its envelope */
  context: Record<string, string>
  /** Of `raw`, in characters */
  length: number
  /** Bytes that are no text, or were no text that anybody knew, are kept as they came */
  encoding?: 'base64'
  /** Of what came out of a body that was repaired */
  repair?: {
    /** Id of the key */
    by: string
    at: string
    /** JSON Pointers to what was changed; absent: it may be all */
    paths?: string[]
  }
  /** The last attempt that failed, and why */
  lastReplay?: {
    at: string
    errors: QuarantineIssue[]
  }
}

export type QuarantineIssue = Issue & {
  /** From the root of the item, or of the whole body, as `raw` has it */
  path?: (string | number)[]
  /** The same as JSON Pointer (RFC 6901): the `path` of an operation that repairs it */
  pointer: string
}

export type QuarantineUsage = {
  sourceId: string
  items: number
  bytes: number
  maxItems: number
  maxBytes: number
  /** From 80 % of either limit */
  nearlyFull: boolean
}

export type ReplayPage = {
  dryRun: boolean
  counts: OutcomeCounts
  results: ReplayResult[]
  /** Absent when none are left */
  nextCursor?: string
}

export type OutcomeCounts = {
  stored: number
  duplicate: number
  set_aside: number
  withheld: number
  refused: number
}

export type ReplayResult = {
  quarantineId: string
  /** `stored`: it is an event now. `duplicate`: it was one already. `set_aside`: a body could be read, and its items are in quarantine one by one. `withheld`: the policy does not let it be kept any longer. `refused`: it stays where it is. All but the last have left the quarantine */
  outcome: 'stored' | 'duplicate' | 'set_aside' | 'withheld' | 'refused'
  eventCount: number
  /** The first hundred */
  eventIds: string[]
  entityCount: number
  /** The first hundred */
  entityIds: string[]
  /** How many of them were held already */
  duplicates: number
  quarantinedCount: number
  /** Ids of what is in quarantine instead of a body; the first hundred */
  quarantined: string[]
  /** Why it was refused */
  errors: QuarantineIssue[]
}

export type ReplayBegun = {
  dryRun: boolean
  counts: OutcomeCounts
  results: ReplayResult[]
  /** Of what goes on: `GET /quarantine/replays/{id}` */
  replayId: string
}

export type ReplayAllOptions = {
  filter: QuarantineFilter
  /** JSON Patch (RFC 6902) from the root of the item, or of the whole body */
  patch?: PatchOperation[]
  /** Says what would become of it, and changes nothing */
  dryRun?: boolean
  /** At most so many */
  limit?: number
  /** Whether what takes longer than two seconds goes on in the background, where that is possible; otherwise the reply has a `nextCursor` sooner */
  background?: boolean
  /** `nextCursor` of the reply before, to go on */
  cursor?: string
}

/** All must hold; `{}` is everything */
export type QuarantineFilter = {
  /** Who sent it */
  sourceId?: string
  standard?: 'caliper' | 'xapi' | 'native'
  /** Of one of the reasons, e.g. `required` or `conflict` */
  code?: string
  /** `item`: one of a request; `body`: a whole one that nobody could read */
  scope?: 'item' | 'body'
  /** Arrived at this time or later */
  from?: string
  /** Arrived before this time */
  to?: string
}

/** RFC 6902, section 4 */
export type PatchOperation = {
  op: 'add' | 'replace' | 'test'
  path: string
  value: unknown
} | {
  op: 'move'
  path: string
  from: string
} | {
  op: 'copy'
  path: string
  from: string
} | {
  op: 'remove'
  path: string
}

export type ReplayJob = {
  replayId: string
  startedAt: string
  /** Absent while it goes on */
  finishedAt?: string
  counts: OutcomeCounts
  /** At most so many items are still looked at */
  left: number
  /** Ids of the first twenty */
  refused: string[]
  /** Once it has finished, and only when more than its `limit` matched */
  nextCursor?: string
  /** Why it ended before its time */
  problem?: string
}

export type Quarantined = QuarantinedSummary & {
  /** As received; base64 when `encoding` says so, of bytes that are no text */
  raw: string
}

export type ReplayOptions = {
  /** JSON Patch (RFC 6902) from the root of the item, or of the whole body */
  patch?: PatchOperation[]
  /** Says what would become of it, and changes nothing */
  dryRun?: boolean
}

export type DeletedPage = {
  dryRun: boolean
  /** So many are gone, or would be */
  count: number
  /** Absent when none are left */
  nextCursor?: string
}

export type DeleteAllOptions = {
  filter: QuarantineFilter
  /** Counts them, and deletes none */
  dryRun?: boolean
  /** At most so many */
  limit?: number
  /** `nextCursor` of the reply before, to go on */
  cursor?: string
}

export type ConsentList = {
  consents: Consent[]
  nextCursor?: string
}

export type Consent = {
  actor: string
  decisions: Record<string, Decided>
}

export type Decided = {
  said: 'granted' | 'denied'
  at: string
  /** The id of the key that reported it */
  by: string
  evidence?: string
}

export type ConsentsOutcome = {
  dryRun: boolean
  /** Rows that are right; they are stored */
  taken: number
  /** Of those, rows that changed something */
  changed: number
  /** Of those, rows of which a later decision is known */
  stale: number
  /** Rows that are wrong, and were left out */
  refused: number
  /** At most 100 */
  errors: RowFault[]
}

export type RowFault = {
  /** Of the body; of an array, the place from 1 */
  line: number
  path: (string | number)[]
  message: string
  code: string
}

export type ConsentRow = {
  /** The id of the person as events name them, e.g. `mailto:ada@example.edu` */
  actor: string
  /** What was decided, by category; `parental` is consent of a parent. Others stay */
  categories: Record<string, 'granted' | 'denied'>
  /** Where it was given: the name of a form, the id of a launch or an event */
  evidence?: string
  /** When it was given; now when left out */
  at?: string
}

export type PutConsent = Consent & {
  /** Categories of which a later decision is known, which stands */
  stale: string[]
  /** Of the erasure that has begun */
  erasureId?: string
}

export type ConsentBody = {
  /** What was decided, by category; `parental` is consent of a parent. Others stay */
  categories: Record<string, 'granted' | 'denied'>
  /** Where it was given: the name of a form, the id of a launch or an event */
  evidence?: string
  /** When it was given; now when left out */
  at?: string
  /** With a `denied`: also erase the person, by their id. Needs scope `admin` */
  erase?: boolean
}

export type Under13Outcome = {
  mode: 'add' | 'replace'
  /** Rows that are on the list now */
  listed: number
  /** Entries that were taken from it */
  removed: number
  /** Rows that are wrong, and were left out */
  refused: number
  /** At most 100 */
  errors: RowFault[]
}

export type Under13List = {
  /** Entries: an address has one more for each form of its hash */
  count?: number
  /** Of the actor that was asked for */
  isListed?: boolean
}

export type AuditList = {
  entries: AuditEntry[]
  /** Absent on the last page */
  nextCursor?: string
}

export type AuditEntry = {
  /** Counts the entries of your tenant from 1 */
  sequence: number
  /** Also the id of its record in the lake */
  id: string
  at: string
  action: string
  /** The id of a key, a digest of a person, `operator` or `nonius` */
  by: string
  target?: string
  details: Record<string, unknown>
  /** SHA-256 over the entry before it and this one */
  hash: string
  /** `hash` of the entry before it */
  previous: string
}

export type AuditVerdict = {
  /** Nothing that was looked at is at fault */
  isWhole: boolean
  /** How many were looked at */
  entries: number
  first: number
  /** The last that is whole; 0 while there is none */
  last: number
  /** Of the last. Kept elsewhere, it proves later that nothing before was changed */
  hash: string
  fault?: AuditFault
  /** Absent when all was looked at */
  nextCursor?: string
}

export type AuditFault = {
  kind: 'altered' | 'removed' | 'added'
  /** The first entry that was */
  sequence: number
  message: string
}

export type EventProof = {
  eventId: string
  /** The hour of the tree, UTC */
  hour: string
  /** 32 hexadecimal digits. Absent for whoever is not of role `admin` where a policy changed the event: it would tell whether a guess at what was taken out is right */
  salt?: string
  /** SHA-256(0x00 ‖ salt ‖ SHA-256(item)); 64 hexadecimal digits */
  leafHash: string
  /** The place of the leaf, from 0 */
  leafIndex: number
  /** How many leaves the tree has now */
  treeSize: number
  /** Leads from the leaf to the root (RFC 6962, section 2.1.1) */
  path: string[]
  /** The root of the tree at this size; 64 hexadecimal digits */
  root: string
  /** If false, the hour is not over, and the tree grows */
  isClosed: boolean
  kept?: InclusionProof
}

/** Where the text that is kept is another than was sent (a policy changed it, or line breaks are spaces in it): the leaf of what is kept */
export type InclusionProof = {
  /** The hour of the tree, UTC */
  hour: string
  /** 32 hexadecimal digits. Absent for whoever is not of role `admin` where a policy changed the event: it would tell whether a guess at what was taken out is right */
  salt?: string
  /** SHA-256(0x00 ‖ salt ‖ SHA-256(item)); 64 hexadecimal digits */
  leafHash: string
  /** The place of the leaf, from 0 */
  leafIndex: number
  /** How many leaves the tree has now */
  treeSize: number
  /** Leads from the leaf to the root (RFC 6962, section 2.1.1) */
  path: string[]
  /** The root of the tree at this size; 64 hexadecimal digits */
  root: string
}

export type TreeRoots = {
  roots: TreeRoot[]
  /** Absent on the last page */
  nextCursor?: string
}

export type TreeRoot = {
  /** The hour of the tree, UTC */
  hour: string
  /** How many leaves the tree has */
  treeSize: number
  /** The root of the tree; 64 hexadecimal digits */
  root: string
  /** If false, the hour is not over, and the tree grows */
  isClosed: boolean
  /** Counts the closed hours of your tenant that have events, from 1; absent until it is chained */
  sequence?: number
  /** SHA-256 over the root before it and this one; 64 hexadecimal digits */
  hash?: string
  /** `hash` of the root before it; zeros for the first; 64 hexadecimal digits */
  previous?: string
  /** ed25519 over `hash`, base64, where the operator has a key */
  signature?: string
}

export type Consistency = {
  /** Of the earlier hour, and of the later one where that is another */
  trees: {
    /** The hour of the tree, UTC */
    hour: string
    from: TreeAtSize
    to: TreeAtSize
    /** Leads from the root of the one size to that of the other (RFC 6962, section 2.1.2) */
    path: string[]
  }[]
  /** The roots from the earlier hour to the later one, the oldest first, where they are two */
  chain: TreeRoot[]
}

export type TreeAtSize = {
  /** How many leaves it has */
  treeSize: number
  /** Its root; 64 hexadecimal digits */
  root: string
}

export type EventPage = {
  events: Event[]
  /** Absent on the last page, and only there: a page may be short, even empty */
  nextCursor?: string
  /** Every event that was stored before then is in the pages, if it is asked for. Of what the hot store answers alone, and it knows at once, only the header says it. Absent where nobody knows (on AWS) */
  completeTo?: string
}

/** As sent, or a normalised record with `view=record` */
export type Event = Record<string, unknown>

export type Arrivals = {
  /** The earliest to arrive first */
  events: Event[]
  /** Where the next question goes on */
  next: string
  /** If true, there is nothing more by now: wait a moment */
  isAll: boolean
}

export type Metrics = {
  rows: {
    /** The interval begins then, by its own clocks */
    start: string
    course?: string | null
    type?: string | null
    action?: string | null
    source?: string | null
    object?: string | null
    value: number
    previous?: number
  }[]
  /** The answer begins here, ISO 8601 UTC */
  from: string
  /** It ends before */
  to: string
  timeZone: string
  /** There are more groups than `top` */
  truncated: boolean
  /** All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind */
  completeTo?: string
  /** So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people */
  suppressed?: number
}

export type Paths = {
  sessions?: number
  people?: number
  /** Most frequent first */
  sequences?: {
    steps: string[]
    sessions?: number
    people?: number
    /** How often it was met */
    times?: number
    /** How often the session ended with it */
    ended?: number
    /** `ended` by `times`, 0 to 1 */
    dropOff?: number
  }[]
  /** The funnel that was asked for */
  steps?: {
    step: string
    sessions?: number
    people?: number
    /** Share of the sessions that reached the first step, 0 to 1 */
    conversion?: number
    /** Sessions that came no further */
    left?: number
    /** `left` by `sessions`, 0 to 1 */
    dropOff?: number
    /** Half of the sessions came here from the step before within so many seconds */
    medianSeconds?: number
  }[]
  /** The answer begins here, ISO 8601 UTC */
  from: string
  /** It ends before */
  to: string
  timeZone: string
  /** There is more than `limit` */
  truncated: boolean
  /** All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind */
  completeTo?: string
  /** So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people */
  suppressed?: number
}

export type Engagement = {
  rows: {
    course?: string
    learner?: string
    name?: string
    /** Of a course: learners with an event in it */
    people?: number
    events: number
    /** Sessions that their senders name */
    sessions: number
    /** Runs of events without a longer pause than `gap` */
    sittings: number
    /** The pauses within sittings, added up */
    activeMinutes: number
    /** Of the people of a course */
    medianActiveMinutes?: number
    activeDays?: number
    /** People with events on two days or more */
    returned?: number
    /** `returned` by `people`, 0 to 1 */
    returnRate?: number
    firstSeen?: string
    lastSeen?: string
    /** Days of the time zone, from the last event to the last day that is asked for. Absent of a learner who is enrolled and was never seen */
    daysSinceLastSeen?: number
  }[]
  /** The answer begins here, ISO 8601 UTC */
  from: string
  /** It ends before */
  to: string
  timeZone: string
  /** There is more than `limit` */
  truncated: boolean
  /** All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind */
  completeTo?: string
  /** So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people */
  suppressed?: number
}

export type Assessments = {
  rows: {
    /** Of an item: the one that it is a part of, where its sender says so */
    assessment?: string
    item?: string
    name?: string
    people: number
    attempts: number
    submitted?: number
    /** Attempts of which a score is known */
    graded?: number
    /** In percent of what could be reached; so are `mean` and `highest` */
    lowest?: number
    mean?: number
    highest?: number
    /** Attempts of which a result is known */
    answers?: number
    /** The mean result, 0 to 1: high is easy */
    difficulty?: number
    /** Correlation of the result with the mean result on the other items, -1 to 1. Absent for fewer than 5, or where all are equal */
    discrimination?: number
    medianSeconds?: number
    meanSeconds?: number
  }[]
  /** The answer begins here, ISO 8601 UTC */
  from: string
  /** It ends before */
  to: string
  timeZone: string
  /** There is more than `limit` */
  truncated: boolean
  /** All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind */
  completeTo?: string
  /** So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people */
  suppressed?: number
}

export type PseudonymousLearners = {
  rows: {
    /** A pseudonym for this purpose; nobody can turn it back */
    learner: string
    events: number
    sessions: number
    sittings: number
    activeMinutes: number
    activeDays: number
    daysSinceLastSeen?: number
  }[]
  /** The answer begins here, ISO 8601 UTC */
  from: string
  /** It ends before */
  to: string
  timeZone: string
  /** There is more than `limit` */
  truncated: boolean
  /** All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind */
  completeTo?: string
  /** So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people */
  suppressed?: number
}

export type Export = {
  id: string
  /** `ready`: it can be fetched. `failed`: `problem` says why; nothing of it is kept. `expired`: its file is deleted. */
  status: 'running' | 'ready' | 'failed' | 'cancelled' | 'expired'
  format: 'jsonl' | 'csv' | 'parquet'
  /** The file is called so */
  name: string
  /** What arrived before then is in it */
  createdAt: string
  /** How far it is */
  progress: number
  /** Events in the file, so far */
  rows: number
  /** Of the file, so far */
  bytes: number
  readyAt?: string
  /** The file is deleted then */
  keptUntil?: string
  /** Why it failed */
  problem?: string
  /** Where to fetch the file, without a key; there when it is `ready` */
  url?: string
  /** The address is good until then */
  expiresAt?: string
}

export type ExportSettings = {
  /** `jsonl` and `csv` are compressed by gzip; `parquet` by Zstandard */
  format: 'jsonl' | 'csv' | 'parquet'
  /** All must hold; of several values of a field, any */
  filters?: {
    /** From this day or time on */
    from?: string
    /** To this day, the whole of it, or before this time */
    to?: string
    /** `arrival`: by when events came in, as when left out; `event`: by when they happened */
    by?: 'arrival' | 'event'
    /** `event` when left out */
    kind?: 'event' | 'entity' | 'all'
    /** A condition, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`) */
    filter?: Record<string, unknown>
    sourceId?: string | string[]
    eventId?: string | string[]
    standard?: string | string[]
    standardVersion?: string | string[]
    type?: string | string[]
    action?: string | string[]
    profile?: string | string[]
    actorId?: string | string[]
    actorType?: string | string[]
    actorName?: string | string[]
    objectId?: string | string[]
    objectType?: string | string[]
    objectName?: string | string[]
    targetId?: string | string[]
    generatedId?: string | string[]
    generatedType?: string | string[]
    groupId?: string | string[]
    sessionId?: string | string[]
    edAppId?: string | string[]
    score?: number | number[]
    maxScore?: number | number[]
    success?: boolean
    completion?: boolean
    durationMs?: number | number[]
    skewMs?: number | number[]
    sequence?: number | number[]
    category?: string | string[]
    privacyLevel?: string | string[]
    retentionClass?: string | string[]
    conformant?: boolean
    commonAction?: string | string[]
    memberId?: string | string[]
    courseId?: string | string[]
    courseName?: string | string[]
    attemptId?: string | string[]
    assignableId?: string | string[]
    organizationId?: string | string[]
    retentionDays?: number | number[]
    sampleRate?: number | number[]
  }
  /** Left out, all; of `csv`, all but `raw` */
  fields?: ('kind' | 'sourceId' | 'eventId' | 'standard' | 'standardVersion' | 'type' | 'action' | 'profile' | 'actorId' | 'actorType' | 'actorName' | 'objectId' | 'objectType' | 'objectName' | 'targetId' | 'generatedId' | 'generatedType' | 'groupId' | 'sessionId' | 'edAppId' | 'membershipRoles' | 'score' | 'maxScore' | 'success' | 'completion' | 'durationMs' | 'eventTime' | 'sendTime' | 'receivedAt' | 'skewMs' | 'sequence' | 'category' | 'privacyLevel' | 'retentionClass' | 'conformant' | 'issueCodes' | 'server.subject' | 'server.ip' | 'server.userAgent' | 'server.requestId' | 'raw' | 'repair.by' | 'repair.at' | 'repair.paths' | 'commonAction' | 'storedAt' | 'server.defines' | 'memberId' | 'courseId' | 'courseName' | 'attemptId' | 'assignableId' | 'occurredAt' | 'organizationId' | 'eventTimeEnd' | 'retentionDays' | 'sampleRate' | 'governedBy')[]
  /** Days of `from` and `to`, and those in the name of the file, are days of this zone; of UTC when left out */
  timeZone?: string
  /** An id of one person: whatever they did, or was graded or enrolled of theirs, with other people taken out, for them to take along. A student’s own when left out */
  learner?: string
}

export type Exports = {
  items: ExportEntry[]
}

export type ExportEntry = {
  id: string
  /** `ready`: it can be fetched. `failed`: `problem` says why; nothing of it is kept. `expired`: its file is deleted. */
  status: 'running' | 'ready' | 'failed' | 'cancelled' | 'expired'
  format: 'jsonl' | 'csv' | 'parquet'
  /** The file is called so */
  name: string
  /** What arrived before then is in it */
  createdAt: string
  /** How far it is */
  progress: number
  /** Events in the file, so far */
  rows: number
  /** Of the file, so far */
  bytes: number
  readyAt?: string
  /** The file is deleted then */
  keptUntil?: string
  /** Why it failed */
  problem?: string
}

export type LoadList = {
  loads: Load[]
}

export type Load = {
  name: string
  /** Where to, without a password */
  target: string
  state: 'running' | 'done' | 'failed'
  /** When the last load began */
  startedAt: string
  /** When it ended */
  endedAt?: string
  /** Everything that had arrived before this time is at the target; stays as it was where a report has none */
  completeTo?: string
  inserted: number
  removed: number
  /** Why it failed */
  reason?: string
  /** It is loaded again so long after it ended, if it is */
  everySeconds?: number
  /** When its loader was heard of last */
  updatedAt: string
  /** If true, its loader should have been heard of again: it has ended, or hangs */
  isOverdue: boolean
}

export type LoadReport = {
  /** Where to, without a password */
  target: string
  state: 'running' | 'done' | 'failed'
  /** When the last load began */
  startedAt: string
  /** When it ended */
  endedAt?: string
  /** Everything that had arrived before this time is at the target; stays as it was where a report has none */
  completeTo?: string
  /** Rows that came with the last load */
  inserted?: number
  /** Rows that went with it: of people who were erased, and of days past their time */
  removed?: number
  /** Why it failed */
  reason?: string
  /** It is loaded again so long after it ended, if it is */
  everySeconds?: number
}

export type SqlAnswer = {
  columns: {
    name: string
    /** As the engine calls it */
    type: string
  }[]
  /** A value for each column; times are ISO 8601, lists and structs JSON */
  rows: unknown[][]
  /** If true, there are more rows than these: 10,000, or 3 MB of them */
  truncated: boolean
  /** Every event that arrived before then is among those that were asked. Absent on AWS */
  completeTo?: string
}

export type SqlQuestion = {
  /** A `SELECT` */
  sql: string
  /** By name: `$course` in the SQL is `{ "course": … }` */
  parameters?: Record<string, string | number | boolean | null>
  /** Days and hours are those of this zone; UTC when left out */
  timezone?: string
}

export type Queries = {
  queries: Query[]
}

export type Query = {
  name: string
  title: string
  description?: string
  /** If true, it comes with Nonius and stays */
  isBuiltIn: boolean
  parameters: Record<string, QueryParameter>
  sql: string
  updatedAt?: string
  /** The id of the key that saved it; a digest of a person */
  updatedBy?: string
}

export type QueryParameter = {
  type: 'text' | 'number' | 'integer' | 'boolean' | 'date' | 'time'
  description?: string
  /** What it is when it is not given; without it, it has to be given */
  default?: string | number | boolean | null
}

export type QueryRun = {
  /** By name: `$course` in the SQL is `{ "course": … }` */
  parameters?: Record<string, string | number | boolean | null>
  /** Days and hours are those of this zone; UTC when left out */
  timezone?: string
}

export type QueryDefinition = {
  title: string
  description?: string
  /** A `SELECT` */
  sql: string
  parameters?: Record<string, QueryParameter>
}

export type ObserverSessions = {
  sessions: ObserverSession[]
  /** Absent on the last page, and only there: a page may be short, even empty */
  nextCursor?: string
}

export type ObserverSession = {
  /** The `sessionId` of its events, too */
  sessionId: string
  openedAt: string
  userId?: string
  /** As the client calls it */
  source?: string
  version?: string
  /** The source of the key */
  sourceId: string
  /** `authenticated` where somebody vouches for the learner, else `unauthenticated`, `none` */
  sec?: string
  /** By which method: `gcu`, `tc`, … */
  providence?: string
}

export type RosterState = {
  /** `loading` also where a load was cut short: then load it again */
  status: 'none' | 'loading' | 'loaded'
  version?: string
  counts?: RosterCounts
  loadedAt?: string
  /** The id of the key */
  loadedBy?: string
  actorId?: string
  groupId?: string
  staff?: RosterStaff
  group?: RosterGroup
}

/** What the roster has */
export type RosterCounts = {
  organisations: number
  users: number
  classes: number
  enrolments: number
}

/** Of `actor` */
export type RosterStaff = {
  teaches: string[]
  manages: string[]
  /** Groups that are theirs for some time only */
  terms?: {
    group: string
    does: 'teaches' | 'manages'
    /** From this day on */
    from?: string
    /** Before this day */
    to?: string
  }[]
  /** Organisations of which, and below which, all groups are managed */
  orgs?: {
    org: string
    /** From this day on */
    from?: string
    /** Before this day */
    to?: string
  }[]
  /** By events of sources with `tellsRosters` */
  told: {
    group: string
    does: 'teaches' | 'manages'
    at: string
  }[]
}

/** Of `group`, where it is in the roster */
export type RosterGroup = {
  id: string
  title: string
  org: string
  members: {
    ids: string[]
    role: 'student' | 'teacher' | 'administrator' | 'other'
    /** From this day on */
    from?: string
    /** Before this day */
    to?: string
  }[]
}

export type LoadedRoster = {
  dryRun: boolean
  /** Of OneRoster */
  version: '1.1' | '1.2'
  counts: RosterCounts
  changes: {
    classes: RosterChanged
    enrolments: {
      added: number
      removed: number
    }
    organisations: RosterChanged
    staff: RosterChanged
    /** Whose access changes, those who lose some first: at most 100 people, and 20 groups of each */
    access: {
      actor: string
      gains: string[]
      loses: string[]
    }[]
  }
  warnings: RosterWarning[]
}

export type RosterChanged = {
  added: number
  changed: number
  removed: number
}

/** It was taken all the same */
export type RosterWarning = {
  code: string
  message: string
  count: number
}

export type CreatedWebhook = Webhook & {
  /** Signs every delivery (Standard Webhooks). Shown once */
  secret: string
}

/** A condition on an event: at most 32768 bytes as JSON, 16 deep, of 200 parts in all, of which 40 lead into the item */
export type Condition = {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  /** It is this value */
  equals: string | number | boolean | null
} | {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  /** It is one of these */
  in: (string | number | boolean | null)[]
} | {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  /** It is a text that begins so */
  prefix: string
} | {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  /** Something is there, or nothing is */
  exists: boolean
} | {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  gt?: number
  gte?: number
  lt?: number
  lte?: number
} | {
  /** A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901) */
  path: string
  gt?: string
  gte?: string
  lt?: string
  lte?: string
} | ConditionAll | ConditionAny | ConditionNot

/** The field must hold one of the values, exactly */
export type FieldFilter = {
  field: 'kind' | 'sourceId' | 'eventId' | 'standard' | 'standardVersion' | 'type' | 'action' | 'profile' | 'actorId' | 'actorType' | 'actorName' | 'objectId' | 'objectType' | 'objectName' | 'targetId' | 'generatedId' | 'generatedType' | 'groupId' | 'sessionId' | 'edAppId' | 'membershipRoles' | 'score' | 'maxScore' | 'success' | 'completion' | 'durationMs' | 'eventTime' | 'sendTime' | 'receivedAt' | 'skewMs' | 'sequence' | 'category' | 'privacyLevel' | 'retentionClass' | 'conformant' | 'issueCodes' | 'server.subject' | 'server.ip' | 'server.userAgent' | 'server.requestId' | 'repair.by' | 'repair.at' | 'repair.paths' | 'commonAction' | 'storedAt' | 'server.defines' | 'memberId' | 'courseId' | 'courseName' | 'attemptId' | 'assignableId' | 'occurredAt' | 'organizationId' | 'eventTimeEnd' | 'retentionDays' | 'sampleRate' | 'governedBy' | 'expiresAt'
  in: (string | number | boolean)[]
}

/** While it is disabled: since when, and by whom */
export type WebhookDisabled = {
  at: string
  /** `gone`: its target answered 410; `failures`: for days, by nothing else */
  by: 'person' | 'gone' | 'failures'
  reason?: string
}

export type WebhookBatch = {
  /** A message has at most so many events */
  maxEvents?: number
  /** It waits at most so long for more of them */
  maxSeconds?: number
}

/** While attempts fail. Not in lists */
export type WebhookHealth = {
  failingSince: string
  failures: number
  lastFailure: string
}

export type Webhook = {
  id: string
  name: string
  targetUrl: string
  events: string[]
  filters: (Condition | FieldFilter | null)[]
  rule?: Condition
  /** False also while Nonius has disabled it */
  enabled: boolean
  disabled?: WebhookDisabled
  /** `v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then */
  signatures: ('v1' | 'v1a')[]
  /** Of `v1a`: `whpk_` and 32 bytes in base64 (Standard Webhooks) */
  publicKey?: string
  /** `raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1 */
  format: 'raw' | 'record' | 'thin' | 'cloudevents'
  /** Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member` */
  fields?: string[]
  /** Bodies are compressed. The signature is that of the body before */
  contentEncoding?: 'gzip'
  batch: WebhookBatch
  /** A body has at most so many bytes, before it is compressed; 262144 is usual. An event that is larger is sent thin */
  maxBytes: number
  /** One message at a time for each actor, in the order of arrival; usually false */
  ordered: boolean
  /** So many attempts at once; 4 is usual */
  maxConcurrent: number
  /** So many attempts a second; left out, as many as there are */
  maxPerSecond?: number
  /** Their names; each value is `•••` */
  headers?: Record<string, string>
  health?: WebhookHealth
  createdAt: string
  updatedAt: string
}

/** At most 32768 bytes as JSON */
export type NewWebhook = {
  /** For people; usually the host of the target */
  name?: string
  /** Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery. */
  targetUrl: string
  /** Types of events, e.g. `ViewEvent`; `*`, which is usual, is every type. Described entities are sent only when their type is named, e.g. `Person`; notices of Nonius only when they are, e.g. `nonius.webhook.failing` or `nonius.*`. */
  events?: string[]
  /** All must hold, beside the type. `FieldFilter` is the older form */
  filters?: (Condition | FieldFilter)[]
  /** This must hold as well, beside `events` and `filters` */
  rule?: Record<string, unknown> & Condition
  /** While it is false nothing is sent: what is owed is kept, for 30 days, and goes out when it is true again. */
  enabled?: boolean
  /** `v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then */
  signatures?: ('v1' | 'v1a')[]
  /** `raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1 */
  format?: 'raw' | 'record' | 'thin' | 'cloudevents'
  /** Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member` */
  fields?: string[]
  /** Bodies are compressed. The signature is that of the body before */
  contentEncoding?: 'gzip'
  batch?: WebhookBatch
  /** A body has at most so many bytes, before it is compressed; 262144 is usual. An event that is larger is sent thin */
  maxBytes?: number
  /** One message at a time for each actor, in the order of arrival; usually false */
  ordered?: boolean
  /** So many attempts at once; 4 is usual */
  maxConcurrent?: number
  /** So many attempts a second; left out, as many as there are */
  maxPerSecond?: number
  /** Sent with each message, e.g. `Authorization`. Kept encrypted; values are never shown again. At most 20, of 8192 bytes in all; none that Nonius sets itself (`Host`, `User-Agent`, `Content-*`, `Webhook-*`) or that belongs to a connection */
  headers?: Record<string, string>
  /** Brought along, e.g. when you move here: `whsec_` and 24 to 64 bytes in base64. Drawn at random when left out */
  secret?: string
}

export type WebhookList = {
  webhooks: Webhook[]
  /** Absent on the last page */
  nextCursor?: string
}

/** At most 32768 bytes as JSON */
export type WebhookReplacement = {
  /** For people; usually the host of the target */
  name?: string
  /** Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery. */
  targetUrl: string
  /** Types of events, e.g. `ViewEvent`; `*`, which is usual, is every type. Described entities are sent only when their type is named, e.g. `Person`; notices of Nonius only when they are, e.g. `nonius.webhook.failing` or `nonius.*`. */
  events?: string[]
  /** All must hold, beside the type. `FieldFilter` is the older form */
  filters?: (Condition | FieldFilter)[]
  /** This must hold as well, beside `events` and `filters` */
  rule?: Record<string, unknown> & Condition
  /** While it is false nothing is sent: what is owed is kept, for 30 days, and goes out when it is true again. */
  enabled?: boolean
  /** `v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then */
  signatures?: ('v1' | 'v1a')[]
  /** `raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1 */
  format?: 'raw' | 'record' | 'thin' | 'cloudevents'
  /** Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member` */
  fields?: string[]
  /** Bodies are compressed. The signature is that of the body before */
  contentEncoding?: 'gzip'
  batch?: WebhookBatch
  /** A body has at most so many bytes, before it is compressed; 262144 is usual. An event that is larger is sent thin */
  maxBytes?: number
  /** One message at a time for each actor, in the order of arrival; usually false */
  ordered?: boolean
  /** So many attempts at once; 4 is usual */
  maxConcurrent?: number
  /** So many attempts a second; left out, as many as there are */
  maxPerSecond?: number
  /** Sent with each message, e.g. `Authorization`. Kept encrypted; values are never shown again. At most 20, of 8192 bytes in all; none that Nonius sets itself (`Host`, `User-Agent`, `Content-*`, `Webhook-*`) or that belongs to a connection */
  headers?: Record<string, string>
  /** With `enabled: true`: what is sent of the time when it was disabled. `position`, which is usual: all that was not delivered; `now`: nothing; a time: what arrived from then on. */
  resumeFrom?: string
}

/** What is left out stays; `null` stands for the default, and takes a header away */
export type WebhookChanges = {
  /** For people; usually the host of the target */
  name?: string | null
  /** Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery. */
  targetUrl?: string
  /** Types of events, e.g. `ViewEvent`; `*`, which is usual, is every type. Described entities are sent only when their type is named, e.g. `Person`; notices of Nonius only when they are, e.g. `nonius.webhook.failing` or `nonius.*`. */
  events?: string[] | null
  /** All must hold, beside the type. `FieldFilter` is the older form */
  filters?: (Condition | FieldFilter)[]
  /** This must hold as well, beside `events` and `filters` */
  rule?: Record<string, unknown> & Condition
  /** While it is false nothing is sent: what is owed is kept, for 30 days, and goes out when it is true again. */
  enabled?: boolean | null
  /** `v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then */
  signatures?: ('v1' | 'v1a')[] | null
  /** `raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1 */
  format?: 'raw' | 'record' | 'thin' | 'cloudevents' | null
  /** Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member` */
  fields?: string[] | null
  /** Bodies are compressed. The signature is that of the body before */
  contentEncoding?: 'gzip' | null
  batch?: {
    /** A message has at most so many events */
    maxEvents?: number | null
    /** It waits at most so long for more of them */
    maxSeconds?: number | null
  } | null
  /** A body has at most so many bytes, before it is compressed; 262144 is usual. An event that is larger is sent thin */
  maxBytes?: number | null
  /** One message at a time for each actor, in the order of arrival; usually false */
  ordered?: boolean | null
  /** So many attempts at once; 4 is usual */
  maxConcurrent?: number | null
  /** So many attempts a second; left out, as many as there are */
  maxPerSecond?: number | null
  /** Sent with each message, e.g. `Authorization`. Kept encrypted; values are never shown again. At most 20, of 8192 bytes in all; none that Nonius sets itself (`Host`, `User-Agent`, `Content-*`, `Webhook-*`) or that belongs to a connection */
  headers?: Record<string, string | null>
  /** With `enabled: true`: what is sent of the time when it was disabled. `position`, which is usual: all that was not delivered; `now`: nothing; a time: what arrived from then on. */
  resumeFrom?: string
}

export type RotatedSecret = {
  /** Shown once */
  secret: string
  /** Of `v1a`, which has another key pair, too */
  publicKey?: string
  /** Until then messages are signed with the secret before as well */
  overlapUntil: string
}

export type WebhookRotation = {
  /** So long messages are signed with the secret before as well */
  overlapHours?: number
  /** Brought along, e.g. when you move here: `whsec_` and 24 to 64 bytes in base64. Drawn at random when left out */
  secret?: string
}

/** A JSON Web Key (RFC 8037) */
export type WebhookPublicKey = {
  kty: 'OKP'
  crv: 'Ed25519'
  /** The 32 bytes of the key, base64url */
  x: string
  alg: 'EdDSA'
  use: 'sig'
  /** Its thumbprint (RFC 7638) */
  kid: string
}

export type WebhookDeliveryList = {
  deliveries: WebhookDelivery[]
  /** Absent on the last page, and only there: a page may be short, even empty */
  nextCursor?: string
}

export type WebhookDelivery = {
  /** The `webhook-id` of each attempt */
  id: string
  /** `pending`: waits or is under way; `held`: its webhook is disabled; `failed`: given up, and can be tried again */
  status: 'pending' | 'delivered' | 'failed' | 'held'
  /** So many were made */
  attempts: number
  /** Absent when there was no answer */
  responseStatus?: number
  latencyMs?: number
  /** Why it failed, in words, e.g. `HTTP 503` or `name does not resolve` */
  error?: string
  /** The first 4 KB of the answer */
  response?: string
  /** Why it was given up */
  reason?: string
  /** At once, when it is past */
  nextAttemptAt?: string
  eventIds: string[]
  /** A notice of Nonius itself, which has no events, e.g. `nonius.webhook.failing` */
  notice?: string
  enqueuedAt: string
  /** It was delivered, or given up */
  endedAt?: string
}

export type WebhookDeliveryDetail = WebhookDelivery & {
  /** The latest 20, the first first */
  tries: DeliveryAttempt[]
  /** As sent by the last attempt, or as the next one sends them; values of your own ones are masked */
  headers: Record<string, string>
  /** Composed again of the events that are held, before it is compressed. Absent without scope `events:read` */
  body?: string
}

export type DeliveryAttempt = {
  at: string
  /** Absent when there was no answer */
  responseStatus?: number
  latencyMs: number
  /** Why it failed, in words, e.g. `HTTP 503` or `name does not resolve` */
  error?: string
  /** The first 4 KB of the answer */
  response?: string
}

export type RetriedDeliveries = {
  /** So many are tried again */
  retried: number
  /** If false, there are more: send the same again */
  isAll: boolean
}

export type RetryDeliveries = {
  /** Only what was enqueued from this time on */
  since?: string
  status?: 'failed'
}

export type TestedWebhook = {
  /** Whether it was answered with 2xx */
  delivered: boolean
  responseStatus?: number
  latencyMs: number
  /** Why it was not delivered, in words */
  error?: string
  /** The first 4 KB of the answer */
  response?: string
  /** What was posted; values of your own headers are masked */
  sent: {
    headers: Record<string, string>
    body: string
  }
}

export type TestWebhook = {
  /** A type of event, whether or not the webhook asks for it; left out, the first that it names. One that no standard has is sent as a plain example that says so */
  eventType?: string
}

export type WebhookStats = {
  /** Attempts are counted from then on */
  since: string
  attempts: {
    succeeded: number
    failed: number
  }
  /** Of the attempts, how many were answered with 2xx; absent when there were none */
  successRate?: number
  /** Half of the attempts, and 95 in 100, were not slower; to within a fifth */
  latencyMs: {
    p50?: number
    p95?: number
  }
  backlog: {
    pending: number
    held: number
    failed: number
    /** If false, there are more than were counted */
    isExact: boolean
  }
  /** The oldest that is pending or held was enqueued then */
  oldestUndeliveredAt?: string
  /** Absent while it is well */
  health?: {
    failingSince: string
    failures: number
    lastFailure: string
  }
}

/** A list where `last` was asked, the latest first */
export type MatchAnswer = MatchResult | MatchedEvent[]

export type MatchResult = {
  matches: boolean
  /** Of an event that matches, what holds; of another, what does not */
  reasons: MatchReason[]
  /** So many more were left out */
  moreReasons?: number
  /** Those of `fields` that find nothing in this event */
  fieldsWithout?: string[]
}

export type MatchReason = {
  /** Where it stands in the settings */
  path: (string | number)[]
  /** As `matches`, but for what `not` denies */
  holds: boolean
  /** For a person: what the event has, what is asked */
  message: string
}

export type MatchedEvent = {
  eventId: string
  type: string
  matches: boolean
  /** Of an event that matches, what holds; of another, what does not */
  reasons: MatchReason[]
  /** So many more were left out */
  moreReasons?: number
  /** Those of `fields` that find nothing in this event */
  fieldsWithout?: string[]
}

export type TriedSettings = {
  settings: SettingsToTry
  /** An event as it would be sent to any address for events, or a record (`view=record`). Nothing is stored */
  event?: Record<string, unknown>
  /** With `event`: as if this source had sent it. Left out, your own */
  source?: string
  /** Instead of `event`: so many that arrived last */
  last?: number
}

/** At most 32768 bytes as JSON */
export type SettingsToTry = {
  /** For people; usually the host of the target */
  name?: string
  /** Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery. */
  targetUrl?: string
  /** Types of events, e.g. `ViewEvent`; `*`, which is usual, is every type. Described entities are sent only when their type is named, e.g. `Person`; notices of Nonius only when they are, e.g. `nonius.webhook.failing` or `nonius.*`. */
  events?: string[]
  /** All must hold, beside the type. `FieldFilter` is the older form */
  filters?: (Condition | FieldFilter)[]
  /** This must hold as well, beside `events` and `filters` */
  rule?: Record<string, unknown> & Condition
  /** While it is false nothing is sent: what is owed is kept, for 30 days, and goes out when it is true again. */
  enabled?: boolean
  /** `v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then */
  signatures?: ('v1' | 'v1a')[]
  /** `raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1 */
  format?: 'raw' | 'record' | 'thin' | 'cloudevents'
  /** Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member` */
  fields?: string[]
  /** Bodies are compressed. The signature is that of the body before */
  contentEncoding?: 'gzip'
  batch?: WebhookBatch
  /** A body has at most so many bytes, before it is compressed; 262144 is usual. An event that is larger is sent thin */
  maxBytes?: number
  /** One message at a time for each actor, in the order of arrival; usually false */
  ordered?: boolean
  /** So many attempts at once; 4 is usual */
  maxConcurrent?: number
  /** So many attempts a second; left out, as many as there are */
  maxPerSecond?: number
  /** Sent with each message, e.g. `Authorization`. Kept encrypted; values are never shown again. At most 20, of 8192 bytes in all; none that Nonius sets itself (`Host`, `User-Agent`, `Content-*`, `Webhook-*`) or that belongs to a connection */
  headers?: Record<string, string>
}

export type TriedEvents = {
  /** An event as it would be sent to any address for events, or a record (`view=record`). Nothing is stored */
  event?: Record<string, unknown>
  /** With `event`: as if this source had sent it. Left out, your own */
  source?: string
  /** Instead of `event`: so many that arrived last */
  last?: number
}

export type WebhookReplay = {
  id: string
  /** `waiting` while its webhook is disabled. `done`, `cancelled` and `failed` stay as they are. */
  status: 'running' | 'waiting' | 'paused' | 'done' | 'cancelled' | 'failed'
  /** Why it waits, or ended before its time */
  reason?: string
  from: string
  to: string
  types?: string[]
  startedAt: string
  finishedAt?: string
  /** Events that were looked at */
  read: number
  /** Those of them that the webhook is sent */
  matched: number
  /** Deliveries that were made of them */
  queued: number
  /** It has come to what arrived then */
  at: string
  /** How much of its time is done */
  percent: number
}

export type WebhookReplaySettings = {
  from: string
  /** And before then; now, when it is left out or later */
  to?: string
  /** Only events of these types, of those that the webhook is sent */
  types?: string[]
}

export type WebhookReplayList = {
  replays: WebhookReplay[]
}

export type Policy = {
  /** 0 while nobody has put one */
  version: number
  rules: Record<string, unknown>[]
  changedAt?: string
  /** The id of a key */
  changedBy?: string
  /** It has what this version had */
  rolledBackTo?: number
  [name: string]: unknown
}

export type PolicyPut = Policy & {
  /** What whoever put it should know: a rule for every event, say */
  warnings: Issue[]
  [name: string]: unknown
}

/** A policy, as `GET /policies/schema` has it: `version` (that it is based on), `rules`, `under13`, `pii`, `unreadable`, `erased`, `optOut`, `addresses`, `retentionDays`. */
export type PolicyDocument = Record<string, unknown>

export type PolicyTried = {
  /** So many of the events that arrived last were looked at */
  tested: number
  /** False where there was no time for as many as were asked for (5 seconds) */
  isAll: boolean
  kept: number
  held: number
  withheld: number
  /** Of the kept, those that a rule changes */
  changed: number
  /** Of which the policy in force decides otherwise */
  differs: number
  rules: {
    rule: string
    matched: number
    withheld: number
    held: number
    sampled: number
    treated: number
    reclassified: number
    /** A sample was asked of these, and none is taken: learning, errors, unregistered types */
    neverSampled: number
    /** Ids of up to 5 events that it changes */
    examples: string[]
  }[]
  matchedNothing: string[]
  matchedEverything: string[]
  /** Rules that asked one event for what cannot both be; the stricter won */
  conflicts: {
    about: string
    won: string
    lost: string
    events: number
    example: string
  }[]
  warnings: Issue[]
}

export type PolicyTest = {
  policy?: PolicyDocument
  /** So many of the events that arrived last are looked at */
  last?: number
}

export type PolicyVersions = {
  versions: {
    version: number
    changedAt: string
    changedBy: string
    rolledBackTo?: number
    /** So many rules it has */
    rules: number
  }[]
  /** Ask with it for the versions before these; absent at the first */
  before?: number
}

export type PolicyRollback = {
  /** Back to this one; 0 is no rules */
  version: number
  /** Refused (409) when another version than this is in force */
  basedOn?: number
}

export type PolicyCounts = {
  from: string
  to: string
  interval: 'hour' | 'day'
  totals: WithheldCounts
  /** Oldest first; an interval without any is left out */
  series: WithheldCountsAt[]
}

export type WithheldCountsAt = {
  at: string
  /** By rule: so many items were not kept, each time they were sent */
  withheld: Record<string, number>
  /** Those among them that a rule wants counted for want of consent */
  counted: CountedType[]
}

export type CountedType = {
  rule: string
  type: string
  count: number
}

/** JSON Schema, 2020-12 */
export type PolicySchema = Record<string, unknown>

export type AccessRequest = {
  id: string
  /** `ready`: it can be fetched. `expired`: its files are deleted; ask again. */
  status: 'running' | 'ready' | 'failed' | 'expired'
  /** What arrived before then is in it */
  createdAt: string
  /** What it is at, in this order */
  step: 'days' | 'events' | 'quarantine' | 'documents' | 'recipients' | 'done'
  /** Lines of each file, so far */
  found: {
    events: number
    quarantine: number
    documents: number
    consents: number
    recipients: number
  }
  /** Days of arrival still to be read */
  daysLeft?: number
  readyAt?: string
  /** Its files are deleted then */
  expiresAt?: string
  /** Why it failed */
  problem?: string
  /** ZIP files; one, unless it is larger than an answer may be (on AWS). Each has as many of the lines as fit. */
  files: {
    /** Good without a key, for an hour */
    url: string
    expiresAt: string
  }[]
}

export type AccessRequestSettings = {
  /** All ids of the person that are known, as events have them (`actorId`) */
  subject: {
    actorIds: string[]
  } | {
    userId: string
  }
  /** JSON lines, CSV and a page to read, in one file */
  format?: 'zip'
}

export type AccessRequests = {
  items: {
    id: string
    status: 'running' | 'ready' | 'failed' | 'expired'
    createdAt: string
  }[]
}

export type Me = {
  /** How events name you */
  learnerId: string
  /** Your 20 latest events that can be read at once */
  latest: {
    id: string
    type: string
    action?: string
    at: string
    object?: string
    objectName?: string
    source: string
  }[]
  hasMore: boolean
  /** What you, or a parent, decided, by category */
  consents: Record<string, Decided>
  /** How many days events are kept, by their class */
  keptDays: {
    standard: number
    sensitive: number
    pii: number
    system: number
  }
  everything: {
    /** POST here for all of it */
    ask: string
    /** GET here for what became of that */
    see: string
  }
}

export type MyConsents = {
  /** What was decided, by category; `parental` is consent of a parent. Others stay */
  categories: Record<string, 'granted' | 'denied'>
}

export type Revealed = {
  pseudonym: string
  /** The id as it was sent */
  personId: string
}

export type Reveal = {
  pseudonym: string
  /** Why somebody has to know. It stands in the audit trail */
  reason: string
}

export type PseudonymKeyRotated = {
  /** It stands in each pseudonym that it makes */
  key: number
  overlapUntil: string
}

export type PseudonymKeyRotation = {
  /** So long the former key is held, and pseudonyms of both are known to be of one person. 0 forgets it at once */
  overlapDays?: number
}

export type Erasure = {
  id: string
  /** `waiting` can be cancelled */
  status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  mode: 'delete' | 'anonymise'
  dryRun: boolean
  reason: string
  /** The id of the key that asked for it */
  by: string
  /** Why it waits, or failed */
  problem?: string
  /** So many ids were given */
  ids: number
  /** So many texts are looked for */
  spellings: number
  requestedAt: string
  startedAt?: string
  finishedAt?: string
  phase: 'tombstones' | 'aside' | 'places' | 'put-back' | 'certify'
  /** Places that are done, and the present one */
  places: ErasurePlace[]
  /** Events put back without the people */
  putBack?: number
  /** It searches again for this erasure */
  verifies?: string
  verdict?: {
    isGenuine: boolean
    isClean: boolean
  }
  certificate?: ErasureCertificate
}

export type ErasurePlace = {
  place: string
  /** How it was searched */
  method: string
  /** Records, items, documents that were looked at */
  looked: number
  found: number
  removed: number
  files?: ErasureFile[]
  /** By this day the last copy is gone */
  goneBy?: string
  remains?: string
  notes?: string[]
}

export type ErasureFile = {
  path: string
  /** SHA-256 of its bytes */
  before: string
  /** Absent when the file is gone */
  after?: string
  removed: number
}

/** When it is done */
export type ErasureCertificate = {
  certificate: {
    type: string
    erasureId: string
    [name: string]: unknown
  }
  signature: {
    alg: string
    kid: string
    value: string
  }
}

export type ErasureSettings = {
  subject: ErasureSubject
  /** `anonymise` keeps what happened, and nothing of who it was */
  mode?: 'delete' | 'anonymise'
  /** Stands in the certificate and in the audit trail: name nobody in it */
  reason: string
  /** Counts by place, changes nothing */
  dryRun?: boolean
}

export type ErasureSubject = {
  /** Ids as events name them, of up to 10,000 people. An address is found with and without `mailto:` and as its hash; an account is written `HOMEPAGE|NAME` */
  actorIds?: string[]
  userId?: string
  /** Ids by which your issuers and applications know people; also found as accounts of the tenant’s issuers */
  userIds?: string[]
}

export type ErasureList = {
  erasures: Erasure[]
}

export type LiftedTombstones = {
  /** So many tombstones were lifted */
  lifted: number
}

/** A JSON Web Key (RFC 8037) */
export type CertificateKey = {
  crv: string
  kty: string
  x: string
  alg: string
  use: string
  kid: string
}

export type Running = {
  name: 'Nonius'
  version: string
  status: 'running'
  /** Left out on AWS, where no process lives for long */
  startedAt?: string
}

export type BudgetList = {
  budgets: Budget[]
}

export type Budget = {
  /** Absent for the tenant as a whole */
  sourceId?: string
  budget: 'eventsPerDay' | 'quarantineBytes' | 'hotBytes'
  limit: number
  used: number
  /** `used` by `limit` */
  share: number
  state: 'fine' | 'nearly_spent' | 'spent'
  whenSpent: 'warn' | 'refuse'
}

export type Status = {
  at: string
  /** The earliest of all; absent where one is unknown */
  completeTo?: string
  consumers: Watermark[]
  /** Reducers that were switched off, since they only failed; absent while there are none */
  reducersOff?: {
    reducer: string
    version: number
    since: string
    why?: string
  }[]
  /** The last day (UTC) of the lake that is settled; absent while none is */
  settledThrough?: string
}

export type Watermark = {
  /** `archive` is the lake; `webhooks`, `statements`, `types`, `reducers` */
  consumer: string
  /** Every event that was acknowledged before then is in it; absent where unknown */
  completeTo?: string
  /** So many wait, of all tenants */
  records?: number
  /** What tells, where it is not known here */
  toldBy?: string
}

/** What each operation takes and answers, by its `operationId`. */
export interface Operations {
  /** Send events and entities */
  receiveCaliperEvents: {
    method: 'POST'
    path: '/caliper/v1p2/events'
    body: CaliperEnvelopes
    replies: {
      200: Receipt | MinimalReceipt
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** What this endpoint takes */
  getCaliperEndpointConfiguration: {
    method: 'GET'
    path: '/caliper/v1p2/events'
    replies: {
      200: CaliperEndpointConfiguration
      401: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send events from where only a URL can be set */
  receiveCaliperEventsByUrl: {
    method: 'POST'
    path: '/caliper/in/{key}'
    parameters: {
      /** The key itself */
      key: string
    }
    body: CaliperBody
    replies: {
      200: Receipt | MinimalReceipt
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send events over a WebSocket */
  openPublish: {
    method: 'GET'
    path: '/ws/publish'
    query: {
      /** The key, where no header can be set */
      key?: string
      /** The same as `key` */
      api_key?: string
    }
    replies: {
      101: undefined
      401: Problem
      403: Problem
      426: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Is the process alive? */
  getHealth: {
    method: 'GET'
    path: '/health'
    replies: {
      200: Health
      500: Problem
    }
  }
  /** Can events be taken now? */
  getReadiness: {
    method: 'GET'
    path: '/ready'
    replies: {
      200: Readiness
      500: Problem
      503: Problem
    }
  }
  /** This document */
  getOpenApi: {
    method: 'GET'
    path: '/openapi.json'
    replies: {
      200: OpenApi
      429: Problem
      500: Problem
    }
  }
  /** Check events against the standard */
  validateCaliperEvents: {
    method: 'POST'
    path: '/caliper/v1p2/events/validate'
    body: CaliperEnvelopes
    replies: {
      200: ValidReport
      400: InvalidReport
      408: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Check events of your own making */
  validateNativeEvents: {
    method: 'POST'
    path: '/api/v1/events/validate'
    body: NativeBody
    replies: {
      200: ValidReport
      400: InvalidReport
      408: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the types of native events */
  listEventTypes: {
    method: 'GET'
    path: '/api/v1/event-types'
    replies: {
      200: EventTypeList
      401: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the whole of one type of native events */
  getEventType: {
    method: 'GET'
    path: '/api/v1/event-types/{name}'
    parameters: {
      name: string
    }
    replies: {
      200: EventType
      401: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Register a type of native events, or change one of yours */
  putEventType: {
    method: 'PUT'
    path: '/api/v1/event-types/{name}'
    parameters: {
      name: string
    }
    query: {
      /** If `true`, nothing is registered; the answer is the same */
      dryRun?: 'true' | 'false'
    }
    body: EventTypeDefinition
    replies: {
      200: EventTypeRegistered
      201: EventTypeRegistered
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Remove a type of yours */
  deleteEventType: {
    method: 'DELETE'
    path: '/api/v1/event-types/{name}'
    parameters: {
      name: string
    }
    replies: {
      204: undefined
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Follow events live, as server-sent events */
  streamEvents: {
    method: 'GET'
    path: '/api/v1/events/stream'
    query: {
      /** A condition, as JSON: `{"path":"payload.score","gte":0.8}`, `{"all":[…]}`, `{"any":[…]}`, `{"not":…}` */
      filter?: string
      /** The exact type; given several times, any of them */
      event_type?: string | string[]
      /** The exact session */
      session_id?: string
      /** Who: `user_id` of a native event, the actor of another */
      user_id?: string
      /** `event`: as a real-time pipeline shows events; `record`: as normalised by us; `raw`: `position` and `event`, as it was sent */
      format?: 'event' | 'record' | 'raw'
      /** `id` or `position` of the last event that came. Left out, what is stored from now on */
      after?: string
    }
    replies: {
      200: string
      307: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Follow what a reducer comes to, as server-sent events */
  streamReducerStates: {
    method: 'GET'
    path: '/api/v1/reducers/{name}/stream'
    parameters: {
      name: string
    }
    query: {
      /** The learners of this course or group: who is enrolled by its roster, and whose events named it. Of a reducer with a state for each group: that of this one */
      group?: string
      /** This learner alone */
      learner?: string
      /** Of a reducer with a state for each source: that of this one */
      source?: string
    }
    replies: {
      200: string
      307: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the reducers, whose states can be read */
  listReducers: {
    method: 'GET'
    path: '/api/v1/reducers'
    replies: {
      200: ReducerList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what a reducer has come to: for the learners of a group, for a source */
  listReducerStates: {
    method: 'GET'
    path: '/api/v1/reducers/{name}'
    parameters: {
      name: string
    }
    query: {
      /** The learners of this course or group: who is enrolled by its roster, and whose events named it. Of a reducer with a state for each group: that of this one */
      group?: string
      /** This learner alone */
      learner?: string
      /** Of a reducer with a state for each source: that of this one */
      source?: string
      limit?: number
      /** `nextCursor` of the page before, of the same question */
      cursor?: string
    }
    replies: {
      200: ReducerStates
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what a reducer has come to for a learner */
  getReducerStates: {
    method: 'GET'
    path: '/api/v1/reducers/{name}/{learner}'
    parameters: {
      name: string
      /** The learner as events name them, percent-encoded */
      learner: string
    }
    replies: {
      200: ReducerStatesOfLearner
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Make the states of a reducer anew, from all that is stored */
  rebuildReducer: {
    method: 'POST'
    path: '/api/v1/reducers/{name}/rebuild'
    parameters: {
      name: string
    }
    replies: {
      202: ReducerRebuild
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** End a rebuild; the states that are shown stay */
  endReducerRebuild: {
    method: 'DELETE'
    path: '/api/v1/reducers/{name}/rebuild'
    parameters: {
      name: string
    }
    replies: {
      204: undefined
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Follow events over a WebSocket */
  openSubscribe: {
    method: 'GET'
    path: '/ws/subscribe'
    query: {
      /** The key, where no header can be set */
      key?: string
      /** The same as `key` */
      api_key?: string
    }
    replies: {
      101: undefined
      401: Problem
      403: Problem
      426: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send a stream of Learning Observer */
  openObserver: {
    method: 'GET'
    path: '/wsapi/in'
    query: {
      /** The key, where no header can be set */
      key?: string
      /** The same as `key` */
      api_key?: string
    }
    replies: {
      101: undefined
      401: Problem
      403: Problem
      426: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the JSON Schema of filters */
  getFilterSchema: {
    method: 'GET'
    path: '/api/v1/filters/schema'
    replies: {
      200: FilterSchema
      500: Problem
    }
  }
  /** Send events of your own making */
  receiveNativeEvents: {
    method: 'POST'
    path: '/api/v1/events'
    body: NativeBody
    replies: {
      200: NativeReceipt | MinimalReceipt
      201: PublishedEvent | MinimalReceipt
      202: PublishedEvent | MinimalReceipt
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List events, the latest arrival first */
  listNativeEvents: {
    method: 'GET'
    path: '/api/v1/events'
    query: {
      /** The exact type */
      event_type?: string
      /** The exact session */
      session_id?: string
      /** Who: `user_id` of a native event, the actor of another */
      user_id?: string
      limit?: number
      /** Only what arrived after this time: a date, or an ISO 8601 date-time */
      since?: string
      /** `arrival`: the latest first. `sequence`: by `seq`, the lowest first; only with `session_id` */
      order?: 'arrival' | 'sequence'
      /** A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short */
      filter?: string
      /** From the `Link` of the page before */
      cursor?: string
    }
    replies: {
      200: PipelineEvent[]
      400: Problem
      401: Problem
      403: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Hide events from those who read */
  deleteEvents: {
    method: 'DELETE'
    path: '/api/v1/events'
    query: {
      /** Only what arrived before this time: a date, or an ISO 8601 date-time. One that is yet to come means now */
      before?: string
    }
    replies: {
      200: DeletedEvents
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send events of your own making from where only a URL can be set */
  receiveNativeEventsByUrl: {
    method: 'POST'
    path: '/api/v1/in/{key}'
    parameters: {
      /** The key itself */
      key: string
    }
    body: NativeBody
    replies: {
      200: NativeReceipt | MinimalReceipt
      201: PublishedEvent | MinimalReceipt
      202: PublishedEvent | MinimalReceipt
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one event as a native event */
  getNativeEvent: {
    method: 'GET'
    path: '/api/v1/events/{id}'
    parameters: {
      /** Percent-encoded */
      id: string
    }
    replies: {
      200: PipelineEvent
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Count events by their type */
  getStats: {
    method: 'GET'
    path: '/api/v1/stats'
    replies: {
      200: PipelineStats
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Can events be taken now? */
  getPipelineReadiness: {
    method: 'GET'
    path: '/readiness'
    replies: {
      200: PipelineReady
      500: Problem
      503: PipelineNotReady
    }
  }
  /** Send what a player of tests tells of a session */
  receiveTelemetry: {
    method: 'POST'
    path: '/v1/telemetry/events'
    body: TelemetryBatch
    replies: {
      200: TelemetryReply
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send events with Segment's libraries */
  receiveSegmentMessages: {
    method: 'POST'
    path: '/v1/{call}'
    parameters: {
      call: 'batch' | 'b' | 'import' | 'track' | 't' | 'identify' | 'i' | 'page' | 'p' | 'screen' | 's' | 'group' | 'g' | 'alias' | 'a'
    }
    body: SegmentMessages
    replies: {
      200: {
        success: true
      }
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      408: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Which versions of xAPI are offered */
  getXapiAbout: {
    method: 'GET'
    path: '/xapi/about'
    replies: {
      200: XapiAbout
      500: Problem
    }
  }
  /** Find statements, or read one */
  getXapiStatements: {
    method: 'GET'
    path: '/xapi/statements'
    query: {
      /** Only this statement, unless it is voided */
      statementId?: string
      /** Only this statement, if it is voided */
      voidedStatementId?: string
      /** Of this agent or group: as actor or object */
      agent?: string
      /** With this verb */
      verb?: string
      /** With this activity as object */
      activity?: string
      /** Of this registration */
      registration?: string
      /** The activity may be anywhere in the statement */
      related_activities?: boolean
      /** The agent may be anywhere in the statement */
      related_agents?: boolean
      /** Stored after this time */
      since?: string
      /** Stored by this time */
      until?: string
      /** 0 for as many as a page has: 1000 */
      limit?: number
      format?: 'ids' | 'exact' | 'canonical'
      /** With the content of attachments, as multipart/mixed */
      attachments?: boolean
      /** Oldest first */
      ascending?: boolean
      /** As `more` of a result has it */
      more?: string
    }
    replies: {
      200: XapiStatementResult | XapiStatement
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send statements */
  postXapiStatements: {
    method: 'POST'
    path: '/xapi/statements'
    body: XapiStatement | XapiStatement[]
    replies: {
      200: XapiStatementIds
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      408: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send one statement under its id */
  putXapiStatement: {
    method: 'PUT'
    path: '/xapi/statements'
    query: {
      /** The id of the statement */
      statementId: string
    }
    body: XapiStatement
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      408: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Check statements against the standard */
  validateXapiStatements: {
    method: 'POST'
    path: '/xapi/statements/validate'
    body: XapiStatement | XapiStatement[]
    replies: {
      200: ValidReport
      400: InvalidReport
      408: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what is known of an agent */
  getXapiAgent: {
    method: 'GET'
    path: '/xapi/agents'
    query: {
      /** The agent, as JSON */
      agent: string
    }
    replies: {
      200: XapiPerson
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what is known of an activity */
  getXapiActivity: {
    method: 'GET'
    path: '/xapi/activities'
    query: {
      /** The activity */
      activityId: string
    }
    replies: {
      200: XapiActivity
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Store a state */
  putXapiState: {
    method: 'PUT'
    path: '/xapi/activities/state'
    query: {
      /** The activity */
      activityId: string
      /** Whose state it is: an agent or an identified group, as JSON */
      agent: string
      /** The registration; states without one are others */
      registration?: string
      /** The state */
      stateId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Merge into a state */
  postXapiState: {
    method: 'POST'
    path: '/xapi/activities/state'
    query: {
      /** The activity */
      activityId: string
      /** Whose state it is: an agent or an identified group, as JSON */
      agent: string
      /** The registration; states without one are others */
      registration?: string
      /** The state */
      stateId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read a state, or list the ids */
  getXapiState: {
    method: 'GET'
    path: '/xapi/activities/state'
    query: {
      /** The activity */
      activityId: string
      /** Whose state it is: an agent or an identified group, as JSON */
      agent: string
      /** The registration; states without one are others */
      registration?: string
      /** The state */
      stateId?: string
      /** Lists only what was stored after this time */
      since?: string
    }
    replies: {
      200: XapiDocumentIds | unknown | null
      304: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Delete a state, or all */
  deleteXapiState: {
    method: 'DELETE'
    path: '/xapi/activities/state'
    query: {
      /** The activity */
      activityId: string
      /** Whose state it is: an agent or an identified group, as JSON */
      agent: string
      /** The registration; states without one are others */
      registration?: string
      /** The state */
      stateId?: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Store a profile of an activity */
  putXapiActivityProfile: {
    method: 'PUT'
    path: '/xapi/activities/profile'
    query: {
      /** The activity */
      activityId: string
      /** The profile */
      profileId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Merge into a profile of an activity */
  postXapiActivityProfile: {
    method: 'POST'
    path: '/xapi/activities/profile'
    query: {
      /** The activity */
      activityId: string
      /** The profile */
      profileId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read a profile of an activity, or list the ids */
  getXapiActivityProfile: {
    method: 'GET'
    path: '/xapi/activities/profile'
    query: {
      /** The activity */
      activityId: string
      /** The profile */
      profileId?: string
      /** Lists only what was stored after this time */
      since?: string
    }
    replies: {
      200: XapiDocumentIds | unknown | null
      304: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Delete a profile of an activity */
  deleteXapiActivityProfile: {
    method: 'DELETE'
    path: '/xapi/activities/profile'
    query: {
      /** The activity */
      activityId: string
      /** The profile */
      profileId: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Store a profile of an agent */
  putXapiAgentProfile: {
    method: 'PUT'
    path: '/xapi/agents/profile'
    query: {
      /** Whose profile it is: an agent or an identified group, as JSON */
      agent: string
      /** The profile */
      profileId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Merge into a profile of an agent */
  postXapiAgentProfile: {
    method: 'POST'
    path: '/xapi/agents/profile'
    query: {
      /** Whose profile it is: an agent or an identified group, as JSON */
      agent: string
      /** The profile */
      profileId: string
    }
    body: Record<string, unknown>
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read a profile of an agent, or list the ids */
  getXapiAgentProfile: {
    method: 'GET'
    path: '/xapi/agents/profile'
    query: {
      /** Whose profile it is: an agent or an identified group, as JSON */
      agent: string
      /** The profile */
      profileId?: string
      /** Lists only what was stored after this time */
      since?: string
    }
    replies: {
      200: XapiDocumentIds | unknown | null
      304: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Delete a profile of an agent */
  deleteXapiAgentProfile: {
    method: 'DELETE'
    path: '/xapi/agents/profile'
    query: {
      /** Whose profile it is: an agent or an identified group, as JSON */
      agent: string
      /** The profile */
      profileId: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      412: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Trade a fetch URL of cmi5 for the auth-token of its session, once */
  fetchCmi5Token: {
    method: 'POST'
    path: '/xapi/cmi5/fetch/{token}'
    parameters: {
      token: string
    }
    replies: {
      200: Cmi5AuthToken
      500: Problem
      503: Problem
    }
  }
  /** Add a source */
  createSource: {
    method: 'POST'
    path: '/sources'
    body: NewSource
    replies: {
      201: Source
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List your sources, oldest first */
  listSources: {
    method: 'GET'
    path: '/sources'
    replies: {
      200: SourceList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one source */
  getSource: {
    method: 'GET'
    path: '/sources/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: SeenSource
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Replace the settings of a source */
  updateSource: {
    method: 'PUT'
    path: '/sources/{id}'
    parameters: {
      id: string
    }
    body: SourceSettings
    replies: {
      200: Source
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** How a source departs from its standard, over time */
  getSourceConformance: {
    method: 'GET'
    path: '/sources/{id}/conformance'
    parameters: {
      id: string
    }
    query: {
      /** From the hour, or day, that this lies in; 30 days or 48 hours back */
      from?: string
      /** Before this time; now when left out */
      to?: string
      /** By the day (UTC), at most 400 of them, or by the hour, at most 31 days */
      interval?: 'hour' | 'day'
    }
    replies: {
      200: SourceConformance
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Make a tenant, with a source and an admin key of its own */
  createTenant: {
    method: 'POST'
    path: '/tenants'
    body: NewTenant
    replies: {
      201: MadeTenant
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List all tenants, oldest first */
  listTenants: {
    method: 'GET'
    path: '/tenants'
    replies: {
      200: TenantList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read your tenant */
  getTenant: {
    method: 'GET'
    path: '/tenants/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: Tenant
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Change settings of your tenant */
  changeTenant: {
    method: 'PATCH'
    path: '/tenants/{id}'
    parameters: {
      id: string
    }
    body: TenantChanges
    replies: {
      200: Tenant
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the issuers of people’s tokens of your tenant */
  listIssuers: {
    method: 'GET'
    path: '/tenants/{id}/issuers'
    parameters: {
      id: string
    }
    replies: {
      200: IssuerList
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Take the tokens of an issuer as those of people of your tenant */
  putIssuer: {
    method: 'PUT'
    path: '/tenants/{id}/issuers'
    parameters: {
      id: string
    }
    body: IssuerSettings
    replies: {
      200: Issuer
      201: Issuer
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Take no tokens of an issuer any more */
  deleteIssuer: {
    method: 'DELETE'
    path: '/tenants/{id}/issuers'
    parameters: {
      id: string
    }
    query: {
      /** Exactly as in the claim `iss` */
      issuer: string
      /** What the issuer calls this tenant here, and nobody else: in `aud`, or in `client_id` of a token without one */
      audience: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Make a key */
  createKey: {
    method: 'POST'
    path: '/keys'
    query: {
      /** With scope `installation`: whose. The key's own tenant when left out */
      tenant?: string
    }
    body: NewKey
    replies: {
      201: MadeKey
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the keys of your tenant, oldest first */
  listKeys: {
    method: 'GET'
    path: '/keys'
    query: {
      /** With scope `installation`: whose. The key's own tenant when left out */
      tenant?: string
    }
    replies: {
      200: KeyList
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what a key may do */
  getKey: {
    method: 'GET'
    path: '/keys/{id}'
    parameters: {
      /** As it is, or how it begins */
      id: string
    }
    query: {
      /** With scope `installation`: whose. The key's own tenant when left out */
      tenant?: string
    }
    replies: {
      200: Key
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** End a key */
  revokeKey: {
    method: 'DELETE'
    path: '/keys/{id}'
    parameters: {
      /** As it is, or how it begins */
      id: string
    }
    query: {
      /** With scope `installation`: whose. The key's own tenant when left out */
      tenant?: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Make a key in the place of another */
  rotateKey: {
    method: 'POST'
    path: '/keys/{id}/rotate'
    parameters: {
      /** As it is, or how it begins */
      id: string
    }
    query: {
      /** With scope `installation`: whose. The key's own tenant when left out */
      tenant?: string
    }
    body: KeyRotation
    replies: {
      201: RotatedKey
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See what could not be kept as an event, newest first */
  listQuarantine: {
    method: 'GET'
    path: '/quarantine'
    query: {
      /** Who sent it */
      sourceId?: string
      standard?: 'caliper' | 'xapi' | 'native'
      /** Of one of the reasons, e.g. `required` or `conflict` */
      code?: string
      /** `item`: one of a request; `body`: a whole one that nobody could read */
      scope?: 'item' | 'body'
      /** Arrived at this time or later */
      from?: string
      /** Arrived before this time */
      to?: string
      limit?: number
      /** `nextCursor` of the page before, with the same filters */
      cursor?: string
    }
    replies: {
      200: QuarantineList
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send everything that matches through again, oldest first */
  replayQuarantine: {
    method: 'POST'
    path: '/quarantine/replay'
    body: ReplayAllOptions
    replies: {
      200: ReplayPage
      202: ReplayBegun
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far a replay in the background is */
  getReplay: {
    method: 'GET'
    path: '/quarantine/replays/{id}'
    parameters: {
      /** `replayId` of the reply to `POST /quarantine/replay` */
      id: string
    }
    replies: {
      200: ReplayJob
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one item, as it was received */
  getQuarantined: {
    method: 'GET'
    path: '/quarantine/{id}'
    parameters: {
      /** `quarantineId` of a receipt or of the list */
      id: string
    }
    replies: {
      200: Quarantined
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Give an item up */
  deleteQuarantined: {
    method: 'DELETE'
    path: '/quarantine/{id}'
    parameters: {
      /** `quarantineId` of a receipt or of the list */
      id: string
    }
    replies: {
      204: undefined
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send one item through again, repaired or as it is */
  replayQuarantined: {
    method: 'POST'
    path: '/quarantine/{id}/replay'
    parameters: {
      /** `quarantineId` of a receipt or of the list */
      id: string
    }
    body: ReplayOptions
    replies: {
      200: ReplayResult
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Give up everything that matches, oldest first */
  deleteQuarantine: {
    method: 'POST'
    path: '/quarantine/delete'
    body: DeleteAllOptions
    replies: {
      200: DeletedPage
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List what people decided, by their ids */
  listConsents: {
    method: 'GET'
    path: '/privacy/consents'
    query: {
      limit?: number
      cursor?: string
    }
    replies: {
      200: ConsentList
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say what many people granted or denied */
  putConsents: {
    method: 'PUT'
    path: '/privacy/consents'
    query: {
      /** `true` checks every row, and stores none */
      dryRun?: 'true' | 'false'
    }
    body: ConsentRow[]
    replies: {
      200: ConsentsOutcome
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read what a person decided */
  getConsent: {
    method: 'GET'
    path: '/privacy/consents/{actor}'
    parameters: {
      /** The id, percent-encoded; at most 2048 characters */
      actor: string
    }
    replies: {
      200: Consent
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say what a person granted or denied */
  putConsent: {
    method: 'PUT'
    path: '/privacy/consents/{actor}'
    parameters: {
      /** The id, percent-encoded; at most 2048 characters */
      actor: string
    }
    body: ConsentBody
    replies: {
      200: PutConsent
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Forget what a person decided */
  deleteConsent: {
    method: 'DELETE'
    path: '/privacy/consents/{actor}'
    parameters: {
      /** The id, percent-encoded; at most 2048 characters */
      actor: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List learners as under 13 */
  putUnder13: {
    method: 'PUT'
    path: '/privacy/under13'
    query: {
      /** `replace` takes all others from the list */
      mode?: 'add' | 'replace'
    }
    body: (string | {
        /** The id of the person as events name them, e.g. `mailto:ada@example.edu` */
        actor: string
      })[]
    replies: {
      200: Under13Outcome
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** How many are listed as under 13, or whether somebody is */
  getUnder13: {
    method: 'GET'
    path: '/privacy/under13'
    query: {
      /** The id of the person as events name them, e.g. `mailto:ada@example.edu` */
      actor?: string
    }
    replies: {
      200: Under13List
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Take a learner from the list of those under 13 */
  deleteUnder13: {
    method: 'DELETE'
    path: '/privacy/under13/{actor}'
    parameters: {
      /** The id, percent-encoded; at most 2048 characters */
      actor: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List who did what to data of people, the latest first */
  listAudit: {
    method: 'GET'
    path: '/audit'
    query: {
      /** The exact action, or the beginning of actions: `key.*` */
      action?: string
      /** The id of the key that did it; `operator` for a command on the machine */
      by?: string
      /** The id of what it was done to */
      target?: string
      /** The id of a learner, in any spelling: what was read about them alone. Reads of groups and of everybody name no one */
      person?: string
      /** From this time on */
      from?: string
      /** Before this time */
      to?: string
      limit?: number
      /** `nextCursor` of the page before */
      cursor?: string
    }
    replies: {
      200: AuditList
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Verify that the audit trail is whole */
  verifyAudit: {
    method: 'GET'
    path: '/audit/verify'
    query: {
      /** `nextCursor` of the answer before */
      cursor?: string
    }
    replies: {
      200: AuditVerdict
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Prove that an event is in the log as it was sent */
  getProof: {
    method: 'GET'
    path: '/audit/proofs/{eventId}'
    parameters: {
      /** As sent, percent-encoded; of an entity, the id derived by us */
      eventId: string
    }
    query: {
      /** When the event arrived, as its record says, or the hour of its tree. It is needed once the event has left the hot store, and whoever does not see everybody’s events has no proof of it then */
      receivedAt?: string
    }
    replies: {
      200: EventProof
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the roots of the trees that prove your events, the latest hour first */
  listRoots: {
    method: 'GET'
    path: '/audit/roots'
    query: {
      /** From the hour of this time on */
      from?: string
      /** Before the hour of this time */
      to?: string
      limit?: number
      /** `nextCursor` of the page before */
      cursor?: string
    }
    replies: {
      200: TreeRoots
      400: Problem
      401: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Prove that the log at one root goes on to the log at a later one */
  getConsistency: {
    method: 'GET'
    path: '/audit/consistency'
    query: {
      /** The earlier root: its hour, and its size where its hour was not over */
      from: string
      /** The later one */
      to: string
    }
    replies: {
      200: Consistency
      400: Problem
      401: Problem
      404: Problem
      409: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Follow numbers live, as server-sent events */
  streamMetrics: {
    method: 'GET'
    path: '/analytics/stream'
    query: {
      /** `events`: how many there were; `actors`: how many people were in them */
      metric?: 'events' | 'actors'
      /** A row for each value. Left out: all events together */
      groupBy?: 'type' | 'action' | 'course' | 'source' | 'object' | 'group'
      /** Numbers are of a minute, a quarter of an hour, or an hour, by arrival, in UTC */
      interval?: 'minute' | 'quarter' | 'hour'
      /** Only events of this type */
      type?: string
      /** The action in Caliper's words where it has one, else as it was sent */
      action?: string
      /** The course, or the group where no course is known */
      course?: string
      /** Who sent it */
      source?: string
      /** What it was done to */
      object?: string
      /** Who did it, or whom it was done to */
      learner?: string
      /** The `id` of the last message that came. Left out: what arrives from now on */
      after?: string
    }
    replies: {
      200: string
      307: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Find events, newest first */
  listEvents: {
    method: 'GET'
    path: '/analytics/events'
    query: {
      /** Who */
      actorId?: string
      /** What */
      objectId?: string
      /** E.g. `ViewEvent` */
      type?: string
      /** The learner's session */
      sessionId?: string
      /** Course, section or group */
      groupId?: string
      /** The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short */
      commonAction?: string
      /** `organization_id` of a native event; it has no index either */
      organizationId?: string
      /** `entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type */
      kind?: 'event' | 'entity' | 'all'
      /** A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short */
      filter?: string
      /** Which registered source sent it */
      sourceId?: string
      /** Unique within a tenant; duplicates share it */
      eventId?: string
      /** Caliper, xapi or native */
      standard?: string
      /** E.g. 1.2 */
      standardVersion?: string
      /** E.g. Viewed */
      action?: string
      /** Metric profile, when named */
      profile?: string
      /** E.g. Person */
      actorType?: string
      /** As sent */
      actorName?: string
      /** E.g. Page */
      objectType?: string
      /** As sent */
      objectName?: string
      /** The part of the object that was acted on */
      targetId?: string
      /** What the action made */
      generatedId?: string
      /** E.g. Score */
      generatedType?: string
      /** The application in use */
      edAppId?: string
      /** E.g. Learner; one of the list */
      membershipRoles?: string
      /** Points given */
      score?: string
      /** Points possible */
      maxScore?: string
      /** Passed, when the standard says so */
      success?: string
      /** Completed, when the standard says so */
      completion?: string
      /** Milliseconds */
      durationMs?: string
      /** When it happened, by the sender's clock, UTC */
      eventTime?: string
      /** When it was sent, by the sender's clock, UTC */
      sendTime?: string
      /** When it arrived here, UTC; the authority */
      receivedAt?: string
      /** Received_at minus send_time, milliseconds */
      skewMs?: string
      /** The sender's own counter */
      sequence?: string
      /** Governance category */
      category?: string
      /** Standard, sensitive or pii */
      privacyLevel?: string
      /** Decides how long the lake keeps it */
      retentionClass?: string
      /** No error by the standard's text */
      conformant?: string
      /** Departures from the standard, by code; one of the list */
      issueCodes?: string
      /** Id of the key that sent it */
      'server.subject'?: string
      /** Address that sent it */
      'server.ip'?: string
      /** Program that sent it */
      'server.userAgent'?: string
      /** The request it came in */
      'server.requestId'?: string
      /** Id of the key that repaired it, if any did */
      'repair.by'?: string
      /** When it was repaired, UTC */
      'repair.at'?: string
      /** JSON Pointers to what was changed; one of the list */
      'repair.paths'?: string
      /** When the record store of xAPI took it, UTC */
      storedAt?: string
      /** False: its sender may not define */
      'server.defines'?: string
      /** Whose roles membership_roles are */
      memberId?: string
      /** Nearest section above the group, else offering */
      courseId?: string
      /** As sent */
      courseName?: string
      /** Attempt that was made, submitted or graded */
      attemptId?: string
      /** What was attempted or graded */
      assignableId?: string
      /** Event_time, or received_at where earlier, UTC */
      occurredAt?: string
      /** End of a coarse event_time, exclusive */
      eventTimeEnd?: string
      /** How long its sender asks to keep it */
      retentionDays?: string
      /** Share of its kind that is kept; null is all */
      sampleRate?: string
      /** Rules of the policy that changed it, by name; one of the list */
      governedBy?: string
      /** When its hot copy expires */
      expiresAt?: string
      /** Events from this time on, by their own time */
      from?: string
      /** Events before this time */
      to?: string
      /** By their own time, `desc`: newest first, and of equal times the later arrival first; `asc`: the same backwards */
      order?: 'desc' | 'asc'
      limit?: number
      /** `nextCursor` of the page before, with the same filters and order */
      cursor?: string
      /** `sent`: events as they were sent; `record`: as normalised by us */
      view?: 'sent' | 'record'
      /** Fields of the record with commas between, e.g. `eventId,actorId,score`: each event is an object of these, in the place of `view`. `raw` is the text that was sent */
      fields?: string
      /** `ndjson`: an event a line; `csv`: a table (RFC 4180) with a line of names first, of all fields of the record but `raw` unless `fields` names others. What a spreadsheet would take for a formula has an apostrophe before it. Both say in headers what `json` says beside the events */
      format?: 'json' | 'ndjson' | 'csv'
    }
    replies: {
      200: EventPage
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one event */
  getEvent: {
    method: 'GET'
    path: '/analytics/events/{id}'
    parameters: {
      /** As sent, percent-encoded; of an entity, the id derived by us */
      id: string
    }
    query: {
      /** `sent`: events as they were sent; `record`: as normalised by us */
      view?: 'sent' | 'record'
      /** Converted to a statement or to a Caliper event; what that has no words for is in an extension. In its own standard an event is given as that gives it out. Not with `view=record` */
      as?: 'xapi' | 'caliper'
    }
    replies: {
      200: Event
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read a learner's history */
  getUserHistory: {
    method: 'GET'
    path: '/analytics/users/{id}/history'
    parameters: {
      /** The learner as events name them, percent-encoded */
      id: string
    }
    query: {
      /** What */
      objectId?: string
      /** E.g. `ViewEvent` */
      type?: string
      /** The learner's session */
      sessionId?: string
      /** Course, section or group */
      groupId?: string
      /** The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short */
      commonAction?: string
      /** `organization_id` of a native event; it has no index either */
      organizationId?: string
      /** `entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type */
      kind?: 'event' | 'entity' | 'all'
      /** A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short */
      filter?: string
      /** Events from this time on, by their own time; all when left out */
      from?: string
      /** Events before this time */
      to?: string
      /** By their own time, `desc`: newest first, and of equal times the later arrival first; `asc`: the same backwards */
      order?: 'desc' | 'asc'
      limit?: number
      /** `nextCursor` of the page before, with the same filters and order */
      cursor?: string
      /** `sent`: events as they were sent; `record`: as normalised by us */
      view?: 'sent' | 'record'
      /** Fields of the record with commas between, e.g. `eventId,actorId,score`: each event is an object of these, in the place of `view`. `raw` is the text that was sent */
      fields?: string
      /** `ndjson`: an event a line; `csv`: a table (RFC 4180) with a line of names first, of all fields of the record but `raw` unless `fields` names others. What a spreadsheet would take for a formula has an apostrophe before it. Both say in headers what `json` says beside the events */
      format?: 'json' | 'ndjson' | 'csv'
    }
    replies: {
      200: EventPage
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read your own history */
  getMyHistory: {
    method: 'GET'
    path: '/analytics/me/history'
    query: {
      /** What */
      objectId?: string
      /** E.g. `ViewEvent` */
      type?: string
      /** The learner's session */
      sessionId?: string
      /** Course, section or group */
      groupId?: string
      /** The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short */
      commonAction?: string
      /** `organization_id` of a native event; it has no index either */
      organizationId?: string
      /** `entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type */
      kind?: 'event' | 'entity' | 'all'
      /** A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short */
      filter?: string
      /** Events from this time on, by their own time; all when left out */
      from?: string
      /** Events before this time */
      to?: string
      /** By their own time, `desc`: newest first, and of equal times the later arrival first; `asc`: the same backwards */
      order?: 'desc' | 'asc'
      limit?: number
      /** `nextCursor` of the page before, with the same filters and order */
      cursor?: string
      /** `sent`: events as they were sent; `record`: as normalised by us */
      view?: 'sent' | 'record'
      /** Fields of the record with commas between, e.g. `eventId,actorId,score`: each event is an object of these, in the place of `view`. `raw` is the text that was sent */
      fields?: string
      /** `ndjson`: an event a line; `csv`: a table (RFC 4180) with a line of names first, of all fields of the record but `raw` unless `fields` names others. What a spreadsheet would take for a formula has an apostrophe before it. Both say in headers what `json` says beside the events */
      format?: 'json' | 'ndjson' | 'csv'
    }
    replies: {
      200: EventPage
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Follow events as they arrive */
  listArrivals: {
    method: 'GET'
    path: '/analytics/arrivals'
    query: {
      /** Who */
      actorId?: string
      /** What */
      objectId?: string
      /** E.g. `ViewEvent` */
      type?: string
      /** The learner's session */
      sessionId?: string
      /** Course, section or group */
      groupId?: string
      /** The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short */
      commonAction?: string
      /** `organization_id` of a native event; it has no index either */
      organizationId?: string
      /** `entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type */
      kind?: 'event' | 'entity' | 'all'
      /** A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short */
      filter?: string
      /** Who sent it */
      sourceId?: string
      /** `next` of the answer before. Left out, nothing is listed, and `next` is the end */
      after?: string
      limit?: number
      /** `sent`: events as they were sent; `record`: as normalised by us */
      view?: 'sent' | 'record'
    }
    replies: {
      200: Arrivals
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Count events and people */
  countEvents: {
    method: 'GET'
    path: '/analytics/metrics'
    query: {
      /** `events`: how many there were, each counted for as many as it stands for where a policy keeps a sample. `actors`: how many people were in them, each once an interval; software is nobody */
      metric?: 'events' | 'actors'
      /** A row for each value in each interval. Left out: all events together */
      groupBy?: 'type' | 'action' | 'course' | 'source' | 'object'
      /** Of the time zone; weeks begin on Monday. Left out: the span is one interval */
      interval?: 'hour' | 'day' | 'week'
      /** From this day of the time zone on, or this time. Left out: thirty days before `to` */
      from?: string
      /** Before this day of the time zone, or this time. Left out: now */
      to?: string
      /** Whose days: a name of the IANA database. Left out: the tenant's own, or `UTC` */
      timeZone?: string
      /** Gives each row the number of the period before, which is as long */
      compare?: 'previous'
      /** Groups, those with the greatest sums */
      top?: number
      /** Only events with this value */
      type?: string
      /** The action in Caliper's words where it has one, else as it was sent */
      action?: string
      /** The course, or the group where no course is known */
      course?: string
      /** Who sent it */
      source?: string
      /** What it was done to */
      object?: string
      /** Who did it */
      actorId?: string
      /** Only events with this value */
      actorType?: string
      /** Only events with this value */
      objectType?: string
      /** Only events with this value */
      targetId?: string
      /** Only events with this value */
      generatedType?: string
      /** Only events with this value */
      groupId?: string
      /** Only events with this value */
      sessionId?: string
      /** Only events with this value */
      assignableId?: string
      /** Only events with this value */
      attemptId?: string
      /** Only events with this value */
      edAppId?: string
      /** Only events with this value */
      organizationId?: string
      /** Only events with this value */
      standard?: string
      /** Only events with this value */
      profile?: string
      /** Only events with this value */
      category?: string
      /** Who did it, or whom it was done to: somebody whose work was graded */
      learner?: string
    }
    replies: {
      200: Metrics
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Find frequent paths, or follow a funnel */
  getPaths: {
    method: 'GET'
    path: '/analytics/paths'
    query: {
      /** From this day of the time zone on, or this time. Left out: thirty days before `to` */
      from?: string
      /** Before this day of the time zone, or this time. Left out: now */
      to?: string
      /** Whose days: a name of the IANA database. Left out: `UTC` */
      timeZone?: string
      /** Only what happened in this course, or in this group where no course is known */
      course?: string
      /** Only this person */
      learner?: string
      /** A funnel: two to 10 steps, separated by commas; a comma in a step is `\,`. Left out: the most frequent sequences */
      steps?: string
      /** What a step is called by: the action, in Caliper's words where it has one; the type of the event; the object; its type */
      of?: 'action' | 'type' | 'object' | 'objectType'
      /** A path ends with the session, or goes on through all sessions of a person */
      per?: 'session' | 'person'
      /** Minutes: a longer pause ends a sitting, and is no time spent */
      gap?: number
      /** Steps of a sequence */
      length?: number
      /** A step that comes again at once is one step of a sequence, or another */
      repeats?: 'collapse' | 'keep'
      /** Sequences */
      limit?: number
    }
    replies: {
      200: Paths
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Find how much people work, and who stays away */
  getEngagement: {
    method: 'GET'
    path: '/analytics/engagement'
    query: {
      /** From this day of the time zone on, or this time. Left out: thirty days before `to` */
      from?: string
      /** Before this day of the time zone, or this time. Left out: now */
      to?: string
      /** Whose days: a name of the IANA database. Left out: `UTC` */
      timeZone?: string
      /** Only what happened in this course, or in this group where no course is known */
      course?: string
      /** Only this person */
      learner?: string
      /** A row for each course, for each learner, or for each learner in each course */
      groupBy?: 'course' | 'learner' | 'learner,course'
      /** Minutes: a longer pause ends a sitting, and is no time spent */
      gap?: number
      /** Only learners of whom nothing was seen for so many days, longest first; with `course`, whoever its roster has and nobody saw comes before them */
      inactiveFor?: number
      /** Of learners: by id, by most active minutes, or by who was last seen the longest ago. Left out: by id, or `lastSeen` with `inactiveFor` */
      orderBy?: 'id' | 'activeMinutes' | 'lastSeen'
      /** Rows */
      limit?: number
    }
    replies: {
      200: Engagement
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Find attempts and scores, or how good items are */
  getAssessments: {
    method: 'GET'
    path: '/analytics/assessments'
    query: {
      /** From this day of the time zone on, or this time. Left out: thirty days before `to` */
      from?: string
      /** Before this day of the time zone, or this time. Left out: now */
      to?: string
      /** Whose days: a name of the IANA database. Left out: `UTC` */
      timeZone?: string
      /** Only what happened in this course, or in this group where no course is known */
      course?: string
      /** Only this person */
      learner?: string
      /** A row for each assessment or assignment, or for each item (question) */
      groupBy?: 'assessment' | 'item'
      /** Only this assessment, or the items of it */
      assessment?: string
      /** Minutes: a longer pause ends a sitting, and is no time spent */
      gap?: number
      /** Rows */
      limit?: number
    }
    replies: {
      200: Assessments
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Find how much the learners of an organisation work, under pseudonyms */
  getTenantLearners: {
    method: 'GET'
    path: '/analytics/tenants/{tenant}/learners'
    parameters: {
      /** Whose learners */
      tenant: string
    }
    query: {
      /** From this day of the time zone on, or this time. Left out: thirty days before `to` */
      from?: string
      /** Before this day of the time zone, or this time. Left out: now */
      to?: string
      /** Whose days: a name of the IANA database. Left out: `UTC` */
      timeZone?: string
      /** Only what happened in this course, or in this group where no course is known */
      course?: string
      /** What the answer is for: the same person has the same pseudonym for one purpose, and another for every other */
      purpose: string
      /** Minutes: a longer pause ends a sitting, and is no time spent */
      gap?: number
      /** Learners */
      limit?: number
    }
    replies: {
      200: PseudonymousLearners
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Export events as a file */
  beginExport: {
    method: 'POST'
    path: '/analytics/export'
    body: ExportSettings
    replies: {
      202: Export
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List exports of the last 30 days */
  listExports: {
    method: 'GET'
    path: '/analytics/exports'
    replies: {
      200: Exports
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far an export is, and get the address of its file */
  getExport: {
    method: 'GET'
    path: '/analytics/exports/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: Export
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Cancel an export, or delete one with its file */
  deleteExport: {
    method: 'DELETE'
    path: '/analytics/exports/{id}'
    parameters: {
      id: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Fetch the file of an export */
  getExportFile: {
    method: 'GET'
    path: '/analytics/export-files/{token}'
    parameters: {
      token: string
    }
    replies: {
      200: string
      206: string
      400: Problem
      404: Problem
      410: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how loads into warehouses fare */
  listLoads: {
    method: 'GET'
    path: '/analytics/loads'
    replies: {
      200: LoadList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Report how a load fares */
  putLoad: {
    method: 'PUT'
    path: '/analytics/loads/{name}'
    parameters: {
      name: string
    }
    body: LoadReport
    replies: {
      200: Load
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Forget a load */
  deleteLoad: {
    method: 'DELETE'
    path: '/analytics/loads/{name}'
    parameters: {
      name: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Ask the lake by SQL of your own */
  askSql: {
    method: 'POST'
    path: '/analytics/sql'
    query: {
      /** How it is answered. Left out: as `Accept` says (`text/csv`, `application/vnd.apache.arrow.stream`), else JSON */
      format?: 'json' | 'csv' | 'arrow'
    }
    body: SqlQuestion
    replies: {
      200: SqlAnswer
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List named queries */
  listQueries: {
    method: 'GET'
    path: '/analytics/queries'
    replies: {
      200: Queries
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Ask a named query */
  runQuery: {
    method: 'POST'
    path: '/analytics/queries/{name}'
    parameters: {
      name: string
    }
    query: {
      /** How it is answered. Left out: as `Accept` says (`text/csv`, `application/vnd.apache.arrow.stream`), else JSON */
      format?: 'json' | 'csv' | 'arrow'
    }
    body: QueryRun
    replies: {
      200: SqlAnswer
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Save a query of yours */
  putQuery: {
    method: 'PUT'
    path: '/analytics/queries/{name}'
    parameters: {
      name: string
    }
    body: QueryDefinition
    replies: {
      200: Query
      201: Query
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Delete a query of yours */
  deleteQuery: {
    method: 'DELETE'
    path: '/analytics/queries/{name}'
    parameters: {
      name: string
    }
    replies: {
      204: undefined
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List connections of Learning Observer’s clients, newest first */
  listObserverSessions: {
    method: 'GET'
    path: '/observer/sessions'
    query: {
      /** Of this learner, as events name them */
      userId?: string
      /** Opened from this time on */
      from?: string
      /** Opened before this time */
      to?: string
      limit?: number
      /** `nextCursor` of the page before */
      cursor?: string
    }
    replies: {
      200: ObserverSessions
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the frames of a connection, in their order */
  getObserverLog: {
    method: 'GET'
    path: '/observer/sessions/{id}/log'
    parameters: {
      /** `sessionId` of the list, percent-encoded */
      id: string
    }
    query: {
      /** Frames after this number; of the page before, `X-Nonius-Next-After` */
      after?: number
      limit?: number
    }
    replies: {
      200: string
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Which roster is loaded, what somebody teaches, and who is in a class */
  getRosters: {
    method: 'GET'
    path: '/rosters'
    query: {
      /** Also tell what this person teaches and manages */
      actor?: string
      /** Also tell who is in this class */
      group?: string
    }
    replies: {
      200: RosterState
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Load who teaches and learns what, from OneRoster files */
  putRosters: {
    method: 'PUT'
    path: '/rosters'
    query: {
      /** `true` says what would change, and changes nothing */
      dryRun?: 'true' | 'false'
      /** The column of `users.csv` by which events name people: one of `sourcedId`, `identifier`, `username`, `email`, `userId`, or a text with one in braces. Left out, `sourcedId`, `identifier` and the user ids are all of a person. */
      actorId?: string
      /** The column of `classes.csv` by which events name a class, as their group or course: one of `sourcedId`, `classCode`, or a text with one in braces */
      groupId?: string
    }
    body: string
    replies: {
      200: LoadedRoster
      400: Problem
      401: Problem
      403: Problem
      408: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Forget who teaches and learns what */
  deleteRosters: {
    method: 'DELETE'
    path: '/rosters'
    replies: {
      204: undefined
      401: Problem
      403: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Have events sent to a URL */
  createWebhook: {
    method: 'POST'
    path: '/webhooks'
    body: NewWebhook
    replies: {
      201: CreatedWebhook
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List your webhooks, oldest first */
  listWebhooks: {
    method: 'GET'
    path: '/webhooks'
    query: {
      limit?: number
      /** `nextCursor` of the page before */
      cursor?: string
    }
    replies: {
      200: WebhookList
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one webhook */
  getWebhook: {
    method: 'GET'
    path: '/webhooks/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: Webhook
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Replace the settings of a webhook */
  updateWebhook: {
    method: 'PUT'
    path: '/webhooks/{id}'
    parameters: {
      id: string
    }
    body: WebhookReplacement
    replies: {
      200: Webhook
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Change some settings of a webhook */
  patchWebhook: {
    method: 'PATCH'
    path: '/webhooks/{id}'
    parameters: {
      id: string
    }
    body: WebhookChanges
    replies: {
      200: Webhook
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Delete a webhook */
  deleteWebhook: {
    method: 'DELETE'
    path: '/webhooks/{id}'
    parameters: {
      id: string
    }
    replies: {
      204: undefined
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Give a webhook another secret */
  rotateWebhookSecret: {
    method: 'POST'
    path: '/webhooks/{id}/secret/rotate'
    parameters: {
      id: string
    }
    body: WebhookRotation
    replies: {
      200: RotatedSecret
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the public key of a webhook */
  getWebhookPublicKey: {
    method: 'GET'
    path: '/webhooks/{id}/public-key'
    parameters: {
      id: string
    }
    replies: {
      200: WebhookPublicKey
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See what became of the deliveries of a webhook, the latest first */
  listDeliveries: {
    method: 'GET'
    path: '/webhooks/{id}/deliveries'
    parameters: {
      id: string
    }
    query: {
      status?: 'pending' | 'delivered' | 'failed' | 'held'
      /** Enqueued from this time on */
      from?: string
      /** Enqueued before this time */
      to?: string
      limit?: number
      /** `nextCursor` of the page before, with the same filters */
      cursor?: string
    }
    replies: {
      200: WebhookDeliveryList
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read one delivery, with its body and every attempt */
  getDelivery: {
    method: 'GET'
    path: '/webhooks/{id}/deliveries/{deliveryId}'
    parameters: {
      id: string
      deliveryId: string
    }
    replies: {
      200: WebhookDeliveryDetail
      401: Problem
      403: Problem
      404: Problem
      410: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Try a delivery again that was given up */
  retryDelivery: {
    method: 'POST'
    path: '/webhooks/{id}/deliveries/{deliveryId}/retry'
    parameters: {
      id: string
      deliveryId: string
    }
    replies: {
      202: WebhookDelivery
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Try everything again that was given up */
  retryDeliveries: {
    method: 'POST'
    path: '/webhooks/{id}/retry'
    parameters: {
      id: string
    }
    body: RetryDeliveries
    replies: {
      200: RetriedDeliveries
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send an example now, and see what the receiver says */
  testWebhook: {
    method: 'POST'
    path: '/webhooks/{id}/test'
    parameters: {
      id: string
    }
    body: TestWebhook
    replies: {
      200: TestedWebhook
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how a webhook fares */
  getWebhookStats: {
    method: 'GET'
    path: '/webhooks/{id}/stats'
    parameters: {
      id: string
    }
    query: {
      /** Attempts from this time on, with all of its hour; the last 24 hours when left out */
      since?: string
    }
    replies: {
      200: WebhookStats
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say which events a webhook would want, before it is made */
  matchSettings: {
    method: 'POST'
    path: '/webhooks/match'
    body: TriedSettings
    replies: {
      200: MatchAnswer
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say which events a webhook wants, and why */
  matchWebhook: {
    method: 'POST'
    path: '/webhooks/{id}/match'
    parameters: {
      id: string
    }
    body: TriedEvents
    replies: {
      200: MatchAnswer
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      422: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Send a webhook again what arrived before */
  replayWebhook: {
    method: 'POST'
    path: '/webhooks/{id}/replay'
    parameters: {
      id: string
    }
    body: WebhookReplaySettings
    replies: {
      202: WebhookReplay
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List a webhook's replays, the latest first */
  listWebhookReplays: {
    method: 'GET'
    path: '/webhooks/{id}/replays'
    parameters: {
      id: string
    }
    replies: {
      200: WebhookReplayList
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far a webhook's replay is */
  getWebhookReplay: {
    method: 'GET'
    path: '/webhooks/{id}/replays/{replayId}'
    parameters: {
      id: string
      replayId: string
    }
    replies: {
      200: WebhookReplay
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Pause a replay */
  pauseWebhookReplay: {
    method: 'POST'
    path: '/webhooks/{id}/replays/{replayId}/pause'
    parameters: {
      id: string
      replayId: string
    }
    replies: {
      200: WebhookReplay
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Resume a replay that is paused */
  resumeWebhookReplay: {
    method: 'POST'
    path: '/webhooks/{id}/replays/{replayId}/resume'
    parameters: {
      id: string
      replayId: string
    }
    replies: {
      200: WebhookReplay
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** End a replay before its time */
  cancelWebhookReplay: {
    method: 'POST'
    path: '/webhooks/{id}/replays/{replayId}/cancel'
    parameters: {
      id: string
      replayId: string
    }
    replies: {
      200: WebhookReplay
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the policy in force */
  getPolicy: {
    method: 'GET'
    path: '/policies'
    replies: {
      200: Policy
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Put a policy in place of the one in force */
  putPolicy: {
    method: 'PUT'
    path: '/policies'
    body: PolicyDocument
    replies: {
      200: PolicyPut
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say what a policy would have made of the last events */
  testPolicy: {
    method: 'POST'
    path: '/policies/test'
    body: PolicyTest
    replies: {
      200: PolicyTried
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List the versions of the policy, the latest first */
  listPolicyVersions: {
    method: 'GET'
    path: '/policies/history'
    query: {
      /** Only versions before this one */
      before?: number
      limit?: number
    }
    replies: {
      200: PolicyVersions
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read a version of the policy */
  getPolicyVersion: {
    method: 'GET'
    path: '/policies/versions/{version}'
    parameters: {
      version: number
    }
    replies: {
      200: Policy
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Go back to a version of the policy */
  rollBackPolicy: {
    method: 'POST'
    path: '/policies/rollback'
    body: PolicyRollback
    replies: {
      200: Policy
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Count what was not kept, by rule */
  getPolicyCounts: {
    method: 'GET'
    path: '/policies/counts'
    query: {
      /** From the hour, or day, that this lies in; 30 days or 48 hours back */
      from?: string
      /** Before this time; now when left out */
      to?: string
      /** By the day (UTC), at most 400 of them, or by the hour, at most 31 days */
      interval?: 'hour' | 'day'
    }
    replies: {
      200: PolicyCounts
      400: Problem
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the JSON Schema of policies */
  getPolicySchema: {
    method: 'GET'
    path: '/policies/schema'
    replies: {
      200: PolicySchema
      500: Problem
    }
  }
  /** Ask for everything that is kept about a person */
  requestAccess: {
    method: 'POST'
    path: '/privacy/access-requests'
    body: AccessRequestSettings
    replies: {
      202: AccessRequest
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List access requests of the last 30 days */
  listAccessRequests: {
    method: 'GET'
    path: '/privacy/access-requests'
    replies: {
      200: AccessRequests
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far an access request is, and get links to its files */
  getAccessRequest: {
    method: 'GET'
    path: '/privacy/access-requests/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: AccessRequest
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Fetch a file of an access request */
  getAccessFile: {
    method: 'GET'
    path: '/privacy/access-files/{token}'
    parameters: {
      token: string
    }
    replies: {
      200: string
      400: Problem
      404: Problem
      410: Problem
      500: Problem
      503: Problem
    }
  }
  /** See what is kept about you */
  getMe: {
    method: 'GET'
    path: '/privacy/me'
    replies: {
      200: Me
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Ask for everything that is kept about you */
  requestMyAccess: {
    method: 'POST'
    path: '/privacy/me/access-request'
    replies: {
      202: AccessRequest
      401: Problem
      403: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far your latest access request is, and get links to its files */
  getMyAccessRequest: {
    method: 'GET'
    path: '/privacy/me/access-request'
    replies: {
      200: AccessRequest
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Grant or deny categories yourself */
  putMyConsents: {
    method: 'PUT'
    path: '/privacy/me/consents'
    body: MyConsents
    replies: {
      200: Consent
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Say who is behind a pseudonym */
  revealPerson: {
    method: 'POST'
    path: '/privacy/reveal'
    body: Reveal
    replies: {
      200: Revealed
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Make pseudonyms by a new key from now on */
  rotatePseudonymKey: {
    method: 'POST'
    path: '/privacy/pseudonym-keys/rotate'
    body: PseudonymKeyRotation
    replies: {
      200: PseudonymKeyRotated
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Erase people from everything that is kept */
  createErasure: {
    method: 'POST'
    path: '/privacy/erasures'
    body: ErasureSettings
    replies: {
      202: Erasure
      400: Problem
      401: Problem
      403: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** List erasures, the latest first */
  listErasures: {
    method: 'GET'
    path: '/privacy/erasures'
    replies: {
      200: ErasureList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** See how far an erasure is, and its certificate */
  getErasure: {
    method: 'GET'
    path: '/privacy/erasures/{id}'
    parameters: {
      id: string
    }
    replies: {
      200: Erasure
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Cancel an erasure that waits */
  cancelErasure: {
    method: 'POST'
    path: '/privacy/erasures/{id}/cancel'
    parameters: {
      id: string
    }
    replies: {
      200: Erasure
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Search everything again for people who were erased */
  verifyErasure: {
    method: 'POST'
    path: '/privacy/erasures/{id}/verify'
    parameters: {
      id: string
    }
    body: ErasureSubject
    replies: {
      202: Erasure
      400: Problem
      401: Problem
      403: Problem
      404: Problem
      409: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Let people come again who were erased */
  liftTombstones: {
    method: 'POST'
    path: '/privacy/tombstones/lift'
    body: ErasureSubject
    replies: {
      200: LiftedTombstones
      400: Problem
      401: Problem
      403: Problem
      413: Problem
      415: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Read the public key by which certificates are signed */
  getCertificateKey: {
    method: 'GET'
    path: '/privacy/certificates/key'
    replies: {
      200: CertificateKey
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** That this runs, since when, and where to go next */
  getHome: {
    method: 'GET'
    path: '/'
    replies: {
      200: Running
      500: Problem
    }
  }
  /** This document, to read and to try */
  getDocs: {
    method: 'GET'
    path: '/docs'
    replies: {
      200: string
      500: Problem
    }
  }
  /** The client for pages, to be loaded by a script tag */
  getClientScript: {
    method: 'GET'
    path: '/client.js'
    replies: {
      200: string
      304: undefined
      500: Problem
    }
  }
  /** How much of its budgets your tenant has spent */
  listBudgets: {
    method: 'GET'
    path: '/budgets'
    replies: {
      200: BudgetList
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** How far everything that follows the events is */
  getStatus: {
    method: 'GET'
    path: '/status'
    replies: {
      200: Status
      401: Problem
      403: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
  /** Figures for Prometheus */
  getMetrics: {
    method: 'GET'
    path: '/metrics'
    replies: {
      200: string
      401: Problem
      403: Problem
      404: Problem
      429: Problem
      500: Problem
      503: Problem
    }
  }
}
