import { createHash, createHmac } from 'node:crypto'

/** A request as the SDK writes it, before it is signed. */
export interface UnsignedRequest {
  protocol: string
  hostname: string
  port?: number | undefined
  /** Percent-encoded. */
  path: string
}

export interface PresignNeeds {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }
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
  const at = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = at.slice(0, 8)
  const scope = `${day}/${region}/s3/aws4_request`
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const query = Object.entries({
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': at,
    'X-Amz-Expires': String(seconds),
    ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&')
  const canonical = ['GET', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = [ALGORITHM, at, scope, digest].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return `${protocol}//${host}${path}?${query}&X-Amz-Signature=${signature}`
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** RFC 3986: these four are reserved, and `encodeURIComponent` leaves them. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
