import { randomBytes } from 'node:crypto'

export const SECRET_PREFIX = 'whsec_'

/** A secret has between 24 and 64 bytes (Standard Webhooks, "Signature scheme"). */
export const MIN_SECRET_BYTES = 24
export const MAX_SECRET_BYTES = 64

// The 32 that SHA-256 puts out are as strong as HMAC-SHA256 gets.
const SECRET_BYTES = 32

/** Draws a secret: `whsec_` and the key in base64, the form that the receivers' libraries take. */
export function newWebhookSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`
}

export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
}

/** Draws an id of 96 random bits: no two tenants' webhooks share an id, and none can be guessed. */
export function newWebhookId(): string {
  return `whk_${randomBytes(12).toString('hex')}`
}
