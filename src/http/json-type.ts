import { AppError } from '../error/app-error'
import { lineTypes } from '../standards/native/content-type'
import { FORM_TYPE, mayBeJson, mediaType } from '../syntax/media-type'
import type { AppContext } from './context'

export { lineTypes }

/** The sentence for a media type that is taken nowhere. */
export function notJson(more: readonly string[] = []): AppError {
  const others = more.length === 0 ? '' : `, or ${more.join(' or ')}`
  return new AppError(
    'unsupported_media_type',
    `Content-Type must be application/json, any other that ends in +json, or text/plain with JSON in it${others}.`,
  )
}

/**
 * Lets a body pass that may be JSON: under any type of JSON, under one that says nothing of it, or
 * without one.
 * @param more media types that are taken beside these
 * @param refusal makes the error for all others
 * @throws {AppError} `unsupported_media_type`, or the refusal given
 */
export function requireJson(
  c: AppContext,
  {
    more = [],
    refusal = () => notJson(more),
  }: { more?: readonly string[]; refusal?(): AppError } = {},
): void {
  const header = c.req.header('Content-Type')
  // Nearly every sender says just this.
  if (header === 'application/json') return
  const type = mediaType(header)
  if (type === undefined && header !== undefined && header.trim() !== '') throw refusal()
  if (!mayBeJson(type) && !more.includes(type!)) throw refusal()
}

/**
 * Refuses a form. curl names a body of `-d` one, so that this is known by its text alone: JSON begins
 * otherwise than a name and an equals sign.
 * @throws {AppError} `unsupported_media_type`, with what to send
 */
export function refuseForm(c: AppContext, text: string): void {
  if (/^\s*[[{"]/.test(text) || mediaType(c.req.header('Content-Type')) !== FORM_TYPE) return
  throw new AppError(
    'unsupported_media_type',
    "This body is a form, not JSON. Send the JSON itself: curl -H 'Content-Type: application/json' --data-binary @events.json.",
  )
}
