import { createHash } from 'node:crypto'
import type { EventRecord } from '../../event/record'
import type { Outgoing } from '../../platform/delivery-queue'
import type { Webhook } from '../../platform/registry/webhooks'
import { intoMessages } from '../payload'

interface Cutting {
  enqueuedAt: string
  replayId: string
  archived?: Outgoing['archived']
}

/**
 * Makes the deliveries of a page. Their ids are derived from the replay as well: they are others than
 * those with which the events were sent first.
 */
export function deliveriesOf(
  { tenantId, webhookId }: Webhook,
  records: readonly EventRecord[],
  { enqueuedAt, replayId, archived }: Cutting,
): Outgoing[] {
  return intoMessages(records).map((message) => {
    const eventIds = message.map(({ eventId }) => eventId)
    const content = JSON.stringify([webhookId, ...eventIds, { replayId }])
    const hash = createHash('sha256').update(content).digest('hex')
    const deliveryId = `msg_${hash.slice(0, 40)}`
    return {
      ...{ deliveryId, tenantId, webhookId, eventIds, enqueuedAt, attempts: 0 },
      ...(archived && { archived }),
    }
  })
}
