import { createHash, randomBytes } from 'node:crypto'

// 256 bits: beyond guessing, so that a fast hash is enough to store it by.
const SECRET_BYTES = 32
// Base64 of an id of 64 characters takes 86, of 32 bytes 43.
const TOKEN = /^([A-Za-z0-9_-]{1,120})\.([A-Za-z0-9_-]{43})$/

/** A token of cmi5 names the tenant whose documents say what it is for. */
export interface Token {
  tenantId: string
  /** SHA-256 of the whole token, hex: the only form in which it is stored. */
  hash: string
}

/** @returns a token: the tenant and 256 random bits, good for a path and for a password of Basic */
export function drawToken(tenantId: string): string {
  const tenant = Buffer.from(tenantId).toString('base64url')
  return `${tenant}.${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/** @returns undefined for what is no token at all */
export function readToken(token: string): Token | undefined {
  const tenant = TOKEN.exec(token)?.[1]
  if (tenant === undefined) return undefined
  const tenantId = Buffer.from(tenant, 'base64url').toString()
  return { tenantId, hash: createHash('sha256').update(token).digest('hex') }
}
