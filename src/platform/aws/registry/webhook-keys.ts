import type { Webhook, WebhookSubscription } from '../../registry/webhooks'
import { createSecretBox } from '../../shared/secret-box'
import { WEBHOOKS_PARTITION } from '../deployed/tables'
import { keyOf } from '../dynamo/attributes'
import type { Documents } from '../dynamo/json-items'
import type { RootSecret } from '../root-secret'

// All webhooks share a partition, so that one query reads them. It is asked seldom: a number beside
// them, which changes with each of them, tells whether what this process knows still holds.
export const ALL = WEBHOOKS_PARTITION
export const WEBHOOK = 'webhook#'
export const CHANGES = [ALL, 'changes'] as const

export const skOf = ({ tenantId, webhookId }: Pick<Webhook, 'tenantId' | 'webhookId'>) =>
  keyOf('webhook', tenantId, webhookId)

/**
 * Makes the label of a sealed secret: one that is copied to another webhook's item does not open
 * there.
 */
export function labelOf({ tenantId, webhookId }: WebhookSubscription): string {
  return JSON.stringify([tenantId, webhookId])
}

export async function openBox(secrets: RootSecret) {
  return createSecretBox(await secrets.derive('webhook secrets', 32))
}

/** Reads how often any webhook was changed. */
export async function changesNow({ get }: Pick<Documents, 'get'>): Promise<string> {
  return (await get('listing webhooks', ...CHANGES))?.changes?.N ?? '0'
}

/**
 * Lists all items of one tenant, in no promised order.
 * @param attributes which of them; all by default
 */
export function itemsOfTenant(
  { list }: Pick<Documents, 'list'>,
  tenantId: string,
  attributes?: string,
) {
  return list('listing webhooks', ALL, `${WEBHOOK}${keyOf(tenantId)}#`, attributes)
}
