import { asCondition, type Subject, subjectOf } from '../../event/conditions'
import { explain, listed, type Reason, show } from '../../event/conditions/explain'
import { matcherOf } from '../../event/conditions/match'
import type { EventRecord } from '../../event/record'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { isNoticeName } from '../state/notices'
import { conditionOfTypes } from './subscription'

export interface Match {
  matches: boolean
  /**
   * They are the parts that hold, of an event that matches, and of another those that fail. `path` leads
   * to each in the settings.
   */
  reasons: Reason[]
  /** So many more reasons were left out. */
  moreReasons?: number
}

type Asking = Pick<WebhookSubscription, 'events' | 'filters' | 'rule'>

/**
 * Says whether a webhook with these settings would be sent a record, and why.
 * @param mostReasons it has no more than these
 */
export function matchOf(settings: Asking, record: EventRecord, mostReasons: number): Match {
  const subject = subjectOf(record)
  const parts = partsOf(settings, subject)
  const matches = parts.every(({ holds }) => holds)
  const all = parts.flatMap(({ holds, reasons }) => (holds === matches ? reasons() : []))
  const reasons = all.slice(0, mostReasons)
  const moreReasons = all.length - reasons.length
  return { matches, reasons, ...(moreReasons > 0 && { moreReasons }) }
}

interface Part {
  holds: boolean
  reasons(): Reason[]
}

function partsOf({ events, filters, rule }: Asking, subject: Subject): Part[] {
  const isNamed = matcherOf(conditionOfTypes(events))(subject)
  const message = sayType(events, subject.record, isNamed)
  const types: Part = {
    holds: isNamed,
    reasons: () => [{ path: ['events'], holds: isNamed, message }],
  }
  const conditions = [
    ...filters.map((filter, at) => ({ path: ['filters', at], condition: asCondition(filter) })),
    ...(rule === undefined ? [] : [{ path: ['rule'], condition: rule }]),
  ]
  return [
    types,
    ...conditions.map(
      ({ path, condition }): Part => ({
        holds: matcherOf(condition)(subject),
        reasons: () =>
          explain(condition, subject).map((one) => ({ ...one, path: [...path, ...one.path] })),
      }),
    ),
  ]
}

/** Says how the types that a webhook names fare with that of a record. */
function sayType(events: readonly string[], { kind, type }: EventRecord, isNamed: boolean): string {
  const named = events.filter((name) => !isNoticeName(name))
  if (isNamed) {
    return named.includes(type)
      ? `type is ${show(type)}, which is named`
      : 'every event is asked for (*)'
  }
  if (named.length === 0) return 'events names notices alone, and no type of events'
  if (isNoticeName(type)) return `type is ${show(type)}, and such names are those of notices`
  if (kind === 'entity' && named.includes('*')) {
    return `it is an entity, and * is every event: name its type, ${show(type)}`
  }
  return `type is ${show(type)}, not one of ${listed(named)}`
}
