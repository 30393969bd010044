import { createHash, createHmac } from 'node:crypto'

/** These sign requests in the name of a function; Lambda puts them into its environment. */
export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

/** A scope says for what a signature holds. */
export interface Scope {
  region: string
  service: string
  now: Date
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Writes the time of a signature, `20130524T000000Z`. */
export function timeOf({ now }: Pick<Scope, 'now'>): string {
  return now.toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** Writes the scope of a credential, `20130524/us-east-1/s3/aws4_request`. */
export function scopeOf({ region, service, now }: Scope): string {
  return `${timeOf({ now }).slice(0, 8)}/${region}/${service}/aws4_request`
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * Signs a request (Signature Version 4, "Create a signed AWS API request", IAM's user guide).
 * @param canonical the request in its canonical form
 * @returns the signature, in hex
 */
export function signatureOf(
  canonical: string,
  { secretAccessKey }: Credentials,
  scope: Scope,
): string {
  const named = scopeOf(scope)
  const text = [ALGORITHM, timeOf(scope), named, sha256(canonical)].join('\n')
  const key = named
    .split('/')
    .reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${secretAccessKey}`,
    )
  return createHmac('sha256', key).update(text).digest('hex')
}
