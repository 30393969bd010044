import type { z } from '@hono/zod-openapi'
import { AppError } from '../error/app-error'
import { isDeeperThan } from '../syntax/json-scan'
import { readText, requireMediaType } from './body'
import type { AppContext } from './context'
import { parseAs } from './validation'

// Ten times what an event may have, which is the deepest that such a body holds. Whatever walks through
// it needs a stack of its own, and time that grows faster than the levels.
const MAX_DEPTH = 1_000

/**
 * Reads a small JSON body by its schema. Not for events: those are read by their standard.
 * @param hidden as in `parseAs`
 * @throws {AppError} `unsupported_media_type`, `too_large`, `busy`, `timeout`, `invalid_encoding`,
 * `invalid_json`, `invalid_request`
 */
export async function readJson<Schema extends z.ZodType>(
  c: AppContext,
  schema: Schema,
  limits: { maxBodyBytes: number; bodyTimeoutSeconds: number },
  hidden: readonly string[] = [],
): Promise<z.output<Schema>> {
  requireMediaType(c, 'application/json')
  const text = await readText(c, limits)
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new AppError('invalid_json', `The body is nested more than ${MAX_DEPTH} levels deep.`)
  }
  return parseAs(schema, parseJson(text), hidden)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_json', `The body is not JSON: ${(cause as Error).message}.`, {
      cause,
    })
  }
}
