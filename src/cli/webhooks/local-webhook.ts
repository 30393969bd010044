import { createHash } from 'node:crypto'
import type { EventRecord } from '../../event/record'
import type { Webhook } from '../../platform/registry/webhooks'
import { compose, type Message } from '../../webhooks/compose'
import { intoMessages } from '../../webhooks/payload'
import { signedHeaders } from '../../webhooks/signature'
import type { Settings } from './settings'
import { isGenuine } from './verify'

/** A delivery that was made on this machine, as a receiver would be posted it. */
export interface LocalDelivery extends Message {
  id: string
  records: readonly EventRecord[]
  /** The headers verify the body, by the secret. */
  isVerified: boolean
}

export interface LocalWebhook {
  batch: { maxEvents: number; maxSeconds: number }
  /** Composes and signs the messages of these events, one after the other. */
  deliveries(records: readonly EventRecord[]): Generator<LocalDelivery>
}

// As a webhook of which nothing else is said.
const usualBatch = { maxEvents: 100, maxSeconds: 0.1 }

/** Makes a webhook that is known to nobody else, whose messages are those of a real one. */
export function createLocalWebhook({
  settings,
  secret,
  target,
}: {
  settings: Settings
  secret: string
  target?: URL | undefined
}): LocalWebhook {
  const batch = { ...usualBatch, ...(settings.batch as Partial<typeof usualBatch> | undefined) }
  const now = new Date().toISOString()
  const webhook: Webhook = {
    ...(settings as Partial<Webhook>),
    webhookId: 'whk_local',
    tenantId: '',
    name: 'listen',
    targetUrl: target?.href ?? '',
    events: ['*'],
    filters: [],
    enabled: true,
    secret,
    batch,
    createdAt: now,
    updatedAt: now,
  }

  function delivery(records: readonly EventRecord[]): LocalDelivery {
    const { webhookId } = webhook
    const eventIds = records.map(({ eventId }) => eventId)
    const { tenantId } = records[0]!
    const at = new Date()
    const id = idOf(eventIds)
    const enqueuedAt = at.toISOString()
    const queued = { deliveryId: id, tenantId, webhookId, eventIds, enqueuedAt, attempts: 0 }
    const { body, headers: described } = compose({ ...webhook, tenantId }, queued, records)
    const headers = {
      ...described,
      'user-agent': 'Nonius-Webhooks',
      ...signedHeaders(secret, id, at, body),
    }
    return { id, records, body, headers, isVerified: isGenuine(secret, headers, body) }
  }

  return {
    batch,
    *deliveries(records) {
      for (const message of intoMessages(records)) yield delivery(message)
    },
  }
}

/** The same events are the same message, as on a server (`changes/fan-out.ts`). */
function idOf(eventIds: readonly string[]): string {
  const content = JSON.stringify(['whk_local', ...eventIds])
  return `msg_${createHash('sha256').update(content).digest('hex').slice(0, 40)}`
}
