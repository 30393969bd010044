import { standardNames } from '../../event/record'
import { issuesInItem } from '../../ingest/issues-in-item'
import {
  quarantineScopes,
  type QuarantinedSummary as Summary,
} from '../../platform/quarantine-store'
import { MAX_OPERATIONS, type PatchOperation } from '../../quarantine/patch'
import { Issue } from '../openapi'
import { time } from '../query-fields'
import { z } from '../zod'

const text = (description: string) => z.string().min(1).optional().openapi({ description })

export const filterFields = {
  sourceId: text('Who sent it'),
  standard: z.enum(standardNames).optional(),
  code: text('Of one of the reasons, e.g. `required` or `conflict`'),
  scope: z.enum(quarantineScopes).optional().openapi({
    description: '`item`: one of a request; `body`: a whole one that nobody could read',
  }),
  from: time('Arrived at this time or later', '2026-11-21T09:30:00Z'),
  to: time('Arrived before this time', '2026-11-22'),
}

export const QuarantineFilter = z
  .strictObject(filterFields)
  .openapi('QuarantineFilter', { description: 'All must hold; `{}` is everything' })

export const cursor = z.string().min(1).optional()

export const QuarantineParams = z.object({
  id: z.string().openapi({
    description: '`quarantineId` of a receipt or of the list',
    example: 'qua_5f0c1a2b3c4d5e6f708192035f0c1a2b',
  }),
})

const instant = z.iso.datetime()

const QuarantineIssue = Issue.extend({
  path: z.array(z.union([z.string(), z.number()])).openapi({
    description: 'From the root of the item, or of the whole body, as `raw` has it',
  }),
  pointer: z.string().openapi({
    description: 'The same as JSON Pointer (RFC 6901): the `path` of an operation that repairs it',
    example: '/type',
  }),
}).openapi('QuarantineIssue', {
  example: { path: ['type'], pointer: '/type', message: 'Required', code: 'required' },
})

export const QuarantinedSummary = z
  .object({
    quarantineId: z.string(),
    sourceId: z.string(),
    standard: z.enum(standardNames),
    scope: z.enum(quarantineScopes),
    index: z.int().openapi({ description: 'Place in its request' }),
    id: z.string().optional().openapi({ description: "The item's own id, when it has one" }),
    errors: z
      .array(QuarantineIssue)
      .openapi({ description: 'Why it could not be kept as an event' }),
    receivedAt: instant,
    server: z
      .object({
        requestId: z.string(),
        subject: z.string().optional().openapi({ description: 'Id of the key' }),
        ip: z.string().optional(),
        userAgent: z.string().optional(),
      })
      .openapi({ description: 'The request that brought it' }),
    context: z
      .record(z.string(), z.string())
      .openapi({ description: 'What stood around it, e.g. the `dataVersion` of its envelope' }),
    length: z.int().openapi({ description: 'Of `raw`, in characters' }),
    encoding: z.literal('base64').optional().openapi({
      description:
        'Bytes that are no text, or were no text that anybody knew, are kept as they came',
    }),
    repair: z
      .object({
        by: z.string().openapi({ description: 'Id of the key' }),
        at: instant,
        paths: z
          .array(z.string())
          .optional()
          .openapi({ description: 'JSON Pointers to what was changed; absent: it may be all' }),
      })
      .optional()
      .openapi({ description: 'Of what came out of a body that was repaired' }),
    lastReplay: z
      .object({ at: instant, errors: z.array(QuarantineIssue) })
      .optional()
      .openapi({ description: 'The last attempt that failed, and why' }),
  })
  .openapi('QuarantinedSummary')

export const Quarantined = QuarantinedSummary.extend({
  raw: z.string().openapi({
    description: 'As received; base64 when `encoding` says so, of bytes that are no text',
  }),
}).openapi('Quarantined')

