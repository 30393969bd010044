import { MAX_SECRET_BYTES, MIN_SECRET_BYTES, SECRET_PREFIX } from '../../webhooks/message/secret'
import { z } from '../zod'

/** A secret that is brought along, e.g. from another service. What is wrong is said without it. */
export const BroughtSecret = z
  .unknown()
  .transform((sent, context): string => {
    const fault = faultOf(sent)
    if (fault === undefined) return sent as string
    const said = { message: fault, params: { code: 'invalid_value' }, input: undefined }
    context.addIssue({ code: 'custom', ...said })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    pattern: `^${SECRET_PREFIX}[A-Za-z0-9+/]+={0,2}$`,
    description: `Brought along, e.g. when you move here: \`${SECRET_PREFIX}\` and ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes in base64. Drawn at random when left out`,
  }) as z.ZodType<string>

function faultOf(sent: unknown): string | undefined {
  if (typeof sent !== 'string') return 'Must be text'
  if (!sent.startsWith(SECRET_PREFIX)) return `Must begin with ${SECRET_PREFIX}`
  const text = sent.slice(SECRET_PREFIX.length)
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is no base64: what comes back is then not what was sent.
  if (bytes.toString('base64') !== text) {
    return `Must be base64 after ${SECRET_PREFIX}, with + and / and its padding (RFC 4648, 4)`
  }
  const rule = `Must have ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes, in base64`
  const isFit = bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES
  return isFit ? undefined : `${rule}; got ${bytes.length}`
}
