// RFC 9110, 8.3.1: type "/" subtype, both tokens, then parameters.
const MEDIA_TYPE = /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)\s*(?:;|$)/

/** What a `Content-Type` names, in lower case and without its parameters. */
export function mediaType(header: string | null | undefined): string | undefined {
  return MEDIA_TYPE.exec(header ?? '')?.[1]?.toLowerCase()
}
