import type { IncomingHttpHeaders } from 'node:http'

/** A request of the AWS SDK, read as far as its authorization needs. */
export interface SignedRequest {
  method: string
  /** Without the query, percent signs decoded. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** Who signed it, and for what (Signature Version 4, "credential scope"). */
  accessKeyId: string
  service: string
}

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/

/** @returns undefined for a request without a signature in its headers */
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

/** The operation of a service that speaks JSON: what follows the dot in `X-Amz-Target`. */
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
