import {
  type DeliveryEntry,
  type DeliveryLog,
  type DeliveryPage,
  type DeliveryStatus,
  deliveryStatuses,
} from '../delivery-log'
import { roomOf } from '../shared/page-bytes'
import type { TokenSigner } from '../shared/page-token'
import { waitAgain } from './deliveries/again'
import { adoptFormerDead } from './deliveries/former-dead'
import { deliveryKey, deliveryOf, idOf, isExpired, statusOf } from './deliveries/items'
import { laneOf } from './deliveries/lanes'
import { boundsOf, createListed, type Listed, timeAt } from './deliveries/listed'
import { createParts, type QueueNeeds } from './deliveries/parts'
import { triesOf } from './deliveries/tries'
import { type AwsDeliveryQueue, createDeliveryQueue } from './delivery-queue'
import type { Attributes } from './dynamo/attributes'
import { batchGet } from './dynamo/batch-get'
import { chunksOf, inParallel } from './dynamo/in-parallel'

interface LogNeeds extends QueueNeeds {
  /** Signs the cursors of `list`. */
  tokens(): Promise<TokenSigner>
}

interface Forgetting {
  forget(tenantId: string, webhookId: string): Promise<void>
}

// So many are read, or changed, at a time: as many as BatchGetItem takes.
const STEP = 100
const WRITES_AT_A_TIME = 10
// Counting reads the index: some two hundred bytes for each, so two megabytes for a status.
const MOST_COUNTED = 10_000
// Two seconds' work of the request that deletes a webhook.
const MOST_FORGOTTEN = 2000

/** Opens the queue with its log, which forget a webhook together. */
export function openLogged(needs: LogNeeds): AwsDeliveryQueue & DeliveryLog {
  const queue = createDeliveryQueue(needs)
  const { forget, ...log } = createDeliveryLog(needs)
  return {
    ...{ ...queue, ...log },
    async drop(tenantId, webhookId) {
      await queue.drop(tenantId, webhookId)
      await forget(tenantId, webhookId)
    },
  }
}

/**
 * The log reads the items of the queue. Which there are is read from an index, which follows within
 * moments (DynamoDB has no other for it): a delivery that was enqueued, or ended, a second ago may be
 * missing from a list, a count and `againAll`. What is said of each is read from its item, as it is.
 */
