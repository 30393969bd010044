import { z } from '../zod'

const text = (description: string, example: string) =>
  z.string().min(1).max(2048).optional().openapi({ description, example })

const wholeFrom = (least: number, most: number, usual: number | undefined, description: string) => {
  const message = `Must be a whole number from ${least} to ${most}`
  const parsed = z
    .string()
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)
  const filled = usual === undefined ? parsed.optional() : parsed.prefault(String(usual))
  return filled.openapi({
    ...{ type: 'integer', minimum: least, maximum: most, description },
    ...(usual !== undefined && { default: usual }),
  })
}

/** Declares a whole number of a query, which has a usual value. */
export const whole = (
  [least, most]: readonly [least: number, most: number],
  usual: number,
  description: string,
) => wholeFrom(least, most, usual, description) as z.ZodType<number, string | undefined>

/** Declares one that may be left out. */
export const wholeOrNone = (
  [least, most]: readonly [least: number, most: number],
  description: string,
) =>
  wholeFrom(least, most, undefined, description) as z.ZodType<
    number | undefined,
    string | undefined
  >

/** Questions about a span of time take these, by when things happened. */
export const spanFields = {
  from: text(
    'From this day of the time zone on, or this time. Left out: thirty days before `to`',
    '2026-11-01',
  ),
  to: text('Before this day of the time zone, or this time. Left out: now', '2026-12-01'),
  timeZone: text('Whose days: a name of the IANA database. Left out: `UTC`', 'Europe/Berlin'),
  course: text(
    'Only what happened in this course, or in this group where no course is known',
    'https://example.edu/courses/7',
  ),
  learner: text('Only this person', 'https://example.edu/users/554433'),
}

// A day: nobody goes on for longer without an event between.
export const gap = whole(
  [1, 1440],
  30,
  'Minutes: a longer pause ends a sitting, and is no time spent',
)

/** Answers about a span of time say this of themselves. */
export const answeredFields = {
  from: z.string().openapi({ description: 'The answer begins here, ISO 8601 UTC' }),
  to: z.string().openapi({ description: 'It ends before' }),
  timeZone: z.string(),
  truncated: z.boolean().openapi({ description: 'There is more than `limit`' }),
  completeTo: z.string().optional().openapi({
    description:
      'All that arrived before is in the answer, ISO 8601 UTC. Absent on AWS: a metric says how far the lake is behind',
  }),
  suppressed: z.int().optional().openapi({
    description:
      'So many rows or figures are left out, since they are about fewer than 5 people or would give such away. Absent for whoever sees people',
  }),
}

export const answeredExample = {
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-12-01T00:00:00.000Z',
  timeZone: 'UTC',
  truncated: false,
  completeTo: '2026-11-29T22:10:00.000Z',
}
