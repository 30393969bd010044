import { MAX_DEPTH } from '../../../event/limits'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../../syntax/json-cost'
import { isDeeperThan } from '../../../syntax/json-scan'
import { MAX_PAYLOAD_TEXT } from '../model'
import type { Dialect, EventRow, Members } from './dialect'
import { isObject } from './look-up'

/*
 * Lines of the tracking logs of Open edX ("Open edX Research Guide", "Events in the Tracking Logs"),
 * and the same events as its event bus and `event-routing-backends` have them: `name`, `data`,
 * `timestamp`.
 */

const problem: EventRow = {
  action: 'Submitted',
  objectType: 'Assessment',
  fields: {
    actorId: 'event.user_id context.user_id username context.username',
    objectId: 'event.problem_id context.module.usage_key',
    objectName: 'context.module.display_name',
    assignableId: 'event.problem_id context.module.usage_key',
    score: 'event.weighted_earned event.grade event.new_total',
    maxScore: 'event.weighted_possible event.max_grade event.new_total_possible',
    success: 'event.is_correct',
  },
}

const seen: EventRow = {
  action: 'Viewed',
  objectType: 'AssessmentItem',
  fields: {
    objectId: 'event.problem_id event.module_id event.problem context.module.usage_key',
    objectName: 'context.module.display_name',
  },
}

const video = (action?: string): EventRow => ({
  ...(action !== undefined && { action }),
  objectType: 'VideoObject',
  fields: { objectId: 'event.id event.code', objectName: 'context.module.display_name' },
})

const unit: EventRow = {
  action: 'NavigatedTo',
  objectType: 'DigitalResource',
  fields: { objectId: 'event.id event.target_url page context.page' },
}

const enrollment = (action?: string): EventRow => ({
  ...(action !== undefined && { action }),
  objectType: 'CourseOffering',
  fields: {
    actorId: 'event.user_id context.user_id username',
    objectId: 'event.course_id context.course_id',
  },
})

const courseGrade: EventRow = {
  ...enrollment(),
  fields: { ...enrollment().fields, score: 'event.percent_grade' },
}

const post = (type: string): EventRow => ({
  action: 'Posted',
  objectType: type,
  fields: { objectId: 'event.id', objectName: 'event.title', targetId: 'event.discussion.id' },
})

const rows: Record<string, EventRow> = {
  problem_check: problem,
  'edx.grades.problem.submitted': problem,
  'edx.grades.problem.rescored': { ...problem, action: 'Graded' },
  'edx.grades.problem.score_overridden': { ...problem, action: 'Graded' },
  problem_show: seen,
  showanswer: seen,
  'edx.problem.hint.demandhint_displayed': seen,
  'edx.problem.completed': { ...seen, action: 'Completed' },
  load_video: video(),
  play_video: video('Started'),
  pause_video: video('Paused'),
  stop_video: video('Ended'),
  seek_video: video('JumpedTo'),
  speed_change_video: video('ChangedSpeed'),
  show_transcript: video('EnabledClosedCaptioning'),
  hide_transcript: video('DisabledClosedCaptioning'),
  seq_next: unit,
  seq_prev: unit,
  seq_goto: unit,
  'edx.ui.lms.link_clicked': unit,
  'edx.ui.lms.outline.selected': unit,
  'edx.ui.lms.sequence.tab_selected': unit,
  'edx.ui.lms.sequence.next_selected': unit,
  'edx.ui.lms.sequence.previous_selected': unit,
  'edx.course.enrollment.activated': enrollment('Activated'),
  'edx.course.enrollment.deactivated': enrollment('Deactivated'),
  'edx.course.completed': enrollment('Completed'),
  'edx.course.grade.passed.first_time': enrollment(),
  'edx.grades.course.grade_calculated': courseGrade,
  'edx.forum.thread.created': post('Thread'),
  'edx.forum.response.created': post('Message'),
  'edx.forum.comment.created': post('Message'),
  'edx.forum.thread.viewed': {
    action: 'Viewed',
    objectType: 'Thread',
    fields: { objectId: 'event.id', objectName: 'event.title' },
  },
  // Each is a request to the server, by its path.
  request: { fields: { objectId: 'path' } },
}

/** The same under the names that mobile apps and newer players give. */
const names: Record<string, string> = {
  'edx.video.loaded': 'load_video',
  'edx.video.played': 'play_video',
  'edx.video.paused': 'pause_video',
  'edx.video.stopped': 'stop_video',
  'edx.video.position.changed': 'seek_video',
  'edx.video.transcript.shown': 'show_transcript',
  'edx.video.transcript.hidden': 'hide_transcript',
}

export const edx: Dialect = {
  name: 'edx',
  words: { one: 'event of an Open edX tracking log', many: 'events of Open edX tracking logs' },
  isOne(item) {
    if (!isObject(item.context) || !hasTime(item) || !hasEvent(item)) return false
    if (typeof item.event_source === 'string') return isName(item.event_type) || isName(item.name)
    return isName(item.name) && item.event_type === undefined && isPlace(item.context)
  },
  mayBeOne: (item) =>
    (isName(item.event_type) || isName(item.name)) &&
    (item.event_source !== undefined || item.username !== undefined || hasEvent(item)),
  prepare(item) {
    const event = unpacked(item.event ?? item.data)
    const { event_type: type, name, event_source: source } = item
    const sent = isName(type) ? type : name
    // A path has ids in it: of requests, there would be as many types as addresses.
    const isRequest = typeof sent === 'string' && sent.startsWith('/')
    const said = isRequest ? { type: 'request', path: sent } : { type: sent }
    // The browser says that an answer was sent off, and the server says which it was.
    const isEcho = sent === 'problem_check' && source === 'browser'
    return { ...item, event, ...said, isEcho }
  },
  members: {
    event_type: 'type event_type name',
    timestamp: 'time timestamp',
    user_id: 'context.user_id username context.username',
    session_id: 'session context.session',
    source: 'host context.host',
    payload: 'event',
  },
  fields: { courseId: 'context.course_id event.course_id' },
  rowOf(type, { isEcho }) {
    const name = Object.hasOwn(names, type) ? names[type]! : type
    return isEcho !== true && Object.hasOwn(rows, name) ? rows[name] : undefined
  },
  hasOwnTypes: () => true,
}

// A browser's event is JSON text, and was packed once more by some versions.
const MOST_PACKED = 2

/** @returns undefined for what is no object in the end, such as the fields of a form */
function unpacked(event: unknown): Members | undefined {
  let value = event
  for (let turn = 0; turn < MOST_PACKED && typeof value === 'string'; turn += 1) {
    if (value.length > MAX_PAYLOAD_TEXT || !/^\s*[{"]/.test(value)) return undefined
    if (isDeeperThan(value, MAX_DEPTH) || holdsMoreThan(value, MAX_ELEMENT_VALUES)) return undefined
    try {
      value = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  return isObject(value) ? value : undefined
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function hasTime({ time, timestamp }: Members): boolean {
  return time !== undefined || timestamp !== undefined
}

function hasEvent({ event, data }: Members): boolean {
  return event !== undefined || data !== undefined
}

function isPlace(context: Members): boolean {
  return 'course_id' in context || 'org_id' in context
}
