import { AppError } from '../error/app-error'
import { invalidJson } from '../event/json-body'
import { isDeeperThan } from '../syntax/json-scan'
import { readText } from './body'
import type { AppContext } from './context'
import { refuseForm, requireJson } from './json-type'
import { parseAs } from './validation'
import type { z } from './zod'

// Ten times the depth of an event, which is the deepest value that such a body holds. A deeper body would
// cost whatever walks through it a stack, and time that grows faster than the levels.
const MAX_DEPTH = 1_000

/** How large a body may be, also decompressed, and how long it may take to come. */
export interface BodyLimits {
  maxBodyBytes: number
  bodyTimeoutSeconds: number
}

/**
 * Reads a small JSON body by its schema. Not for events: those are read by their standard.
 * @param hidden as in `parseAs`
 * @throws {AppError} `unsupported_media_type`, `too_large`, `busy`, `timeout`, `invalid_encoding`,
 * `invalid_json`, `invalid_request`
 */
export async function readJson<Schema extends z.ZodType>(
  c: AppContext,
  schema: Schema,
  limits: BodyLimits,
  hidden: readonly string[] = [],
): Promise<z.output<Schema>> {
  requireJson(c)
  const { text } = await readText(c, limits)
  refuseForm(c, text)
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new AppError('invalid_json', `The body is nested more than ${MAX_DEPTH} levels deep.`)
  }
  return parseAs(schema, parseJson(text), hidden)
}

/** Parses what may hold more values than an event: a patch of megabytes, say. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const issue = invalidJson([], text)
    const detail = `The body is not JSON: ${issue.message}`
    throw new AppError('invalid_json', detail, { errors: [issue], cause })
  }
}
