import type { LocalDelivery } from './local-webhook'

/** A receiver answered so, or did not, for this reason. */
export type ForwardAnswer =
  | { status: number; latencyMs: number; body: string }
  | { error: string; latencyMs: number }

export type Forward = (delivery: LocalDelivery, signal: AbortSignal) => Promise<ForwardAnswer>

// As long as a webhook waits (`webhooks/sending/send.ts`).
const PATIENCE_MS = 15_000
// As much of an answer as the list of deliveries shows.
const SHOWN_CHARS = 4096

/** Makes what posts a message to an address of the developer's own, once. */
export function createForward(target: URL): Forward {
  return async function forward({ bytes, headers }, signal) {
    const begun = performance.now()
    const latency = () => Math.round(performance.now() - begun)
    const late = AbortSignal.timeout(PATIENCE_MS)
    try {
      const response = await fetch(target, {
        method: 'POST',
        headers,
        body: new Uint8Array(bytes),
        redirect: 'manual',
        signal: AbortSignal.any([signal, late]),
      })
      const latencyMs = latency()
      const text = await response.text()
      return { status: response.status, latencyMs, body: text.slice(0, SHOWN_CHARS) }
    } catch (error) {
      const reason = late.aborted
        ? `no answer in ${PATIENCE_MS / 1000} s`
        : (error as Error).message
      return { error: reason, latencyMs: latency() }
    }
  }
}
