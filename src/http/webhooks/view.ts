import type { Webhook, WebhookSubscription } from '../../platform/registry/webhooks'
import { usual } from '../../webhooks/usual'
import { Condition } from '../filters/condition'
import { z } from '../zod'
import { Batch, deliverySettings } from './delivery-settings'
import { HIDDEN } from './own-headers'
import { Filter, settingsExample } from './schemas'

const time = z.iso.datetime()
const { signatures, format, fields, contentEncoding, maxBytes } = deliverySettings
const { ordered, maxConcurrent, maxPerSecond } = deliverySettings

const Disabled = z
  .object({
    at: time,
    by: z.enum(['person', 'gone', 'failures']).openapi({
      description: '`gone`: its target answered 410; `failures`: for days, by nothing else',
    }),
    reason: z.string().optional(),
  })
  .openapi('WebhookDisabled', { description: 'While it is disabled: since when, and by whom' })

const Health = z
  .object({ failingSince: time, failures: z.int(), lastFailure: z.string() })
  .openapi('WebhookHealth', { description: 'While attempts fail. Not in lists' })

export const WebhookView = z
  .object({
    id: z.string(),
    name: z.string(),
    targetUrl: z.string(),
    events: z.array(z.string()),
    filters: z.array(z.union([Condition, Filter])),
    rule: Condition.optional(),
    enabled: z.boolean().openapi({ description: 'False also while Nonius has disabled it' }),
    disabled: Disabled.optional(),
    signatures,
    publicKey: z.string().optional().openapi({
      description: 'Of `v1a`: `whpk_` and 32 bytes in base64 (Standard Webhooks)',
    }),
    format,
    fields: fields.optional(),
    contentEncoding: contentEncoding.optional(),
    batch: Batch,
    maxBytes,
    ordered,
    maxConcurrent,
    maxPerSecond: maxPerSecond.optional(),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: `Their names; each value is \`${HIDDEN}\`` }),
    health: Health.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Webhook')

export const CreatedWebhook = WebhookView.extend({
  secret: z
    .string()
    .openapi({ description: 'Signs every delivery (Standard Webhooks). Shown once' }),
}).openapi('CreatedWebhook')

type Shown = WebhookSubscription & Pick<Webhook, 'health'>

/** Shows all of a webhook but its secrets and its tenant, with what is usual where it says nothing. */
export function viewOf(webhook: Shown): z.output<typeof WebhookView> {
  const { webhookId: id, name, targetUrl, events, filters, rule, enabled, disabled } = webhook
  const { publicKey, fields, contentEncoding, maxPerSecond, createdAt, updatedAt } = webhook
  const { signatures = [...usual.signatures], format = usual.format, batch = usual.batch } = webhook
  const { maxBytes = usual.maxBytes, ordered = usual.ordered } = webhook
  const { maxConcurrent = usual.maxConcurrent } = webhook
  const headers = shownHeaders(webhook)
  const health = shownHealth(webhook)
  return {
    ...{ id, name, targetUrl, events, filters },
    ...(rule && { rule }),
    enabled,
    ...(disabled && !enabled && { disabled }),
    signatures,
    ...(publicKey && signatures.includes('v1a') && { publicKey }),
    format,
    ...(fields && { fields }),
    ...(contentEncoding && { contentEncoding }),
    ...{ batch, maxBytes, ordered, maxConcurrent },
    ...(maxPerSecond !== undefined && { maxPerSecond }),
    ...(headers && { headers }),
    ...(health && { health }),
    ...{ createdAt, updatedAt },
  }
}

function shownHeaders({ headerNames = [] }: Shown): Record<string, string> | undefined {
  if (headerNames.length === 0) return undefined
  return Object.fromEntries(headerNames.map((name) => [name, HIDDEN]))
}

function shownHealth({ health }: Shown) {
  if (health === undefined) return undefined
  const { failingSince, failures, lastFailure } = health
  return { failingSince, failures, lastFailure }
}

export const viewExample = {
  id: 'whk_5f0c1a2b3c4d5e6f70819203',
  ...settingsExample,
  enabled: true,
  signatures: ['v1' as const],
  format: 'raw' as const,
  batch: { maxEvents: 100, maxSeconds: 0.1 },
  maxBytes: 262_144,
  ordered: false,
  maxConcurrent: 4,
  createdAt: '2026-11-15T10:15:00.000Z',
  updatedAt: '2026-11-15T10:15:00.000Z',
}
