import { AppError } from '../../error/app-error'
import { MAX_ID_LENGTH } from '../../event/limits'
import { rateLimited } from '../../limits/rate-limited'
import { createWindows } from '../../limits/windows'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const pseudonymExample = 'urn:nonius:pseudonym:1.l2nT8VsxFp9kQ3ZyWc0aBd'

const Reveal = z
  .strictObject({
    pseudonym: z.string().min(1).max(MAX_ID_LENGTH).openapi({ example: pseudonymExample }),
    reason: z
      .string()
      .min(10)
      .max(1000)
      .refine((text) => text.trim().length >= 10, 'Says why, in 10 characters or more')
      .openapi({
        description: 'Why somebody has to know. It stands in the audit trail',
        example: 'A counsellor asked for the learner at risk, case 12',
      }),
  })
  .openapi('Reveal')

const Revealed = z
  .object({
    pseudonym: z.string(),
    personId: z.string().openapi({ description: 'The id as it was sent' }),
  })
  .openapi('Revealed')

const revealRoute = createRoute({
  method: 'post',
  path: '/privacy/reveal',
  operationId: 'revealPerson',
  tags: ['Privacy'],
  summary: 'Say who is behind a pseudonym',
  description:
    'Scope `admin`. Answers once the audit trail has who asked, for which pseudonym and why. 404 for a pseudonym that is unknown, of a person who was erased, or of another tenant. At most 60 in a minute for a tenant.',
  ...keyed,
  request: {
    body: jsonBody(Reveal, {
      description: 'The pseudonym, and the reason',
      example: {
        pseudonym: pseudonymExample,
        reason: 'A counsellor asked for the learner at risk, case 12',
      },
    }),
  },
  responses: {
    200: jsonReply(Revealed, {
      description: 'The person',
      example: { pseudonym: pseudonymExample, personId: 'https://example.edu/users/554433' },
    }),
    ...jsonBodyProblems('not_found'),
  },
})

// Whoever looks up one learner needs few; a program that turns back a table needs years.
const REVEALS = { most: 60, windowMs: 60_000 }
const MOST_TENANTS = 10_000

// The same as for keys: nobody needs both for longer.
const MAX_OVERLAP_DAYS = 365
const OVERLAP_DAYS = 30

const Rotation = z
  .strictObject({
    overlapDays: z.int().min(0).max(MAX_OVERLAP_DAYS).default(OVERLAP_DAYS).openapi({
      description:
        'So long the former key is held, and pseudonyms of both are known to be of one person. 0 forgets it at once',
    }),
  })
  .openapi('PseudonymKeyRotation')

const Rotated = z
  .object({
    key: z.int().min(1).openapi({ description: 'It stands in each pseudonym that it makes' }),
    overlapUntil: z.iso.datetime(),
  })
  .openapi('PseudonymKeyRotated')

const rotateRoute = createRoute({
  method: 'post',
  path: '/privacy/pseudonym-keys/rotate',
  operationId: 'rotatePseudonymKey',
  tags: ['Privacy'],
  summary: 'Make pseudonyms by a new key from now on',
  description:
    'Scope `admin`. The new key is used at once (by other processes within five seconds); a request that has begun goes on with the key it began with. Stored events keep their pseudonyms.',
  ...keyed,
  request: {
    body: jsonBody(Rotation, { description: 'The overlap', example: { overlapDays: 30 } }),
  },
  responses: {
    200: jsonReply(Rotated, {
      description: 'It is in use',
      example: { key: 2, overlapUntil: '2026-12-15T10:15:00.000Z' },
    }),
    ...jsonBodyProblems(),
  },
})

export function registerPseudonyms(app: App, deps: AppDeps) {
  const { services, options } = deps
  const { clock, config: limits } = options
  const windows = createWindows({ clock }, MOST_TENANTS)
  const checks = { admit: keyWith('admin'), limits }

  operation(app, revealRoute, checks, async (c, { principal, body, reply }) => {
    const { tenantId } = principal
    const allowance = windows.take(tenantId, REVEALS)
    if (allowance.isOver) throw rateLimited(allowance)
    const { pseudonym, reason } = body
    const personId = await (await services.pseudonyms()).reveal(tenantId, pseudonym)
    if (personId === undefined) {
      throw new AppError(
        'not_found',
        'Nobody is known by this pseudonym: it may be of another tenant, or of a person who was erased.',
      )
    }
    await audited(deps, principal, {
      action: 'person.revealed',
      target: pseudonym,
      details: { reason },
    })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { pseudonym, personId })
  })

  operation(app, rotateRoute, checks, async (c, { principal, body, reply }) => {
    const { tenantId } = principal
    const pseudonyms = await services.pseudonyms()
    const rotated = await pseudonyms.rotate(tenantId, body.overlapDays)
    const { key, overlapUntil } = rotated
    const details = { overlapDays: body.overlapDays, overlapUntil }
    await audited(deps, principal, {
      action: 'pseudonym-key.rotated',
      target: String(key),
      details,
    })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, rotated)
  })
}
