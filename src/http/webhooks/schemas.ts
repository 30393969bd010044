import { fieldNames, MAX_FILTERS, readFilters } from '../../event/conditions'
import type { Webhook, WebhookSubscription } from '../../platform/registry/webhooks'
import { Condition } from '../filters/condition'
import { z } from '../zod'

/** Counts characters as JSON Schema does; Zod's own limits count UTF-16 units. */
const text = (most: number) =>
  z
    .string()
    .refine((value) => value !== '' && [...value].length <= most, {
      error: `Must have 1 to ${most} characters`,
    })
    .openapi({ minLength: 1, maxLength: most })

// Types, ids and IRIs are compared; the longest seen in the wild have some hundreds of characters.
const value = text(1000)

// Every value is compared with every event: who wants more than a hundred wants another field. How
// long all of them together may be, `MAX_SETTINGS_BYTES` says.
const filterValues = z
  .array(z.union([value, z.number(), z.boolean()]))
  .min(1)
  .max(100)

const Filter = z
  .strictObject({ field: z.enum(fieldNames), in: filterValues })
  .openapi('FieldFilter', { description: 'The field must hold one of the values, exactly' })

/** Reads filters by the rules of live subscriptions; the reasons are those of the reader. */
const Filters = z.unknown().transform((sent, context): Webhook['filters'] => {
  const { filters, errors = [] } = readFilters(sent)
  for (const { path, message, code } of errors) {
    context.addIssue({ code: 'custom', path, message, params: { code }, input: sent })
  }
  return filters ?? z.NEVER
})

// All webhooks of all tenants are in memory while events are matched, and a DynamoDB item has 400 KB:
// two hundred IRIs of a usual length, or all the rest at their longest, fit.
const MAX_SETTINGS_BYTES = 32 * 1024

/** Counts the bytes that settings take as JSON. */
export function sizeOf(settings: object): number {
  return Buffer.byteLength(JSON.stringify(settings))
}

// RFC 3986, appendix A, says of which characters a URI consists.
const URI = /^[a-z][a-z0-9+.-]*:([\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i

/** The settings of a webhook, to make or to replace it. */
export const WebhookSettings = z
  .strictObject({
    name: text(200).openapi({ description: 'For people' }),
    targetUrl: z
      .string()
      .max(2048)
      .refine((target) => URI.test(target), {
        error: 'Must be a URI (RFC 3986), everything else percent-encoded',
      })
      .openapi({
        format: 'uri',
        description:
          'Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery.',
      }),
    events: z.array(value).min(1).max(100).openapi({
      description:
        'Types of events, e.g. `ViewEvent`; `*` is every type. Described entities are sent only when their type is named, e.g. `Person`.',
    }),
    filters: Filters.default([])
      // Both spellings are taken, and one is answered: the document has that one.
      .openapi({
        type: 'array',
        items: {
          anyOf: [
            { $ref: '#/components/schemas/Condition' },
            { $ref: '#/components/schemas/FieldFilter' },
          ],
        },
        maxItems: MAX_FILTERS,
        description: 'All must hold, beside the type. `FieldFilter` is the older form',
      }),
    enabled: z.boolean().default(true).openapi({
      description:
        'While it is false nothing is sent: deliveries that come due are kept, for 30 days, and go out when it is true again. Events that are stored meanwhile are not sent later.',
    }),
  })
  .refine((settings) => sizeOf(settings) <= MAX_SETTINGS_BYTES, {
    error: `Must have at most ${MAX_SETTINGS_BYTES} bytes as JSON, everything together`,
  })
  .openapi('WebhookSettings', { description: `At most ${MAX_SETTINGS_BYTES} bytes as JSON` })

const time = z.iso.datetime()

export const WebhookView = z
  .object({
    id: z.string(),
    name: z.string(),
    targetUrl: z.string(),
    events: z.array(z.string()),
    filters: z.array(z.union([Condition, Filter])),
    enabled: z.boolean().openapi({ description: 'False also once its target has answered 410' }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Webhook')

export const CreatedWebhook = WebhookView.extend({
  secret: z
    .string()
    .openapi({ description: 'Signs every delivery (Standard Webhooks). Shown once' }),
}).openapi('CreatedWebhook')

/** Shows all of a webhook but its secret and its tenant. */
export function viewOf(webhook: WebhookSubscription): z.output<typeof WebhookView> {
  const { webhookId: id, name, targetUrl, events, filters, enabled, createdAt, updatedAt } = webhook
  return { id, name, targetUrl, events, filters, enabled, createdAt, updatedAt }
}

export const settingsExample = {
  name: 'Dashboard',
  targetUrl: 'https://hooks.example.edu/learning',
  events: ['ViewEvent', 'GradeEvent'],
  filters: [{ field: 'groupId' as const, in: ['https://example.edu/courses/7/sections/1'] }],
}

export const viewExample = {
  id: 'whk_5f0c1a2b3c4d5e6f70819203',
  ...settingsExample,
  enabled: true,
  createdAt: '2026-11-15T10:15:00.000Z',
  updatedAt: '2026-11-15T10:15:00.000Z',
}
