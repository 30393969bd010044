import { requestIdHeader } from '../openapi'
import {
  MinimalReceipt,
  preferenceApplied,
  ReceiptSchema,
  receiptExample,
} from '../receipt-schemas'
import { z } from '../zod'

const count = z.int().min(0)

const ListReceipt = ReceiptSchema.extend({
  accepted: count.openapi({ description: 'How many are held now, or kept safe for later' }),
  rejected: count.openapi({ description: 'How many are in quarantine' }),
  rejected_reasons_sample: z
    .array(z.string())
    .openapi({ description: 'At most five reasons of them, each once' }),
}).openapi('NativeReceipt')

const StoredEvent = z
  .object({
    id: z.string(),
    event_type: z.string(),
    source: z.string().openapi({ description: 'As sent, else the source of the key' }),
    session_id: z.string().nullable(),
    user_id: z.string().nullable(),
    payload: z.looseObject({}).openapi({ description: 'As it was sent' }),
    timestamp: z.string().openapi({ description: 'When it happened, ISO 8601 UTC' }),
    receipt: ReceiptSchema,
  })
  .openapi('PublishedEvent', {
    description: 'One event that was sent by itself, as it is held, with its receipt',
  })

const ListContent = z.union([ListReceipt, MinimalReceipt])
const OneContent = z.union([StoredEvent, MinimalReceipt])
export type ListReply = z.output<typeof ListContent>
export type OneReply = z.output<typeof OneContent>

const stored: z.output<typeof StoredEvent> = {
  id: 'evt_cd088ca7c044405cbb410b2a8506f907',
  event_type: 'lesson_completed',
  source: 'reader',
  session_id: null,
  user_id: 'u-554433',
  payload: { lesson: 7, minutes: 12 },
  timestamp: '2026-11-15T10:15:00.000Z',
  receipt: { ...receiptExample, eventIds: ['evt_cd088ca7c044405cbb410b2a8506f907'] },
}

const list: z.output<typeof ListReceipt> = {
  accepted: 1,
  rejected: 1,
  rejected_reasons_sample: ['event_type: Required'],
  ...receiptExample,
  quarantined: [
    {
      index: 1,
      quarantineId: 'qi_2f1d4a6b8c0e',
      errors: [{ path: [1, 'event_type'], message: 'Required', code: 'required' }],
    },
  ],
}

/** Links of OpenAPI: what to do with the id that an answer has there. */
function readBack(id: string) {
  return {
    getEvent: {
      operationId: 'getEvent',
      parameters: { id: `$response.body#${id}` },
      description: 'Read back the first event',
    },
  }
}

const named = (examples: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))

function replyOf<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  examples: Record<string, z.output<Schema>>,
) {
  return {
    description,
    headers: z.object({ ...requestIdHeader, ...preferenceApplied }),
    content: { 'application/json': { schema, examples: named(examples) } },
  }
}

/** The shapes in which native events are answered, by what was sent. */
export const nativeReplies = {
  200: {
    ...replyOf(
      ListContent,
      'A list, in whatever form: everything named or counted here is durable',
      {
        list,
        nothing: { ...list, accepted: 0, rejected: 0, rejected_reasons_sample: [], ...emptied() },
        minimal: {},
      },
    ),
    links: readBack('/eventIds/0'),
  },
  201: {
    ...replyOf(OneContent, 'One event: it is durable', {
      one: stored,
      again: { ...stored, receipt: { ...stored.receipt, duplicates: 1 } },
      minimal: {},
    }),
    links: readBack('/id'),
  },
  202: replyOf(OneContent, 'One event that is safe, and will be found later', {
    later: {
      ...stored,
      receipt: { ...receiptExample, eventCount: 0, eventIds: [], acceptedForLater: 1 },
    },
  }),
}

function emptied() {
  return { eventCount: 0, eventIds: [], quarantined: [] }
}
