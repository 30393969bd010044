import { derivedNativeId } from '../../event/id'
import {
  commonRole,
  type PersonalRole,
  type PersonalTable,
  saysYes,
} from '../../event/personal-table'
import { isObject } from './dialects/look-up'
import { textOf } from './gate'

/** These names mean the same at any place of a native event, or of one in a dialect. */
const inItem = new Map<string, PersonalRole>([
  ['session_id', 'session'],
  ['sessionId', 'session'],
  ['session', 'session'],
  // Open edX: the browser, and the address that it came from.
  ['agent', 'agent'],
  ['identify', 'claims'],
  // Learning Observer: who is signed in to the browser, and what schools call their learners.
  ['chrome_identity', 'person'],
  ['user_tag', 'people'],
  ['teacher_tag', 'people'],
])

const fixed = new Set(
  'event_type type timestamp client_ts seq privacy_level retention_days event_version event_name event_time originalTimestamp sentAt receivedAt specversion datacontenttype time user_id payload properties payload_json context device_info event_id'.split(
    ' ',
  ),
)

export const personal: PersonalTable = {
  roleOf: (name, place) =>
    (place === 'item' || place === 'claims' ? inItem.get(name) : undefined) ??
    commonRole(name, place),
  typeNames: ['type', '@type'],
  isPerson: (type) => (type === 'Person' || type === 'person' ? true : undefined),
  idOf({ id, '@id': early, user_id, userId, ...others }) {
    const found = [id, early, user_id, userId, ...Object.values(others)].map(textOf)
    return found.find((one) => one !== undefined)
  },
  isFixed: (name) => fixed.has(name),
  deriveId: (raw) => derivedNativeId(raw),
  saysUnder13(item) {
    const context = isObject(item) ? item.context : undefined
    return isObject(context) && saysYes(context.under13)
  },
  consentIn(item) {
    const context = isObject(item) ? item.context : undefined
    return isObject(context) && isObject(context.consent) ? context.consent : undefined
  },
}
