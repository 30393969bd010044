import { comparableId } from '../../event/person-id'
import type { EventRecord } from '../../event/record'
import type { DeclaredReducer } from './declared'

/** Tells which state of a reducer an event may change: a learner's, a source's, a group's. */
export function touchedBy(
  { scope, types }: Pick<DeclaredReducer, 'scope' | 'types'>,
  record: EventRecord,
): string | undefined {
  if (record.kind !== 'event') return undefined
  const { type, commonAction } = record
  const isWanted = types?.some((one) => one === type || one === commonAction) ?? true
  if (!isWanted) return undefined
  if (scope === 'source') return record.sourceId
  if (scope === 'group') return record.groupId ?? record.courseId
  const learner = record.memberId ?? record.actorId
  return learner === undefined ? undefined : comparableId(learner)
}
