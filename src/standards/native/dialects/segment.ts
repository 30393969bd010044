import type { Dialect, EventRow } from './dialect'

/*
 * Messages of Segment's HTTP Tracking API, as its libraries and those of RudderStack send them
 * (Segment, "HTTP API Source" and "Spec").
 */

/** The kinds of message, each with its short address. */
export const segmentCalls = {
  track: 't',
  identify: 'i',
  page: 'p',
  screen: 's',
  group: 'g',
  alias: 'a',
} as const

const page: EventRow = {
  action: 'NavigatedTo',
  objectType: 'WebPage',
  fields: {
    objectId: 'properties.url context.page.url properties.path context.page.path name',
    objectName: 'properties.title name context.page.title',
  },
}

const video = (action: string): EventRow => ({
  action,
  objectType: 'VideoObject',
  fields: {
    objectId: 'properties.content_asset_id properties.video_id properties.asset_id',
    objectName: 'properties.title',
  },
})

const session = (action: string): EventRow => ({
  action,
  objectType: 'SoftwareApplication',
  fields: { objectId: 'context.app.name context.page.url' },
})

/** Names of Segment's own specifications, of video and of software as a service. */
const tracked: Record<string, EventRow> = {
  'Signed In': session('LoggedIn'),
  'Signed Out': session('LoggedOut'),
  'Video Playback Started': video('Started'),
  'Video Playback Paused': video('Paused'),
  'Video Playback Resumed': video('Resumed'),
  'Video Playback Seek Completed': video('JumpedTo'),
  'Video Playback Completed': video('Ended'),
  'Video Content Started': video('Started'),
  'Video Content Completed': video('Ended'),
}

const called: Record<string, EventRow> = {
  page,
  screen: {
    ...page,
    objectType: 'Page',
    fields: { objectId: 'properties.name name', objectName: 'name' },
  },
  group: { fields: { groupId: 'groupId' } },
}

export const segment: Dialect = {
  name: 'segment',
  words: { one: 'Segment message', many: 'Segment messages' },
  isOne: (item) =>
    isCall(item.type) &&
    (item.userId !== undefined || item.anonymousId !== undefined || item.messageId !== undefined),
  mayBeOne: ({ type, event }) => isCall(type) || typeof event === 'string',
  prepare(item, { call, sentAt }) {
    const kind = isCall(call) ? call : undefined
    const type = item.type ?? kind ?? (typeof item.event === 'string' ? 'track' : undefined)
    // The name of what was tracked is the sender's; any other call is known by its kind.
    const event = type === 'track' ? item.event : type
    return { ...item, type, event, sentAt: item.sentAt ?? sentAt }
  },
  members: {
    event_type: 'event',
    event_id: 'messageId',
    // The time of sending is no event's own: two messages without a time of theirs are two.
    timestamp: 'timestamp originalTimestamp',
    user_id: 'userId anonymousId',
    session_id: 'context.sessionId context.session_id properties.sessionId properties.session_id',
    source: 'context.app.name',
    payload: 'properties traits',
    context: 'context',
  },
  fields: {
    groupId: 'context.groupId properties.group_id',
    sendTime: 'sentAt',
  },
  rowOf(type, { type: call }) {
    const rows = call === 'track' ? tracked : called
    return Object.hasOwn(rows, type) ? rows[type] : undefined
  },
  // The name of what was tracked is the sender's, and may be registered; the kinds of call are Segment's.
  hasOwnTypes: ({ type }) => type !== 'track',
  lacking: ({ type }) => (type === undefined ? 'type' : 'event'),
}

function isCall(type: unknown): boolean {
  return typeof type === 'string' && Object.hasOwn(segmentCalls, type)
}
