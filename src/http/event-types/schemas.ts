import type { z as Zod } from 'zod'
import { type EventType, samplingClasses } from '../../event/event-type'
import { retentionClasses } from '../../event/record'
import { Issue } from '../openapi'
import { z } from '../zod'

export const TypeParams = z.object({ name: z.string().openapi({ example: 'lesson_finished' }) })

const anySchema = (about: string) =>
  z
    .looseObject({})
    .optional()
    .openapi({ description: `JSON Schema 2020-12 of ${about}; at most 64 KB` })

const mapping = z.record(z.string(), z.unknown()).optional().openapi({
  description:
    'Field of the record to a JSON Pointer into the event (`/payload` stands for `properties`, too), or `{ "const": … }`',
})

const limits = z
  .object({ maxPayloadBytes: z.int().optional(), maxPayloadKeys: z.int().optional() })
  .optional()

const example = z
  .looseObject({})
  .optional()
  .openapi({ description: 'A whole event of this type; it has to be good by the schemas' })

const privacy = z.enum(['standard', 'sensitive', 'pii'])
const retention = z.enum(retentionClasses)
const sampling = z.enum(samplingClasses)

/** For the document: `readDefinition` reads it, which names every member that is not taken. */
export const TypeDefinition = z.looseObject({}).openapi('EventTypeDefinition', {
  type: 'object',
  description:
    'As in YAML: `description` and `category` (required), `version`, `commonAction`, `payload` and `envelope` (JSON Schema 2020-12 of the payload and of the members beside it, at most 64 KB each), `mapping` (field of the record to JSON Pointer or `{ const }`), `privacy`, `retention`, `sampling`, `limits` (`maxPayloadBytes`, `maxPayloadKeys`), `example`. The names that `GET` answers with (`schema`, `privacyLevel`, `retentionClass`) are taken, too.',
})

export const EventTypeView = z
  .object({
    name: z.string(),
    vocabulary: z
      .string()
      .openapi({ description: '`tenant` for a type of your own; else one of ours' }),
    version: z.int(),
    description: z.string(),
    category: z.string(),
    commonAction: z.string().optional().openapi({ description: "The action in Caliper's words" }),
    schema: anySchema('the payload'),
    envelope: anySchema('the members beside the payload'),
    mapping,
    privacyLevel: privacy,
    retentionClass: retention,
    sampling,
    limits,
    example,
    createdAt: z.iso.datetime().optional(),
    updatedAt: z.iso.datetime().optional(),
    updatedBy: z.string().optional().openapi({ description: 'The id of the key that put it' }),
  })
  .openapi('EventType')

export function viewOf(type: EventType): Zod.output<typeof EventTypeView> {
  return type as Zod.output<typeof EventTypeView>
}

const LastDay = z
  .object({
    since: z.iso.datetime(),
    checked: z.int(),
    failing: z.int(),
    isAll: z.boolean().openapi({
      description:
        'False where there were more than are checked (10,000, or 5 seconds): the newest were, and all counts are of those',
    }),
    examples: z
      .array(z.object({ id: z.string(), errors: z.array(Issue) }))
      .openapi({ description: 'At most 10 events that would have failed, with reasons' }),
  })
  .openapi('EventTypeLastDay', {
    description: 'What the type makes of the events of its name of the last 24 hours',
  })

export const TypeRegistered = z
  .object({
    outcome: z.enum(['created', 'replaced', 'unchanged']),
    dryRun: z.boolean(),
    type: EventTypeView,
    breaking: z
      .array(Issue)
      .openapi({ description: 'What was good before and is not any more; the version is higher' }),
    lastDay: LastDay,
  })
  .openapi('EventTypeRegistered')

export const definitionExample = {
  description: 'A learner finished a lesson',
  category: 'lessons',
  version: 1,
  payload: {
    type: 'object',
    required: ['lesson_id'],
    properties: { lesson_id: { type: 'string' }, score: { type: 'number', minimum: 0 } },
  },
  mapping: { objectId: '/payload/lesson_id', score: '/payload/score' },
  example: { user_id: 'u-1', payload: { lesson_id: 'l-7', score: 8 } },
}

export const viewExample = {
  name: 'lesson_finished',
  vocabulary: 'tenant',
  version: 1,
  description: 'A learner finished a lesson',
  category: 'lessons',
  schema: definitionExample.payload,
  mapping: definitionExample.mapping,
  privacyLevel: 'standard' as const,
  retentionClass: 'standard' as const,
  sampling: 'never' as const,
  example: { event_type: 'lesson_finished', ...definitionExample.example },
  createdAt: '2026-11-29T10:15:00.000Z',
  updatedAt: '2026-11-29T10:15:00.000Z',
  updatedBy: 'key_01',
}