function createDeliveryLog(needs: LogNeeds): DeliveryLog & Forgetting {
  const { dynamo, table, tokens } = needs
  const parts = createParts(needs)
  const { rows, lanes, parked, figures, now } = parts
  const listed = createListed(needs)

  async function list(tenantId: string, webhookId: string, page: DeliveryPage) {
    const { limit, cursor, status, from, to } = page
    const question = JSON.stringify(['deliveries', tenantId, webhookId, status, from, to])
    const signer = await tokens()
    const bounds = boundsOf(from, to)
    if (cursor !== undefined) bounds.before = signer.read<string>(cursor, question)
    if (status === undefined || status === 'failed') await adopt(tenantId, webhookId)
    const asked = { ...bounds, order: 'newest', limit: limit + 1 } as const
    const found = await Promise.all(
      (status === undefined ? deliveryStatuses : [status]).map((one) =>
        listed.list([tenantId, webhookId, one], asked),
      ),
    )
    // One that changes now may be listed twice.
    const all = [...new Map(found.flat().map((one) => [one.place, one])).values()]
    all.sort((a, b) => (a.place < b.place ? 1 : -1))
    const shown = all.slice(0, limit)
    const { items, last } = await readEntries(shown, { tenantId, webhookId, page })
    const isLast = all.length <= limit && last === shown.at(-1)
    return isLast || last === undefined
      ? { items }
      : { items, nextCursor: signer.issue(last.place, question) }
  }

  /** Reads what a page has room for. @returns the last that was looked at as well */
  async function readEntries(
    all: readonly Listed[],
    asked: { tenantId: string; webhookId: string; page: DeliveryPage },
  ) {
    const { tenantId, webhookId, page } = asked
    const room = roomOf(page)
    const items: DeliveryEntry[] = []
    let last: Listed | undefined
    for (const step of chunksOf(all, STEP)) {
      const held = await read(step.map(({ deliveryId }) => deliveryId))
      for (const one of step) {
        const item = held.get(one.deliveryId)
        if (item !== undefined && isOf(item, tenantId, webhookId, page.status)) {
          const entry = await entryOf(item)
          if (!room.take(Buffer.byteLength(JSON.stringify(entry)))) return { items, last }
          items.push(entry)
        }
        last = one
      }
    }
    return { items, last }
  }

  async function read(deliveryIds: readonly string[]): Promise<Map<string, Attributes>> {
    const from = { client: dynamo, table }
    const items = await batchGet('listing deliveries', from, deliveryIds.map(deliveryKey))
    return new Map(items.map((item) => [idOf(item), item]))
  }

  function isOf(item: Attributes, tenantId: string, webhookId: string, status?: DeliveryStatus) {
    const isTheirs = item.tenantId?.S === tenantId && item.webhookId?.S === webhookId
    return isTheirs && !isExpired(item, now()) && (status ?? statusOf(item)) === statusOf(item)
  }

  async function entryOf(item: Attributes): Promise<DeliveryEntry> {
    const delivery = deliveryOf(item)
    const status = statusOf(item)
    const endedAt = item.deliveredAt?.S ?? item.buriedAt?.S
    const nextAttemptAt = status === 'pending' ? await nextAttempt(item) : undefined
    return {
      ...{ ...delivery, status, tries: triesOf(item) },
      ...(nextAttemptAt !== undefined && { nextAttemptAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(item.reason?.S !== undefined && { reason: item.reason.S }),
    }
  }

  /** @returns undefined for one that waits for another of its lane */
  async function nextAttempt(item: Attributes): Promise<string | undefined> {
    const lane = laneOf(deliveryOf(item))
    if (lane !== undefined && item.taken === undefined) {
      const first = await lanes.first(lane)
      if (first !== undefined && idOf(first) !== idOf(item)) return undefined
    }
    return new Date(Number(item.dueAt?.N)).toISOString()
  }

  const adopt = (tenantId: string, webhookId: string) => adoptFormerDead(needs, tenantId, webhookId)

  /** Reads a delivery, which version 0.1.0 may have buried. */
  async function readAnyVersion(tenantId: string, webhookId: string, deliveryId: string) {
    const item = await rows.read(deliveryId)
    if (item?.buriedAs === undefined || item.eventIds !== undefined) return item
    await adopt(tenantId, webhookId)
    return rows.read(deliveryId)
  }

  return {
    list,

    async find(tenantId, webhookId, deliveryId) {
      const item = await readAnyVersion(tenantId, webhookId, deliveryId)
      if (item === undefined || !isOf(item, tenantId, webhookId)) return undefined
      return entryOf(item)
    },

    async again(tenantId, webhookId, deliveryId) {
      await readAnyVersion(tenantId, webhookId, deliveryId)
      return (await waitAgain(parts, tenantId, webhookId, [deliveryId], now())) > 0
    },

    async againAll(tenantId, webhookId, limit, since, endedBefore) {
      await adopt(tenantId, webhookId)
      const { from } = boundsOf(since, undefined)
      let bounds = { from }
      let count = 0
      while (count < limit) {
        const most = Math.min(limit - count, STEP)
        const asked = { ...bounds, order: 'oldest', limit: most } as const
        const found = await listed.list([tenantId, webhookId, 'failed'], asked)
        const ids = found.map(({ deliveryId }) => deliveryId)
        count += await waitAgain(parts, tenantId, webhookId, ids, now(), endedBefore)
        if (found.length < most) break
        bounds = { from: `${found.at(-1)!.place} ` } // the next place
      }
      return count
    },

    skip: (tenantId, webhookId, reason) => parked.skip(tenantId, webhookId, now(), reason),

    async backlog(tenantId, webhookId) {
      await adopt(tenantId, webhookId)
      const count = (status: DeliveryStatus) =>
        listed.count(tenantId, webhookId, status, MOST_COUNTED)
      const oldest = (status: DeliveryStatus) =>
        listed.list([tenantId, webhookId, status], { order: 'oldest', limit: 1 })
      const [pending, held, failed, ...first] = await Promise.all([
        ...[count('pending'), count('held'), count('failed')],
        ...[oldest('pending'), oldest('held')],
      ] as const)
      const oldestAt = first
        .flat()
        .map(({ place }) => timeAt(place))
        .sort()[0]
      return {
        ...{ pending: pending.count, held: held.count, failed: failed.count },
        ...(oldestAt !== undefined && { oldestAt }),
        isExact: [pending, held, failed].every(({ isExact }) => isExact),
      }
    },

    figures: figures.since,

    /**
     * Forgets what is remembered of a webhook that was deleted, up to `MOST_FORGOTTEN` deliveries: the
     * rest expires, and no call asks for it any more.
     */
    async forget(tenantId, webhookId) {
      await figures.forget(tenantId, webhookId)
      await adopt(tenantId, webhookId)
      for (const status of ['failed', 'delivered'] as const) {
        const asked = { order: 'newest', limit: MOST_FORGOTTEN } as const
        const found = await listed.list([tenantId, webhookId, status], asked)
        await inParallel(found, WRITES_AT_A_TIME, ({ deliveryId }) => rows.forget(deliveryId))
      }
    },
  }
}
