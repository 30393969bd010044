import type { IncomingHttpHeaders } from 'node:http'

/** A signed request is one of the AWS SDK, read as far as its authorization needs. */
export interface SignedRequest {
  method: string
  /** The path has no query, and its percent signs are decoded. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** These members say who signed it, and for what (Signature Version 4, "credential scope"). */
  accessKeyId: string
  service: string
}

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/

/** Reads a signed request. @returns undefined for a request without a signature in its headers */
export function readSigned(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): SignedRequest | undefined {
  const [, accessKeyId, service] = CREDENTIAL.exec(headers.authorization ?? '') ?? []
  if (accessKeyId === undefined || service === undefined) return undefined
  const { pathname, searchParams: query } = new URL(target, 'http://aws')
  return { method, path: decodeURIComponent(pathname), query, headers, body, accessKeyId, service }
}

/**
 * Returns the operation of a service that speaks JSON: the part after the dot in `X-Amz-Target`.
 */
export function operationOf({ headers }: SignedRequest): string {
  return (
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? ''
  )
}

export function jsonOf({ body }: SignedRequest) {
  return JSON.parse(body.toString() || '{}')
}
