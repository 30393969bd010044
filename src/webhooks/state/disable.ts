import type { Clock } from '../../platform/clock'
import type { Registry } from '../../platform/registry'
import type { Webhook } from '../../platform/registry/webhooks'
import { owedFrom } from './owed'

export interface DisableNeeds {
  registry: { webhooks: Pick<Registry['webhooks'], 'replace'> }
  clock: Clock
  /** This is the mark of `ServingPlatform`. */
  mark(): string
}

/**
 * Disables a webhook for what its target does, unless it was changed since it was read.
 * @returns the webhook as it is then; undefined when somebody changed it
 */
export async function disable(
  { registry, clock, mark }: DisableNeeds,
  webhook: Webhook,
  by: 'gone' | 'failures',
  reason: string,
): Promise<Webhook | undefined> {
  const now = clock.now()
  const disabled: Webhook = {
    ...webhook,
    enabled: false,
    disabled: { at: now.toISOString(), by, reason },
    owed: owedFrom(mark(), webhook),
    updatedAt: changedAt(webhook, now),
  }
  return (await registry.webhooks.replace(webhook, disabled)) ? disabled : undefined
}

/**
 * Returns a time later than the change before, even within its millisecond and when the clock is
 * set back.
 */
export function changedAt({ updatedAt }: Pick<Webhook, 'updatedAt'>, now: Date): string {
  return new Date(Math.max(now.getTime(), Date.parse(updatedAt) + 1)).toISOString()
}
