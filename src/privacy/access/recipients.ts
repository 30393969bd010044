import { createHash } from 'node:crypto'
import { type DeliveryLog, FIGURES_DAYS } from '../../platform/delivery-log'
import type { Registry } from '../../platform/registry'
import type { EventLine } from './lines'

const PAGE = 500
const DAY_MS = 24 * 60 * 60 * 1000

interface Needs {
  registry: Pick<Registry, 'webhooks'>
  deliveries: Pick<DeliveryLog, 'list'>
  now: Date
}

/**
 * Says who was sent events of the person, by the log of deliveries, which goes back for a week at least.
 * @param lines those of the person's events
 */
export async function* readRecipients(
  { registry, deliveries, now }: Needs,
  tenantId: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<string> {
  const webhooks = await registry.webhooks.list(tenantId)
  if (webhooks.length === 0) return
  const own = await digestsOf(lines, new Date(now.getTime() - FIGURES_DAYS * DAY_MS).toISOString())
  for (const { webhookId, name, targetUrl } of webhooks) {
    const told = { delivered: 0, waiting: 0, failed: 0, events: 0 }
    let latestAt: string | undefined
    let cursor: string | undefined
    do {
      const page = await deliveries.list(tenantId, webhookId, { limit: PAGE, cursor })
      for (const { eventIds, status, enqueuedAt } of page.items) {
        const events = eventIds.filter((id) => own.has(digestOf(id))).length
        if (events === 0) continue
        told.events += events
        told[status === 'delivered' || status === 'failed' ? status : 'waiting'] += 1
        latestAt ??= enqueuedAt
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
    if (told.events === 0) continue
    // The path of an address may have a secret in it.
    const host = URL.parse(targetUrl)?.host
    yield JSON.stringify({ webhookId, name, host, ...told, latestAt })
  }
}

/** Remembers a million ids in some forty megabytes: by 52 bits of a digest of each. */
async function digestsOf(lines: AsyncIterable<string>, since: string): Promise<Set<number>> {
  const own = new Set<number>()
  for await (const part of lines) {
    for (const line of part.split('\n')) {
      if (line === '') continue
      const { eventId, receivedAt } = JSON.parse(line) as EventLine
      if (receivedAt >= since) own.add(digestOf(eventId))
    }
  }
  return own
}

function digestOf(eventId: string): number {
  return Number(createHash('sha256').update(eventId).digest().readBigUInt64BE() >> 12n)
}
