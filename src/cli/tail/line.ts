import type { Issue } from '../../error/issue'
import type { EventRecord } from '../../event/record'
import { describeIssue } from '../issue-text'
import { harmless } from '../table'

export interface Quarantined {
  quarantineId: string
  receivedAt: string
  sourceId: string
  standard: string
  errors: Issue[]
}

/** A thing that is shown is an event, or an item that went to quarantine. */
export type Shown = { event: EventRecord } | { quarantined: Quarantined }

/** Writes one line, which no text of a sender can break. @param isWhole as JSON */
export function lineOf(shown: Shown, isWhole: boolean): string {
  if ('quarantined' in shown)
    return isWhole ? JSON.stringify(shown) : ofQuarantined(shown.quarantined)
  // Line breaks of JSON stand between its values alone; within a text they are escaped.
  return isWhole ? shown.event.raw.replaceAll(/[\r\n]+/g, ' ') : ofEvent(shown.event)
}

function ofEvent(event: EventRecord): string {
  const { receivedAt, sourceId, type, action, actorId, objectId, groupId } = event
  const what = action === undefined ? type : `${type} ${action}`
  const about = [actorId, objectId].filter(Boolean).join(' → ')
  const where = groupId === undefined ? '' : `  in ${groupId}`
  return harmless(`${timeOf(receivedAt)}  ${sourceId}  ${what}  ${about}${where}`)
}

function ofQuarantined({ receivedAt, sourceId, quarantineId, errors }: Quarantined): string {
  const [first, ...more] = errors
  const why = first === undefined ? 'refused' : describeIssue(first)
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return harmless(
    `${timeOf(receivedAt)}  ${sourceId}  quarantined ${quarantineId}  ${why}${others}`,
  )
}

function timeOf(time: string): string {
  return time.slice(11, 19)
}
