import type { ReadEvent } from '../../event/reading'
import { toUtcMillis } from '../../syntax/timestamp'
import type { FreeText } from './free-text'

/** Texts of a record that come from its item, and may name somebody. */
const texts = [
  'actorId',
  'actorName',
  'objectId',
  'objectName',
  'targetId',
  'generatedId',
  'groupId',
  'sessionId',
  'organizationId',
  'edAppId',
  'memberId',
  'courseId',
  'courseName',
  'attemptId',
  'assignableId',
] as const satisfies (keyof ReadEvent)[]

const numbers = [
  'score',
  'maxScore',
  'durationMs',
  'sequence',
] as const satisfies (keyof ReadEvent)[]
const times = ['eventTime', 'eventTimeEnd', 'sendTime'] as const satisfies (keyof ReadEvent)[]

/** These may be said by what surrounds the item, and not stand in it. */
const aside = new Set<string>(['edAppId', 'organizationId'])

/** The changes say what happened to the values of the item that the record was read of. */
export interface Changes {
  freeText: FreeText
  /** If true, nobody stands in what is left of the item, nor then in what was read of it. */
  isQuiet: boolean
  gone: ReadonlySet<unknown>
  became: ReadonlyMap<unknown, string | number>
  /** If true, fields of a rule changed: then numbers and times of the record may be theirs. */
  hasPaths: boolean
}

/** Does to the fields of a record what was done to the item. It changes the event, which is a copy. */
export function cleanRecord(event: ReadEvent, changes: Changes): void {
  const { freeText, gone, became } = changes
  for (const field of texts) {
    const value = event[field]
    if (value === undefined) continue
    const put = became.get(value)
    if (put !== undefined) event[field] = String(put)
    else if (gone.has(value)) event[field] = undefined
    else if (!changes.isQuiet || aside.has(field)) event[field] = freeText.inText(value)
  }
  if (!changes.hasPaths) return
  for (const field of numbers) {
    const value = event[field]
    if (value !== undefined && (gone.has(value) || became.has(value))) event[field] = undefined
  }
  // A rule that takes out `success` leaves no way to tell which of two booleans it was: both go.
  if (event.success !== undefined && gone.has(event.success)) event.success = undefined
  if (event.completion !== undefined && gone.has(event.completion)) event.completion = undefined
  for (const [sent, made] of became) {
    const from = timeOf(sent)
    const to = timeOf(made)
    if (from === undefined || to === undefined) continue
    for (const field of times) if (event[field] === from) event[field] = to
  }
}

function timeOf(value: unknown): string | undefined {
  if (typeof value === 'string') return toUtcMillis(value)
  if (typeof value !== 'number') return undefined
  const at = new Date(Math.abs(value) < 100_000_000_000 ? value * 1000 : value)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
