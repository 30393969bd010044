import { z } from '../zod'

// `standards/caliper/version.ts` reads these, and more misspellings than are worth documenting.
const CONTEXT = /^https?:\/\/purl\.imsglobal\.org\/ctx\/caliper\/v1(p[012])?$/

/**
 * For the document only: bodies are read by `standards/caliper`. Says what is refused, which is less
 * than what the standard asks: the rest is the conformance report's.
 */
export const Envelope = z
  .looseObject({
    sensor: z.unknown().openapi({ description: 'IRI of what sends; a string by the standard' }),
    sendTime: z.unknown().openapi({ description: 'ISO 8601 in UTC with milliseconds' }),
    dataVersion: z.string().regex(CONTEXT).nullish().openapi({
      description: 'IRI of the context of Caliper 1.2 or 1.1; 1.0 has none. Others are a 422.',
    }),
    data: z
      .array(z.unknown())
      .openapi({ description: 'Events and described entities, in any mix' }),
  })
  .openapi('CaliperEnvelope', { required: ['data'] })
