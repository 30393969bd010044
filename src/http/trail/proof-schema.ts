import { z } from '../zod'

export const hash = (description: string) =>
  z.string().openapi({ description: `${description}; 64 hexadecimal digits` })

export const hourField = z
  .string()
  .openapi({ description: 'The hour of the tree, UTC', example: '2026-11-30T02' })

export const sizeField = (description: string) => z.int().min(0).openapi({ description })

const inclusion = {
  hour: hourField,
  salt: z.string().optional().openapi({
    description:
      '32 hexadecimal digits. Absent for whoever is not of role `admin` where a policy changed the event: it would tell whether a guess at what was taken out is right',
  }),
  leafHash: hash('SHA-256(0x00 ‖ salt ‖ SHA-256(item))'),
  leafIndex: sizeField('The place of the leaf, from 0'),
  treeSize: sizeField('How many leaves the tree has now'),
  path: z.array(z.string()).openapi({
    description: 'Leads from the leaf to the root (RFC 6962, section 2.1.1)',
  }),
  root: hash('The root of the tree at this size'),
}

export const Inclusion = z.object(inclusion).openapi('InclusionProof')

export const EventProof = z
  .object({
    eventId: z.string(),
    ...inclusion,
    isClosed: z
      .boolean()
      .openapi({ description: 'If false, the hour is not over, and the tree grows' }),
    kept: Inclusion.optional().openapi({
      description:
        'Where the text that is kept is another than was sent (a policy changed it, or line breaks are spaces in it): the leaf of what is kept',
    }),
  })
  .openapi('EventProof')

export const inclusionExample = {
  hour: '2026-11-30T02',
  salt: '5f0c'.repeat(8),
  leafHash: 'a3f1'.repeat(16),
  leafIndex: 1,
  treeSize: 2,
  path: ['90be'.repeat(16)],
  root: '77c2'.repeat(16),
}

/** Writes an hour and a size of its tree, `2026-11-30T02/300`; without a size, the tree as it is now. */
export const rootName = (description: string, example: string) =>
  z
    .string()
    .regex(
      /^\d{4}-\d\d-\d\dT\d\d(\/(0|[1-9]\d{0,14}))?$/,
      'Must be an hour, and perhaps a size: 2026-11-30T02 or 2026-11-30T02/300',
    )
    .transform((text) => {
      const [hour = '', size] = text.split('/')
      return { hour, ...(size !== undefined && { treeSize: Number(size) }) }
    })
    .openapi({ type: 'string', description, example })
