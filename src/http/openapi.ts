import { type ErrorCode, errorCodes } from '../error/codes'
import { z } from './zod'

export const Issue = z
  .object({
    path: z
      .array(z.union([z.string(), z.number()]))
      .openapi({ description: 'From the root of the document to the value' }),
    message: z.string().openapi({ description: 'For a person; `Required` for what is missing' }),
    code: z.string().openapi({ description: 'Stable, for programs' }),
    spec: z.string().optional().openapi({ description: 'Section of the specification' }),
  })
  .openapi('Issue', {
    example: { path: ['data', 0, 'type'], message: 'Required', code: 'required' },
  })

export const Problem = z
  .object({
    type: z.string().openapi({ description: 'The code as a URN' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().openapi({ description: 'What was wrong this time' }),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    requestId: z.string(),
    errors: z.array(Issue).openapi({ description: 'At most 100, and 64 KB of them' }),
    errorCount: z
      .int()
      .optional()
      .openapi({ description: 'How many there are, when they are more than `errors` names' }),
    quarantineId: z
      .string()
      .optional()
      .openapi({ description: 'Where the body that could not be read is kept' }),
    quarantined: z
      .array(z.object({ index: z.int(), id: z.string().optional(), quarantineId: z.string() }))
      .optional()
      .openapi({ description: 'With `not_conformant`: where the first 100 items are kept' }),
    quarantinedCount: z
      .int()
      .optional()
      .openapi({ description: 'With `not_conformant`: how many there are in all' }),
    quarantinedLink: z
      .string()
      .optional()
      .openapi({ description: 'With `not_conformant`: where the others can be seen' }),
  })
  .openapi('Problem', { description: 'RFC 9457' })

/** A route that asks for a key declares it. */
export const keyed = { security: [{ key: [] }] }

interface Described<Example> {
  description: string
  example: Example
}

/** Declares a JSON request body. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  { description, example }: Described<z.input<Schema>>,
) {
  return { required: true, description, content: { 'application/json': { schema, example } } }
}

/** A header that every reply has. */
export const requestIdHeader = {
  'X-Request-Id': z.string().openapi({ description: 'Names this request, also in our log' }),
}

/** Declares a JSON reply. */
export function jsonReply<Schema extends z.ZodType>(
  schema: Schema,
  { description, example }: Described<z.output<Schema>>,
  headers: Record<string, z.ZodType> = {},
) {
  return {
    description,
    headers: z.object({ ...requestIdHeader, ...headers }),
    content: { 'application/json': { schema, example } },
  }
}

const headersByStatus: Record<number, Record<string, z.ZodType>> = {
  401: { 'WWW-Authenticate': z.string().openapi({ description: 'RFC 6750' }) },
  429: { 'Retry-After': z.int().openapi({ description: 'Seconds' }) },
  503: { 'Retry-After': z.int().openapi({ description: 'Seconds' }) },
}

/**
 * Declares the replies for these error codes, by status. Every route can also break on our side, and
 * whoever is asked for a key may come too often.
 */
export function problems(...codes: ErrorCode[]) {
  const statuses = new Map<number, ErrorCode[]>()
  const limited = codes.includes('unauthenticated') ? (['rate_limited'] as const) : []
  for (const code of new Set([...codes, ...limited, 'internal' as const])) {
    const { status } = errorCodes[code]
    statuses.set(status, [...(statuses.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...statuses].map(([status, some]) => [status, problemReply(status, some)]),
  )
}

/** As `problems`, of a route that takes a key and a JSON body: the ways in which these fail, and more. */
export function jsonBodyProblems(...codes: ErrorCode[]) {
  return problems(
    'invalid_request',
    'invalid_json',
    'invalid_encoding',
    'unauthenticated',
    'forbidden',
    'too_large',
    'unsupported_media_type',
    'unavailable',
    ...codes,
  )
}

function problemReply(status: number, codes: ErrorCode[]) {
  const examples = codes.map((code) => [code, { value: exampleOf(code) }])
  return {
    description: codes.map((code) => errorCodes[code].title).join(', or: '),
    headers: z.object({ ...requestIdHeader, ...headersByStatus[status] }),
    content: {
      'application/problem+json': { schema: Problem, examples: Object.fromEntries(examples) },
    },
  }
}

function exampleOf(code: ErrorCode): z.output<typeof Problem> {
  const { status, title } = errorCodes[code]
  return {
    type: `urn:nonius:error:${code}`,
    title,
    status,
    detail: `${title}.`,
    code,
    requestId: '0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5',
    errors: [],
  }
}
