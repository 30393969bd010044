import type { Condition } from '../../event/condition'
import { conditionOf } from '../../event/conditions'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'
import type { Settings } from './settings'

/**
 * Says as one condition which events a webhook of these settings is sent.
 * @returns undefined when every event is
 * @throws {CommandError} for settings that are none
 */
export function conditionOfChoice(
  source: string | undefined,
  { events = ['*'], rule, filters = [] }: Settings,
): Condition | undefined {
  if (!Array.isArray(events) || !Array.isArray(filters)) {
    throw new CommandError('`events` and `filters` of the settings must be lists')
  }
  const { condition, errors } = conditionOf({
    filters: [
      ...(source === undefined ? [] : [{ path: 'sourceId', equals: source }]),
      ...ofTypes(events),
      ...(rule === undefined || rule === null ? [] : [rule]),
      ...filters,
    ],
  })
  if (errors === undefined) return condition
  throw new CommandError(errors.map(describeIssue).join('; '))
}

/** Entities are sent only where their type is named (`webhooks/choosing/subscription.ts`). */
function ofTypes(events: readonly unknown[]): unknown[] {
  const named = events.filter((type) => type !== '*')
  if (!events.includes('*')) return [{ path: 'type', in: named }]
  if (named.length === 0) return []
  const isEvent = { path: 'kind', equals: 'event' }
  return [{ any: [isEvent, { path: 'type', in: named }] }]
}
