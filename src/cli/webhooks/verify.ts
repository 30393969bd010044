import { createHmac, timingSafeEqual } from 'node:crypto'

// Standard Webhooks, "Verifying signatures": an older message may be somebody's replay.
const TOLERANCE_SECONDS = 300

/** Verifies a message as its receiver has to: from its headers, its body, and the secret alone. */
export function isGenuine(
  secret: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  now = new Date(),
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': given } = headers
  if (!id || !seconds || !given || id.includes('.')) return false
  if (!(Math.abs(now.getTime() / 1000 - Number(seconds)) <= TOLERANCE_SECONDS)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest()
  return given.split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',')
    const mac = Buffer.from(text, 'base64')
    return version === 'v1' && mac.length === expected.length && timingSafeEqual(mac, expected)
  })
}
