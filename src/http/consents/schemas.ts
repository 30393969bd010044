import {
  CATEGORY,
  type Consent,
  type KeptConsent,
  MAX_CATEGORIES,
} from '../../governance/consents/consents'
import type { Clock } from '../../platform/clock'
import { toTimeBound } from '../../query/time-bound'
import { z } from '../zod'
import { actorId } from './manager'

export const said = z.enum(['granted', 'denied'])

export const consentCategories = z
  .record(
    z.string().regex(CATEGORY, 'Must be 1 to 64 small letters, digits and . _ -, a letter first'),
    said,
  )
  .refine((all) => Object.keys(all).length > 0, { error: 'Must name a category' })
  .refine((all) => Object.keys(all).length <= MAX_CATEGORIES, {
    error: `Must name at most ${MAX_CATEGORIES} categories`,
  })
  .openapi({
    description: 'What was decided, by category; `parental` is consent of a parent. Others stay',
    example: { analytics: 'granted' },
  })

const evidence = z.string().min(1).max(1000).optional().openapi({
  description: 'Where it was given: the name of a form, the id of a launch or an event',
})

// Clocks of two systems differ by so much without anybody having to see to it.
const AHEAD_MS = 5 * 60_000

const given = (clock: Pick<Clock, 'now'>) =>
  z
    .string()
    .transform((text, context) => {
      const time = toTimeBound(text)
      const now = clock.now().getTime()
      if (time !== undefined && Date.parse(time) <= now + AHEAD_MS) {
        return new Date(Math.min(Date.parse(time), now)).toISOString()
      }
      const message = 'Must be a date or an ISO 8601 date-time that has come'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description: 'When it was given; now when left out' })

/** One person decided this. @param clock tells what is ahead */
export const consentBody = (clock: Pick<Clock, 'now'>) =>
  z
    .strictObject({
      ...{ categories: consentCategories, evidence, at: given(clock) },
      erase: z.boolean().default(false).openapi({
        description: 'With a `denied`: also erase the person, by their id. Needs scope `admin`',
      }),
    })
    .refine(({ erase, categories }) => !erase || Object.values(categories).includes('denied'), {
      error: 'erase goes with a category that is denied',
    })
    .openapi('ConsentBody')

/** A row of many. */
export const consentRow = (clock: Pick<Clock, 'now'>) =>
  z
    .strictObject({ actor: actorId, categories: consentCategories, evidence, at: given(clock) })
    .openapi('ConsentRow')

const Decided = z
  .object({
    said,
    at: z.iso.datetime(),
    by: z.string().openapi({ description: 'The id of the key that reported it' }),
    evidence: z.string().optional(),
  })
  .openapi('Decided')

export const ConsentView = z
  .object({ actor: z.string(), decisions: z.record(z.string(), Decided) })
  .openapi('Consent')

export function viewOf({ actorId: actor, decisions }: KeptConsent): z.output<typeof ConsentView> {
  return { actor, decisions }
}

export const viewExample = {
  actor: 'u-554433',
  decisions: {
    analytics: {
      said: 'granted' as const,
      at: '2026-11-15T10:15:00.000Z',
      by: 'key_5f2c1d9e-6f0a-4f3b-9d6e-0a4f1c2b3d4e',
      evidence: 'form 2026/27',
    },
  },
}

/** Makes what is put of what was sent. */
export function consentOf(
  actor: string,
  { categories, evidence, at }: Omit<z.output<ReturnType<typeof consentBody>>, 'erase'>,
  by: { by: string; now: Date },
): Consent {
  const time = at ?? by.now.toISOString()
  return { actorId: actor, categories, evidence, at: time, by: by.by }
}
