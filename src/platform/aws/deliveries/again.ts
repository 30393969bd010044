import { type Attributes, keyOf, number, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { deliveryOf, expiry, idOf, statusOf } from './items'
import type { Lanes } from './lanes'
import { alarmOf, laneOf } from './lanes'
import type { DeliveryRows } from './rows'
import type { Alarm } from './wake-ups'

const WRITES_AT_A_TIME = 10

interface Needs {
  rows: Pick<DeliveryRows, 'change' | 'read'>
  lanes: Pick<Lanes, 'stand' | 'advance' | 'placeAt'>
  ring(alarms: readonly Alarm[]): Promise<void>
}

/**
 * Makes dead deliveries of a webhook wait again. `unrung` says that one waits and may have no message
 * yet, until when the index lists it as failed: so whoever repeats what was cut off finds it.
 * @param endedBefore only those that were buried before then
 * @returns how many of them were dead
 * @throws {StorageError}
 */
export async function waitAgain(
  { rows, lanes, ring }: Needs,
  tenantId: string,
  webhookId: string,
  deliveryIds: readonly string[],
  nowMs: number,
  endedBefore?: string | undefined,
): Promise<number> {
  const revived = await inParallel(deliveryIds, WRITES_AT_A_TIME, revive)
  const waiting = revived.filter((item) => item !== undefined)
  await ring(waiting.filter(({ lane }) => lane === undefined).map((item) => alarmOf(item, nowMs)))
  for (const item of waiting) {
    const lane = laneOf(deliveryOf(item))
    if (lane === undefined) continue
    await lanes.stand(lane, idOf(item), item.laneAt?.S ?? lanes.placeAt(nowMs), nowMs)
    await lanes.advance(lane, nowMs)
  }
  await inParallel(waiting, WRITES_AT_A_TIME, (item) =>
    rows.change('trying deliveries again', idOf(item), {
      set: { logOf: text(keyOf(tenantId, webhookId, 'pending')) },
      remove: ['unrung'],
      condition: 'attribute_exists(unrung)',
    }),
  )
  return waiting.length

  /** @returns the item as it waits; undefined for one that is not dead */
  async function revive(deliveryId: string): Promise<Attributes | undefined> {
    const { isChanged, item } = await rows.change('trying deliveries again', deliveryId, {
      set: {
        attempts: number(0),
        dueAt: number(nowMs),
        expiresAt: number(expiry.inLane(nowMs)),
        unrung: { BOOL: true },
      },
      remove: ['buriedAs', 'buriedAt', 'reason', 'lastFailure'],
      condition: [
        'attribute_exists(buriedAs) AND tenantId = :tenantId AND webhookId = :webhookId',
        'expiresAt >= :second',
        ...(endedBefore === undefined ? [] : ['buriedAt < :before']),
      ].join(' AND '),
      values: {
        ':tenantId': text(tenantId),
        ':webhookId': text(webhookId),
        ':second': number(Math.floor(nowMs / 1000)),
        ...(endedBefore !== undefined && { ':before': text(endedBefore) }),
      },
    })
    const isCutOff =
      item.unrung !== undefined &&
      item.tenantId?.S === tenantId &&
      item.webhookId?.S === webhookId &&
      statusOf(item) === 'pending'
    return isChanged || isCutOff ? item : undefined
  }
}
