import { fieldNames, MAX_FILTERS, readCondition, readFilters } from '../../event/conditions'
import type { Webhook } from '../../platform/registry/webhooks'
import { toUtcMillis } from '../../syntax/timestamp'
import { ruleOfNoticeName } from '../../webhooks/state/notices'
import { z } from '../zod'
import { BroughtSecret } from './brought-secret'
import { Batch, BatchChanges, deliverySettings } from './delivery-settings'
import { HeaderChanges, OwnHeaders } from './own-headers'
import { faultsOfFields } from './selected-fields'

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

export const Filter = z
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

/** Reads a rule, which is one condition. */
const Rule = z
  .unknown()
  .transform((sent, context): NonNullable<Webhook['rule']> => {
    const { condition, errors = [] } = readCondition(sent)
    for (const { path, message, code } of errors) {
      context.addIssue({ code: 'custom', path, message, params: { code }, input: sent })
    }
    return condition ?? z.NEVER
  })
  .openapi({
    type: 'object',
    allOf: [{ $ref: '#/components/schemas/Condition' }],
    description: 'This must hold as well, beside `events` and `filters`',
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

const name = text(200).openapi({ description: 'For people; usually the host of the target' })

const targetUrl = z
  .string()
  .max(2048)
  .refine((target) => URI.test(target), {
    error: 'Must be a URI (RFC 3986), everything else percent-encoded',
  })
  .openapi({
    format: 'uri',
    description:
      'Where events are posted: https or http, no user name or password, on a public address. A name that does not resolve yet is taken, and checked again before each delivery.',
  })

const eventName = value.superRefine((name, context) => {
  const rule = ruleOfNoticeName(name)
  if (rule !== undefined) context.addIssue({ code: 'custom', message: rule, input: name })
})

const events = z.array(eventName).min(1).max(100).openapi({
  description:
    'Types of events, e.g. `ViewEvent`; `*`, which is usual, is every type. Described entities are sent only when their type is named, e.g. `Person`; notices of Nonius only when they are, e.g. `nonius.webhook.failing` or `nonius.*`.',
})

const filters = Filters
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
  })

const enabled = z.boolean().openapi({
  description:
    'While it is false nothing is sent: what is owed is kept, for 30 days, and goes out when it is true again.',
})

const ResumeFrom = z
  .string()
  .refine((from) => from === 'position' || from === 'now' || toUtcMillis(from) !== undefined, {
    error: 'Must be "position", "now" or a time (ISO 8601)',
  })
  .transform((from) => toUtcMillis(from) ?? from)
  .openapi({
    description:
      'With `enabled: true`: what is sent of the time when it was disabled. `position`, which is usual: all that was not delivered; `now`: nothing; a time: what arrived from then on.',
  })

const { signatures, format, fields, contentEncoding, maxBytes } = deliverySettings
const { ordered, maxConcurrent, maxPerSecond } = deliverySettings

/** Each has its default when it is left out. */
const settings = {
  name: name.optional(),
  targetUrl,
  events: events.default(['*']),
  filters: filters.default([]),
  rule: Rule.optional(),
  enabled: enabled.default(true),
  signatures: signatures.optional(),
  format: format.optional(),
  fields: fields.optional(),
  contentEncoding: contentEncoding.optional(),
  batch: Batch.optional(),
  maxBytes: maxBytes.optional(),
  ordered: ordered.optional(),
  maxConcurrent: maxConcurrent.optional(),
  maxPerSecond: maxPerSecond.optional(),
  headers: OwnHeaders.optional(),
}

type Together = Pick<Webhook, 'format' | 'fields'>

interface Resuming {
  enabled?: boolean | null | undefined
  resumeFrom?: string | undefined
}

interface Refusing {
  addIssue(issue: {
    code: 'custom'
    path: (string | number)[]
    message: string
    params: { code: string }
    input: undefined
  }): void
}

function refusals(context: Refusing) {
  return (path: (string | number)[], message: string, code: string) =>
    context.addIssue({ code: 'custom', path, message, params: { code }, input: undefined })
}

function checkResuming({ resumeFrom, enabled }: Resuming, context: Refusing) {
  if (resumeFrom === undefined || enabled === true) return
  refusals(context)(['resumeFrom'], 'Must stand beside "enabled": true', 'contradiction')
}

/** Refuses settings that do not fit together. */
function checkTogether(given: Together, context: Refusing) {
  const refuse = refusals(context)

  const size = sizeOf(given)
  if (size > MAX_SETTINGS_BYTES) {
    const rule = `Must have at most ${MAX_SETTINGS_BYTES} bytes as JSON, everything together`
    refuse([], `${rule}; got ${size}`, 'too_large')
  }
  if (given.fields !== undefined) {
    const faults = faultsOfFields(given.fields, given.format)
    for (const { path, message, code } of faults) refuse(path, message, code)
  }
}

const description = `At most ${MAX_SETTINGS_BYTES} bytes as JSON`

/** The settings of a webhook. */
export const WebhookSettings = z
  .strictObject(settings)
  .superRefine(checkTogether)
  .openapi('WebhookSettings', { description })

/** The settings of a webhook, to be tried: it needs no target. */
export const SettingsToTry = z
  .strictObject({ ...settings, targetUrl: targetUrl.optional() })
  .superRefine(checkTogether)
  .openapi('SettingsToTry', { description })

/** The settings of a webhook, to make one. */
export const NewWebhook = z
  .strictObject({ ...settings, secret: BroughtSecret.optional() })
  .superRefine(checkTogether)
  .openapi('NewWebhook', { description })

/** The settings of a webhook, to replace it. */
export const WebhookReplacement = z
  .strictObject({ ...settings, resumeFrom: ResumeFrom.optional() })
  .superRefine(checkTogether)
  .superRefine(checkResuming)
  .openapi('WebhookReplacement', { description })

/** Some settings of a webhook; `null` stands for the default. */
export const WebhookChanges = z
  .strictObject({
    name: name.nullable().optional(),
    targetUrl: targetUrl.optional(),
    events: events.nullable().optional(),
    filters: filters.nullable().optional(),
    rule: Rule.nullable().optional(),
    enabled: enabled.nullable().optional(),
    signatures: signatures.nullable().optional(),
    format: format.nullable().optional(),
    fields: fields.nullable().optional(),
    contentEncoding: contentEncoding.nullable().optional(),
    batch: BatchChanges.nullable().optional(),
    maxBytes: maxBytes.nullable().optional(),
    ordered: ordered.nullable().optional(),
    maxConcurrent: maxConcurrent.nullable().optional(),
    maxPerSecond: maxPerSecond.nullable().optional(),
    headers: HeaderChanges.nullable().optional(),
    resumeFrom: ResumeFrom.optional(),
  })
  .superRefine(checkResuming)
  .openapi('WebhookChanges', {
    description: 'What is left out stays; `null` stands for the default, and takes a header away',
  })

export type Settings = z.output<typeof WebhookSettings>
export type SettingsChanges = z.output<typeof WebhookChanges>

export const settingsExample = {
  name: 'Dashboard',
  targetUrl: 'https://hooks.example.edu/learning',
  events: ['ViewEvent', 'GradeEvent'],
  filters: [{ field: 'groupId' as const, in: ['https://example.edu/courses/7/sections/1'] }],
}
