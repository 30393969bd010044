import type { EventRecord } from '../../event/record'
import { publishedFacts, publishedPayload } from '../../standards/native/published'
import { type Json, jsonObject, writtenJson } from '../answers/json'
import { z } from '../zod'

export const PipelineEvent = z
  .object({
    id: z.string().openapi({ description: 'As sent; `evt_…` where its sender gave none' }),
    event_type: z.string(),
    source: z.string().openapi({ description: 'As sent, else the source of the key' }),
    session_id: z.string().nullable(),
    user_id: z.string().nullable(),
    payload: z.unknown().openapi({
      description:
        '`payload` or `properties` of a native event, as sent; of an event of another standard, the whole event',
    }),
    timestamp: z.string().openapi({ description: 'When it happened, ISO 8601 UTC' }),
    received_at: z.string().openapi({ description: 'When it arrived: what `since` compares' }),
  })
  .openapi('PipelineEvent')

type View = z.output<typeof PipelineEvent>

export const viewExample: View = {
  id: 'evt_0f3a9c51d2b84e67a1c0f3a9c51d2b84',
  event_type: 'quiz_started',
  source: 'quiz-service',
  session_id: 'sess-1',
  user_id: 'u-554433',
  payload: { quiz_id: 'q-1' },
  timestamp: '2026-11-15T10:15:00.000Z',
  received_at: '2026-11-15T10:15:00.000Z',
}

/** Shows a record of any standard as a native event. */
export function pipelineView(record: EventRecord): Json<View> {
  const { timestamp, received_at, ...facts } = factsOf(record)
  return jsonObject<View>({
    ...facts,
    payload: writtenJson<unknown>(publishedPayload(record)),
    timestamp,
    received_at,
  })
}

/** Measures how many bytes the view of a record has, at most. */
export function viewBytes(record: EventRecord): number {
  return Buffer.byteLength(record.raw) + Buffer.byteLength(JSON.stringify(factsOf(record)))
}

function factsOf(record: EventRecord) {
  const { eventTime: timestamp, receivedAt: received_at } = record
  return { ...publishedFacts(record), timestamp, received_at }
}
