import type { EventRecord } from '../../event/record'
import type { Webhook } from '../../platform/registry/webhooks'
import { outgoingOf } from '../../webhooks/choosing/outgoing'
import { compose, type Message } from '../../webhooks/message/compose'
import { bytesOf, requestHeaders } from '../../webhooks/message/request'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'
import type { Settings } from './settings'
import { isGenuine } from './verify'

/** A delivery that was made on this machine, as a receiver would be posted it. */
export interface LocalDelivery extends Message {
  id: string
  /** The body as it is posted: compressed, if the webhook asks for that. */
  bytes: Uint8Array
  records: readonly EventRecord[]
  /** The headers verify the body, by the secret. */
  isVerified: boolean
}

// It is called nowhere; the name stands in what its settings are read as.
const NOWHERE = 'http://localhost'

/**
 * Makes a webhook that no server knows, of settings that one would take.
 * @throws {CommandError} for what is wrong with them
 */
export async function localWebhook(
  settings: Settings,
  secret: string,
  target?: URL,
): Promise<Webhook> {
  const { WebhookSettings } = await import('../../http/webhooks/schemas')
  const { storedOf } = await import('../../http/webhooks/stored-settings')
  // Only a server keeps a secret of one's own.
  const { secret: _, ...others } = settings
  const read = WebhookSettings.safeParse({ ...others, targetUrl: target?.href ?? NOWHERE })
  if (!read.success) {
    const reasons = read.error.issues.map(({ path, message }) =>
      describeIssue({ path: path.map(String), message }),
    )
    throw new CommandError(reasons.join('; '))
  }
  const at = new Date().toISOString()
  const ids = { webhookId: 'whk_local', tenantId: '', secret, createdAt: at, updatedAt: at }
  return { ...storedOf({ ...read.data, enabled: true }, at), ...ids }
}

/** Composes and signs what the webhook would be posted of these events, one after the other. */
export async function* deliveriesTo(
  webhook: Webhook,
  records: readonly EventRecord[],
): AsyncGenerator<LocalDelivery> {
  const byId = new Map(records.map((record) => [record.eventId, record]))
  for (const outgoing of outgoingOf(webhook, records, { enqueuedAt: new Date().toISOString() })) {
    const { deliveryId: id, eventIds } = outgoing
    const sent = eventIds.map((eventId) => byId.get(eventId)!)
    const message = compose(webhook, outgoing, sent)
    const headers = requestHeaders(webhook, id, new Date(), message)
    const isVerified = isGenuine(webhook.secret, headers, message.body)
    const bytes = await bytesOf(webhook, message)
    yield { id, records: sent, body: message.body, bytes, headers, isVerified }
  }
}
