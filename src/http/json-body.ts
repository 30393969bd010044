import type { z } from '@hono/zod-openapi'
import { AppError } from '../error/app-error'
import { decodeWire, readWire, requireMediaType } from './body'
import type { AppContext } from './context'
import { parseAs } from './validation'

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
  const text = await decodeWire(await readWire(c, limits), limits)
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
