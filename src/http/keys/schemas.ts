import { endExpected, overlapExpected, readEnd, readOverlap } from '../../access/keys/lifetime'
import { MAX_ORIGINS } from '../../access/keys/page-key'
import { SOURCE_ID } from '../../access/keys/sources'
import { MAX_ID_LENGTH } from '../../event/limits'
import { roles } from '../../identity/role'
import { scopes } from '../../identity/scope'
import type { Clock } from '../../platform/clock'
import type { ApiKey } from '../../platform/registry/keys'
import { originExpected, readOrigin } from '../../syntax/origin'
import { z } from '../zod'

const name = z
  .string()
  .refine((value) => value.trim() !== '' && [...value].length <= 200, {
    error: 'Must have 1 to 200 characters',
  })
  .openapi({ minLength: 1, maxLength: 200, description: 'What or who it is for' })

const sourceId = z
  .string()
  .regex(SOURCE_ID, 'Must be 1 to 64 letters, digits and . _ -, a letter or digit first')

const scope = z.enum(scopes)

// With the key's own source, these are as many as one search of DynamoDB can name.
const MAX_SOURCES = 99

const origin = z
  .string()
  .transform((text, context) => {
    const read = readOrigin(text)
    if (read !== undefined) return read
    context.addIssue({ code: 'custom', message: `Must be ${originExpected}` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'https://quiz.example.edu' })

const expires = (clock: Pick<Clock, 'now'>) =>
  z
    .string()
    .transform((text, context) => {
      const end = readEnd(text, clock.now())
      if (end !== undefined) return end
      context.addIssue({ code: 'custom', message: `Must be ${endExpected}` })
      return z.NEVER
    })
    .optional()
    .openapi({
      type: 'string',
      description: 'When it ends: a duration (`90d`) or a date. Without it, it has no end',
      example: '90d',
    })

const overlap = z
  .string()
  .refine((text) => readOverlap(text) !== undefined, { error: `Must be ${overlapExpected}` })
  .default('24h')
  .openapi({ description: 'How long both work; `0m` ends the old one at once', example: '24h' })

/** A key that is to be made. @param clock tells what is ahead */
export const newKey = (clock: Pick<Clock, 'now'>) =>
  z
    .strictObject({
      name,
      sourceId: sourceId.optional().openapi({
        description: 'What its events are stamped with. Needed without `role`: its key sends none',
      }),
      scopes: z
        .array(scope)
        .min(1)
        .max(scopes.length)
        .optional()
        .openapi({ description: 'As `nonius keys create` gives them when left out' }),
      sources: z
        .union([z.literal('*'), z.array(sourceId).min(1).max(MAX_SOURCES)])
        .optional()
        .openapi({ description: 'Whose quarantine it reaches beside that of its own source' }),
      origins: z.array(origin).min(1).max(MAX_ORIGINS).optional().openapi({
        description:
          'For pages: the key sends (`events:write`, nothing else), from pages of these origins only',
      }),
      role: z.enum(roles).optional().openapi({
        description:
          'Whoever shows the key reads as this (docs/roles.md), and does nothing else. `system` needs the scope `installation`; all others `admin`, or `events:read`',
      }),
      actor: z.string().min(1).max(MAX_ID_LENGTH).optional().openapi({
        description:
          'Whose key it is, as events name them. With `teacher-admin`, `teacher` and `student` it must be there',
        example: 'https://example.edu/users/554433',
      }),
      aggregatesOnly: z.boolean().optional().openapi({
        description: 'With `role`: answers hold nothing of single people, and no group below 5',
      }),
      expires: expires(clock),
      xapi: z
        .boolean()
        .default(false)
        .openapi({ description: 'For a tool of xAPI: with its scopes, and its `endpoint`' }),
    })
    .openapi('NewKey')

/** How a key is to be rotated. */
export const keyRotation = (clock: Pick<Clock, 'now'>) =>
  z.strictObject({ overlap, expires: expires(clock) }).openapi('KeyRotation')

const time = z.iso.datetime()

const view = {
  id: z.string(),
  begins: z.string().openapi({ description: 'The first characters of the key itself' }),
  name: z.string(),
  sourceId: z.string(),
  scopes: z.array(scope),
  sources: z.union([z.literal('*'), z.array(z.string())]).optional(),
  origins: z
    .array(z.string())
    .optional()
    .openapi({ description: 'Pages of these may send with it, and nobody else' }),
  role: z.enum(roles).optional(),
  actor: z.string().optional().openapi({ description: 'Whose key it is' }),
  aggregatesOnly: z.literal(true).optional(),
  createdAt: time,
  expiresAt: time.optional(),
  replacedBy: z.string().optional().openapi({ description: 'The id of the key in its place' }),
  revokedAt: time.optional(),
  lastUsedAt: time.optional().openapi({
    description: 'When it was last shown, within ten seconds; absent when never, and for a new key',
  }),
}

export const KeyView = z.object(view).openapi('Key')

export const MadeKey = z
  .object({
    ...view,
    key: z.string().openapi({ description: 'The key itself: this once, only its hash is kept' }),
    endpoint: z
      .string()
      .optional()
      .openapi({ description: 'For a tool of xAPI: what it asks for beside `id` and `key`' }),
  })
  .openapi('MadeKey')

export const RotatedKey = z
  .object({
    ...view,
    key: z.string().openapi({ description: 'The new key itself: this once' }),
    oldEndsAt: time.openapi({ description: 'When the old one ends' }),
  })
  .openapi('RotatedKey')

export function viewOf(key: ApiKey & { lastUsedAt?: string }): z.output<typeof KeyView> {
  const { keyId: id, hint: begins, name, sourceId, scopes, createdAt, ...rest } = key
  const { sources, origins, expiresAt, replacedBy, revokedAt, lastUsedAt } = rest
  const { role, actorId, isAggregateOnly } = rest
  return {
    ...{ id, begins, name, sourceId, scopes },
    ...(sources && { sources }),
    ...(origins && { origins }),
    ...(role && { role }),
    ...(actorId !== undefined && { actor: actorId }),
    ...(isAggregateOnly && { aggregatesOnly: true as const }),
    createdAt,
    ...(expiresAt && { expiresAt }),
    ...(replacedBy && { replacedBy }),
    ...(revokedAt && { revokedAt }),
    ...(lastUsedAt && { lastUsedAt }),
  }
}

export const viewExample = {
  id: 'key_5f2c1d9e-0b1c-4d0e-9a62-5f0a4b0e9d11',
  begins: 'nk_zA6L',
  name: 'Moodle',
  sourceId: 'moodle',
  scopes: ['events:write' as const],
  createdAt: '2026-11-15T10:15:00.000Z',
}

export const secretExample = 'nk_zA6LVG-cIMvv1V_koTMqUb9VC1nxBGwpN16V2oLHwH8'