/** Shows all of an item but its tenant. */
export function summaryOf(item: Summary): z.output<typeof QuarantinedSummary> {
  const { tenantId: _, id, lastReplay, errors, ...rest } = item
  return {
    ...rest,
    errors: issuesInItem(item, errors),
    ...(id !== undefined && { id }),
    ...(lastReplay !== undefined && {
      lastReplay: { at: lastReplay.at, errors: issuesInItem(item, lastReplay.errors) },
    }),
    ...(rest.context.encoding === 'base64' && { encoding: 'base64' as const }),
  }
}

// RFC 6901, section 3, has this syntax.
const Pointer = z
  .string()
  // A path of a few dozen names, as deep as documents are nested, fits in 1024 characters.
  .max(1024)
  .regex(/^(\/([^~/]|~[01])*)*$/, 'Must be a JSON Pointer (RFC 6901), e.g. /actor/id')
const anything = z.unknown().refine((value) => value !== undefined, 'Required')

const Operation = z
  .discriminatedUnion('op', [
    z.object({ op: z.enum(['add', 'replace', 'test']), path: Pointer, value: anything }),
    z.object({ op: z.literal('move'), path: Pointer, from: Pointer }),
    z.object({ op: z.literal('copy'), path: Pointer, from: Pointer }),
    z.object({ op: z.literal('remove'), path: Pointer }),
  ])
  .openapi('PatchOperation', { description: 'RFC 6902, section 4' })

const Patch = z
  .array(Operation)
  .max(MAX_OPERATIONS)
  .transform((operations) => operations as PatchOperation[])
  .openapi({ description: 'JSON Patch (RFC 6902) from the root of the item, or of the whole body' })

export const repairFields = {
  patch: Patch.optional(),
  dryRun: z
    .boolean()
    .default(false)
    .openapi({ description: 'Says what would become of it, and changes nothing' }),
}

const count = z.int().min(0)

export const OutcomeCounts = z
  .object({
    stored: z.int(),
    duplicate: z.int(),
    set_aside: z.int(),
    withheld: z.int(),
    refused: z.int(),
  })
  .openapi('OutcomeCounts')

export const ReplayResultView = z
  .object({
    quarantineId: z.string(),
    outcome: z.enum(['stored', 'duplicate', 'set_aside', 'withheld', 'refused']).openapi({
      description:
        '`stored`: it is an event now. `duplicate`: it was one already. `set_aside`: a body could be read, and its items are in quarantine one by one. `withheld`: the policy does not let it be kept any longer. `refused`: it stays where it is. All but the last have left the quarantine',
    }),
    eventCount: count,
    eventIds: z.array(z.string()).openapi({ description: 'The first hundred' }),
    entityCount: count,
    entityIds: z.array(z.string()).openapi({ description: 'The first hundred' }),
    duplicates: count.openapi({ description: 'How many of them were held already' }),
    quarantinedCount: count,
    quarantined: z.array(z.string()).openapi({
      description: 'Ids of what is in quarantine instead of a body; the first hundred',
    }),
    errors: z.array(QuarantineIssue).openapi({ description: 'Why it was refused' }),
  })
  .openapi('ReplayResult')

export const summaryExample: z.output<typeof QuarantinedSummary> = {
  quarantineId: 'qua_5f0c1a2b3c4d5e6f708192035f0c1a2b',
  sourceId: 'demo',
  standard: standardNames[0],
  scope: 'item',
  index: 3,
  id: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  errors: [{ path: ['type'], pointer: '/type', message: 'Required', code: 'required' }],
  receivedAt: '2026-11-15T10:15:00.000Z',
  server: { requestId: '0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5', subject: 'key_1', ip: '192.0.2.7' },
  context: { dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2' },
  length: 421,
}

export const resultExample: z.output<typeof ReplayResultView> = {
  quarantineId: summaryExample.quarantineId,
  outcome: 'stored',
  eventCount: 1,
  eventIds: ['urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211'],
  entityCount: 0,
  entityIds: [],
  duplicates: 0,
  quarantinedCount: 0,
  quarantined: [],
  errors: [],
}

export const patchExample: PatchOperation[] = [{ op: 'add', path: '/type', value: 'ViewEvent' }]
