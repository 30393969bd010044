import type { Webhook, WebhookSubscription } from './webhooks'

type Hidden = Pick<Webhook, 'secret' | 'privateKey' | 'former' | 'headers'>

/**
 * Takes a webhook apart into what anybody may list and what is to be sealed. Its health is in
 * neither, since it is stored for itself.
 */
export function takeApart(webhook: Webhook): { shown: WebhookSubscription; hidden: string } {
  const { secret, privateKey, former, headers, health: _, ...shown } = webhook
  const hidden: Hidden = { secret, privateKey, former, headers }
  return { shown, hidden: JSON.stringify(hidden) }
}

/** Reads what was sealed: version 0.1.0 sealed the secret for itself. */
export function readHidden(text: string): Hidden {
  return text.startsWith('{') ? (JSON.parse(text) as Hidden) : { secret: text }
}
