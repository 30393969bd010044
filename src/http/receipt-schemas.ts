import { Issue, jsonReply } from './openapi'
import { z } from './zod'

const count = z.int().min(0)

export const WithheldCounts = z
  .array(z.object({ rule: z.string(), count: z.int().min(1) }))
  .openapi('WithheldCounts')

export const ReceiptBlocked = z
  .object({
    action: z.enum(['MAINTAIN', 'DROP']),
    timeLimit: z.union([z.enum(['MINUTES', 'DAYS', 'PERMANENT']), z.int().min(1)]).openapi({
      description: 'How long to wait; in milliseconds, where it is a number',
    }),
    rule: z.string(),
    message: z.string(),
    count: z.int().min(1),
  })
  .openapi('ReceiptBlocked')

export const ReceiptSchema = z
  .object({
    requestId: z.string(),
    eventCount: count,
    eventIds: z.array(z.string()).openapi({
      description:
        'Every event now held, in order, duplicates included. Of so many that the reply could not be sent, nothing is named, here and in the other lists; they are counted',
    }),
    entityCount: count,
    entityIds: z.array(z.string()).openapi({ description: "The entities' own ids" }),
    duplicates: count.openapi({ description: 'How many of them were held already' }),
    quarantined: z
      .array(
        z.object({
          index: count.openapi({
            description: 'Place in the request, counted through all envelopes of it',
          }),
          id: z.string().optional(),
          quarantineId: z.string(),
          errors: z.array(Issue),
        }),
      )
      .openapi({
        description:
          'What could not be kept as an event; kept here with its reasons. The first hundred',
      }),
    quarantinedCount: count
      .optional()
      .openapi({ description: 'How many, when they are more than `quarantined` names' }),
    quarantinedLink: z
      .string()
      .optional()
      .openapi({ description: 'Where all of them can be seen, when they are more' }),
    acceptedForLater: count.optional().openapi({
      description:
        'Only while the event store is unavailable, and then nothing is named above: how many items are kept safe and will be stored later. Do not send them again',
    }),
    withheld: WithheldCounts.optional().openapi({
      description:
        'What the policy of the tenant does not let us keep, by the rule that forbids it. It is in none of the lists above, except that `unreadable` counts what is in quarantine without its text. Do not send it again',
    }),
    blocked: ReceiptBlocked.optional().openapi({
      description:
        'The blocklist of the tenant holds so many items in quarantine, or does not keep them (`DROP`), because of who they are of; with all of them, the answer is 429 or 403',
    }),
    unwrapped: z
      .object({
        wrapper: z.string().openapi({ description: 'E.g. `Amazon SNS`' }),
        bodies: count.openapi({ description: 'How many bodies stood in it' }),
        requestId: z.string().optional().openapi({ description: 'Its own name of the request' }),
      })
      .optional()
      .openapi({ description: 'The wrapper that was taken off, if the events stood in one' }),
    warnings: z.array(Issue).optional().openapi({
      description:
        'What had to be guessed of the body, e.g. its charset; it was taken all the same',
    }),
    timestamp: z
      .int()
      .optional()
      .openapi({ description: 'Milliseconds since 1970; for Amazon Data Firehose alone' }),
  })
  .openapi('Receipt')

// The second form answers `return=minimal`: an object of no properties.
export const MinimalReceipt = z.strictObject({}).openapi('MinimalReceipt')
export const ReceiptContent = z.union([ReceiptSchema, MinimalReceipt])

export const receiptExample: z.output<typeof ReceiptSchema> = {
  requestId: '0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5',
  eventCount: 1,
  eventIds: ['urn:uuid:cd088ca7-c044-405c-bb41-0b2a8506f907'],
  entityCount: 0,
  entityIds: [],
  duplicates: 0,
  quarantined: [],
}

export const preferHeader = z.object({
  Prefer: z
    .string()
    .optional()
    .openapi({ description: '`return=minimal` (RFC 7240) is answered with `{}`' }),
})

export const preferenceApplied = {
  'Preference-Applied': z
    .string()
    .optional()
    .openapi({ description: 'With `Prefer: return=minimal`' }),
}

const reply = jsonReply(
  ReceiptContent,
  { description: 'Everything named or counted here is durable', example: receiptExample },
  preferenceApplied,
)

export const receiptReply = {
  ...reply,
  links: {
    getEvent: {
      operationId: 'getEvent',
      parameters: { id: '$response.body#/eventIds/0' },
      description: 'Read back the first event',
    },
  },
}
