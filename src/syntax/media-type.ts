// A media type has a type, "/" and a subtype, both tokens, then parameters (RFC 9110, 8.3.1).
const MEDIA_TYPE = /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)\s*(?:;|$)/

/** Returns the media type of a `Content-Type`, in lower case and without its parameters. */
export function mediaType(header: string | null | undefined): string | undefined {
  return MEDIA_TYPE.exec(header ?? '')?.[1]?.toLowerCase()
}

// `+json` is RFC 6839, 3.1; the others are older names and those of AWS.
const JSON_TYPE = /^(?:(?:application|text)\/(?:x-|x-amz-)?json(?:-\d[\d.]*)?|[^/]+\/[^/]+\+json)$/

/** Tells whether a media type, as `mediaType` returns it, says that a body is JSON. */
export function isJsonType(type: string): boolean {
  return JSON_TYPE.test(type)
}

/** The media type of what curl sends with `-d`, and of forms. */
export const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * These types say nothing of a body: programs name them that leave it to their library, as browsers'
 * `fetch` does of a text and curl of `-d`.
 */
const untold = new Set(['text/plain', 'application/octet-stream', 'binary/octet-stream', FORM_TYPE])

/** Tells whether a body may be JSON under this media type, or without one. */
export function mayBeJson(type: string | undefined): boolean {
  return type === undefined || untold.has(type) || isJsonType(type)
}
