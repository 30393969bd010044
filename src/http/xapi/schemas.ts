import { jsonReply } from '../openapi'
import { z } from '../zod'
import { consistentThroughHeader } from './consistent-through'

export const Statement = z
  .looseObject({
    id: z.string().optional(),
    actor: z.looseObject({}),
    verb: z.looseObject({ id: z.string() }),
    object: z.looseObject({}),
  })
  .openapi('XapiStatement', { description: 'xAPI 1.0.3, Data, 2; 2.0, 4.2' })

export const StatementResult = z
  .object({
    statements: z.array(Statement),
    more: z.string().openapi({
      description: 'Where the next page is, from the root of this server; empty on the last one',
    }),
  })
  .openapi('XapiStatementResult')

export const statementExample = {
  id: 'cd088ca7-c044-405c-bb41-0b2a8506f907',
  actor: { mbox: 'mailto:ada@example.edu' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
  object: { id: 'https://example.edu/courses/1' },
}

const Multipart = z.string().openapi({
  format: 'binary',
  description: 'The JSON first, then each attachment once, with `X-Experience-API-Hash`',
})

/** Declares a body with statements, alone or with the content of attachments. */
export function statementsBody<Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) {
  return {
    required: true,
    description: 'JSON, or JSON and the content of its attachments',
    content: {
      'application/json': { schema, example },
      'multipart/mixed': { schema: Multipart },
    },
  }
}

const lastModified = z
  .string()
  .optional()
  .openapi({ description: 'Of a single statement: when it was stored' })

const result = jsonReply(
  z.union([StatementResult, Statement]),
  {
    description: 'A page, or the statement that an id was given of',
    example: { statements: [statementExample], more: '' },
  },
  { ...consistentThroughHeader, 'Last-Modified': lastModified },
)

/** Declares a reply with statements. */
export const statementsReply = {
  ...result,
  content: { ...result.content, 'multipart/mixed': { schema: Multipart } },
}
