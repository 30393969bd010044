import { ALGORITHM, type Credentials, scopeOf, signatureOf, timeOf } from './signing'

/** A request as the SDK writes it, before it is signed. */
export interface UnsignedRequest {
  protocol: string
  hostname: string
  port?: number | undefined
  /** Percent-encoded. */
  path: string
}

export interface PresignNeeds {
  credentials: Credentials
  region: string
  seconds: number
  now: Date
}

/**
 * Writes an address of S3 for a GET that needs no credentials of its own (Amazon S3 API Reference, "Authenticating
 * Requests: Using Query Parameters (AWS Signature Version 4)"). The SDK's own presigner is a package more for each function.
 */
export function presigned(
  { protocol, hostname, port, path }: UnsignedRequest,
  { credentials, region, seconds, now }: PresignNeeds,
): string {
  const host = port === undefined ? hostname : `${hostname}:${port}`
  const to = { region, service: 's3', now }
  const { accessKeyId, sessionToken } = credentials
  const query = Object.entries({
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${accessKeyId}/${scopeOf(to)}`,
    'X-Amz-Date': timeOf(to),
    'X-Amz-Expires': String(seconds),
    ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&')
  const canonical = ['GET', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const signature = signatureOf(canonical, credentials, to)
  return `${protocol}//${host}${path}?${query}&X-Amz-Signature=${signature}`
}

/** RFC 3986: these four are reserved, and `encodeURIComponent` leaves them. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
