import type { z as Zod } from 'zod'
import type { PutPolicy } from '../../governance/policies'
import { Issue } from '../openapi'
import { z } from '../zod'

/** For the document: `readPolicy` reads it, which names every member that is not taken. */
export const PolicyDocument = z.looseObject({}).openapi('PolicyDocument', {
  type: 'object',
  description:
    'A policy, as `GET /policies/schema` has it: `version` (that it is based on), `rules`, `under13`, `pii`, `unreadable`, `erased`, `optOut`, `addresses`, `retentionDays`.',
})

export const PolicyView = z
  .looseObject({
    version: z.int().openapi({ description: '0 while nobody has put one' }),
    rules: z.array(z.looseObject({})),
    changedAt: z.iso.datetime().optional(),
    changedBy: z.string().optional().openapi({ description: 'The id of a key' }),
    rolledBackTo: z.int().optional().openapi({ description: 'It has what this version had' }),
  })
  .openapi('Policy')

export const PolicyPut = PolicyView.extend({
  warnings: z
    .array(Issue)
    .openapi({ description: 'What whoever put it should know: a rule for every event, say' }),
}).openapi('PolicyPut')

export const PolicyVersions = z
  .object({
    versions: z.array(
      z.object({
        version: z.int(),
        changedAt: z.iso.datetime(),
        changedBy: z.string(),
        rolledBackTo: z.int().optional(),
        rules: z.int().openapi({ description: 'So many rules it has' }),
      }),
    ),
    before: z
      .int()
      .optional()
      .openapi({ description: 'Ask with it for the versions before these; absent at the first' }),
  })
  .openapi('PolicyVersions')

const count = z.int()

export const PolicyTried = z
  .object({
    tested: count.openapi({
      description: 'So many of the events that arrived last were looked at',
    }),
    isAll: z.boolean().openapi({
      description: 'False where there was no time for as many as were asked for (5 seconds)',
    }),
    kept: count,
    held: count,
    withheld: count,
    changed: count.openapi({ description: 'Of the kept, those that a rule changes' }),
    differs: count.openapi({ description: 'Of which the policy in force decides otherwise' }),
    rules: z.array(
      z.object({
        rule: z.string(),
        matched: count,
        withheld: count,
        held: count,
        sampled: count,
        treated: count,
        reclassified: count,
        neverSampled: count.openapi({
          description:
            'A sample was asked of these, and none is taken: learning, errors, unregistered types',
        }),
        examples: z
          .array(z.string())
          .openapi({ description: 'Ids of up to 5 events that it changes' }),
      }),
    ),
    matchedNothing: z.array(z.string()),
    matchedEverything: z.array(z.string()),
    conflicts: z
      .array(
        z.object({
          about: z.string(),
          won: z.string(),
          lost: z.string(),
          events: count,
          example: z.string(),
        }),
      )
      .openapi({
        description: 'Rules that asked one event for what cannot both be; the stricter won',
      }),
    warnings: z.array(Issue),
  })
  .openapi('PolicyTried')

export const documentExample = {
  version: 0,
  rules: [
    { name: 'performance', when: { category: 'performance' }, then: { sampling: 0.1 } },
    {
      name: 'analytics',
      when: { source: 'lms' },
      then: { consent: { category: 'analytics', without: 'anonymous' as const } },
    },
  ],
}

export const viewExample = {
  ...documentExample,
  version: 1,
  changedAt: '2026-11-29T10:15:00.000Z',
  changedBy: 'key_01',
}

/** Shows a policy as its document with what we say of it, so that it may be changed and put again. */
export function viewOf(put: PutPolicy | undefined): Zod.output<typeof PolicyView> {
  if (put === undefined) return { version: 0, rules: [] }
  const { version, document, changedAt, changedBy, rolledBackTo } = put
  const { rules = [], ...rest } = document as { rules?: Record<string, unknown>[] }
  const went = rolledBackTo === undefined ? {} : { rolledBackTo }
  return { version, ...rest, rules, changedAt, changedBy, ...went }
}
