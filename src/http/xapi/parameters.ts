import { MAX_ID_LENGTH } from '../../event/limits'
import { isIri } from '../../syntax/iri'
import { toUtcMillis } from '../../syntax/timestamp'
import { z } from '../zod'

// Without a flag, which JSON Schema has none of.
const UUID = /^[\dA-Fa-f]{8}-(?:[\dA-Fa-f]{4}-){3}[\dA-Fa-f]{12}$/
// RFC 3339, 4.3, uses it for a time whose zone is unknown; xAPI forbids it (1.0.3, Data, 4.5).
const UNKNOWN_ZONE = /-00(?::?00)?$/

/** Declares a UUID; parsed, it is in lower case. */
export const uuid = (description: string) =>
  z
    .string()
    .regex(UUID, 'Must be a UUID')
    .toLowerCase()
    .openapi({ description, format: 'uuid', example: 'cd088ca7-c044-405c-bb41-0b2a8506f907' })

/** Declares an IRI with its scheme, which is compared character by character. */
export const iri = (description: string, example: string) =>
  z
    .string()
    .max(MAX_ID_LENGTH, `Must have at most ${MAX_ID_LENGTH} characters`)
    .refine(isIri, 'Must be an IRI with its scheme')
    .openapi({ description, example })

/** Declares a moment; parsed, it is ISO 8601 in UTC with milliseconds. */
export const timestamp = (description: string) =>
  z
    .string()
    .transform((value, context) => {
      // A `+` that nobody encoded is a space by now.
      const millis = toUtcMillis(value) ?? toUtcMillis(value.replace(/ (?=\d\d:?\d\d$)/, '+'))
      if (millis !== undefined && !UNKNOWN_ZONE.test(value.slice('YYYY-MM-DD'.length)))
        return millis
      const message = 'Must be an ISO 8601 date-time, e.g. 2026-11-21T09:30:00Z'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .openapi({ type: 'string', description, example: '2026-11-21T09:30:00.000Z' })

/** Declares a flag. */
export const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => value === 'true')
    .openapi({ type: 'boolean', description })

// An agent has one identifier of up to 2048 characters, two for an account, and a name.
const MAX_AGENT_LENGTH = 16 * 1024

/** Declares an agent as JSON; the standard reads it (`agentIn`). */
export const agent = (description: string) =>
  z
    .string()
    .max(MAX_AGENT_LENGTH, `Must have at most ${MAX_AGENT_LENGTH} characters`)
    .openapi({ description, example: '{"mbox":"mailto:ada@example.edu"}' })
