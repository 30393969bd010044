import type { Condition } from '../event/condition'
import { asCondition, type Matches, type Subject, wantedBy } from '../event/conditions'
import type { WebhookSubscription } from '../platform/registry/webhooks'
import { isNoticeName } from './notices'

type Asking = Pick<WebhookSubscription, 'events' | 'filters' | 'rule'>

/** These parts of a condition must all hold: the types, then each filter, then the rule. */
export interface AskedOf {
  events: Condition
  filters: Condition[]
  rule?: Condition | undefined
}

/** Says as conditions what a webhook asks of what is stored. */
export function askedOf({ events, filters, rule }: Asking): AskedOf {
  return { events: ofTypes(events), filters: filters.map(asCondition), ...(rule && { rule }) }
}

/**
 * Says as one condition what a webhook asks for: a record of a type it names, that passes all its
 * filters and its rule. It names the kind wherever that matters, so that `wantedBy` adds nothing.
 */
export function conditionOfWebhook(webhook: Asking): Condition {
  const { events, filters, rule } = askedOf(webhook)
  return { all: [events, ...filters, ...(rule === undefined ? [] : [rule])] }
}

const anyEvent: Condition = { path: 'kind', equals: 'event' }

/**
 * `*` is every event, not every entity: describes go only to webhooks that name their type. Names of
 * notices are no types of what is stored, whatever a sender calls its own.
 */
function ofTypes(names: readonly string[]): Condition {
  const types = names.filter((name) => name !== '*' && !isNoticeName(name))
  const isNamed: Condition = { path: 'type', in: types }
  if (!names.includes('*')) return isNamed
  return types.length === 0 ? anyEvent : { any: [anyEvent, isNamed] }
}

const made = new WeakMap<Asking, Matches>()

/** Tells whether a webhook gets a record that it is owed (`owed.ts`), one of its tenant's. */
export function wants(webhook: WebhookSubscription, subject: Subject): boolean {
  let holds = made.get(webhook)
  if (holds === undefined) {
    holds = wantedBy(conditionOfWebhook(webhook))
    made.set(webhook, holds)
  }
  return webhook.tenantId === subject.record.tenantId && holds(subject)
}
