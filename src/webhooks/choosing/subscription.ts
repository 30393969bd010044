import type { Condition } from '../../event/condition'
import { asCondition, type Matches, type Subject, wantedBy } from '../../event/conditions'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { isNoticeName } from '../state/notices'

type Asking = Pick<WebhookSubscription, 'events' | 'filters' | 'rule'>

/**
 * Says as one condition what a webhook asks for: a record of a type it names, that passes all its
 * filters and its rule. It names the kind wherever that matters, so that `wantedBy` adds nothing.
 */
export function conditionOfWebhook({ events, filters, rule }: Asking): Condition {
  const asked = [conditionOfTypes(events), ...filters.map(asCondition)]
  return { all: rule === undefined ? asked : [...asked, rule] }
}

const anyEvent: Condition = { path: 'kind', equals: 'event' }

/**
 * `*` is every event, not every entity: describes go only to webhooks that name their type. Names of
 * notices are no types of what is stored, whatever a sender calls its own.
 */
export function conditionOfTypes(names: readonly string[]): Condition {
  const types = names.filter((name) => name !== '*' && !isNoticeName(name))
  const isNamed: Condition = { path: 'type', in: types }
  if (!names.includes('*')) return isNamed
  return types.length === 0 ? anyEvent : { any: [anyEvent, isNamed] }
}

const made = new WeakMap<Asking, Matches>()

/** Tells whether a webhook gets a record that it is owed (`state/owed.ts`), one of its tenant's. */
export function wants(webhook: WebhookSubscription, subject: Subject): boolean {
  let holds = made.get(webhook)
  if (holds === undefined) {
    holds = wantedBy(conditionOfWebhook(webhook))
    made.set(webhook, holds)
  }
  return webhook.tenantId === subject.record.tenantId && holds(subject)
}
