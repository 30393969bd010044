import type { EventRecord } from '../../event/record'
import type { Delivery, Notice } from '../../platform/delivery-queue'
import type { Webhook } from '../../platform/registry/webhooks'
import { usual } from '../usual'
import { thinWriterFor, writerFor } from './formats'
import { payloadOf, type Thin } from './payload'

/** A message is what is posted: its bytes before they are compressed, and the headers that say what they are. */
export interface Message {
  body: Buffer
  headers: Record<string, string>
}

type Composed = Pick<Webhook, 'format' | 'fields' | 'batch' | 'maxBytes'>

/**
 * Composes the message of a delivery, the same on every attempt as long as the webhook and the events
 * stay as they are. Where it would be larger than the webhook takes, the largest events are sent thin.
 * @param records those of its events that are still held
 */
export function compose(
  webhook: Composed,
  { enqueuedAt, notice }: Pick<Delivery, 'enqueuedAt' | 'notice'>,
  records: readonly EventRecord[],
): Message {
  if (notice !== undefined) return noticeMessage(notice)
  const { maxEvents } = webhook.batch ?? usual.batch
  const isCloudEvent = webhook.format === 'cloudevents'
  // A delivery that was enqueued while the webhook took several at once may still have several.
  const isOne = isCloudEvent && maxEvents === 1 && records.length === 1

  function write(texts: readonly string[], thin: readonly Thin[]): string {
    if (isOne) return texts[0]!
    if (isCloudEvent) return `[${texts.join(',')}]`
    const told = records.map(({ repair }, index) => ({ raw: texts[index]!, repair }))
    return payloadOf(enqueuedAt, told, thin)
  }

  const texts = records.map(writerFor(webhook))
  let body = Buffer.from(write(texts, []))
  const thin = thinned(webhook, records, texts, body.length)
  if (thin.length > 0) body = Buffer.from(write(texts, thin))
  return { body, headers: { 'content-type': typeOf(isCloudEvent, isOne) } }
}

function typeOf(isCloudEvent: boolean, isOne: boolean): string {
  if (!isCloudEvent) return 'application/json'
  return isOne ? 'application/cloudevents+json' : 'application/cloudevents-batch+json'
}

function noticeMessage({ type, at, data }: Notice): Message {
  const body = Buffer.from(JSON.stringify({ type, timestamp: at, data }))
  return { body, headers: { 'content-type': 'application/json' } }
}

// `,{"index":499,"bytes":6291456}`, and the name of the list for the first.
const MARK_BYTES = 40

/**
 * Puts thin events in the places of the largest, until the message is small enough. One of five
 * hundred events whose ids alone are larger stays larger: nothing is dropped.
 * @param texts is changed
 * @param size of the whole message
 */
function thinned(
  webhook: Composed,
  records: readonly EventRecord[],
  texts: string[],
  size: number,
): Thin[] {
  const { maxBytes = usual.maxBytes } = webhook
  if (size <= maxBytes || webhook.format === 'thin') return []
  const writeThin = thinWriterFor(webhook)
  const sizes = texts.map((text, index) => ({ index, bytes: Buffer.byteLength(text) }))
  const thin: Thin[] = []
  let left = size
  for (const { index, bytes } of sizes.toSorted((a, b) => b.bytes - a.bytes)) {
    if (left <= maxBytes) break
    const text = writeThin(records[index]!, bytes)
    const saved = bytes - Buffer.byteLength(text) - MARK_BYTES
    if (saved <= 0) continue
    texts[index] = text
    thin.push({ index, bytes })
    left -= saved
  }
  return thin.sort((a, b) => a.index - b.index)
}
