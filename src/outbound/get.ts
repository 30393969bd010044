import type { Guard } from './guard'

/** Reads a small text from the public internet. @throws the error that prevented it */
export type Get = (target: string) => Promise<string>

// The sender waits for what depends on it, and Canvas, the least patient, waits 15 s in all.
const TIMEOUT_MS = 5_000

// A key set of fifty RSA keys of 4096 bits with certificates fits, with HTTP's framing; a larger
// answer has no keys.
const MAX_BYTES = 288 * 1024

export function createGet({ guard, timeoutMs = TIMEOUT_MS }: { guard: Guard; timeoutMs?: number }) {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' }
  const request = {
    method: 'GET',
    headers,
    timeoutMs,
    maxBytes: MAX_BYTES,
    keepsBytes: MAX_BYTES,
  } as const

  return async function get(target) {
    // Few requests read a key set; what makes calls is not read at a start for them.
    const { createCall } = await import('./call')
    const { status, body, cutOff } = await createCall(guard)(target, request)
    if (status !== 200) throw new Error(`it was answered ${status}`)
    if (cutOff !== undefined) throw new Error(cutOff)
    return body.toString('utf8')
  } satisfies Get
}
