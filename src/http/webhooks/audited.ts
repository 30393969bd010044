import type { Principal } from '../../identity/principal'
import type { Webhook } from '../../platform/registry/webhooks'
import { audited } from '../audit'
import type { AppDeps } from '../context'

/** Puts into the trail where a webhook sends what from now on. Its secrets and headers stay out of it. */
export async function webhookAudited(
  deps: AppDeps,
  principal: Principal,
  what: 'created' | 'changed',
  { webhookId: target, targetUrl, events, filters, rule, format, fields, enabled }: Webhook,
): Promise<void> {
  // An address may carry a password or a token.
  const { origin, pathname } = new URL(targetUrl)
  const sent = { events, filters, ...(rule && { rule }), ...(fields && { fields }) }
  const details = { target: origin + pathname, enabled, ...(format && { format }), ...sent }
  await audited(deps, principal, { action: `webhook.${what}`, target, details })
}
