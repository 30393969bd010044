import { sessionTypes } from '../../standards/native/session-door'
import { ReceiptBlocked, WithheldCounts } from '../receipt-schemas'
import { z } from '../zod'

const id = z.union([z.string(), z.int()])

/** For the document only: bodies are read by `standards/native`. */
const TelemetryEvent = z
  .looseObject({
    event_type: z.enum(sessionTypes),
    client_ts: z
      .string()
      .nullish()
      .openapi({ description: 'ISO 8601; the clock of the server is the authority' }),
    seq: z.int().nullish().openapi({ description: 'Counted by the client' }),
    session_id: id.openapi({ description: 'A session that was created here' }),
    question_id: id.nullish().openapi({ description: 'One of the questions of the session' }),
    payload: z.looseObject({}).nullish().openapi({ description: 'At most 4 KB of JSON' }),
  })
  .openapi('TelemetryEvent')

export const TelemetryBatch = z
  .looseObject({
    source: z.string().nullish().openapi({ description: 'E.g. `web`, `mobile`, `api`' }),
    // Truthful about what is refused: an item that is no event is quarantined alone.
    events: z.array(z.union([TelemetryEvent, z.unknown()])).openapi({ maxItems: 50 }),
  })
  .openapi('TelemetryBatch')

export const batchExample = {
  source: 'web',
  events: [
    {
      event_type: 'SESSION_CREATED' as const,
      client_ts: '2026-11-15T10:15:00.000Z',
      session_id: '4b1c2d3e-8f7a-4c5b-9d6e-0a1b2c3d4e5f',
      user_id: 'u-554433',
      payload: { question_ids: ['9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b'] },
    },
    {
      event_type: 'QUESTION_VIEWED' as const,
      client_ts: '2026-11-15T10:15:04.000Z',
      seq: 12,
      session_id: '4b1c2d3e-8f7a-4c5b-9d6e-0a1b2c3d4e5f',
      question_id: '9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b',
      payload: { position: 3 },
    },
  ],
}

const count = z.int().min(0)

export const TelemetryReply = z
  .object({
    accepted: count.openapi({ description: 'Stored, or stored before' }),
    rejected: count.openapi({ description: 'In quarantine, each with its reasons' }),
    rejected_reasons_sample: z.array(z.string()).openapi({ maxItems: 5 }),
    withheld: WithheldCounts.optional(),
    blocked: ReceiptBlocked.optional(),
  })
  .openapi('TelemetryReply')

export const replyExample = { accepted: 5, rejected: 0, rejected_reasons_sample: [] }
