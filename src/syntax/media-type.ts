// A media type has a type, "/" and a subtype, both tokens, then parameters (RFC 9110, 8.3.1).
const MEDIA_TYPE = /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)\s*(?:;|$)/

/** Returns the media type of a `Content-Type`, in lower case and without its parameters. */
export function mediaType(header: string | null | undefined): string | undefined {
  return MEDIA_TYPE.exec(header ?? '')?.[1]?.toLowerCase()
}
